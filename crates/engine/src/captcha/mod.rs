//! The challenge of step `identify`, which tells people from programs.
//!
//! It is made when a flow begins, when the person asks for another and when a solution was wrong. It
//! lives in the flow's state, so a solution is good for this flow only, once, and as long as the flow
//! or the challenge's own lifetime lasts, whichever is shorter.

mod image;
mod picture;
mod proof_of_work;
mod spoken;

use jiff::Timestamp;
use regain_ports::lies_ahead;
use regain_protocol::{Captcha, CaptchaSolution};
use serde::{Deserialize, Serialize};

use super::{Context, Engine};
use crate::rules::CaptchaRules;

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
        let until = |lifetime| cx.now.saturating_add(lifetime).unwrap_or(Timestamp::MAX).min(cx.expires_at);
        match &self.rules().captcha {
            CaptchaRules::ProofOfWork { max_number, lifetime } => {
                let work = ProofOfWork::new(cx.rng, (*max_number).into(), until(*lifetime));
                Some(Challenge::ProofOfWork(work))
            }
            CaptchaRules::Image { lifetime } => {
                Some(Challenge::Image(Image::new(cx.rng, &self.keys, until(*lifetime))))
            }
            CaptchaRules::Turnstile(site_key) => Some(Challenge::Turnstile { site_key: site_key.clone() }),
            CaptchaRules::Hcaptcha(site_key) => Some(Challenge::Hcaptcha { site_key: site_key.clone() }),
            CaptchaRules::Off => None,
        }
    }

    /// Tells if a challenge was solved. `verified` is what an outside service said, where one was asked.
    pub(super) fn is_solved(
        &self,
        cx: Context<'_>,
        challenge: &Challenge,
        solution: Option<&CaptchaSolution>,
        verified: Option<bool>,
    ) -> bool {
        match challenge {
            Challenge::ProofOfWork(work) => {
                self.is_current(work.expires_at(), cx.now)
                    && solution.is_some_and(|given| work.is_solved_by(&given.solution, cx.now, &self.keys))
            }
            Challenge::Image(image) => {
                image.expires_at(&self.keys).is_some_and(|at| self.is_current(at, cx.now))
                    && solution.is_some_and(|given| image.is_solved_by(given, cx.now, &self.keys))
            }
            Challenge::Turnstile { .. } | Challenge::Hcaptcha { .. } => solution.is_some() && verified == Some(true),
        }
    }

    /// Tells if a challenge's time is not over.
    fn is_current(&self, expires_at: Timestamp, now: Timestamp) -> bool {
        let lifetime = match &self.rules().captcha {
            CaptchaRules::ProofOfWork { lifetime, .. } | CaptchaRules::Image { lifetime } => *lifetime,
            _ => self.rules().lifetime,
        };
        lies_ahead(expires_at, lifetime, now)
    }

    /// The challenge as the person is shown it.
    pub(super) fn shown(&self, challenge: &Challenge) -> Captcha {
        match challenge {
            Challenge::ProofOfWork(work) => work.shown(&self.keys),
            Challenge::Image(image) => image.shown(&self.keys, &self.rules().public_url),
            Challenge::Turnstile { site_key } => Captcha::Turnstile { site_key: site_key.clone() },
            Challenge::Hcaptcha { site_key } => Captcha::Hcaptcha { site_key: site_key.clone() },
        }
    }
}
