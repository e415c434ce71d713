//! Step `answer_call`: answer the phone and press `#`.
//!
//! Takes `call_again` and `choose_another`; the proof itself comes by the phone, through
//! [`Engine::heard`]. Another key costs a try, and the voice asks again. What is heard of a call that is
//! over, was replaced, or belongs to another flow changes nothing.

use jiff::{SignedDuration, Timestamp};
use regain_protocol::{Answer, CallStatus, MethodKind};
use serde::{Deserialize, Serialize};

use super::{
    Context, Engine,
    effects::{Decision, Effect, Refusal, Reply},
    enter_code::back,
    state::{Stage, State},
};
use crate::outgoing::{Content, Outgoing};
use regain_ports::{CallEvent, CallRef, Heard, random_id};

/// A call of which nothing was heard for so long counts as not answered.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// It is not placed later than this after it was asked for: nobody waits by the phone for longer.
const WORTH_PLACING: SignedDuration = SignedDuration::from_secs(40);

/// A call on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedCall {
    /// Names it to the phone; no client ever sees it.
    pub call_id: String,
    /// When it was asked for.
    pub placed_at: Timestamp,
    /// What was heard last.
    pub status: CallStatus,
    /// When.
    pub heard_at: Timestamp,
}

impl PlacedCall {
    /// How the call goes, as far as is known now, and since when.
    fn status(&self, rings: bool, now: Timestamp) -> (CallStatus, Timestamp) {
        match self.status {
            CallStatus::Calling if !rings => self.made_up(now),
            CallStatus::Calling | CallStatus::Ringing | CallStatus::Answered | CallStatus::WrongKey
                if now.duration_since(self.heard_at) >= PATIENCE =>
            {
                (CallStatus::NoAnswer, later(self.heard_at, PATIENCE))
            }
            status => (status, self.heard_at),
        }
    }

    /// How a call to nobody goes: it rings, is perhaps answered, and nobody presses anything. Its times
    /// come from its name, which is random and not told.
    fn made_up(&self, now: Timestamp) -> (CallStatus, Timestamp) {
        let mut draws = self.call_id.bytes().map(|byte| i64::from(byte) % 16);
        let mut draw = || draws.next().unwrap_or_default();
        let ringing = 1 + draw() / 8;
        let answers = draw() < 6;
        let answered = ringing + 4 + draw();
        let over = if answers { answered + 8 + draw() } else { ringing + 26 + draw() / 4 };
        let (status, after) = match now.duration_since(self.placed_at).as_secs() {
            past if past >= over => (CallStatus::NoAnswer, over),
            past if answers && past >= answered => (CallStatus::Answered, answered),
            past if past >= ringing => (CallStatus::Ringing, ringing),
            _ => (CallStatus::Calling, 0),
        };
        (status, later(self.placed_at, SignedDuration::from_secs(after)))
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// Whether a call by this method rings anywhere: not without an account, and not where another number
/// than the stored one was typed. Nothing may show which of the two it is, or that it is one of them.
fn rings(state: &State, method_id: &str) -> bool {
    let subject = state.subject.as_ref();
    subject.is_some_and(|subject| {
        subject.account.is_some() && subject.method(method_id).is_some_and(|method| method.reaches)
    })
}

/// Whether nothing more comes of a call with this status.
const fn is_final(status: CallStatus) -> bool {
    matches!(status, CallStatus::NoAnswer | CallStatus::Failed)
}

impl Engine {
    /// How the call at this step goes.
    pub(super) fn call_status(cx: Context<'_>, state: &State, method_id: &str, call: &PlacedCall) -> CallStatus {
        call.status(rings(state, method_id), cx.now).0
    }

    /// Places a call; every one but the first counts.
    pub(super) fn place_call(&self, cx: Context<'_>, state: &State, method_id: &str) -> Result<Decision, Refusal> {
        let rules = self.rules();
        let mut next = state.clone();
        let locale = next.locale.clone();
        let subject = next.subject.as_mut().ok_or(Refusal::StepPassed)?;
        let user_id = subject.account.as_ref().map_or(&subject.user_id, |account| &account.user_id).clone();
        let exists = subject.account.is_some();
        let method = subject.method_mut(method_id).ok_or(Refusal::StepPassed)?;
        if let Some(again_at) = method.call_again_at {
            if cx.now < again_at {
                return Err(Refusal::RateLimited { retry_at: again_at });
            }
            if method.resends_left == 0 {
                return Err(Refusal::invalid("/do", "no more calls can be placed for this method"));
            }
            method.resends_left -= 1;
        }
        method.call_again_at = cx.now.checked_add(rules.codes.resend_after).ok();
        let destination = method.destination.clone();
        let to = (exists && method.reaches).then(|| destination.clone());
        let role = method.shown.role;
        let call_id = random_id(cx.rng);
        let call =
            PlacedCall { call_id: call_id.clone(), placed_at: cx.now, status: CallStatus::Calling, heard_at: cx.now };
        let stage = Stage::AnswerCall { method: method_id.to_owned(), call };
        let is_same_step = matches!(&state.stage, Stage::AnswerCall { method, .. } if *method == method_id);
        let step_id = if is_same_step { state.step_id.clone() } else { random_id(cx.rng) };
        let mut decision = Decision::new(next.moved(step_id, stage));
        self.charge_message(&mut decision, MethodKind::Call, &destination);
        let reference = CallRef { flow_id: cx.flow_id.to_owned(), call_id };
        decision.effects.push(Effect::Send {
            outgoing: Outgoing { to, locale, user_id, content: Content::Call { reference } },
            not_after: cx.now.saturating_add(WORTH_PLACING).map_or(cx.expires_at, |at| at.min(cx.expires_at)),
            voidable: true,
        });
        decision.audit_with("call_placed", serde_json::json!({ "kind": MethodKind::Call, "role": role }));
        Ok(decision)
    }

    pub(super) fn at_answer_call(
        &self,
        cx: Context<'_>,
        state: &State,
        method_id: &str,
        call: &PlacedCall,
        answer: &Answer,
    ) -> Result<Decision, Refusal> {
        match answer {
            Answer::CallAgain {} => {
                let (status, since) = call.status(rings(state, method_id), cx.now);
                if !is_final(status) && status != CallStatus::WrongKey {
                    return Err(Refusal::RateLimited { retry_at: later(since, PATIENCE) });
                }
                self.place_call(cx, state, method_id)
            }
            Answer::ChooseAnother {} => Ok(back(cx, state, method_id)),
            _ => Err(Refusal::StepPassed),
        }
    }

    /// What becomes of a call; `None` where it changes nothing.
    pub fn heard(&self, cx: Context<'_>, state: &State, call_id: &str, event: CallEvent) -> (Option<Decision>, Heard) {
        let state = super::current(cx, state);
        let Stage::AnswerCall { method, call } = &state.stage else { return (None, Heard::Over) };
        // To nobody there is no call: only that none can be placed at all is said of it.
        if !rings(&state, method) && event != CallEvent::Failed {
            return (None, Heard::Over);
        }
        if call.call_id != call_id || is_final(Self::call_status(cx, &state, method, call)) {
            return (None, Heard::Over);
        }
        let becomes = |status| {
            let mut next = state.clone();
            let call = PlacedCall { status, heard_at: cx.now, ..call.clone() };
            next.stage = Stage::AnswerCall { method: method.clone(), call };
            Decision::new(next)
        };
        match event {
            CallEvent::Key('#') => {
                let mut decision = self.proved(cx, &state, method);
                // Whoever has the token hears of this by asking, and gets another with the next answer.
                let rotates = |effect: &Effect| matches!(effect, Effect::RotateToken);
                decision.state.rotate_due |= decision.effects.iter().any(rotates);
                decision.effects.retain(|effect| !rotates(effect));
                (Some(decision), Heard::Proved)
            }
            CallEvent::Key(_) => {
                let wrong = becomes(CallStatus::WrongKey).state;
                let decision = self.not_proved(cx, &wrong, method, Reply::Accepted, "wrong_key");
                let heard = if decision.state.stage.is_over() { Heard::Over } else { Heard::WrongKey };
                (Some(decision), heard)
            }
            CallEvent::Ringing if call.status == CallStatus::Calling => {
                (Some(becomes(CallStatus::Ringing)), Heard::Listening)
            }
            CallEvent::Answered if matches!(call.status, CallStatus::Calling | CallStatus::Ringing) => {
                (Some(becomes(CallStatus::Answered)), Heard::Listening)
            }
            // Said late, or again.
            CallEvent::Ringing | CallEvent::Answered => (None, Heard::Listening),
            CallEvent::Over => (Some(becomes(CallStatus::NoAnswer)), Heard::Over),
            CallEvent::Failed => {
                let mut decision = becomes(CallStatus::Failed);
                decision.audit("call_failed");
                (Some(decision), Heard::Over)
            }
        }
    }
}
