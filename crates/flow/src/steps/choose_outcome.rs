//! Choose between unlocking, which keeps the password, and a new password: begins when the owner of a locked account has
//! proved who they are; ends when the server takes the choice.

use regain_protocol::{Answer, UnlockOutcome};

use crate::field::{Field, FieldError};
use crate::step::{Context, Outcome, StepState};

/// The outcomes on offer, and the choice so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChooseOutcome {
    /// Those that this widget knows.
    outcomes: Vec<UnlockOutcome>,
    /// The place of the chosen one.
    pub(crate) chosen: Option<usize>,
    error: Option<FieldError>,
}

/// The outcomes to draw.
#[derive(Debug, Clone)]
pub struct OutcomesView {
    /// In the server's order.
    pub outcomes: Vec<UnlockOutcome>,
    /// The place of the chosen one.
    pub chosen: Option<usize>,
    /// The fault of the choice.
    pub error: Option<FieldError>,
}

impl ChooseOutcome {
    /// `None` where nothing is left to choose from.
    pub(crate) fn new(mut outcomes: Vec<UnlockOutcome>) -> Option<Self> {
        outcomes.retain(|outcome| *outcome != UnlockOutcome::Unknown);
        let chosen = (outcomes.len() == 1).then_some(0);
        (!outcomes.is_empty()).then_some(Self { outcomes, chosen, error: None })
    }

    fn answer(&mut self) -> Result<Answer, Field> {
        match self.chosen.and_then(|place| self.outcomes.get(place)) {
            Some(UnlockOutcome::Unlock) => Ok(Answer::Unlock {}),
            Some(_) => Ok(Answer::Reset {}),
            None => {
                self.error = Some(FieldError::Missing);
                Err(Field::Outcome)
            }
        }
    }

    pub(crate) fn view(&self) -> OutcomesView {
        OutcomesView { outcomes: self.outcomes.clone(), chosen: self.chosen, error: self.error }
    }
}

impl StepState for ChooseOutcome {
    const NAME: &'static str = "choose_outcome";

    fn choose(&mut self, place: usize) -> Outcome {
        if place < self.outcomes.len() {
            self.chosen = Some(place);
            self.error = None;
        }
        Outcome::EDITED
    }

    fn submit(&mut self, context: &mut Context) -> Outcome {
        let answer = self.answer();
        context.submit(answer)
    }

    /// The choice stays where it still can.
    fn refresh(&mut self, new: Self, _: &mut Context) {
        if new.outcomes != self.outcomes {
            *self = new;
        }
    }
}
