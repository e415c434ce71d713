//! Step `enter_code`: type the code that was sent, that an app shows, or that was saved.
//!
//! Takes `verify`, `resend` and `choose_another`. The right code consumes itself and is a proof, or shows that a new
//! method works; a wrong one costs a try.

use jiff::Timestamp;
use regain_protocol::{Answer, Secret, StepBody};
use regain_values::{digits, long_code, recovery_code};

use crate::{
    decision::{Decision, Effect, Refusal, Reply},
    lookups::{Findings, Lookup},
    methods, proof,
    state::{EnterCode, How, Stage},
    turn::{Step, Turn, time},
};

/// The digits of a code that is sent or shown by an app.
const CODE_LENGTH: u8 = 6;

impl Step for EnterCode {
    fn lookup<'a>(&self, turn: Turn<'_>, answer: &'a Answer, findings: &Findings) -> Option<Lookup<'a>> {
        let Answer::Verify { code } = answer else { return None };
        let account_id = || self.whose.account().map(|account| account.id.clone());
        match &self.method.how {
            How::Authenticator(app) if app.new_key.is_none() => {
                findings.authenticator_key().is_none().then(|| Lookup::AuthenticatorKey(account_id()))
            }
            How::RecoveryCodes(_) => {
                let code = recovery_code::normalise(code)?;
                let costs = || {
                    methods::comparison_cost(turn.engine, "recovery codes", turn.cx.flow_id, self.whose.account_key())
                };
                let lookup = || Lookup::RecoveryCode { account_id: account_id(), code, costs: costs() };
                findings.recovery_code().is_none().then(lookup)
            }
            _ => None,
        }
    }

    fn answer(&self, turn: Turn<'_>, answer: &Answer, findings: &Findings) -> Result<Decision, Refusal> {
        match answer {
            Answer::Verify { code } => self.verify(turn, code, findings),
            Answer::Resend {} => methods::send_another(turn, self),
            Answer::ChooseAnother {} => Ok(turn.back(self.whose.clone(), self.method.clone())),
            _ => Err(Refusal::StepPassed),
        }
    }

    fn view(&self, turn: Turn<'_>) -> StepBody {
        // An app and a sheet of paper have their codes by themselves, for as long as the flow lasts.
        let ends = turn.cx.expires_at;
        let (expires_at, resend_at, resends_left) = match &self.method.how {
            How::Email(delivery) | How::Sms(delivery) => {
                let times = delivery.sent.as_ref().map_or((ends, ends), |sent| sent.times(turn));
                (times.0, times.1, delivery.resends_left)
            }
            _ => (ends, ends, 0),
        };
        StepBody::EnterCode {
            method: self.method.shown(),
            length: match &self.method.how {
                How::RecoveryCodes(_) => u8::try_from(recovery_code::LENGTH).unwrap_or(u8::MAX),
                how if how.has_long_code() => u8::try_from(long_code::LENGTH).unwrap_or(u8::MAX),
                _ => CODE_LENGTH,
            },
            expires_at: time(expires_at),
            resend_at: time(resend_at),
            resends_left,
            tries_left: self.method.tries_left,
            setup: self.whose.person().and_then(|person| methods::setup(turn, person, &self.method)),
        }
    }
}

impl EnterCode {
    /// The step when its short code is void before its time: another one can be had at once. `None` where no such code
    /// was sent.
    pub(crate) fn without_its_code(&self, now: Timestamp) -> Option<Self> {
        let mut step = self.clone();
        let (How::Email(delivery) | How::Sms(delivery)) = &mut step.method.how else { return None };
        let sent = delivery.sent.as_mut().filter(|sent| !sent.is_long)?;
        (sent.expires_at, sent.resend_at) = (sent.expires_at.min(now), sent.resend_at.min(now));
        delivery.resends_left = delivery.resends_left.max(1);
        Some(Self { resent: false, ..step })
    }

    /// Tells if a typed code may be the right one. Of one that was sent it is known without asking anybody.
    pub(crate) fn may_be_right(&self, turn: Turn<'_>, typed: &Secret<String>) -> bool {
        let Some(code) = digits::code(typed) else { return false };
        match &self.method.how {
            How::Email(_) | How::Sms(_) => matches!(self.is_right(turn, &code, &Findings::default()), Ok(Some(_))),
            _ => true,
        }
    }

    fn verify(&self, turn: Turn<'_>, typed: &Secret<String>, findings: &Findings) -> Result<Decision, Refusal> {
        let code = digits::code(typed).ok_or(Refusal::invalid("/code", "type the code"))?;
        if let Some(use_up) = self.is_right(turn, &code, findings)? {
            let mut decision = proof::right(turn, self.whose.clone(), self.method.clone());
            decision.effects.extend(use_up);
            return Ok(decision);
        }
        // The notice of another code is about the last thing that happened, which is this.
        let stage = |method| Stage::EnterCode(Self { whose: self.whose.clone(), method, resent: false });
        let (key, method) = (self.whose.account_key(), self.method.clone());
        Ok(proof::wrong(turn, key, method, Reply::WrongCode, "wrong_code", stage))
    }

    /// The effects that use the code up, where it is right. A made-up account has a code that nobody was told; even its
    /// guesser gets nowhere.
    fn is_right(
        &self,
        turn: Turn<'_>,
        code: &Secret<String>,
        findings: &Findings,
    ) -> Result<Option<Vec<Effect>>, Refusal> {
        let (exists, account_key) = (self.whose.exists(), self.whose.account_key());
        Ok(match &self.method.how {
            How::Email(delivery) | How::Sms(delivery) => {
                let right = delivery.is_right(turn, account_key, code)?;
                (right & exists).then(Vec::new)
            }
            How::Authenticator(app) => {
                let step = app.step(turn, findings.authenticator_key().flatten(), code);
                let step = step.filter(|_| exists && !findings.code_used());
                step.map(|step| vec![methods::one_use(turn, account_key, step, code)])
            }
            How::RecoveryCodes(_) => (findings.recovery_code() == Some(true) && exists).then(Vec::new),
            How::Call(_) | How::Questions(_) => return Err(Refusal::StepPassed),
        })
    }
}
