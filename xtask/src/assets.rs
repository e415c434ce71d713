//! Files of the shipped widget: their names, their integrity, and the scripts that bring them in.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::paths;

/// A file under a name that holds its hash, and its integrity.
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) integrity: String,
}

impl Named {
    /// One that is not checked, for developing.
    pub(crate) fn unchecked(name: &str) -> Self {
        Self { name: name.to_owned(), integrity: String::new() }
    }
}

/// A file of the repository.
pub(crate) fn read(path: &str) -> Result<String> {
    fs::read_to_string(paths::root().join(path)).with_context(|| format!("{path} cannot be read"))
}

/// The stylesheet: `style/regain.css`, with the files that it imports in their places.
pub(crate) fn stylesheet() -> Result<String> {
    let mut whole = String::new();
    for line in read("style/regain.css")?.lines() {
        match line.strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";")) {
            Some(file) => whole.push_str(&read(&format!("style/{file}"))?),
            None => whole.extend([line, "\n"]),
        }
    }
    Ok(whole)
}

/// A script of `src/embed` with the parts that it imports, minified, with other files in the places that wait for them: each as
/// its name and its integrity.
pub(crate) fn script(file: &str, names: &[(&str, &Named)]) -> Result<String> {
    let mut script = minified(&joined(file, &mut Vec::new())?);
    for (place, Named { name, integrity }) in names {
        script = filled(&script, &format!("__REGAIN_{place}__"), &json!([name, integrity]).to_string())?;
    }
    Ok(script)
}

pub(crate) fn filled(script: &str, placeholder: &str, value: &str) -> Result<String> {
    ensure!(script.contains(placeholder), "no place waits for {placeholder}");
    Ok(script.replace(placeholder, value))
}

/// A script with what it imports before it, each file once, as one module: a browser brings in one file. Their names do not
/// clash, or the browser says so.
fn joined(file: &str, done: &mut Vec<String>) -> Result<String> {
    if done.iter().any(|it| it == file) {
        return Ok(String::new());
    }
    done.push(file.to_owned());
    let folder = file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let (mut before, mut own) = (String::new(), String::new());
    for line in read(&format!("src/embed/{file}"))?.lines() {
        if let Some(path) = imported(line) {
            before += &joined(&format!("{folder}{path}"), done)?;
        } else {
            let is_part = done.len() > 1 && done[0] != file;
            own += if is_part { line.strip_prefix("export ").unwrap_or(line) } else { line };
            own.push('\n');
        }
    }
    Ok(before + &own)
}

/// The path in a line that imports a part.
fn imported(line: &str) -> Option<&str> {
    line.strip_prefix("import {")?.split_once("} from \"./")?.1.strip_suffix("\";")
}

/// Drops comments that have their lines to themselves, indentation and empty lines. Nothing else: a script is not ours
/// to parse.
fn minified(source: &str) -> String {
    let mut plain = String::with_capacity(source.len());
    let mut inside = false;
    for line in source.lines().map(str::trim) {
        inside |= line.starts_with("/**") && (line.ends_with("*/") || !line.contains("*/"));
        if !inside && !line.is_empty() && !line.starts_with("//") {
            plain.extend([line, "\n"]);
        }
        inside &= !line.ends_with("*/");
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{imported, joined, minified};

    #[test]
    fn a_script_holds_each_part_once_and_before_itself() {
        assert_eq!(imported("import {a, b} from \"./open/tools.js\";"), Some("open/tools.js"));
        assert_eq!(imported("}).then(() => import(base + file[0])));"), None);
        let script = joined("open.js", &mut Vec::new()).expect("is there");
        assert_eq!(script.matches("let bring;").count(), 1);
        assert!(script.find("let bring;") < script.find("export default"));
        assert!(!script.contains("import {") && script.matches("export ").count() == 1, "{script}");
    }

    #[test]
    fn scripts_keep_addresses_that_look_like_comments() {
        let source = "// gone\n  const a = \"https://x\";\n\n  // gone too\n  b();\n";
        assert_eq!(minified(source), "const a = \"https://x\";\nb();\n");
    }

    #[test]
    fn types_in_comments_go_where_they_have_their_lines_to_themselves() {
        let source = "/** @type {A} */\na();\n  /**\n   * B.\n   * @type {B}\n   */\nb();\n/** @type {C} */ (c)();\n";
        assert_eq!(minified(source), "a();\nb();\n/** @type {C} */ (c)();\n");
    }
}
