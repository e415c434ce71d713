//! The imports between the files of a crate: none may lead back to the file that it began at.
//!
//! A file imports another one where it names something that is defined there, by `use` or by a path, however many
//! re-exports lie between. A parent module that declares its children and re-exports what is theirs imports nothing; one
//! that uses what is theirs does.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::paths;

/// Folders of the crates that keep the rule: the widget and what lies beside it, and all others.
const FOLDERS: [&str; 2] = [".", "crates"];

/// A module, by the names of its parents and its own.
type Name = Vec<String>;

/// A path as it is written.
type Segments = Vec<String>;

/// The files that each file imports, with the paths by which it does.
type Imports = BTreeMap<Name, BTreeMap<Name, BTreeSet<String>>>;

/// A module as its source has it.
#[derive(Default)]
struct Module {
    /// The module that the file is named for: another one than this where it is declared inline.
    file: Name,
    children: BTreeSet<String>,
    /// The items that are written here.
    defined: BTreeSet<String>,
    /// The names that come in by `use`, with the path of each.
    imported: BTreeMap<String, Segments>,
    /// Modules that everything comes in from.
    globs: Vec<Segments>,
    /// Names that come in for others to use.
    exported: BTreeSet<String>,
    /// Paths in the code, and those of `use` that are no re-exports.
    paths: BTreeSet<Segments>,
    /// Names that are used in the code.
    used: BTreeSet<String>,
}

/// The modules of a crate.
struct Crate(BTreeMap<Name, Module>);

impl Crate {
    /// Reads the modules of a crate, those of tests left out. `source` has the text of each file.
    fn read(source: &dyn Fn(&[String]) -> Option<String>) -> Self {
        let mut modules = Self(BTreeMap::new());
        modules.read_file(&Vec::new(), source);
        modules
    }

    fn read_file(&mut self, name: &Name, source: &dyn Fn(&[String]) -> Option<String>) {
        let Some(text) = source(name) else { return };
        let tokens = text.parse().unwrap_or_else(|error| panic!("{}: {error}", written(name)));
        self.read_module(name, name, tokens);
        for child in self.0[name].children.clone() {
            let child = [name.clone(), vec![child]].concat();
            // One that is declared inline is read by now.
            if !self.0.contains_key(&child) {
                self.read_file(&child, source);
            }
        }
    }

    fn read_module(&mut self, name: &Name, file: &Name, tokens: TokenStream) {
        let mut module = Module { file: file.clone(), ..Module::default() };
        self.read_tokens(name, &mut module, tokens, true);
        self.0.insert(name.clone(), module);
    }

    /// Reads code; `is_top` where items are the module's own.
    fn read_tokens(&mut self, name: &Name, module: &mut Module, tokens: TokenStream, is_top: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        // The last word, as far as it says something about the one that follows.
        let mut before = String::new();
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => at = after_attribute(&tokens, at),
                // The body of a macro is its callers'.
                TokenTree::Ident(word) if word == "macro_rules" => at += 3,
                TokenTree::Ident(word) if word == "mod" && before != "." => {
                    let child = tokens.get(at).map(ToString::to_string).unwrap_or_default();
                    module.children.insert(child.clone());
                    if let Some(TokenTree::Group(body)) = tokens.get(at + 1) {
                        let child = [name.clone(), vec![child]].concat();
                        self.read_module(&child, &module.file.clone(), body.stream());
                    }
                    at += 2;
                }
                TokenTree::Ident(word) if word == "use" && before != "." => {
                    let end = at + tokens[at..].iter().position(|token| is(token, ';')).unwrap_or_default();
                    let is_export = before == "pub";
                    for (path, known_as) in flattened(&tokens[at..end]) {
                        module.import(path, known_as, is_export);
                    }
                    at = end;
                }
                TokenTree::Ident(word) => {
                    let mut path = vec![word.to_string()];
                    while let [first, second, TokenTree::Ident(next), ..] = &tokens[at..]
                        && is(first, ':')
                        && is(second, ':')
                    {
                        path.push(next.to_string());
                        at += 3;
                    }
                    let is_member = before == ".";
                    let is_defined = ["fn", "struct", "enum", "trait", "type", "const", "static"].contains(&&*before);
                    let is_called = matches!(tokens.get(at), Some(TokenTree::Group(it)) if it.delimiter() == Delimiter::Parenthesis);
                    if is_defined {
                        module.defined.extend(path.into_iter().filter(|_| is_top));
                    } else if path.len() > 1 {
                        module.paths.insert(path);
                    } else if !is_member && (is_called || path[0].starts_with(char::is_uppercase)) {
                        module.used.extend(path);
                    }
                }
                TokenTree::Group(group) if before != "pub" => self.read_tokens(name, module, group.stream(), false),
                TokenTree::Group(_) => continue,
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            before = token.to_string();
        }
    }

    /// The file that a path leads to from a module; `None` where it leads out of the crate or to a module itself.
    fn file_of(&self, from: &Name, path: &[String]) -> Option<Name> {
        self.resolve(from, path, 0).and_then(|found| found)
    }

    /// The file that a path leads to, if the module knows its first name. Inside, `None` for another crate's or a module.
    #[expect(clippy::option_option, reason = "unknown, no file of this crate, a file")]
    fn resolve(&self, from: &Name, path: &[String], depth: u8) -> Option<Option<Name>> {
        let module = self.0.get(from)?;
        let Some((first, rest)) = path.split_first() else { return Some(None) };
        // Re-exports may lead in a circle, such as two globs of each other.
        if depth > 20 {
            return None;
        }
        let child = |name: &Name, child: &String| [name.clone(), vec![child.clone()]].concat();
        match first.as_str() {
            "crate" => return self.resolve_inside(&Vec::new(), rest, depth),
            "self" => return self.resolve_inside(from, rest, depth),
            "super" => return self.resolve_inside(&from[..from.len().saturating_sub(1)].to_vec(), rest, depth),
            _ => {}
        }
        if module.defined.contains(first) {
            return Some(Some(module.file.clone()));
        }
        if module.children.contains(first) {
            return self.resolve_inside(&child(from, first), rest, depth);
        }
        if let Some(target) = module.imported.get(first).filter(|target| target[0] != *first || target.len() > 1) {
            let whole = [target.as_slice(), rest].concat();
            // One that the module does not know is another crate.
            return Some(self.resolve(from, &whole, depth + 1).flatten());
        }
        module.globs.iter().find_map(|glob| self.resolve(from, &[glob.as_slice(), path].concat(), depth + 1))
    }

    /// The same from inside a module, which has what is neither a child nor imported.
    #[expect(clippy::option_option, reason = "as for the one that it helps")]
    fn resolve_inside(&self, module: &Name, path: &[String], depth: u8) -> Option<Option<Name>> {
        if path.is_empty() {
            return Some(None);
        }
        let own = || self.0.get(module).map(|module| Some(module.file.clone()));
        self.resolve(module, path, depth + 1).or_else(own)
    }

    /// The files that each file imports.
    fn imports(&self) -> Imports {
        let mut imports = Imports::new();
        for (name, module) in &self.0 {
            let of = imports.entry(module.file.clone()).or_default();
            let exported = module.exported.intersection(&module.used).map(|name| vec![name.clone()]);
            for path in module.paths.iter().cloned().chain(exported) {
                if let Some(file) = self.file_of(name, &path).filter(|file| *file != module.file) {
                    of.entry(file).or_default().insert(path.join("::"));
                }
            }
        }
        imports
    }
}

impl Module {
    fn import(&mut self, path: Segments, known_as: String, is_export: bool) {
        if known_as == "*" {
            if !is_export {
                self.paths.insert([path.as_slice(), &[known_as]].concat());
            }
            self.globs.push(path);
            return;
        }
        if is_export {
            self.exported.insert(known_as.clone());
        } else {
            self.paths.insert(path.clone());
        }
        self.imported.insert(known_as, path);
    }
}

fn is(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

/// The place after an attribute, and after the item that it keeps for the tests.
fn after_attribute(tokens: &[TokenTree], at: usize) -> usize {
    let at = at + usize::from(tokens.get(at).is_some_and(|token| is(token, '!')));
    let attribute = tokens.get(at).map(ToString::to_string).unwrap_or_default();
    let for_tests = attribute.replace(' ', "").starts_with("[cfg(test)");
    let ends = |token: &TokenTree| {
        is(token, ';') || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
    };
    let item = tokens.get(at + 1..).unwrap_or_default();
    at + 1 + if for_tests { item.iter().position(ends).map_or(item.len(), |end| end + 1) } else { 0 }
}

/// The paths of a `use`, each with the name that it gets here.
fn flattened(tree: &[TokenTree]) -> Vec<(Segments, String)> {
    let mut found = Vec::new();
    for tree in tree.split(|token| is(token, ',')) {
        let mut path = Vec::new();
        let mut known_as = None;
        for token in tree {
            match token {
                TokenTree::Ident(word) if word == "as" => known_as = Some(String::new()),
                TokenTree::Ident(word) if known_as.is_some() => known_as = Some(word.to_string()),
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Punct(star) if star.as_char() == '*' => known_as = Some("*".to_owned()),
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    let inner = flattened(&inner).into_iter();
                    found.extend(inner.map(|(rest, known_as)| ([path.clone(), rest].concat(), known_as)));
                    path.clear();
                    break;
                }
                _ => {}
            }
        }
        if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
            path.pop();
        }
        if let Some(last) = path.last() {
            let known_as = known_as.unwrap_or_else(|| last.clone());
            found.push((path, known_as));
        }
    }
    // `a::{self}` is `a`.
    for (path, known_as) in &mut found {
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
            if known_as == "self" {
                known_as.clone_from(&path[path.len() - 1]);
            }
        }
    }
    found
}

/// The circles: each is a set of files that all lead to one another.
fn circles(imports: &Imports) -> Vec<BTreeSet<&Name>> {
    let leads_to = |from: &Name| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&Name> = imports[from].keys().collect();
        while let Some(file) = next.pop() {
            if reached.insert(file) {
                next.extend(imports.get(file).into_iter().flat_map(BTreeMap::keys));
            }
        }
        reached
    };
    let reached: BTreeMap<&Name, BTreeSet<&Name>> = imports.keys().map(|from| (from, leads_to(from))).collect();
    let mut circles: Vec<BTreeSet<&Name>> = Vec::new();
    for (from, all) in &reached {
        let circle: BTreeSet<&Name> = all.iter().copied().filter(|to| reached[to].contains(from)).collect();
        if !circle.is_empty() && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

/// A module as it is written.
fn written(name: &[String]) -> String {
    if name.is_empty() { "the root".to_owned() } else { name.join("::") }
}

/// The circles of a crate, as lines to be read.
fn report(modules: &Crate) -> String {
    let imports = modules.imports();
    let mut report = String::new();
    for circle in circles(&imports) {
        let _ = writeln!(report, "  a circle of {} files", circle.len());
        for from in &circle {
            for (to, paths) in imports[*from].iter().filter(|(to, _)| circle.contains(to)) {
                let paths: Vec<_> = paths.iter().map(String::as_str).collect();
                let _ = writeln!(report, "    {} imports {}: {}", written(from), written(to), paths.join(", "));
            }
        }
    }
    report
}

/// The text of a module's file, below the root file of its crate.
fn text_of(root: &Path, name: &[String]) -> Option<String> {
    let folder = root.parent()?.join(name.join("/"));
    let files = [folder.with_extension("rs"), folder.join("mod.rs")];
    fs::read_to_string(if name.is_empty() { root } else { files.iter().find(|file| file.exists())? }).ok()
}

/// The root files of the crates in a folder, or of the crate that it is.
fn roots(folder: &Path) -> Vec<PathBuf> {
    let own = ["src/lib.rs", "src/main.rs"].map(|root| folder.join(root)).into_iter().filter(|root| root.exists());
    let below = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let below = below.filter(|path| path.join("Cargo.toml").exists());
    own.chain(below.flat_map(|path| roots(&path))).collect()
}

/// The circles of a crate of these files.
fn report_of(files: &[(&str, &str)]) -> String {
    let text = |name: &[String]| {
        let file = files.iter().find(|(file, _)| *file == name.join("::"));
        file.map(|(_, text)| (*text).to_owned())
    };
    report(&Crate::read(&text))
}

#[test]
fn circles_are_found_however_the_import_is_written() {
    let declared = "mod a; mod b; pub use a::A; pub use b::B;";
    for (a, b) in [
        ("use crate::b::B;", "use crate::a::A;"),
        ("use crate::{b::{self, B}, c};", "use super::{A, c};"),
        ("use crate::B as Other;", "fn b() { crate::a::f(); }"),
        ("fn a() -> B { todo!() } use super::B;", "fn b() { use crate::A; }"),
        ("use crate::b; fn a() { b::f(); }", "macro!(crate::a::f())"),
        ("use crate::b::*; fn a() { f(); }", "use crate::a::*;"),
        ("use super::*; pub struct A; mod inner { use super::super::b::f; }", "impl crate::A {}"),
    ] {
        let report = report_of(&[("", declared), ("a", a), ("b", b)]);
        assert!(report.contains("a imports b") && report.contains("b imports a"), "{a} {b}: {report}");
    }
    let parent = [("", "mod a; use a::A; pub const C: u8 = 1;"), ("a", "use super::C; pub struct A;")];
    assert!(report_of(&parent).contains("the root imports a: a::A"), "{}", report_of(&parent));
    let by_name = [("", "mod a; pub use a::A; pub fn f() -> A { A }"), ("a", "use crate::f; pub struct A;")];
    assert!(report_of(&by_name).contains("the root imports a: A"), "{}", report_of(&by_name));
}

#[test]
fn what_is_no_import_makes_no_circle() {
    for (root, a, b) in [
        ("mod a; mod b; pub use a::A; pub use b::B;", "use crate::B;", ""),
        ("mod a; mod b;", "use crate::b::B;", "// use crate::a::A;\nconst TEXT: &str = \"crate::a::A\";"),
        ("mod a; mod b;", "use crate::b::B;", "#[cfg(test)] mod tests { use crate::a::A; }"),
        ("mod a; mod b;", "use crate::b::B;", "#[cfg(test)] use crate::a::A; struct B;"),
        ("mod a; mod b;", "use other::b::B; use std::fmt;", "use other::a::A; use std::fmt;"),
        ("mod a; mod b; macro_rules! m { () => { a::f(); b::f(); } }", "use super::b::B;", ""),
    ] {
        assert_eq!(report_of(&[("", root), ("a", a), ("b", b)]), "", "{root} {a} {b}");
    }
}

#[test]
fn no_import_leads_back_to_where_it_began() {
    let mut found = String::new();
    for root in FOLDERS.iter().flat_map(|folder| roots(&paths::root().join(folder))) {
        let report = report(&Crate::read(&|name| text_of(&root, name)));
        if !report.is_empty() {
            let _ = write!(found, "{}:\n{report}", root.display());
        }
    }
    assert!(found.is_empty(), "files that import each other:\n{found}");
}
