//! The documentation as a site, by mdBook, into `target/site`. Links to files of the repository lead to copies of them.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Component, Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use super::pages;
use crate::{paths, run::step, tools::MDBOOK};

/// Pages of the project's root folder that the site has at its end.
const OF_THE_ROOT: [(&str, &str); 4] = [
    ("CHANGELOG.md", "Changelog"),
    ("CONTRIBUTING.md", "Contributing"),
    ("SECURITY.md", "Report a vulnerability"),
    ("CODE_OF_CONDUCT.md", "Code of conduct"),
];

/// The folder of the site's pages and files from outside `docs`.
const PROJECT: &str = "project";

/// Builds the site.
pub(super) fn build() -> Result<()> {
    let folder = paths::target().join("xtask/site");
    let _ = fs::remove_dir_all(&folder);
    let docs = folder.join("docs");
    paths::copy_dir(&paths::root().join("docs"), &docs).context("the docs cannot be copied")?;
    let mut summary = fs::read_to_string(docs.join("SUMMARY.md"))?;
    summary.push_str("\n---\n\n");
    let mut files = BTreeSet::new();
    for (page, title) in OF_THE_ROOT {
        writeln!(summary, "- [{title}]({PROJECT}/{page})")?;
        let text = fs::read_to_string(paths::root().join(page))?;
        let staged = staged(&text, Path::new(page), Path::new(PROJECT), &mut files);
        write(&docs.join(PROJECT).join(page), &staged)?;
    }
    for page in pages::in_folder(&paths::root().join("docs"))? {
        let path = page.strip_prefix(paths::root())?;
        let place = path.strip_prefix("docs")?;
        let text = fs::read_to_string(&page)?;
        write(&docs.join(place), &staged(&text, path, place.parent().context("a file")?, &mut files))?;
    }
    fs::write(docs.join("SUMMARY.md"), summary)?;
    for file in files {
        let to = docs.join(PROJECT).join(&file);
        fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
        fs::copy(paths::root().join(&file), to).with_context(|| format!("{} cannot be copied", file.display()))?;
    }
    fs::copy(paths::root().join("book.toml"), folder.join("book.toml"))?;
    let site = paths::target().join("site");
    let mut book = Command::new(MDBOOK.ready()?.join(MDBOOK.name));
    book.arg("build").arg(&folder).arg("--dest-dir").arg(&site);
    step("Building the site", "some seconds", &mut book)?;
    ensure!(site.join("index.html").is_file(), "the site has no first page");
    println!("\n  {}", site.join("index.html").display());
    Ok(())
}

/// A page with links that hold on the site. `path` is its file in the repository, `place` its folder on the site.
fn staged(text: &str, path: &Path, place: &Path, files: &mut BTreeSet<PathBuf>) -> String {
    pages::relinked(text, |address| {
        let (file, anchor) = address.split_once('#').map_or((address, None), |(file, anchor)| (file, Some(anchor)));
        let Some(target) = resolved(path.parent().unwrap_or(Path::new("")), file).filter(|_| !file.is_empty()) else {
            return Some(address.to_owned());
        };
        let up: PathBuf = place.components().map(|_| Component::ParentDir).collect();
        let on_site = if let Ok(page) = target.strip_prefix("docs") {
            page.to_owned()
        } else if target == Path::new("README.md") {
            PathBuf::from("README.md")
        } else if paths::root().join(&target).is_file() {
            if !OF_THE_ROOT.iter().any(|(page, _)| target == Path::new(page)) {
                files.insert(target.clone());
            }
            Path::new(PROJECT).join(&target)
        } else {
            // A folder of the repository.
            return None;
        };
        let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
        Some(format!("{}{anchor}", up.join(on_site).display()))
    })
}

/// A relative path within the repository; `None` where it leads out.
fn resolved(folder: &Path, file: &str) -> Option<PathBuf> {
    let mut path = folder.to_owned();
    for component in Path::new(file).components() {
        match component {
            Component::Normal(name) => path.push(name),
            Component::ParentDir => path.pop().then_some(())?,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_out_of_the_docs_lead_to_copies() {
        let mut files = BTreeSet::new();
        let text =
            "[a](sql.md#rights) [b](../CHANGELOG.md) [c](../crates/demo/people.toml) [`d`](../crates/sql) <https://e>";
        let site = staged(text, Path::new("docs/ldap.md"), Path::new(""), &mut files);
        assert_eq!(
            site,
            "[a](sql.md#rights) [b](project/CHANGELOG.md) [c](project/crates/demo/people.toml) `d` <https://e>\n"
        );
        assert_eq!(files, BTreeSet::from([PathBuf::from("crates/demo/people.toml")]));
        let text = "[a](../sql.md) [b](../../README.md)";
        let site = staged(text, Path::new("docs/contributing/x.md"), Path::new("contributing"), &mut files);
        assert_eq!(site, "[a](../sql.md) [b](../README.md)\n");
        let site = staged("[a](docs/sql.md)", Path::new("SECURITY.md"), Path::new("project"), &mut files);
        assert_eq!(site, "[a](../sql.md)\n");
    }
}
