//! Step `enter_code`: type the code that was sent.
//!
//! Takes `verify`, `resend` and `choose_another`. The right code consumes itself and is a proof; a
//! wrong one costs a try of this method in this flow and one of the account's tries of the day.

use regain_protocol::{Answer, EndReason, Secret};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroize as _;

use super::{
    A_DAY, Context, Engine,
    choose_method::purpose,
    effects::{Decision, Effect, OnOverLimit, Refusal, Reply},
    next,
    state::{Stage, State},
};
use crate::{
    keys::{CodeBinding, same},
    ports::{Charge, random_id},
};

/// The longest text that is looked at as a code.
const MAX_TYPED: usize = 64;

impl Engine {
    pub(super) fn at_enter_code(
        &self,
        cx: Context<'_>,
        state: &State,
        method_id: &str,
        answer: &Answer,
    ) -> Result<Decision, Refusal> {
        match answer {
            Answer::Verify { code } => self.verify(cx, state, method_id, code),
            Answer::Resend {} => self.resend(cx, state, method_id),
            Answer::ChooseAnother {} => Ok(Decision::new(state.moved(random_id(cx.rng), Stage::ChooseMethod {}))),
            _ => Err(Refusal::StepPassed),
        }
    }

    fn verify(
        &self,
        cx: Context<'_>,
        state: &State,
        method_id: &str,
        typed: &Secret<String>,
    ) -> Result<Decision, Refusal> {
        let code = digits(typed).ok_or(Refusal::invalid("/code", "type the code"))?;
        let mut next = state.clone();
        let subject = next.subject.as_mut().ok_or(Refusal::StepPassed)?;
        let (exists, account_key) = (subject.account.is_some(), subject.account_key.clone());
        let method = subject.method_mut(method_id).ok_or(Refusal::StepPassed)?;
        let sent = method.sent.as_ref().ok_or(Refusal::CodeExpired)?;
        if cx.now >= sent.expires_at {
            return Err(Refusal::CodeExpired);
        }
        let binding = CodeBinding {
            flow_id: cx.flow_id,
            account_key: &account_key,
            purpose: purpose(cx.kind),
            destination: &method.destination,
        };
        // A decoy has a code that nobody was told. Even its guesser gets nowhere.
        let right = same(&self.keys.code_hash(binding, &code), &sent.hash) & exists;
        let charge = |cost| {
            let (window, limit) = (A_DAY, self.rules.codes.tries_per_day);
            let charge = Charge { bucket: format!("tries:{account_key}"), window, limit, cost };
            Effect::Charge(charge, OnOverLimit::EndFlow)
        };
        let kind = method.shown.kind;
        if right {
            method.sent = None;
            subject.proved.push(kind);
            let stage = next::after_proof(cx.kind, subject);
            let proved = next::is_proved(cx.kind, subject);
            let mut decision = Decision::new(next.moved(random_id(cx.rng), stage));
            decision.effects.push(charge(0));
            if proved {
                decision.effects.push(Effect::RotateToken);
            }
            decision.audit_with("proved", serde_json::json!({ "kind": kind }));
            return Ok(decision);
        }
        method.tries_left = method.tries_left.saturating_sub(1);
        let used_up = method.tries_left == 0;
        next.stage = Stage::EnterCode { method: method_id.to_owned(), resent: false };
        let mut decision = Decision::new(next);
        if used_up {
            decision.state = decision.state.ended(random_id(cx.rng), EndReason::TooManyAttempts, None);
        }
        decision.effects.push(charge(1));
        decision.audit_with("wrong_code", serde_json::json!({ "kind": kind }));
        if used_up {
            decision.audit("tries_used_up");
        }
        decision.reply = Reply::WrongCode;
        Ok(decision)
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
