//! The server's texts in each language: mails, phone, its own pages, and the predefined questions. The words are in
//! `languages/` (a file each, checked by the build); the rules for numbers, dates and the direction of writing are the
//! CLDR's.

mod negotiation;

use std::sync::LazyLock;

use icu_datetime::{
    DateTimeFormatter, DateTimeFormatterPreferences,
    fieldsets::YMD,
    input::{Date, DateTime, Time},
    preferences::{CalendarAlgorithm, HourCycle},
};
use icu_locale::{
    LanguageIdentifier, LocaleDirectionality, extensions::unicode::value, langid,
    preferences::extensions::unicode::keywords::NumberingSystem, subtags,
};
use icu_plurals::{PluralCategory, PluralRules};
use jiff::{Timestamp, tz::TimeZone};
pub(crate) use negotiation::{by_preference, canonical, nearest};
use negotiation::{identifier, likely};

// `Text`, `QUESTIONS` and `CATALOGUES`, of `languages/*.toml`.
include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// A language with everything that is said in it.
#[derive(Debug)]
pub(crate) struct Language {
    /// As a BCP 47 tag.
    pub(crate) tag: &'static str,
    /// True if it is written from right to left.
    pub(crate) rtl: bool,
    id: LanguageIdentifier,
    /// The language and its script, which tell it from the others.
    likely: (subtags::Language, Option<subtags::Script>),
    texts: &'static [&'static str],
    questions: &'static [&'static str],
}

/// All of them, English first.
pub(crate) static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let direction = LocaleDirectionality::new_common();
    let language = |&(tag, texts, questions): &(&'static str, _, _)| {
        let id = identifier(tag).expect("a file is named for a language");
        Language { tag, rtl: direction.is_right_to_left(&id), likely: likely(&id), id, texts, questions }
    };
    CATALOGUES.iter().map(language).collect()
});

/// Tells if there is a catalogue for the language of a locale.
pub(crate) fn is_written(locale: &str) -> bool {
    catalogue(locale).is_some()
}

/// The language of a locale: what matters is the language and how it is written, not where. English where
/// there is no catalogue for it.
pub(crate) fn language(locale: &str) -> &'static Language {
    catalogue(locale).unwrap_or(&LANGUAGES[0])
}

fn catalogue(locale: &str) -> Option<&'static Language> {
    let id = identifier(&canonical(locale)?)?;
    let likely = likely(&id);
    LANGUAGES.iter().find(|one| one.id == id).or_else(|| LANGUAGES.iter().find(|one| one.likely == likely))
}

/// The words of a predefined question in a language, or in English where there is no catalogue for it;
/// `None` where the id is not one of [`PREDEFINED`](regain_values::questions::PREDEFINED).
pub fn question(id: &str, locale: &str) -> Option<&'static str> {
    language(locale).question(id)
}

impl Language {
    /// The direction it is written in, as HTML has it.
    pub(crate) const fn direction(&self) -> &'static str {
        if self.rtl { "rtl" } else { "ltr" }
    }

    /// The words.
    pub(crate) fn text(&self, text: Text) -> &'static str {
        self.texts[text as usize]
    }

    /// The words with their places filled, each by its name. A value stays what it is: it has no places.
    pub(crate) fn fill(&self, text: Text, values: &[(&str, &str)]) -> String {
        filled(self.text(text), values, ("", ""))
    }

    /// As [`fill`](Self::fill), for what is read on screens: in a language that is written from right to left,
    /// each value is set apart from the words around it (Unicode Standard Annex 9: FSI to PDI), so that
    /// neither turns the other.
    pub(crate) fn write(&self, text: Text, values: &[(&str, &str)]) -> String {
        filled(self.text(text), values, self.isolates())
    }

    /// A value, set apart as in [`write`](Self::write).
    pub(crate) fn apart(&self, value: &str) -> String {
        let (before, after) = self.isolates();
        [before, value, after].concat()
    }

    const fn isolates(&self) -> (&'static str, &'static str) {
        if self.rtl { ("\u{2068}", "\u{2069}") } else { ("", "") }
    }

    /// So many minutes.
    pub(crate) fn minutes(&self, minutes: u32) -> String {
        let rules = PluralRules::try_new_cardinal((&self.id).into());
        let category = name(rules.map_or(PluralCategory::Other, |rules| rules.category_for(minutes)));
        let forms = || self.text(Text::Minutes).split(" | ").filter_map(|form| form.split_once(": "));
        let form = forms().find(|(of, _)| *of == category).or_else(|| forms().last());
        filled(form.map_or("", |(_, words)| words), &[("minutes", &minutes.to_string())], ("", ""))
    }

    /// A point in time, by the calendar and the digits that everybody reads who reads the language.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        let mut preferences = DateTimeFormatterPreferences::from(&self.id);
        if self.tag == "en" {
            // The words are British, so the dates are.
            preferences = DateTimeFormatterPreferences::from(&langid!("en-GB"));
        }
        preferences.hour_cycle = Some(HourCycle::H23);
        preferences.calendar_algorithm = Some(CalendarAlgorithm::Gregory);
        preferences.numbering_system = NumberingSystem::try_from(value!("latn")).ok();
        let utc = TimeZone::UTC.to_datetime(at);
        let part = |part: i8| u8::try_from(part).unwrap_or_default();
        let written = || {
            let formatter = DateTimeFormatter::try_new(preferences, YMD::long().with_time_hm()).ok()?;
            let date = Date::try_new_iso(utc.year().into(), part(utc.month()), part(utc.day())).ok()?;
            let time = Time::try_new(part(utc.hour()), part(utc.minute()), 0, 0).ok()?;
            Some(formatter.format(&DateTime { date, time }).to_string())
        };
        let time = written().unwrap_or_else(|| utc.strftime("%Y-%m-%d %H:%M").to_string());
        self.fill(Text::Utc, &[("time", &time)])
    }

    /// The words of a predefined question.
    pub(crate) fn question(&self, id: &str) -> Option<&'static str> {
        QUESTIONS.iter().position(|one| *one == id).map(|index| self.questions[index])
    }
}

/// The catalogues' name for the form of a number.
const fn name(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

fn filled(mut rest: &str, values: &[(&str, &str)], (before_value, after_value): (&str, &str)) -> String {
    let mut filled = String::with_capacity(rest.len() + 64);
    while let Some((before, after)) = rest.split_once('{') {
        let (place, after) = after.split_once('}').unwrap_or_default();
        let value = values.iter().find(|(name, _)| *name == place).map(|(_, value)| *value);
        debug_assert!(value.is_some(), "no value for {place}");
        for part in [before, before_value, value.unwrap_or_default(), after_value] {
            filled.push_str(part);
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use regain_values::questions::{PREDEFINED, QUESTION_CHARACTERS};

    use super::*;

    #[test]
    fn a_locale_is_spoken_in_the_nearest_language_or_in_english() {
        for (locale, tag) in [
            ("en", "en"),
            ("en-GB", "en"),
            ("de", "de"),
            ("DE-at", "de"),
            ("de_AT.UTF-8", "de"),
            ("tlh", "en"),
            ("", "en"),
            ("not a tag", "en"),
            ("sr-Latn-RS", "en"),
        ] {
            assert_eq!(language(locale).tag, tag, "{locale:?}");
        }
    }

    #[test]
    fn every_question_has_words_of_its_own() {
        for Language { tag, .. } in LANGUAGES.iter() {
            let texts: BTreeSet<_> = PREDEFINED.iter().filter_map(|id| question(id, tag)).collect();
            assert_eq!(texts.len(), PREDEFINED.len(), "{tag}: each has words, and no two the same");
            for text in texts {
                assert!(QUESTION_CHARACTERS.contains(&text.chars().count()), "{tag}: {text}");
            }
        }
    }

    #[test]
    fn what_is_not_in_the_catalogue_has_no_words() {
        for id in ["", "First_pet", "first_pet ", "mothers_maiden_name"] {
            assert_eq!(question(id, "en"), None, "{id:?}");
        }
        assert_eq!(question("first_pet", "tlh"), question("first_pet", "en"), "an unknown language is English");
    }

    #[test]
    fn values_have_no_places() {
        let values = [("organisation", "{message} {"), ("message", "}{organisation}")];
        assert_eq!(language("en").fill(Text::SmsFrom, &values), "{message} {: }{organisation}");
    }

    #[test]
    fn numbers_take_the_form_of_their_language() {
        let english = |minutes| language("en").minutes(minutes);
        assert_eq!([0, 1, 2].map(english), ["0 minutes", "1 minute", "2 minutes"]);
        for language in LANGUAGES.iter() {
            let rules = PluralRules::try_new_cardinal((&language.id).into()).expect("the CLDR has it");
            let forms: Vec<_> =
                language.text(Text::Minutes).split(" | ").filter_map(|form| form.split_once(": ")).collect();
            for minutes in 1..=1440_u32 {
                let category = name(rules.category_for(minutes));
                assert!(forms.iter().any(|(of, _)| *of == category), "{}: {category} for {minutes}", language.tag);
            }
            for (category, _) in forms {
                assert!(rules.categories().any(|one| name(one) == category), "{}: {category}", language.tag);
            }
        }
    }

    #[test]
    fn times_are_in_the_language_and_in_digits_that_all_read() {
        let at = "2026-11-23T04:06:00Z".parse().expect("a valid time");
        assert_eq!(language("en").time(at), "23 November 2026 at 04:06 UTC");
        for language in LANGUAGES.iter() {
            let time = language.time(at);
            for said in ["2026", "23", "06", "UTC"] {
                assert!(time.contains(said), "{}: {time}", language.tag);
            }
            assert!(language.tag == "en" || !time.contains(" at "), "{time}");
        }
    }
}
