//! The challenge of step `identify`, which tells people from programs.
//!
//! It is made when a flow begins, when the person asks for another and when a solution was wrong. It
//! lives in the flow's state, so a solution is good for this flow only, once, and as long as the flow
//! or [`CaptchaConfig::lifetime`] lasts, whichever is shorter.

mod image;
mod picture;
mod proof_of_work;
mod spoken;

use jiff::Timestamp;
use regain_protocol::{Captcha, CaptchaSolution};
use serde::{Deserialize, Serialize};

use super::{Context, Engine};
use crate::config::{CaptchaConfig, CaptchaKind};

pub use image::{Image, revealed, spoken};
pub use proof_of_work::ProofOfWork;

/// A challenge that was set, with what tells a solution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Challenge {
    /// Work for the browser.
    ProofOfWork(ProofOfWork),
    /// Digits to read or to hear.
    Image(Image),
    /// An outside service judges; the widget shows it with this public key.
    Turnstile {
        /// The organisation's public key there.
        site_key: String,
    },
    /// An outside service judges; the widget shows it with this public key.
    Hcaptcha {
        /// The organisation's public key there.
        site_key: String,
    },
}

impl Engine {
    /// A new challenge; `None` where the organisation sets none.
    pub(super) fn challenge(&self, cx: Context<'_>) -> Option<Challenge> {
        let rules = self.rules();
        let config: &CaptchaConfig = &rules.captcha;
        let site_key = || config.site_key.clone();
        match config.kind {
            CaptchaKind::ProofOfWork => {
                let until = self.solvable_until(cx);
                Some(Challenge::ProofOfWork(ProofOfWork::new(cx.rng, config.max_number.into(), until)))
            }
            CaptchaKind::Image => Some(Challenge::Image(Image::new(cx.rng, &self.keys, self.solvable_until(cx)))),
            CaptchaKind::Turnstile => Some(Challenge::Turnstile { site_key: site_key() }),
            CaptchaKind::Hcaptcha => Some(Challenge::Hcaptcha { site_key: site_key() }),
            CaptchaKind::Off => None,
        }
    }

    /// Until when a challenge that is set now can be solved.
    fn solvable_until(&self, cx: Context<'_>) -> Timestamp {
        let until = cx.now.saturating_add(self.rules().captcha.lifetime()).unwrap_or(Timestamp::MAX);
        until.min(cx.expires_at)
    }

    /// Whether a challenge was solved. `verified` is what an outside service said, where one was asked.
    pub(super) fn is_solved(
        &self,
        cx: Context<'_>,
        challenge: &Challenge,
        solution: Option<&CaptchaSolution>,
        verified: Option<bool>,
    ) -> bool {
        match challenge {
            Challenge::ProofOfWork(work) => {
                solution.is_some_and(|given| work.is_solved_by(&given.solution, cx.now, &self.keys))
            }
            Challenge::Image(image) => solution.is_some_and(|given| image.is_solved_by(given, cx.now, &self.keys)),
            Challenge::Turnstile { .. } | Challenge::Hcaptcha { .. } => solution.is_some() && verified == Some(true),
        }
    }

    /// What the person is shown of it.
    pub(super) fn shown(&self, _: Context<'_>, challenge: &Challenge) -> Captcha {
        match challenge {
            Challenge::ProofOfWork(work) => work.shown(&self.keys),
            Challenge::Image(image) => image.shown(&self.keys, &self.rules().public_url),
            Challenge::Turnstile { site_key } => Captcha::Turnstile { site_key: site_key.clone() },
            Challenge::Hcaptcha { site_key } => Captcha::Hcaptcha { site_key: site_key.clone() },
        }
    }
}
