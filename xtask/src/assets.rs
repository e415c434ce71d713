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

/// A script of `src/embed`, minified, with other files in the places that wait for them: each as its name and
/// its integrity.
pub(crate) fn script(file: &str, names: &[(&str, &Named)]) -> Result<String> {
    let mut script = minified(&read(&format!("src/embed/{file}"))?);
    for (place, Named { name, integrity }) in names {
        script = filled(&script, &format!("__REGAIN_{place}__"), &json!([name, integrity]).to_string())?;
    }
    Ok(script)
}

pub(crate) fn filled(script: &str, placeholder: &str, value: &str) -> Result<String> {
    ensure!(script.contains(placeholder), "no place waits for {placeholder}");
    Ok(script.replace(placeholder, value))
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
    use super::minified;

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
