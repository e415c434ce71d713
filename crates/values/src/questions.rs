//! Security questions: the catalogue of predefined ones, and the rules for questions and answers.
//!
//! Regain advises against them (so do NIST SP 800-63B-4 and OWASP), and they are off by default. The
//! catalogue keeps away from what public records and social networks tell: it asks for small things
//! that stayed in one person's memory.
//!
//! A question is named by its id, which never changes: answers are stored under it. Its words may be
//! bettered and are in the catalogue of each language (`languages/`).

mod answer;

use serde::Deserialize;

pub use answer::{ANSWER_CHARACTERS, AnswerFault, check_answers, former_normalise, normalise};

/// Number of characters in a question: REQUIREMENTS 7, as Microsoft has it.
pub const QUESTION_CHARACTERS: std::ops::RangeInclusive<usize> = 3..=200;

/// Maximum number of questions of an organisation's own: REQUIREMENTS 7, as Microsoft has it.
pub const MAX_CUSTOM: usize = 20;

/// The ids of the predefined questions, in the order in which people are offered them.
pub const PREDEFINED: [&str; 35] = [
    "first_pet",
    "childhood_nickname",
    "soft_toy",
    "imaginary_friend",
    "first_school_friend",
    "childhood_neighbours",
    "hiding_place",
    "bedtime_story",
    "mispronounced_word",
    "refused_food",
    "dream_job",
    "childhood_hero",
    "wished_for_toy",
    "best_childhood_present",
    "broken_thing",
    "childhood_smell",
    "grandparents_dish",
    "least_liked_teacher",
    "failed_exam",
    "school_trip",
    "given_up_hobby",
    "first_dish_cooked",
    "first_concert",
    "first_album",
    "first_film",
    "first_crush",
    "first_kiss_place",
    "first_flatmate",
    "first_boss",
    "first_wages",
    "first_trip_alone",
    "first_bicycle",
    "partner_first_met",
    "lost_thing",
    "secret_song",
];

/// A question that an organisation adds to the catalogue, from its configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomQuestion {
    /// Names it, for good: lower-case letters, digits and underscores, and none of the predefined ones.
    pub id: String,
    /// Its words, in the organisation's language.
    pub text: String,
}

/// Tells if a text can be the id of a question of the catalogue or of an organisation.
pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_id_is_one_and_there_once() {
        let ids: BTreeSet<_> = PREDEFINED.into_iter().collect();
        assert_eq!(ids.len(), PREDEFINED.len(), "no id twice");
        assert!(PREDEFINED.into_iter().all(is_id));
    }
}
