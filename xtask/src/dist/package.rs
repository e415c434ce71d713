//! Makes the npm package: the module that pages are built with, its types, a plugin for Vite, and the shipped files
//! that the module brings in.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::shipped::{LOADER, VERSION, versioned_loader};
use crate::assets::{filled, read, script};
use crate::paths;
use crate::tarball::{Packed, packed};

/// Files of `src/embed/package` that are published unchanged.
const AS_IT_STANDS: [&str; 7] =
    ["README.md", "custom-elements.json", "index.d.ts", "react.d.ts", "vite.d.ts", "vite.js", "vue.d.ts"];

/// The tarball.
pub(crate) fn tarball() -> PathBuf {
    paths::root().join("dist-npm").join(format!("regain-widget-{VERSION}.tgz"))
}

/// Makes the tarball anew, of the files in `dist` and what both loaders have in common.
pub(super) fn make(entry: &str) -> Result<()> {
    let mut files = vec![
        Packed::file("package/package.json", manifest()?),
        Packed::file("package/index.js", module(entry)?),
        Packed::file("package/LICENSE", read("LICENSE")?),
        Packed::file("package/CHANGELOG.md", read("CHANGELOG.md")?),
    ];
    for name in AS_IT_STANDS {
        files.push(Packed::file(format!("package/{name}"), read(&format!("src/embed/package/{name}"))?));
    }
    for name in packaged()? {
        let content = fs::read(paths::dist().join(&name))?;
        files.push(Packed::file(format!("package/files/{name}"), content));
    }
    let tarball = tarball();
    let out = tarball.parent().expect("it lies in a folder");
    let _ = fs::remove_dir_all(out);
    fs::create_dir_all(out)
        .and_then(|()| fs::write(&tarball, packed(files)?))
        .with_context(|| format!("{} cannot be written", tarball.display()))
}

/// The names of the shipped files that are in the package: all but the loader, which is for pages that have a
/// script tag.
pub(crate) fn packaged() -> Result<Vec<String>> {
    let manifest: Value = serde_json::from_slice(&fs::read(paths::dist().join("integrity.json"))?)?;
    let shipped = manifest["files"].as_object().context("the manifest lists no files")?;
    Ok(shipped.keys().filter(|name| name.as_str() != LOADER && **name != versioned_loader()).cloned().collect())
}

/// The package's own description, with the version of the workspace.
fn manifest() -> Result<String> {
    let text = read("src/embed/package/package.json")?;
    filled(&text, "\"version\": \"0.0.0\"", &format!("\"version\": {}", json!(VERSION)))
}

/// The module.
fn module(entry: &str) -> Result<String> {
    let module = script("module.js", &[])?;
    // Its imports are found only on the page: bundlers are to leave it alone.
    let entry = filled(entry, "import(base", "import(/* webpackIgnore: true */ /* @vite-ignore */ base")?;
    filled(&filled(&module, "__REGAIN_ENTRY__", &entry)?, "__REGAIN_VERSION__", VERSION)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::{AS_IT_STANDS, VERSION, manifest, module};
    use crate::{
        assets::{read, stylesheet},
        paths,
    };

    #[test]
    fn the_package_has_every_file_that_its_description_names() {
        let description: Value = serde_json::from_str(&manifest().expect("there")).expect("JSON");
        assert_eq!(description["version"], env!("CARGO_PKG_VERSION"));
        let mut named = Vec::new();
        for ways in description["exports"].as_object().expect("exports").values() {
            named.extend(ways.as_str());
            named.extend(ways.as_object().into_iter().flat_map(serde_json::Map::values).filter_map(Value::as_str));
        }
        named.extend(["customElements", "main", "types"].map(|member| description[member].as_str().expect("a path")));
        for name in named.iter().map(|name| name.trim_start_matches("./")) {
            let made = ["index.js", "package.json", "files/*"].contains(&name);
            assert!(made || AS_IT_STANDS.contains(&name), "no {name} in the package");
        }
    }

    #[test]
    fn every_file_of_its_folder_is_in_the_package() {
        let folder = paths::root().join("src/embed/package");
        let names = std::fs::read_dir(folder).expect("there").map(|entry| entry.expect("an entry").file_name());
        let names: BTreeSet<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        let packed = AS_IT_STANDS.into_iter().chain(["package.json"]).map(str::to_owned).collect();
        assert_eq!(names, packed);
    }

    #[test]
    fn bundlers_leave_what_the_module_brings_in_alone() {
        let entry = read("src/embed/entry.js").expect("there");
        let module = module(&entry).expect("filled");
        assert_eq!(module.matches("import(").count(), 1);
        assert!(module.contains("import(/* webpackIgnore: true */ /* @vite-ignore */ base + file[0])"));
        // B8: Turbopack took the folder for a module.
        assert!(!module.contains("new URL(\"files/\"") && !module.contains("import.meta.url)"), "an address of a file");
        assert!(module.contains(&format!("const version = \"{}\"", env!("CARGO_PKG_VERSION"))));
    }

    /// The names of the options, as attributes, in the package's types.
    fn attributes() -> BTreeSet<String> {
        let types = read("src/embed/package/index.d.ts").expect("there");
        let (_, rest) = types.split_once("interface Attributes {").expect("the attributes");
        let (members, _) = rest.split_once("\n}").expect("their end");
        let names = members.lines().filter_map(|line| line.trim().split_once("?:")).map(|(name, _)| name);
        names.map(|name| name.trim_matches('"').to_owned()).collect()
    }

    #[test]
    fn types_manifest_and_documentation_have_the_same_options() {
        let described: Value =
            serde_json::from_str(&read("src/embed/package/custom-elements.json").expect("there")).expect("JSON");
        let element = &described["modules"][0]["declarations"][0];
        let listed = element["attributes"].as_array().expect("attributes").iter();
        let listed: BTreeSet<_> = listed.map(|it| it["name"].as_str().expect("a name").to_owned()).collect();
        assert_eq!(listed, attributes());
        let docs = read("docs/embedding.md").expect("there");
        assert!(
            docs.contains(&format!("regain-widget-{VERSION}.tgz")),
            "docs/embedding.md names another version's tarball"
        );
        let (_, section) = docs.split_once("\n## Options\n").expect("the section");
        let (section, _) = section.split_once("\n## ").expect("its end");
        for name in attributes() {
            assert!(section.contains(&format!("\n| `data-{name}` |")), "docs/embedding.md is silent about {name}");
        }
    }

    #[test]
    fn a_page_can_set_every_property_that_the_manifest_lists() {
        let described: Value =
            serde_json::from_str(&read("src/embed/package/custom-elements.json").expect("there")).expect("JSON");
        let style = stylesheet().expect("there");
        for property in described["modules"][0]["declarations"][0]["cssProperties"].as_array().expect("properties") {
            let name = property["name"].as_str().expect("a name");
            assert!(style.contains(&format!("var({name}")), "the stylesheet does not read {name}");
        }
    }
}
