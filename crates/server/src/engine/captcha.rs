//! The challenge of step `identify`, which tells people from programs.
//!
//! It is made when a flow begins, when the person asks for another and when a solution was wrong. It
//! lives in the flow's state, so a solution is good for this flow only, once, and as long as the flow.

use regain_protocol::{Captcha, CaptchaSolution};
use serde::{Deserialize, Serialize};

use super::{Context, Engine};

/// A challenge that was set, with what tells a solution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Challenge {}

impl Engine {
    /// A new challenge; `None` where the organisation sets none.
    #[expect(clippy::unused_self, reason = "no kind of challenge is built yet")]
    pub(super) const fn challenge(&self, _: Context<'_>) -> Option<Challenge> {
        None
    }

    /// Whether a challenge was solved. `verified` is what an outside service said, where one was asked.
    #[expect(clippy::unused_self, reason = "no kind of challenge is built yet")]
    pub(super) const fn is_solved(
        &self,
        _: Context<'_>,
        challenge: &Challenge,
        _: Option<&CaptchaSolution>,
        _verified: Option<bool>,
    ) -> bool {
        match *challenge {}
    }

    /// What the person is shown of it.
    #[expect(clippy::unused_self, reason = "no kind of challenge is built yet")]
    pub(super) const fn shown(&self, _: Context<'_>, challenge: &Challenge) -> Captcha {
        match *challenge {}
    }
}
