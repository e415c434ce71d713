//! Success in another tab of the site. The server voids the other flows of an account then, and tells nothing of it to those
//! that proved nothing; but the browser has seen it. The tabs are told by a mark, which only a tab recognises that has the
//! same user ID.

use regain_protocol::Outcome;

use crate::effect::{Effect, Effects, Focus};
use crate::model::{Model, State};

/// A mark of a user ID, for a message to other tabs: the salt, and a hash of both.
pub fn mark(salt: &str, user_id: &str) -> String {
    // FNV-1a: it hides the user ID from a glance, not from somebody who guesses it.
    let hash = salt.bytes().chain(user_id.bytes()).fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x100_0000_01b3)
    });
    let digits = (0..16).filter_map(|place| char::from_digit((hash >> (4 * place) & 15) as u32, 16));
    salt.chars().chain(" ".chars()).chain(digits).collect()
}

/// Tells if the server voids the account's other flows after this.
pub(crate) fn voids_others(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Reset | Outcome::FirstPassword | Outcome::Unlocked | Outcome::Changed)
}

impl Model {
    /// Takes in that a flow was finished elsewhere.
    pub(crate) fn finished_elsewhere(&mut self, message: &str, effects: &mut Effects) {
        let is_ours = message.split_once(' ').is_some_and(|(salt, _)| mark(salt, &self.user_id) == message);
        if matches!(self.state, State::Live(_)) && is_ours {
            self.elsewhere = true;
            self.end_elsewhere(effects);
        }
    }

    /// Ends a flow that goes nowhere any more. The reply to what was sent comes first: it may have worked here too.
    pub(crate) fn end_elsewhere(&mut self, effects: &mut Effects) {
        if self.elsewhere && matches!(self.state, State::Live(_)) && !self.connection.is_busy() {
            self.delete_flow(effects);
            effects.push(Effect::ClearResume);
            self.enter_elsewhere();
            effects.push(Effect::Focus(Focus::Heading));
        }
    }

    /// The person did what they came for, and the page has heard of it there.
    pub(crate) fn enter_elsewhere(&mut self) {
        let user_id = self.user_id.clone();
        let outcome = Outcome::Unknown;
        self.enter(State::Done { outcome, user_id, notified: false, continue_url: None, due: false });
    }
}
