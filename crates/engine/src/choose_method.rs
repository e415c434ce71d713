//! Step `choose_method`: how do you want to prove it?
//!
//! Takes `choose`, and goes on to the step of the method's kind. A method that was chosen before and
//! left again goes on with the code that was sent then; only where the wait for another is over does
//! choosing it again send one, which counts as a resend.

use regain_protocol::{Answer, MethodKind, Secret};

use super::{
    Context, Engine,
    answer_questions::ask,
    effects::{Decision, Refusal},
    state::{Stage, State, SubjectMethod},
};
use regain_ports::random_id;

/// The longest destination that is looked at, in characters.
const MAX_DESTINATION: usize = 320;

impl Engine {
    pub(super) fn at_choose_method(
        &self,
        cx: Context<'_>,
        state: &State,
        answer: &Answer,
    ) -> Result<Decision, Refusal> {
        let Answer::Choose { method: id, destination } = answer else { return Err(Refusal::StepPassed) };
        let subject = state.subject.as_ref().ok_or(Refusal::StepPassed)?;
        let method = subject.on_offer().find(|method| method.shown.id == *id);
        let method = method.ok_or(Refusal::invalid("/method", "not one of the methods on offer"))?;
        let reaches = reaches(method, destination.as_ref())?;
        let mut state = state.clone();
        if let Some(method) = state.subject.as_mut().and_then(|subject| subject.method_mut(id)) {
            method.reaches = reaches;
        }
        match method.shown.kind {
            MethodKind::Email | MethodKind::Sms => {
                let stage = Stage::EnterCode { method: id.clone(), resent: false };
                let next = state.moved(random_id(cx.rng), stage);
                match &method.sent {
                    None => Ok(self.send_code(cx, next, id)),
                    Some(sent) if cx.now >= sent.resend_at && method.resends_left > 0 => {
                        Ok(self.resend_code(cx, next, id))
                    }
                    // The code may have gone nowhere, and whether it did is not told.
                    Some(sent) if method.shown.confirm && cx.now < sent.resend_at => {
                        Err(Refusal::RateLimited { retry_at: sent.resend_at })
                    }
                    Some(_) => Ok(Decision::new(next)),
                }
            }
            MethodKind::Authenticator => {
                let stage = Stage::EnterCode { method: id.clone(), resent: false };
                Ok(Decision::new(state.moved(random_id(cx.rng), stage)))
            }
            MethodKind::Call => self.place_call(cx, &state, id),
            MethodKind::Questions => Ok(ask(cx, &state, method)),
            MethodKind::Unknown => Err(Refusal::invalid("/method", "not one of the methods on offer")),
        }
    }
}

/// Whether anything is sent: where the whole destination is asked for, only when it is the right one.
/// A wrong one is answered like a right one, so that nobody can find out an address or a number, or
/// that there is an account, by trying.
fn reaches(method: &SubjectMethod, typed: Option<&Secret<String>>) -> Result<bool, Refusal> {
    match (typed, method.shown.confirm) {
        (None, false) => Ok(true),
        (Some(_), false) => Err(Refusal::invalid("/destination", "this method asks for no destination")),
        (None, true) => Err(Refusal::invalid("/destination", "type the whole address or number")),
        (Some(typed), true) => {
            let typed = typed.expose().trim();
            if typed.is_empty() || typed.chars().count() > MAX_DESTINATION {
                return Err(Refusal::invalid("/destination", "type the whole address or number"));
            }
            Ok(match method.shown.kind {
                MethodKind::Email => typed.to_lowercase() == method.destination.to_lowercase(),
                _ => digits(typed) == digits(&method.destination),
            })
        }
    }
}

/// The digits of a number, however it is written.
fn digits(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    digits.strip_prefix("00").map(str::to_owned).unwrap_or(digits)
}
