//! The flow as a person is shown it.

use regain_protocol::{Flow, Notice, NoticeCode, Step, StepBody};

use crate::{
    Context, Engine, next,
    state::{Stage, State},
    steps,
    turn::{Turn, current, time},
};

impl Engine {
    /// The flow as it stands now.
    pub fn view(&self, cx: Context<'_>, state: &State) -> Flow {
        let state = &current(cx, self.rules().lifetime, state);
        let notice = match &state.stage {
            Stage::EnterCode(step) if step.resent => Some(NoticeCode::CodeResent),
            Stage::ChooseMethod(step) if !step.subject.proved.is_empty() => Some(NoticeCode::AnotherProofNeeded),
            Stage::Done(done) if done.info_due => Some(NoticeCode::SecurityInfoDue),
            _ => None,
        };
        Flow {
            id: cx.flow_id.to_string(),
            kind: cx.kind,
            reference: self.reference(cx.flow_id),
            user_id: state.stage.user_id().map(ToString::to_string),
            expires_at: time(cx.expires_at),
            gate: next::gate(cx.kind, self.rules(), &state.stage),
            notice: notice.map(|code| Notice { code }),
            step: Step { id: state.step_id.to_string(), body: self.body(cx, state) },
        }
    }

    fn body(&self, cx: Context<'_>, state: &State) -> StepBody {
        match &state.stage {
            Stage::Done(done) => StepBody::Done {
                outcome: done.outcome,
                user_id: done.user_id.to_string(),
                notified: done.notified,
                continue_url: self.rules().continue_url.clone(),
            },
            Stage::Ended(ended) => StepBody::Ended { reason: ended.reason, retry_at: ended.retry_at.map(time) },
            stage => steps::of(stage)
                .map_or(StepBody::Unknown, |step| step.view(Turn { engine: self, cx, state, attacked: false })),
        }
    }
}
