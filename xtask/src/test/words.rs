//! The style of doc comments: a noun phrase or a verb first, so that a reader skims them; never a clause.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::paths;

/// Folders and files that keep the rule. A path that comes to keep it is added here.
const CLEAN: [&str; 43] = [
    "crates/catalogue",
    "crates/demo",
    "crates/engine",
    "crates/folding",
    "crates/generator",
    "crates/hook",
    "crates/keys",
    "crates/ldap",
    "crates/outgoing",
    "crates/policy",
    "crates/ports",
    "crates/proof-of-work",
    "crates/protocol",
    "crates/real-servers",
    "crates/server/src/adapters",
    "crates/server/src/app.rs",
    "crates/server/src/assertion",
    "crates/server/src/assertion.rs",
    "crates/server/src/audit.rs",
    "crates/server/src/client.rs",
    "crates/server/src/config",
    "crates/server/src/delivery",
    "crates/server/src/delivery.rs",
    "crates/server/src/flows",
    "crates/server/src/http",
    "crates/server/src/languages",
    "crates/server/src/languages.rs",
    "crates/server/src/mails",
    "crates/server/src/main.rs",
    "crates/server/src/metrics.rs",
    "crates/server/src/serve",
    "crates/server/src/serve.rs",
    "crates/server/src/ports.rs",
    "crates/server/tests/contract",
    "crates/server/tests/http",
    "crates/server/tests/process",
    "crates/sql",
    "crates/strength",
    "crates/values",
    "tests/end_to_end",
    "tests/harness",
    "tests/hosts",
    "xtask",
];

/// Words that begin a clause.
const CLAUSES: [&str; 9] = ["What", "Whether", "How", "Who", "Whom", "Whose", "Where", "Which", "When"];

/// Tells if a line of source is one of a doc comment and begins with a clause.
fn begins_with_a_clause(line: &str) -> bool {
    let line = line.trim_start();
    let words = line.strip_prefix("/// ").or_else(|| line.strip_prefix("//! ")).unwrap_or_default();
    CLAUSES.contains(&words.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default())
}

/// The Rust sources at a path.
fn sources(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_path_buf()];
    }
    let entries = fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path());
    let entries = entries.filter(|path| path.is_dir() || path.extension().is_some_and(|it| it == "rs"));
    entries.flat_map(|path| sources(&path)).collect()
}

#[test]
fn a_clause_is_told_from_a_noun_phrase() {
    for line in ["/// What it is.", "    //! Whether it is.", "/// Who?", "/// Which."] {
        assert!(begins_with_a_clause(line), "{line}");
    }
    for line in ["/// Whoever it is.", "// What it is.", "/// A time.", "///", "//// What", "let x = \"/// What\";"] {
        assert!(!begins_with_a_clause(line), "{line}");
    }
}

#[test]
fn doc_comments_begin_with_a_noun_phrase_or_a_verb() {
    let root = paths::root();
    let mut found = Vec::new();
    for source in CLEAN.iter().flat_map(|path| sources(&root.join(path))) {
        let name = source.strip_prefix(&root).expect("in the tree");
        let text = fs::read_to_string(&source).expect("a source");
        for (index, line) in text.lines().enumerate().filter(|(_, line)| begins_with_a_clause(line)) {
            found.push(format!("{}:{}: {}", name.display(), index + 1, line.trim()));
        }
    }
    assert!(found.is_empty(), "doc comments that begin with a clause:\n{}", found.join("\n"));
}
