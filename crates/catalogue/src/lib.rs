//! Reads what the widget (`src/i18n/languages`) and the server (`crates/server/languages`) say in each
//! language, and checks that no language lacks a text, a place or a form. The build scripts of both have the
//! texts from here, so a language that lacks something fails every build; `cargo xtask dist` ships the
//! widget's languages other than English.

use std::{collections::BTreeSet, fs, path::Path};

use toml::Table;

/// Separates the forms of a plural: `one: … | other: …`.
const FORMS: &str = " | ";
/// Separates a form's CLDR category from its words.
const OF: &str = ": ";
/// The categories of the CLDR (Unicode Technical Standard 35, part 3).
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// A language's texts, in the order of the English ones.
#[derive(Debug, Clone)]
pub struct Catalogue<const N: usize> {
    /// The language, as a BCP 47 tag.
    pub tag: String,
    /// The texts of each section of the English file.
    pub sections: [Vec<Entry>; N],
}

/// One text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its words.
    pub words: String,
}

/// Everything that is wrong with catalogues.
#[derive(Debug)]
pub struct Faults(Vec<String>);

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Faults {}

/// Reads a folder with a file for each language, such as `de.toml`: English first, then the others by tag.
/// Only the English file, `en.toml`, has sections, and they are these.
pub fn read<const N: usize>(folder: &Path, sections: [&str; N]) -> Result<Vec<Catalogue<N>>, Faults> {
    let fault = |what: &dyn std::fmt::Display| Faults(vec![format!("{}: {what}", folder.display())]);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| fault(&error))? {
        let path = entry.map_err(|error| fault(&error))?.path();
        if let (Some("toml"), Some(tag)) =
            (path.extension().and_then(|it| it.to_str()), path.file_stem().and_then(|it| it.to_str()))
        {
            files.push((tag.to_owned(), fs::read_to_string(&path).map_err(|error| fault(&error))?));
        }
    }
    files.sort_unstable();
    parse(&files, sections)
}

fn parse<const N: usize>(files: &[(String, String)], sections: [&str; N]) -> Result<Vec<Catalogue<N>>, Faults> {
    let mut faults = Vec::new();
    let mut tables = Vec::new();
    for (tag, text) in files {
        match text.parse::<Table>() {
            Ok(table) => tables.push((tag, table)),
            Err(error) => faults.push(format!("{tag}: {error}")),
        }
    }
    let english = tables.iter().find(|(tag, _)| *tag == "en").map(|(_, table)| {
        let mut known = BTreeSet::new();
        for (name, section) in table {
            if !sections.contains(&name.as_str()) {
                faults.push(format!("en: {name} is no section"));
            }
            for name in section.as_table().into_iter().flat_map(Table::keys) {
                if !known.insert(name) {
                    faults.push(format!("en: {name} is there twice"));
                }
            }
        }
        Catalogue { tag: "en".to_owned(), sections: sections.map(|section| entries(table, section)) }
    });
    let Some(english) = english.filter(|_| faults.is_empty()) else {
        faults.push("en: is missing, or one of the files cannot be read".to_owned());
        return Err(Faults(faults));
    };
    for Entry { name, words } in english.sections.iter().flatten() {
        faults.extend(wrong(words, words).into_iter().map(|what| format!("en: {name} {what}")));
    }
    let mut all = vec![english.clone()];
    for (tag, table) in tables.iter().filter(|(tag, _)| *tag != "en") {
        all.push(translated(&english, tag, table, &mut faults));
    }
    if faults.is_empty() { Ok(all) } else { Err(Faults(faults)) }
}

fn entries(table: &Table, section: &str) -> Vec<Entry> {
    let section = table.get(section).and_then(toml::Value::as_table).into_iter().flatten();
    section
        .map(|(name, words)| Entry { name: name.clone(), words: words.as_str().unwrap_or_default().to_owned() })
        .collect()
}

/// A language in the order of the English texts; what is wrong with it is added to `faults`.
fn translated<const N: usize>(
    english: &Catalogue<N>,
    tag: &str,
    table: &Table,
    faults: &mut Vec<String>,
) -> Catalogue<N> {
    let mut fault = |name: &str, what: &str| faults.push(format!("{tag}: {name} {what}"));
    let mut known = BTreeSet::new();
    let mut part = |texts: &[Entry]| -> Vec<Entry> {
        let mut part = Vec::with_capacity(texts.len());
        for text in texts {
            known.insert(text.name.clone());
            let words = table.get(&text.name).and_then(toml::Value::as_str);
            match words {
                None => fault(&text.name, "is missing"),
                Some(words) => {
                    for what in wrong(&text.words, words) {
                        fault(&text.name, &what);
                    }
                }
            }
            part.push(Entry { name: text.name.clone(), words: words.unwrap_or_default().to_owned() });
        }
        part
    };
    let sections = english.sections.each_ref().map(|texts| part(texts));
    for name in table.keys().filter(|name| !known.contains(*name)) {
        fault(name, "is no text");
    }
    Catalogue { tag: tag.to_owned(), sections }
}

/// Faults of a text, compared with the English one.
fn wrong(english: &str, words: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if english.is_empty() != words.is_empty() {
        wrong.push("is empty, or should be".to_owned());
    }
    if words.chars().any(|c| c.is_control() || c == '<') {
        wrong.push("holds a control character or markup".to_owned());
    }
    if !pairs(words) {
        wrong.push("has a brace without its other one".to_owned());
    }
    if !english.starts_with("one: ") {
        if places(english) != places(words) {
            wrong.push(format!("has the places {:?}, wanted {:?}", places(words), places(english)));
        }
        return wrong;
    }
    let allowed = places(english);
    let mut last = "";
    for form in words.split(FORMS) {
        let (category, words) = form.split_once(OF).unwrap_or(("", form));
        last = category;
        if !CATEGORIES.contains(&category) {
            wrong.push(format!("has a form for “{category}”, which is no category"));
        }
        if !places(words).is_subset(&allowed) || allowed.contains("1") && !places(words).contains("1") {
            wrong.push(format!("has the places {:?} for {category}", places(words)));
        }
    }
    if last != "other" {
        wrong.push("does not end with the form for “other”".to_owned());
    }
    wrong
}

/// Tells if each opening brace is followed by its closing one, and none stands within others.
fn pairs(words: &str) -> bool {
    let mut open = false;
    words.chars().filter(|c| matches!(c, '{' | '}')).all(|c| {
        let expected = (c == '{') != open;
        open = c == '{';
        expected
    }) && !open
}

/// The names in braces.
fn places(words: &str) -> BTreeSet<&str> {
    words.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(place, _)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "[lean]\nNext = \"Next\"\nOf = \"{0} of {1}\"\n[full]\n\
                           Left = \"one: {1} has one | other: {1} has {0}\"\nNothing = \"\"\n";

    fn with(other: &str) -> Result<Vec<Catalogue<2>>, Faults> {
        parse(&[("en".to_owned(), ENGLISH.to_owned()), ("xx".to_owned(), other.to_owned())], ["lean", "full"])
    }

    #[test]
    fn a_language_has_the_texts_in_the_english_order() {
        let all =
            with("Left = \"other: {1}: {0}\"\nOf = \"{1}/{0}\"\nNext = \"Weiter\"\nNothing = \"\"").expect("is whole");
        let names = |part: &[Entry]| part.iter().map(|entry| entry.name.clone()).collect::<Vec<_>>();
        let [lean, full] = &all[1].sections;
        assert_eq!(names(lean), ["Next", "Of"]);
        assert_eq!(names(full), ["Left", "Nothing"]);
        assert_eq!(lean[0].words, "Weiter");
    }

    #[test]
    fn every_fault_is_named() {
        let faults =
            with("Of = \"{0}\"\nLeft = \"one: {1} | some: {0}\"\nNothing = \"<b>\"\nMore = \"x\"").expect_err("faulty");
        let said = faults.to_string();
        for fault in [
            "Next is missing",
            "Of has the places",
            "“some”",
            "Left does not end",
            "markup",
            "Nothing is empty",
            "More is no text",
        ] {
            assert!(said.contains(fault), "{fault}: {said}");
        }
        assert!(parse::<0>(&[("xx".to_owned(), String::new())], []).is_err(), "without English there is nothing");
        assert!(with("not TOML").is_err());
    }

    #[test]
    fn the_english_file_has_each_text_once_and_no_other_sections() {
        let english = "[lean]\nNext = \"Next\"\nOpen = \"{place\"\n[full]\nNext = \"Next\"\n[more]\n";
        let faults = |english: &str| {
            parse(&[("en".to_owned(), english.to_owned())], ["lean", "full"]).expect_err("faulty").to_string()
        };
        let said = faults(english);
        assert!(said.contains("Next is there twice") && said.contains("more is no section"), "{said}");
        assert!(faults("[lean]\nOpen = \"{place\"").contains("brace"));
    }
}
