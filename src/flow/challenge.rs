//! The challenge of the first step and of signing in, as far as the browser works on it.

use super::{Effect, Effects, Event, Focus, Identify, Model, Step, Ticket};
use crate::clock::Millis;

impl Step {
    /// The challenge, where the step has one.
    pub(super) fn check(&mut self) -> Option<&mut Identify> {
        match self {
            Self::Identify(step) => Some(step),
            #[cfg(feature = "full")]
            Self::SignIn(step) => Some(&mut step.check),
            _ => None,
        }
    }
}

impl Step {
    /// Whether there is a challenge to solve.
    pub(super) const fn has_challenge(&self) -> bool {
        match self {
            Self::Identify(step) => step.captcha.is_some(),
            #[cfg(feature = "full")]
            Self::SignIn(step) => step.check.captcha.is_some(),
            _ => false,
        }
    }
}

impl Model {
    /// What the browser says about its work.
    pub(super) fn challenged(&mut self, now: Millis, event: Event, effects: &mut Effects) {
        let Some(step) = self.step().and_then(Step::check) else { return };
        let goes = match event {
            Event::CaptchaSolved(ticket, solution) => step.solved(ticket, solution),
            Event::CaptchaProgress(ticket, percent) => {
                step.progressed(ticket, percent);
                false
            }
            Event::CaptchaUnsolvable(ticket) => {
                effects.extend(step.unsolvable(ticket).map(|field| Effect::Focus(Focus::Field(field))));
                false
            }
            _ => false,
        };
        if goes {
            self.submit(now, effects);
        }
    }

    /// Has the browser solve the challenge, where there is one that is neither solved nor being solved.
    pub(super) fn solve_captcha(&mut self, effects: &mut Effects) {
        let ticket = Ticket(self.tickets + 1);
        if let Some(step) = self.step().and_then(Step::check)
            && let Some(captcha) = step.begin(ticket)
        {
            self.tickets += 1;
            effects.push(Effect::SolveCaptcha(ticket, captcha));
        }
    }
}
