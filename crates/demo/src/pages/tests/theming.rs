//! The page on which looks are tried: it is served like the others, and it and the documentation know every
//! custom property and every part that there is.

use std::{collections::BTreeSet, fs, path::Path};

use super::*;
use crate::pages::theming::{FEW, MEASURES, MORE, Measure, PARTS, PRESETS};

// Every custom property is read there, once.
const STYLESHEET: &str = include_str!("../../../../../style/card.css");
const DOCUMENTED: &str = include_str!("../../../../../docs/embedding.md");

#[tokio::test]
async fn the_looks_are_tried_under_the_policy_of_the_other_pages() {
    let world = World::new().await;
    let (status, headers, page) = world.get("/demo/theming").await;
    assert_eq!(status, StatusCode::OK);
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.contains("style-src 'self'") && !policy.contains("unsafe-inline"), "{policy}");
    assert!(!page.contains("style=") && !page.contains("<style"), "nothing inline");
    assert!(page.contains("only on this computer") && page.contains("<noscript>"), "{page}");
    assert!(page.contains(r#"<option value="ar" lang="ar">"#), "every language can be chosen: {page}");
    for path in ["/", "/demo", "/demo/outbox", "/demo/switches"] {
        assert!(world.get(path).await.2.contains(r#"<a href="/demo/theming">"#), "{path} leads there");
    }
    assert_eq!(world.get("/demo/theming.js").await.0, StatusCode::OK);
    for path in ["/demo/theming", "/demo/theming.js"] {
        let request = Request::get(path).header(header::HOST, "attacker.example");
        assert_eq!(world.send(request, Some("127.0.0.1"), "").await.0, StatusCode::FORBIDDEN, "{path}");
    }
}

/// All texts between `before` and `after`.
fn between<'a>(text: &'a str, before: &str, after: &str) -> BTreeSet<&'a str> {
    text.split(before).skip(1).filter_map(|rest| Some(rest.split_once(after)?.0)).collect()
}

/// The custom properties of the stylesheet.
fn tokens() -> BTreeSet<&'static str> {
    between(STYLESHEET, "var(--regain-", ",")
}

#[test]
fn every_custom_property_can_be_tried_and_has_its_default() {
    let colors = || FEW.iter().chain(&MORE);
    let mut known: BTreeSet<&str> = colors().map(|color| color.token).collect();
    known.extend(MEASURES.iter().map(|measure| measure.token));
    known.insert("font");
    assert_eq!(known, tokens());

    let long = |color: &str| match color.as_bytes() {
        [b'#', r, g, b] => String::from_utf8(vec![b'#', *r, *r, *g, *g, *b, *b]).expect("text"),
        _ => color.to_owned(),
    };
    let default_in = |rules: &str, token: &str| {
        let (_, rest) = rules.split_once(&format!("var(--regain-{token}, ")).expect("is there");
        long(rest.split_once(')').expect("an end").0)
    };
    let (light, dark) = STYLESHEET.split_once(":host([data-theme=\"dark\"])").expect("a dark look");
    // The one colour that the widget chooses by itself has a default for older browsers only.
    for color in colors().filter(|color| color.token != "on-accent") {
        assert_eq!(default_in(light, color.token), color.light, "{}", color.token);
        assert_eq!(default_in(dark, color.token), color.dark, "{}", color.token);
    }
    for Measure { token, value, unit, .. } in &MEASURES {
        assert_eq!(default_in(light, token), format!("{value}{unit}"), "{token}");
    }
    for (name, values) in PRESETS {
        for (token, ..) in values {
            assert!(known.contains(token), "{name} sets {token}");
        }
    }
}

#[test]
fn every_custom_property_is_documented_with_its_default() {
    assert_eq!(between(DOCUMENTED, "\n| `--regain-", "`"), tokens());
    for color in FEW.iter().chain(&MORE).filter(|color| !color.light.is_empty()) {
        let row = format!("\n| `--regain-{}` | `{}` | `{}` |", color.token, color.light, color.dark);
        assert!(DOCUMENTED.contains(&row), "{row}");
    }
    for Measure { token, value, unit, .. } in &MEASURES {
        let row = format!("\n| `--regain-{token}` | `{value}{unit}` |");
        assert!(DOCUMENTED.contains(&row), "{row}");
    }
}

#[test]
fn every_part_is_documented_and_can_be_shown() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src");
    let mut drawn =
        fs::read_to_string(source.join("embed/open/host.js")).expect("reads").replace("part.value = \"", ".part(\"");
    for folder in ["views", "views/security_info"] {
        for file in fs::read_dir(source.join(folder)).expect("lists") {
            let file = file.expect("lists").path();
            if file.is_file() {
                drawn += &fs::read_to_string(file).expect("reads");
            }
        }
    }
    let ways = [".part(\"", ".at(\"part\", \"", "button(\"", "fixed(\"part\", \""];
    let parts: BTreeSet<&str> = ways.iter().flat_map(|way| between(&drawn, way, "\"")).collect();
    assert_eq!(parts, PARTS.iter().map(|(part, _)| *part).collect());
    for (part, what) in PARTS {
        let row = format!("\n| `{part}` | {what} |");
        assert!(DOCUMENTED.contains(&row), "{row}");
    }
}
