//! `docs/reference.md`: every key of the configuration and every option of the tag, from the lists that the code has.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::keys;
use crate::assets::read;

/// The page's path.
pub(super) const PAGE: &str = "docs/reference.md";

/// Options that the script tag alone has: they say what it does, not what a widget is like.
const TAG_ONLY: [(&str, &str, &str); 2] = [
    ("link", "text", "A CSS selector of the link that opens the widget."),
    ("preload", "`\"idle\"`", "Loads the widget when the browser is idle, before anyone asks for it."),
];

/// The page as the sources have it.
pub(super) fn page() -> Result<String> {
    let mut page = String::from(
        "# Reference\n\n\
         <!-- Made by `cargo xtask docs` from the sources; a test compares it with them. -->\n\n\
         Every key of `regain-server`'s file, then every option, event and custom property of the widget.\n\
         [operating.md](operating.md) explains the keys, and [embedding.md](embedding.md) the widget.\n\n\
         ## The server's file\n\n\
         A key without a default (*none*) may be left out. Paths count from the folder of the file.\n\
         `regain-server --check` names every fault with its key.\n",
    );
    for section in keys::sections()? {
        writeln!(page, "\n### `{}`\n", section.heading)?;
        let rows = section
            .keys
            .iter()
            .map(|key| [format!("`{}`", key.name), key.takes.clone(), key.default.clone(), key.meaning.clone()]);
        table(&mut page, ["key", "value", "default", "meaning"], rows)?;
    }
    widget(&mut page)?;
    Ok(page)
}

/// Adds the widget's options, events and custom properties.
fn widget(page: &mut String) -> Result<()> {
    let described: Value = serde_json::from_str(&read("src/embed/package/custom-elements.json")?)?;
    let element = &described["modules"][0]["declarations"][0];
    page.push_str(
        "\n## The widget\n\n\
         ### Options\n\n\
         Attributes of the script tag, with `data-` before the name, or of `<regain-access>`. `Regain.open()` takes the\n\
         same names in camel case.\n\n",
    );
    let mut options: Vec<_> = list(element, "attributes")?
        .iter()
        .map(|it| {
            let default = it["default"].as_str().map_or_else(|| "–".to_owned(), |it| format!("`{it}`"));
            [format!("`{}`", text(it, "name")), choices(&text(&it["type"], "text")), default, text(it, "description")]
        })
        .collect();
    options.extend(TAG_ONLY.map(|(name, takes, meaning)| {
        [format!("`{name}`"), takes.into(), "–".into(), format!("{meaning} Of the tag alone.")]
    }));
    options.sort();
    table(page, ["option", "value", "default", "meaning"], options)?;
    page.push_str("\n### Events\n\nThey bubble. Each has a second name for JSX and templates, with `-` for `:`.\n\n");
    let events = list(element, "events")?.iter().filter(|it| text(it, "name").contains(':'));
    table(page, ["event", "meaning"], events.map(|it| [format!("`{}`", text(it, "name")), text(it, "description")]))?;
    page.push_str("\n### Custom properties\n\n");
    let properties = list(element, "cssProperties")?.iter();
    table(
        page,
        ["property", "meaning"],
        properties.map(|it| [format!("`{}`", text(it, "name")), text(it, "description")]),
    )
}

fn list<'a>(of: &'a Value, member: &str) -> Result<&'a Vec<Value>> {
    of[member].as_array().with_context(|| format!("the manifest of the element lists no {member}"))
}

fn text(of: &Value, member: &str) -> String {
    of[member].as_str().unwrap_or_default().to_owned()
}

/// The values of a TypeScript type, in words.
fn choices(kind: &str) -> String {
    match kind {
        "string" => "text".into(),
        "boolean" => "there or not".into(),
        choices => choices.split(" | ").map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", "),
    }
}

/// Adds a table. A bar in a cell would end it.
fn table<const N: usize>(
    page: &mut String,
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<()> {
    writeln!(page, "| {} |\n|{}", head.join(" | "), "---|".repeat(N))?;
    for row in rows {
        writeln!(page, "| {} |", row.map(|cell| cell.replace('|', "\\|")).join(" | "))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_is_that_of_the_sources() {
        let made = page().expect("it is made");
        assert!(read(PAGE).expect("there") == made, "{PAGE} is out of date: run `cargo xtask docs --no-site`");
    }

    #[test]
    fn the_tag_reads_its_own_options() {
        let loader = read("src/embed/regain.js").expect("there");
        for (name, ..) in TAG_ONLY {
            assert!(loader.contains(&format!("data.{name}")), "the loader reads no data-{name}");
        }
    }

    #[test]
    fn no_key_and_no_option_is_without_a_meaning() {
        let mut keys = 0;
        for line in page().expect("it is made").lines().filter(|line| line.starts_with("| `")) {
            keys += 1;
            assert!(!line.ends_with("|  |"), "{line}");
        }
        assert!(keys > 180, "{keys}");
    }
}
