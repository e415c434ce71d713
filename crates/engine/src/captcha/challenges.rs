//! Challenges as flows have them: set, shown and solved.

use jiff::Timestamp;
use regain_ports::lies_ahead;
use regain_protocol::{Captcha, CaptchaSolution};

use super::{Challenge, Image, ProofOfWork};
use crate::{
    Context, Engine, TEN_MINUTES,
    decision::{Decision, LimitPolicy},
    lookups::{Findings, Lookup},
    rules::CaptchaRules,
    turn::Turn,
};

impl Engine {
    /// A new challenge; `None` where the organisation sets none.
    pub(crate) fn challenge(&self, cx: Context<'_>) -> Option<Challenge> {
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

    /// Tells if a challenge was solved, where there is one; what is missing to know it is the question to an outside
    /// service, where one judges.
    pub(crate) fn is_answered<'a>(
        &self,
        cx: Context<'_>,
        challenge: Option<&Challenge>,
        solution: Option<&'a CaptchaSolution>,
        findings: &Findings,
    ) -> Result<bool, Lookup<'a>> {
        let Some(challenge) = challenge else { return Ok(true) };
        let verdict = findings.captcha_verdict();
        match (challenge, solution) {
            (Challenge::Turnstile { .. } | Challenge::Hcaptcha { .. }, Some(token)) if verdict.is_none() => {
                Err(Lookup::CaptchaVerdict(&token.solution))
            }
            _ => Ok(self.is_solved(cx, challenge, solution, verdict)),
        }
    }

    /// Tells if a challenge was solved. `verified` is what an outside service said, where one was asked.
    fn is_solved(
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

    /// The challenge as the person is shown it; a picture is yet to be [drawn](super::picture()).
    pub(crate) fn shown(&self, challenge: &Challenge) -> Captcha {
        match challenge {
            Challenge::ProofOfWork(work) => work.shown(&self.keys),
            Challenge::Image(image) => image.shown(&self.rules().public_url),
            Challenge::Turnstile { site_key } => Captcha::Turnstile { site_key: site_key.clone() },
            Challenge::Hcaptcha { site_key } => Captcha::Hcaptcha { site_key: site_key.clone() },
        }
    }
}

/// The number of challenges that a flow may use up in ten minutes before it has to wait.
const CHALLENGES_PER_FLOW: u32 = 20;

/// Charges a flow for another challenge.
pub(crate) fn charge_another(turn: Turn<'_>, decision: &mut Decision) {
    let bucket = format!("challenges:{}", turn.cx.flow_id);
    decision.charge(bucket, TEN_MINUTES, CHALLENGES_PER_FLOW, LimitPolicy::RateLimited);
}
