//! The style of comments: a noun phrase or a verb first, so that a reader skims them; never a clause.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::paths;

/// The folders that keep the rule.
const CLEAN: [&str; 4] = ["crates", "src", "tests", "xtask"];

/// Words that begin a clause.
const CLAUSES: [&str; 11] =
    ["What", "Whatever", "Whether", "How", "Who", "Whoever", "Whom", "Whose", "Where", "Which", "When"];

/// Tells if a line of source is one of a comment and begins with a clause.
fn begins_with_a_clause(line: &str) -> bool {
    let line = line.trim_start();
    let words = ["/// ", "//! ", "// "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or_default();
    CLAUSES.contains(&words.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default())
}

/// The sources at a path: Rust, and the scripts of the widget, the demo and the host pages.
fn sources(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_path_buf()];
    }
    let entries = fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path());
    let entries = entries.filter(|path| {
        // Packages of others are installed below the host pages.
        let is_ours = |path: &Path| !path.ends_with("node_modules") && !path.ends_with("dist");
        let is_source = |it: &std::ffi::OsStr| ["rs", "js", "ts"].iter().any(|known| it == *known);
        if path.is_dir() { is_ours(path) } else { path.extension().is_some_and(is_source) }
    });
    entries.flat_map(|path| sources(&path)).collect()
}

#[test]
fn a_clause_is_told_from_a_noun_phrase() {
    for line in ["/// What it is.", "    //! Whether it is.", "/// Who?", "/// Which.", "// Whoever it is."] {
        assert!(begins_with_a_clause(line), "{line}");
    }
    for line in ["/// A time.", "///", "//", "//// What", "let x = \"/// What\";"] {
        assert!(!begins_with_a_clause(line), "{line}");
    }
}

#[test]
fn comments_begin_with_a_noun_phrase_or_a_verb() {
    let root = paths::root();
    let mut found = Vec::new();
    for source in CLEAN.iter().flat_map(|path| sources(&root.join(path))) {
        let name = source.strip_prefix(&root).expect("in the tree");
        let text = fs::read_to_string(&source).expect("a source");
        for (index, line) in text.lines().enumerate().filter(|(_, line)| begins_with_a_clause(line)) {
            found.push(format!("{}:{}: {}", name.display(), index + 1, line.trim()));
        }
    }
    assert!(found.is_empty(), "comments that begin with a clause:\n{}", found.join("\n"));
}
