//! Step `answer_call`: answer the phone and press `#`.
//!
//! Takes `call_again` and `choose_another`; the proof itself comes by the phone, through
//! [`Engine::on_call_event`]. Another key costs a try, and the voice asks again. An event of a call that is
//! over, was replaced, or belongs to another flow changes nothing.

use jiff::{SignedDuration, Timestamp};
use regain_ports::{CallEvent, CallInstruction, lies_ahead, passed_since};
use regain_protocol::{Answer, CallStatus, StepBody};

mod course;

use course::Course;

use crate::{
    Context, Engine,
    decision::{Decision, Effect, Refusal, Reply},
    lookups::Findings,
    methods, proof,
    state::{AnswerCall, How, PlacedCall, Stage, State},
    turn::{Step, Turn, current, time},
};

/// A call without events for so long counts as not answered.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

impl PlacedCall {
    /// The status as far as is known now, and the time since which it is that.
    fn status(&self, rings: bool, now: Timestamp) -> (CallStatus, Timestamp) {
        match self.status {
            CallStatus::Calling if !rings => self.made_up(now),
            CallStatus::Calling | CallStatus::Ringing | CallStatus::Answered | CallStatus::WrongKey
                if passed_since(self.changed_at, now) >= PATIENCE =>
            {
                (CallStatus::NoAnswer, later(self.changed_at, PATIENCE))
            }
            status => (status, self.changed_at),
        }
    }

    /// The status of a call that is placed nowhere.
    fn made_up(&self, now: Timestamp) -> (CallStatus, Timestamp) {
        let past = passed_since(self.placed_at, now).as_secs();
        let (status, after) = Course::drawn(&self.call_id).status(past);
        (status, later(self.placed_at, SignedDuration::from_secs(after)))
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// Tells if nothing more comes of a call with this status.
const fn is_final(status: CallStatus) -> bool {
    matches!(status, CallStatus::NoAnswer | CallStatus::Failed)
}

impl AnswerCall {
    fn status(&self, now: Timestamp) -> (CallStatus, Timestamp) {
        self.call.status(self.rings(), now)
    }

    /// The time from which another call may be asked for: once this one is over, or nothing came of it for a while.
    fn again_at(&self, resend_after: SignedDuration, now: Timestamp) -> Timestamp {
        let (status, since) = self.status(now);
        let wait = match &self.method.how {
            How::Call(calls) => calls.call_again_at.unwrap_or(self.call.placed_at),
            _ => self.call.placed_at,
        };
        let wait = if lies_ahead(wait, resend_after, now) { wait } else { wait.min(now) };
        let is_over = is_final(status) || status == CallStatus::WrongKey;
        if is_over { wait } else { wait.max(later(since, PATIENCE)) }
    }

    fn with_status(&self, status: CallStatus, now: Timestamp) -> Self {
        let call = PlacedCall { status, changed_at: now, ..self.call.clone() };
        Self { call, ..self.clone() }
    }
}

impl Step for AnswerCall {
    fn answer(&self, turn: Turn<'_>, answer: &Answer, _: &Findings) -> Result<Decision, Refusal> {
        match answer {
            Answer::CallAgain {} => {
                let (status, since) = self.status(turn.cx.now);
                if !is_final(status) && status != CallStatus::WrongKey {
                    return Err(Refusal::RateLimited { retry_at: later(since, PATIENCE) });
                }
                methods::place_call(turn, self.whose.clone(), self.method.clone(), true)
            }
            Answer::ChooseAnother {} => Ok(turn.back(self.whose.clone(), self.method.clone())),
            _ => Err(Refusal::StepPassed),
        }
    }

    fn view(&self, turn: Turn<'_>) -> StepBody {
        StepBody::AnswerCall {
            method: self.method.shown(),
            status: self.status(turn.cx.now).0,
            calls_left: match &self.method.how {
                How::Call(calls) => calls.calls_left,
                _ => 0,
            },
            call_again_at: Some(time(self.again_at(turn.engine.rules().codes.resend_after, turn.cx.now))),
        }
    }
}

impl Engine {
    /// The decision about an event of a call, and the instruction for whoever is on the line; `None` where it changes
    /// nothing.
    pub fn on_call_event(
        &self,
        cx: Context<'_>,
        state: &State,
        call_id: &str,
        event: CallEvent,
    ) -> (Option<Decision>, CallInstruction) {
        let state = &current(cx, self.rules().lifetime, state);
        let turn = Turn { engine: self, cx, state, attacked: false };
        let Stage::AnswerCall(step) = &state.stage else { return (None, CallInstruction::Over) };
        // To nobody there is no call: only that none can be placed at all is said of it.
        if !step.rings() && event != CallEvent::Failed {
            return (None, CallInstruction::Over);
        }
        if step.call.call_id != call_id || is_final(step.status(cx.now).0) {
            return (None, CallInstruction::Over);
        }
        // `#` was pressed before, and the registrations are taking the phone in.
        if state.is_being_applied(cx.now) {
            return (None, CallInstruction::Over);
        }
        let becomes = |status| turn.stayed(Stage::AnswerCall(step.with_status(status, cx.now)));
        match event {
            CallEvent::Key('#') if !step.whose.exists() => (Some(becomes(CallStatus::NoAnswer)), CallInstruction::Over),
            CallEvent::Key('#') => (Some(pressed(turn, step)), CallInstruction::Proved),
            CallEvent::Key(_) => {
                let stage = |method| {
                    let step = step.with_status(CallStatus::WrongKey, cx.now);
                    Stage::AnswerCall(AnswerCall { method, ..step })
                };
                let key = step.whose.account_key();
                let decision = proof::wrong(turn, key, step.method.clone(), Reply::Accepted, "wrong_key", stage);
                let heard =
                    if decision.state.stage.is_over() { CallInstruction::Over } else { CallInstruction::WrongKey };
                (Some(decision), heard)
            }
            CallEvent::Ringing if step.call.status == CallStatus::Calling => {
                (Some(becomes(CallStatus::Ringing)), CallInstruction::Listening)
            }
            CallEvent::Answered if matches!(step.call.status, CallStatus::Calling | CallStatus::Ringing) => {
                (Some(becomes(CallStatus::Answered)), CallInstruction::Listening)
            }
            // Said late, or again.
            CallEvent::Ringing | CallEvent::Answered => (None, CallInstruction::Listening),
            CallEvent::Withheld if step.whose.person().is_none() => {
                let call = PlacedCall { withheld: true, ..step.call.clone() };
                let mut decision = turn.stayed(Stage::AnswerCall(AnswerCall { call, ..step.clone() }));
                decision.audit("call_withheld");
                (Some(decision), CallInstruction::Over)
            }
            CallEvent::Over => (Some(becomes(CallStatus::NoAnswer)), CallInstruction::Over),
            // The person who adds the number has proved who they are, and hears of it.
            CallEvent::Failed | CallEvent::Withheld => {
                let mut decision = becomes(CallStatus::Failed);
                decision.audit("call_failed");
                (Some(decision), CallInstruction::Over)
            }
        }
    }
}

/// `#` was pressed. Whoever has the token hears of this by asking, and gets another with the next answer.
fn pressed(turn: Turn<'_>, step: &AnswerCall) -> Decision {
    let mut decision = proof::right(turn, step.whose.clone(), step.method.clone());
    let rotates = |effect: &Effect| matches!(effect, Effect::RotateToken);
    decision.state.rotate_due |= decision.effects.iter().any(rotates);
    decision.effects.retain(|effect| !rotates(effect));
    decision
}

#[cfg(test)]
mod tests {
    use regain_protocol::{FlowKind, MethodKind, Role};

    use super::*;
    use crate::{
        MethodRules,
        steps::SecurityInfo,
        testing::{FLOW_BEGINS, Sequence, context, engine, person, rules},
    };

    #[test]
    fn nothing_is_taken_of_a_call_while_its_phone_is_registered() {
        let rules = rules();
        let engine = engine(crate::Rules { methods: MethodRules { call_mobile: true, ..rules.methods }, ..rules });
        let rng = Sequence::default();
        let cx = context(FlowKind::Register, FLOW_BEGINS, &rng);
        let state = State::new("en".into(), "step".into(), Stage::SecurityInfo(SecurityInfo::of(person())));
        let kind = MethodKind::Call;
        let add = Answer::Add { kind, role: Some(Role::Mobile), value: Some("+14255550123".into()) };
        let state = engine.answer(cx, &state, &"step".into(), &add, &Findings::default()).expect("a call").state;
        let Stage::AnswerCall(step) = &state.stage else { panic!("no call") };
        let call_id = step.call.call_id.clone();
        let (pressed, heard) = engine.on_call_event(cx, &state, &call_id, CallEvent::Key('#'));
        assert_eq!(heard, CallInstruction::Proved);
        let claimed = pressed.expect("a change").state;
        assert!(claimed.applying_since.is_some());
        for event in [CallEvent::Ringing, CallEvent::Key('#'), CallEvent::Key('5'), CallEvent::Over, CallEvent::Failed]
        {
            let (decision, heard) = engine.on_call_event(cx, &claimed, &call_id, event);
            assert!(decision.is_none() && heard == CallInstruction::Over, "{event:?}");
        }
        // The process that was registering it is dead: it can be pressed again.
        let later = context(FlowKind::Register, FLOW_BEGINS + SignedDuration::from_secs(11), &rng);
        assert!(engine.on_call_event(later, &claimed, &call_id, CallEvent::Key('#')).0.is_some());
    }
}
