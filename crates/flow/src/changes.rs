//! The last change of the security info: shown while it is proved, and said once it is done.

use regain_protocol::Answer;

use crate::effect::{Announcement, ChangeKind, Effect, Effects};
use crate::full::Full;
use crate::model::{Model, State};
use crate::steps::full::FullStep;
use crate::steps::list::Step;

impl Model {
    /// Remembers the change that an answer asks for. Another answer at the overview, or giving up the proof, forgets it.
    pub(crate) fn remember(&mut self, answer: &Answer) {
        if let Some(Step::Full(step)) = self.step()
            && let FullStep::SecurityInfo(step) = &**step
        {
            self.change = step.change(answer).and_then(Full::new);
        }
        if matches!(answer, Answer::ChooseAnother {}) {
            self.change = None;
        }
    }

    /// The last change, where the overview is back.
    pub(crate) fn changed(&self) -> Option<ChangeKind> {
        let State::Live(live) = &self.state else { return None };
        match &live.step {
            Step::Full(step) if matches!(**step, FullStep::SecurityInfo(_)) => {
                self.change.as_ref().map(|change| change.kind)
            }
            _ => None,
        }
    }

    /// Announces the last change, once the overview is back.
    pub(crate) fn announce_change(&self, effects: &mut Effects) {
        if let Some(kind) = self.changed() {
            effects.push(Effect::Announce(Announcement::InfoChanged(kind)));
        }
    }
}
