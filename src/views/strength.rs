//! How strong a new password is: a bar, and in words what it means, why, and what would help. Nothing at
//! all where that can't be told.

use super::new_password::of;
use super::parts::{Context, Element, element};
use crate::flow::{Strength, View};
use crate::i18n::{self, Text};

/// How long guessing takes, in the seconds from which on the words hold.
const TIMES: [(u32, Text); 8] = [
    (100 * 31_556_952, Text::TimeCenturies),
    (31_556_952, Text::TimeYears),
    (2_629_746, Text::TimeMonths),
    (86_400, Text::TimeDays),
    (3_600, Text::TimeHours),
    (60, Text::TimeMinutes),
    (1, Text::TimeSeconds),
    (0, Text::TimeNone),
];

/// The codes of zxcvbn, and our words for them; what comes to the same is said once.
const REASONS: [(&str, Text); 25] = [
    ("straight_row", Text::WeakKeys),
    ("key_pattern", Text::WeakKeys),
    ("simple_repeat", Text::WeakRepeats),
    ("extended_repeat", Text::WeakRepeats),
    ("sequence", Text::WeakSequences),
    ("recent_year", Text::WeakDates),
    ("date", Text::WeakDates),
    ("top_ten", Text::WeakCommon),
    ("top_hundred", Text::WeakCommon),
    ("common", Text::WeakCommon),
    ("similar_to_common", Text::WeakCommon),
    ("word_by_itself", Text::WeakWord),
    ("names_by_themselves", Text::WeakNames),
    ("common_names", Text::WeakNames),
    ("another_word", Text::HelpAnother),
    ("capitalization", Text::HelpCapitals),
    ("all_uppercase", Text::HelpCapitals),
    ("reverse_words", Text::HelpReversed),
    ("look_alikes", Text::HelpLookAlikes),
    ("longer_key_pattern", Text::WeakKeys),
    ("repeated", Text::WeakRepeats),
    ("sequences", Text::WeakSequences),
    ("recent_years", Text::WeakDates),
    ("associated_years", Text::WeakDates),
    ("associated_dates", Text::WeakDates),
];

/// The meter.
pub(super) fn meter(context: Context) -> Element {
    let bar = element("div")
        .part("meter")
        .at("role", "meter")
        .at("aria-label", i18n::text(Text::StrengthLabel))
        .at("aria-valuemin", "0")
        .at("aria-valuemax", "4")
        .live_at("aria-valuenow", move || {
            context.read(|view| strength(view).map(|strength| i18n::digits(strength.score.into())))
        })
        .live_at("aria-valuetext", move || Some(context.read(verdict)));
    element("div")
        .at("class", "strength")
        .when("hidden", context, |view| strength(view).is_none())
        .child(bar)
        .child(element("p").part("hint").shows(context, verdict))
        .child(element("p").part("hint").shows(context, reasons))
}

fn strength(view: &View) -> Option<&Strength> {
    of(view)?.strength.as_ref()
}

/// What a score is called.
pub(super) fn name(score: u8) -> &'static str {
    const NAMES: [Text; 5] = [
        Text::StrengthVeryWeak,
        Text::StrengthWeak,
        Text::StrengthFair,
        Text::StrengthStrong,
        Text::StrengthVeryStrong,
    ];
    i18n::text(NAMES[usize::from(score.min(4))])
}

fn verdict(view: &View) -> String {
    strength(view).map(summary).unwrap_or_default()
}

fn summary(strength: &Strength) -> String {
    let time = TIMES.iter().find(|(from, _)| strength.seconds >= *from).map_or(Text::TimeNone, |(_, time)| *time);
    i18n::fill(Text::StrengthTakes, &[name(strength.score), i18n::text(time)])
}

fn reasons(view: &View) -> String {
    strength(view).map(advice).unwrap_or_default()
}

fn advice(strength: &Strength) -> String {
    let mut said = Vec::new();
    for code in strength.warning.iter().chain(&strength.suggestions) {
        if let Some((_, text)) = REASONS.iter().find(|(known, _)| known == code)
            && !said.contains(&i18n::text(*text))
        {
            said.push(i18n::text(*text));
        }
    }
    said.join(" ")
}

/// All of it, to be said.
pub(crate) fn said(strength: &Strength) -> String {
    [i18n::text(Text::StrengthLabel), ": ", &summary(strength), " ", &advice(strength)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strength(seconds: u32, warning: Option<&str>, suggestions: &[&str]) -> Strength {
        let suggestions = suggestions.iter().map(|&code| code.to_owned()).collect();
        Strength { score: 2, seconds, warning: warning.map(str::to_owned), suggestions }
    }

    #[test]
    fn times_are_said_in_their_largest_unit() {
        for (seconds, time) in [
            (0, "less than a second"),
            (1, "seconds"),
            (59, "seconds"),
            (60, "minutes"),
            (3_600, "hours"),
            (86_400, "days"),
            (40 * 86_400, "months"),
            (2 * 31_556_952, "years"),
            (u32::MAX, "centuries"),
        ] {
            let words = summary(&strength(seconds, None, &[]));
            assert_eq!(words, format!("Fair. Guessing it would take {time}."), "{seconds}");
        }
    }

    #[test]
    fn what_comes_to_the_same_is_said_once_and_what_is_not_known_not_at_all() {
        let strength = strength(1, Some("simple_repeat"), &["repeated", "of_a_newer_version", "another_word"]);
        let words = [Text::WeakRepeats, Text::HelpAnother].map(i18n::text).join(" ");
        assert_eq!(advice(&strength), words);
    }
}
