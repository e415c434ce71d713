//! Step `enter_code`: type the code that was sent.
//!
//! Takes `verify`, `resend` and `choose_another`. The right code consumes itself and is a proof; a
//! wrong one costs a try. The code of an authenticator app is typed here too.

use regain_protocol::{Answer, MethodKind, Secret};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroize as _;

use super::{
    Context, Engine, Found, TEN_MINUTES,
    effects::{Decision, Effect, OnOverLimit, Refusal, Reply},
    send_code::purpose,
    state::{Stage, State},
};
use regain_keys::{CodeBinding, same};
use regain_ports::{Charge, random_id};
use regain_values::totp;

/// The longest text that is looked at as a code.
const MAX_TYPED: usize = 64;

impl Engine {
    pub(super) fn at_enter_code(
        &self,
        cx: Context<'_>,
        state: &State,
        method_id: &str,
        answer: &Answer,
        found: &Found,
    ) -> Result<Decision, Refusal> {
        match answer {
            Answer::Verify { code } => self.verify(cx, state, method_id, code, found),
            Answer::Resend {} => self.resend(cx, state, method_id),
            Answer::ChooseAnother {} => Ok(back(cx, state, method_id)),
            _ => Err(Refusal::StepPassed),
        }
    }

    fn verify(
        &self,
        cx: Context<'_>,
        state: &State,
        method_id: &str,
        typed: &Secret<String>,
        found: &Found,
    ) -> Result<Decision, Refusal> {
        let code = digits(typed).ok_or(Refusal::invalid("/code", "type the code"))?;
        let subject = state.subject.as_ref().ok_or(Refusal::StepPassed)?;
        let method = subject.method(method_id).ok_or(Refusal::StepPassed)?;
        let exists = subject.account.is_some();
        let mut used = None;
        let right = if method.shown.kind == MethodKind::Authenticator {
            let new = subject.pending(method_id).and_then(|method| self.pending_key(cx, method));
            let step = totp::step_of(new.as_ref().or(found.authenticator_key.as_ref()), &code, cx.now);
            used = step.map(|step| self.one_use(&subject.account_key, step));
            step.is_some() && exists && !found.code_used
        } else {
            let sent = method.sent.as_ref().ok_or(Refusal::CodeExpired)?;
            if cx.now >= sent.expires_at {
                return Err(Refusal::CodeExpired);
            }
            let binding = CodeBinding {
                flow_id: cx.flow_id,
                account_key: &subject.account_key,
                purpose: purpose(cx.kind),
                destination: &method.destination,
            };
            // A decoy has a code that nobody was told. Even its guesser gets nowhere.
            same(&self.keys.code_hash(binding, &code), &sent.hash) & exists
        };
        if right {
            let mut decision = self.proved(cx, state, method_id);
            decision.effects.extend(used);
            return Ok(decision);
        }
        // The notice of another code is about the last thing that happened, which is this.
        let stage = Stage::EnterCode { method: method_id.to_owned(), resent: false };
        let state = State { stage, ..state.clone() };
        Ok(self.not_proved(cx, &state, method_id, Reply::WrongCode, "wrong_code"))
    }

    /// That a code of an authenticator app is used: the same one proves nothing again, in any flow.
    fn one_use(&self, account_key: &str, time_step: u64) -> Effect {
        let bucket = self.keys.bucket("time step", &format!("{account_key} {time_step}"));
        let charge = Charge { bucket, window: TEN_MINUTES, limit: 1, cost: 1 };
        Effect::Charge(charge, OnOverLimit::CodeUsed)
    }

    fn resend(&self, cx: Context<'_>, state: &State, method_id: &str) -> Result<Decision, Refusal> {
        let method = state.subject.as_ref().and_then(|subject| subject.method(method_id)).ok_or(Refusal::StepPassed)?;
        if method.resends_left == 0 {
            return Err(Refusal::invalid("/do", "no more codes can be sent for this method"));
        }
        if let Some(sent) = &method.sent
            && cx.now < sent.resend_at
        {
            return Err(Refusal::RateLimited { retry_at: sent.resend_at });
        }
        let mut next = state.clone();
        next.stage = Stage::EnterCode { method: method_id.to_owned(), resent: true };
        Ok(self.resend_code(cx, next, method_id))
    }
}

/// Back to where the method was chosen, or added.
pub(super) fn back(cx: Context<'_>, state: &State, method_id: &str) -> Decision {
    if state.subject.as_ref().is_some_and(|subject| subject.pending(method_id).is_some()) {
        return Engine::given_up(cx, state);
    }
    Decision::new(state.moved(random_id(cx.rng), Stage::ChooseMethod {}))
}

/// What was typed, as a code: without spaces and dashes, full-width and Arabic digits as the ASCII
/// ones; `None` where nothing is left or it is no code by its length alone.
fn digits(typed: &Secret<String>) -> Option<Secret<String>> {
    if typed.expose().len() > MAX_TYPED * 4 {
        return None;
    }
    let mut code = String::with_capacity(MAX_TYPED * 8);
    for c in typed.expose().nfkc() {
        match c {
            '\u{660}'..='\u{669}' => code.push(ascii_digit(c, '\u{660}')),
            '\u{6f0}'..='\u{6f9}' => code.push(ascii_digit(c, '\u{6f0}')),
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            c if c.is_whitespace() => {}
            c => code.push(c),
        }
    }
    if code.is_empty() || code.chars().count() > MAX_TYPED {
        code.zeroize();
        return None;
    }
    Some(code.into())
}

/// The ASCII digit for one of a block of ten.
fn ascii_digit(c: char, zero: char) -> char {
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        for typed in ["123456", " 123 456\n", "123-456", "12\u{2013}34\u{a0}56", "１２３４５６", "١٢٣٤٥٦", "۱۲۳۴۵۶"]
        {
            assert_eq!(digits(&typed.into()).expect("a code").expose(), "123456", "{typed:?}");
        }
        for typed in ["", " - ", &"1".repeat(65), &"\u{fdfa}".repeat(16)] {
            assert!(digits(&typed.into()).is_none(), "{typed:?}");
        }
    }
}
