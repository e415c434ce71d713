//! The places where a person types or chooses, and the faults of what they hold.

use crate::full::IS_FULL;

/// The most questions that this widget asks at once: more than the five that a server may ask for.
pub(crate) const MOST_QUESTIONS: usize = 9;

/// A place where the person types or chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The user ID.
    UserId,
    /// The text of a picture.
    Captcha,
    /// The choice among the methods.
    Method,
    /// The whole destination of the chosen method.
    Destination,
    /// The code.
    Code,
    /// The answers to the questions, together.
    Answers,
    /// The answer to the question at that place.
    Answer(u8),
    /// The message to the administrators.
    Message,
    /// The choice between unlocking and a new password.
    Outcome,
    /// The current password, where it must be given too.
    Current,
    /// The new password.
    Password,
    /// The new password again.
    Confirm,
    /// The registered methods, together.
    Methods,
    /// The security question at that place, out of those on offer.
    Question(u8),
    /// The person's own words for it.
    Own(u8),
}

impl Field {
    /// Its `name`, and with the prefix `regain-` its `id`: stable, because password managers and
    /// tests rely on it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserId => "username",
            Self::Captcha => "captcha",
            Self::Method => "method",
            Self::Destination => "destination",
            Self::Code => "code",
            Self::Current => "current-password",
            Self::Password => "new-password",
            Self::Confirm => "confirm-password",
            // None of these is in the lean build.
            full if IS_FULL => full.full_name(),
            _ => "",
        }
    }

    const fn full_name(self) -> &'static str {
        const ANSWERS: [&str; MOST_QUESTIONS] = [
            "answer-1", "answer-2", "answer-3", "answer-4", "answer-5", "answer-6", "answer-7", "answer-8", "answer-9",
        ];
        const QUESTIONS: [&str; MOST_QUESTIONS] = [
            "question-1",
            "question-2",
            "question-3",
            "question-4",
            "question-5",
            "question-6",
            "question-7",
            "question-8",
            "question-9",
        ];
        const OWN: [&str; MOST_QUESTIONS] =
            ["own-1", "own-2", "own-3", "own-4", "own-5", "own-6", "own-7", "own-8", "own-9"];
        match self {
            Self::Answers => "answers",
            Self::Answer(place) => ANSWERS[place as usize % MOST_QUESTIONS],
            Self::Message => "message",
            Self::Outcome => "outcome",
            Self::Methods => "methods",
            Self::Question(place) => QUESTIONS[place as usize % MOST_QUESTIONS],
            Self::Own(place) => OWN[place as usize % MOST_QUESTIONS],
            _ => "",
        }
    }
}

/// A fault of what a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldError {
    /// It holds nothing.
    Missing,
    /// The server can't use it.
    Unusable,
    /// A code has another length.
    CodeLength {
        /// The right one, in digits.
        length: u8,
    },
    /// Not the right code, or not the right answers.
    Wrong {
        /// The number of wrong ones that are still forgiven.
        tries_left: u8,
    },
    /// The code's time is up.
    CodeExpired,
    /// More than fits.
    TooLong,
    /// The checklist has an open point.
    BreaksRules,
    /// The server refused the password by the rules listed with it.
    Refused,
    /// The two passwords differ.
    Different,
    /// Fewer characters than it must have.
    TooShort,
    /// The same as another one.
    Repeated,
    /// The question says it.
    GivenAway,
    /// A phone number does not say of which country.
    CountryCode,
    /// Something is still needed.
    Unfinished {
        /// The number of methods to be added.
        missing: u8,
    },
}
