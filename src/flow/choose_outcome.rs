//! Unlock and keep the password, or choose a new one? Begins when the owner of a locked account has
//! proved who they are; ends when the server takes the choice.

use regain_protocol::{Answer, UnlockOutcome};

use super::{Field, FieldError};
use crate::full::InFull;

/// What is on offer, and the choice so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChooseOutcome {
    /// Those that this widget knows.
    pub outcomes: Vec<UnlockOutcome>,
    /// The place of the chosen one.
    pub chosen: Option<usize>,
    /// What is wrong with the choice.
    pub error: Option<FieldError>,
    /// It is in the full build only.
    pub(super) in_full: InFull,
}

impl ChooseOutcome {
    /// `None` where nothing is left to choose from.
    pub(super) fn new(mut outcomes: Vec<UnlockOutcome>) -> Option<Self> {
        outcomes.retain(|outcome| *outcome != UnlockOutcome::Unknown);
        let chosen = (outcomes.len() == 1).then_some(0);
        let in_full = InFull::get()?;
        (!outcomes.is_empty()).then_some(Self { outcomes, chosen, error: None, in_full })
    }

    /// The same step as the server has it now: the choice stays where it still can.
    pub(super) fn refresh(&mut self, new: Self) {
        if new.outcomes != self.outcomes {
            *self = new;
        }
    }

    pub(super) fn chose(&mut self, place: usize) {
        if place < self.outcomes.len() {
            self.chosen = Some(place);
            self.error = None;
        }
    }

    pub(super) fn submit(&mut self) -> Result<Answer, Field> {
        match self.chosen.and_then(|place| self.outcomes.get(place)) {
            Some(UnlockOutcome::Unlock) => Ok(Answer::Unlock {}),
            Some(_) => Ok(Answer::Reset {}),
            None => {
                self.error = Some(FieldError::Missing);
                Err(Field::Outcome)
            }
        }
    }
}
