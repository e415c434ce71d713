//! Ships the languages other than English: for each a file of the texts that come with every flow, and one of
//! those that only the full widget says, a line each; and an index of them all.

use anyhow::Result;
use regain_catalogue::{Catalogue, Entry};
use serde_json::{Map, json};

use super::shipped::Shipped;
use crate::paths;

/// Ships them all, and returns the index of them as JSON: of each tag its two files.
pub(super) fn language_files(shipped: &mut Shipped) -> Result<String> {
    let all = regain_catalogue::read(&paths::root().join("src/i18n/languages"), ["lean", "full"])?;
    let mut index = Map::new();
    let english = &all[0];
    let pseudo = [pseudo(english, "en-XA", accented), pseudo(english, "ar-XB", turned)];
    for Catalogue { tag, sections: [lean, full] } in all.iter().skip(1).chain(&pseudo) {
        let mut file = |part: &[Entry], name: &str| {
            let lines: String = part.iter().flat_map(|entry| [&*entry.words, "\n"]).collect();
            shipped.hashed(&format!("regain-{tag}{name}-"), ".txt", lines.as_bytes())
        };
        let files = [file(lean, "")?, file(full, "-full")?];
        index.insert(tag.clone(), files.iter().map(|file| json!([file.name, file.integrity])).collect());
    }
    Ok(json!(index).to_string())
}

/// A language that nobody speaks, made of the English one: what it does not change was not in a catalogue.
fn pseudo(english: &Catalogue<2>, tag: &str, change: fn(&str) -> String) -> Catalogue<2> {
    let part = |part: &[Entry]| -> Vec<Entry> {
        let words = |entry: &Entry| if entry.words.is_empty() { String::new() } else { changed(&entry.words, change) };
        part.iter().map(|entry| Entry { name: entry.name.clone(), words: words(entry) }).collect()
    };
    Catalogue { tag: tag.to_owned(), sections: english.sections.each_ref().map(|texts| part(texts)) }
}

/// Changes each form of a text, and leaves the names of the forms.
fn changed(words: &str, change: fn(&str) -> String) -> String {
    if !words.starts_with("one: ") {
        return change(words);
    }
    let forms = words.split(" | ").filter_map(|form| form.split_once(": "));
    forms.map(|(category, words)| format!("{category}: {}", change(words))).collect::<Vec<_>>().join(" | ")
}

/// The CLDR's en-XA: every letter has an accent, everything is longer by two fifths, and brackets show where
/// something is cut off. Places stay.
fn accented(words: &str) -> String {
    let mut place = false;
    let accented: String = words
        .chars()
        .map(|c| {
            place = c == '{' || place && c != '}';
            if place { c } else { accent(c) }
        })
        .collect();
    let longer = words.chars().count() * 2 / 5;
    let more: String = " one two three four five six seven eight nine ten".chars().cycle().take(longer).collect();
    format!("[{accented}{more}]")
}

fn accent(letter: char) -> char {
    const PLAIN: &str = "aceinorsuyzACEINORSUYZ";
    const ACCENTED: &str = "àçéîñöŕšûýžÀÇÉÎÑÖŔŠÛÝŽ";
    PLAIN.chars().position(|plain| plain == letter).and_then(|at| ACCENTED.chars().nth(at)).unwrap_or(letter)
}

/// The CLDR's ar-XB: every word is turned to run from right to left (U+202E to U+202C).
fn turned(words: &str) -> String {
    let turn = |word: &str| {
        if word.contains('{') { word.to_owned() } else { format!("\u{202e}{word}\u{202c}") }
    };
    words.split(' ').map(turn).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::{accented, changed, turned};
    use crate::paths;

    #[test]
    fn what_the_loader_reads_stands_first() {
        let all = regain_catalogue::read(&paths::root().join("src/i18n/languages"), ["lean", "full"]).expect("whole");
        let [lean, _] = &all[0].sections;
        let first: Vec<_> = lean.iter().take(2).map(|entry| &*entry.name).collect();
        assert_eq!(first, ["Broke", "BrokeGoOn"], "the others have the English order");
    }

    #[test]
    fn the_documentation_has_the_link_in_every_language() {
        let all = regain_catalogue::read(&paths::root().join("src/i18n/languages"), ["lean", "full"]).expect("whole");
        let docs = std::fs::read_to_string(paths::root().join("docs/embedding.md")).expect("there");
        let (_, section) = docs.split_once("\n### The link in other languages\n").expect("the section");
        let (section, _) = section.split_once("\n## ").expect("its end");
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "));
        let rows: BTreeMap<_, _> = rows.filter(|(tag, _)| *tag != "lang").collect();
        let tags: BTreeSet<_> = all.iter().map(|catalogue| &*catalogue.tag).collect();
        assert_eq!(rows.keys().copied().collect::<BTreeSet<_>>(), tags);
        let words: BTreeSet<_> = rows.values().collect();
        assert_eq!(words.len(), tags.len(), "each in its own words");
        // They are put between quotation marks.
        assert!(words.iter().all(|words| !words.is_empty() && !words.contains(['"', '<', '&'])));
    }

    #[test]
    fn pseudo_languages_keep_places_and_forms() {
        assert_eq!(accented("You have {0}."), "[Ýöû hàvé {0}. one ]");
        assert_eq!(turned("a {0}"), "\u{202e}a\u{202c} {0}");
        assert_eq!(changed("one: one | other: {0}", turned), "one: \u{202e}one\u{202c} | other: {0}");
    }
}
