//! Checks of the pages: every link leads somewhere, every page is in the summary, and samples of JSON are JSON.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::pages::{addresses, in_folder};
use crate::paths;

/// A page's text, by its lines outside of samples and by its samples.
struct Page {
    lines: Vec<String>,
    /// The samples, each with the language that it is marked as.
    samples: Vec<(String, String)>,
}

impl Page {
    fn read(path: &Path) -> io::Result<Self> {
        Ok(Self::parse(&fs::read_to_string(path)?))
    }

    fn parse(text: &str) -> Self {
        let mut page = Self { lines: Vec::new(), samples: Vec::new() };
        let mut open: Option<(String, String)> = None;
        for line in text.lines() {
            let fence = line.trim_start().strip_prefix("```");
            match (&mut open, fence) {
                (None, Some(language)) => open = Some((language.to_owned(), String::new())),
                (None, None) => page.lines.push(line.to_owned()),
                (Some(_), Some(_)) => page.samples.extend(open.take()),
                (Some((_, sample)), None) => {
                    sample.push_str(line);
                    sample.push('\n');
                }
            }
        }
        page
    }

    /// The names by which links reach the headings, as GitHub and mdBook make them.
    fn anchors(&self) -> Vec<String> {
        let mut anchors: Vec<String> = Vec::new();
        for heading in self.lines.iter().filter(|line| line.starts_with('#')) {
            let anchor = anchor(heading.trim_start_matches('#').trim());
            let former =
                anchors.iter().filter(|it| it.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-') == anchor);
            let former = former.count();
            anchors.push(if former == 0 { anchor } else { format!("{anchor}-{former}") });
        }
        anchors
    }

    /// The addresses of its links and pictures that are no web addresses.
    fn links(&self) -> Vec<&str> {
        let addresses = self.lines.iter().flat_map(|line| addresses(line));
        addresses.filter(|address| !address.contains(':')).collect()
    }
}

/// The name of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || ['-', '_', ' '].contains(c));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Pages beside those of `docs`.
const OTHERS: [&str; 6] =
    ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "packaging/README.md"];

fn all() -> Vec<(PathBuf, Page)> {
    let mut found = in_folder(&paths::root().join("docs")).expect("the docs");
    found.extend(OTHERS.map(|page| paths::root().join(page)));
    found.into_iter().map(|path| (path.clone(), Page::read(&path).expect("a page"))).collect()
}

#[test]
fn headings_links_and_samples_are_told_from_text() {
    let page = Page::parse(
        "# `[store]`, the *A*\n[b](c.md#d) `[no](x.md)` ![e](f.png) [g](https://h) [`i`](j)\n```toml\n# k\n[l](m)\n```\n## Two\n## Two\n",
    );
    assert_eq!(page.anchors(), ["store-the-a", "two", "two-1"]);
    assert_eq!(page.links(), ["c.md#d", "f.png", "j"]);
    assert_eq!(page.samples, [("toml".to_owned(), "# k\n[l](m)\n".to_owned())]);
}

#[test]
fn every_link_leads_somewhere() {
    let mut faults = Vec::new();
    for (path, page) in all() {
        for link in page.links() {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().expect("in a folder").join(file) };
            let leads = match Page::read(&target) {
                _ if target.is_dir() => anchor.is_empty(),
                Ok(target) => anchor.is_empty() || target.anchors().iter().any(|it| it == anchor),
                // A picture.
                Err(_) => target.is_file() && anchor.is_empty(),
            };
            if !leads {
                faults.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "links that lead nowhere:\n{}", faults.join("\n"));
}

#[test]
fn every_page_is_in_the_summary_once() {
    let docs = paths::root().join("docs");
    let summary = Page::read(&docs.join("SUMMARY.md")).expect("the summary");
    let listed = summary.links();
    let pages: BTreeSet<_> = in_folder(&docs).expect("the docs").into_iter().collect();
    let mut of_docs: Vec<_> =
        listed.iter().map(|link| docs.join(link)).filter(|path| path.starts_with(&docs)).collect();
    of_docs.retain(|path| !path.to_string_lossy().contains("/../"));
    of_docs.push(docs.join("SUMMARY.md"));
    assert_eq!(of_docs.len(), pages.len(), "a page is missing or listed twice");
    assert_eq!(of_docs.into_iter().collect::<BTreeSet<_>>(), pages);
}

#[test]
fn samples_of_json_are_json() {
    let mut count = 0;
    for (path, page) in all() {
        for (_, sample) in page.samples.iter().filter(|(language, _)| language == "json") {
            let parsed = serde_json::from_str::<serde_json::Value>(sample);
            assert!(parsed.is_ok(), "{}: {parsed:?}\n{sample}", path.display());
            count += 1;
        }
    }
    assert!(count > 0, "no page has a sample");
}

/// Pages that name tests.
const WITH_TESTS: [&str; 3] = ["docs/standards.md", "docs/security.md", "docs/accessibility.md"];

/// The names of functions and the paths of sources in the code spans of a page. A function of a test has three words at least.
fn named(page: &str) -> Vec<&str> {
    let spans = page.split('`').skip(1).step_by(2);
    let is_test = |span: &str| {
        let words: Vec<_> = span.split('_').collect();
        let is_word =
            |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        words.len() > 3 && words.iter().all(is_word)
    };
    let is_source = |span: &str| ["crates/", "tests/", "src/", "xtask/"].iter().any(|folder| span.starts_with(folder));
    spans.filter(|span| is_test(span) || is_source(span)).collect()
}

#[test]
fn tests_that_the_documentation_names_are_there() {
    let mut functions = BTreeSet::new();
    for folder in ["crates", "src", "tests", "xtask"] {
        collect_functions(&paths::root().join(folder), &mut functions).expect("the sources");
    }
    let mut count = 0;
    for page in WITH_TESTS {
        let text = fs::read_to_string(paths::root().join(page)).expect("a page");
        for name in named(&text) {
            let is_there =
                if name.contains('/') { paths::root().join(name).exists() } else { functions.contains(name) };
            assert!(is_there, "{page} names {name}, which is not there");
            count += 1;
        }
    }
    assert!(count > 80, "{count}");
}

/// The names of the functions in the sources of a folder.
fn collect_functions(folder: &Path, functions: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if !path.ends_with("node_modules") {
                collect_functions(&path, functions)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            let names = text.split("fn ").skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_'));
            functions.extend(names.filter_map(|mut rest| rest.next().map(str::to_owned)));
        }
    }
    Ok(())
}
