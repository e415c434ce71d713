//! The challenge of the first step, as far as the browser works on it.

use super::{Effect, Effects, Event, Focus, Model, Step, Ticket};
use crate::clock::Millis;

impl Model {
    /// What the browser says about its work.
    pub(super) fn challenged(&mut self, now: Millis, event: Event, effects: &mut Effects) {
        let Some(Step::Identify(step)) = self.step() else { return };
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
        if let Some(Step::Identify(step)) = self.step()
            && let Some(captcha) = step.begin(ticket)
        {
            self.tickets += 1;
            effects.push(Effect::SolveCaptcha(ticket, captcha));
        }
    }
}
