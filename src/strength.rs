//! Verdicts of the strength worker, in words.

use regain_protocol::{Suggestion, Warning};

use crate::api::Json;
use crate::i18n::{self, Text};
use regain_flow::Strength;

/// By the score.
const SCORES: [Text; 5] =
    [Text::StrengthVeryWeak, Text::StrengthWeak, Text::StrengthFair, Text::StrengthGood, Text::StrengthStrong];

/// From how many seconds on which words hold; a month and a year as long as they are on average.
const TIMES: [(f64, Text); 7] = [
    (3_155_695_200.0, Text::TimeCenturies),
    (31_556_952.0, Text::TimeYears),
    (2_629_746.0, Text::TimeMonths),
    (86_400.0, Text::TimeDays),
    (3_600.0, Text::TimeHours),
    (60.0, Text::TimeMinutes),
    (1.0, Text::TimeSeconds),
];

/// By the number of the [`Warning`].
const WARNINGS: [Text; 14] = {
    let mut texts = [Text::Nothing; 14];
    texts[Warning::StraightRow as usize] = Text::GuessKeys;
    texts[Warning::KeyPattern as usize] = Text::GuessKeys;
    texts[Warning::SimpleRepeat as usize] = Text::GuessRepeats;
    texts[Warning::ExtendedRepeat as usize] = Text::GuessRepeats;
    texts[Warning::Sequence as usize] = Text::GuessSequences;
    texts[Warning::RecentYear as usize] = Text::GuessDates;
    texts[Warning::Date as usize] = Text::GuessDates;
    texts[Warning::TopTen as usize] = Text::GuessTopTen;
    texts[Warning::TopHundred as usize] = Text::GuessTopHundred;
    texts[Warning::Common as usize] = Text::GuessCommon;
    texts[Warning::SimilarToCommon as usize] = Text::GuessCommon;
    texts[Warning::WordByItself as usize] = Text::GuessWord;
    texts[Warning::NamesByThemselves as usize] = Text::GuessNames;
    texts[Warning::CommonNames as usize] = Text::GuessNames;
    texts
};

/// By the number of the [`Suggestion`]. What comes to the same as a warning has its words.
const SUGGESTIONS: [Text; 13] = {
    let mut texts = [Text::Nothing; 13];
    texts[Suggestion::UseWords as usize] = Text::UseWords;
    texts[Suggestion::NoNeed as usize] = Text::NoNeed;
    texts[Suggestion::AnotherWord as usize] = Text::AnotherWord;
    texts[Suggestion::Capitalization as usize] = Text::CapitalsDontHelp;
    texts[Suggestion::AllUppercase as usize] = Text::CapitalsDontHelp;
    texts[Suggestion::ReverseWords as usize] = Text::BackwardsDoesntHelp;
    texts[Suggestion::LookAlikes as usize] = Text::LookAlikesDontHelp;
    texts[Suggestion::LongerKeyPattern as usize] = Text::MoreKeys;
    texts[Suggestion::Repeated as usize] = Text::GuessRepeats;
    texts[Suggestion::Sequences as usize] = Text::GuessSequences;
    texts[Suggestion::RecentYears as usize] = Text::GuessDates;
    texts[Suggestion::AssociatedYears as usize] = Text::AvoidYears;
    texts[Suggestion::AssociatedDates as usize] = Text::AvoidYears;
    texts
};

/// Reads a verdict ([`regain_protocol::Strength`] as JSON).
pub(crate) fn read<J: Json>(verdict: &J) -> Option<Strength> {
    let score = place(&verdict.get("score")?)?;
    let seconds = verdict.get("seconds")?.number()?;
    let mut time = Text::TimeNone;
    for (from, text) in TIMES {
        if seconds >= from {
            time = text;
            break;
        }
    }
    let mut words = i18n::fill(Text::StrengthIs, &[i18n::text(*SCORES.get(score)?), i18n::text(time)]);
    let mut said = Vec::new();
    if let Some(warning) = verdict.get("warning") {
        said.extend(text(&WARNINGS, &warning));
    }
    for suggestion in verdict.get("suggestions")?.items()? {
        said.extend(text(&SUGGESTIONS, &suggestion).filter(|text| !said.contains(text)));
    }
    for text in said {
        words.push(' ');
        words.push_str(i18n::text(text));
    }
    Some(Strength { score: u8::try_from(score).ok()?, words })
}

/// The words for a number; none for one of a newer worker.
fn text<J: Json>(texts: &[Text], number: &J) -> Option<Text> {
    texts.get(place(number)?).copied()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a saturating cast is what is meant")]
fn place<J: Json>(number: &J) -> Option<usize> {
    Some(number.number()? as usize)
}

#[cfg(test)]
mod tests {
    use regain_protocol as wire;
    use serde_json::{Value, json};

    use super::*;

    fn said(verdict: &wire::Strength) -> Strength {
        read(&serde_json::to_value(verdict).expect("JSON")).expect("a verdict")
    }

    #[test]
    fn a_verdict_is_said_in_words_each_once() {
        let verdict = wire::Strength {
            score: 0,
            warning: Some(Warning::SimpleRepeat),
            suggestions: vec![Suggestion::AnotherWord, Suggestion::Repeated],
            seconds: 61.0,
        };
        let words = "Very weak – minutes to guess. Repeats such as aaa or abcabc are easy to \
                     guess. Add another word or two, less common ones.";
        assert_eq!(said(&verdict), Strength { score: 0, words: words.to_owned() });
        let best = wire::Strength { score: 4, warning: None, suggestions: vec![], seconds: 1e15 };
        assert_eq!(said(&best).words, "Strong – centuries to guess.");
    }

    #[test]
    fn there_are_words_for_every_code() {
        assert!(WARNINGS.iter().chain(&SUGGESTIONS).all(|text| *text != Text::Nothing));
        // Neither enum has a member beyond the last that is listed.
        let last = |count: usize| json!(count - 1);
        let beyond = |count: usize| json!(count);
        assert!(serde_json::from_value::<Warning>(last(WARNINGS.len())).is_ok());
        assert!(serde_json::from_value::<Warning>(beyond(WARNINGS.len())).is_err());
        assert!(serde_json::from_value::<Suggestion>(last(SUGGESTIONS.len())).is_ok());
        assert!(serde_json::from_value::<Suggestion>(beyond(SUGGESTIONS.len())).is_err());
    }

    #[test]
    fn what_is_no_verdict_is_none() {
        for broken in [json!({}), json!({ "score": 9, "seconds": 1, "suggestions": [] }), json!(null), json!("2")] {
            assert_eq!(read(&broken), None, "{broken}");
        }
        // A newer worker's advice is left out.
        let newer: Value = json!({ "score": 2, "seconds": 0.5, "warning": 99, "suggestions": [99, 0] });
        let words = "Fair – less than a second to guess. Use a few unrelated words.";
        assert_eq!(read(&newer).expect("a verdict").words, words);
    }
}
