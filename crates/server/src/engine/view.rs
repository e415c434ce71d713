//! What a person is shown of a flow.

use jiff::Timestamp;
use regain_protocol::{Flow, Notice, NoticeCode, Step, StepBody};

use super::{
    Context, Engine, current, new_password, next,
    state::{Stage, State},
};
use crate::ports::FlowRow;

/// The digits of a code.
const CODE_LENGTH: u8 = 6;

impl Engine {
    /// The flow as it stands now.
    pub fn view(&self, cx: Context<'_>, state: &State) -> Flow {
        let state = current(cx, state);
        let notice = match state.stage {
            Stage::EnterCode { resent: true, .. } => Some(Notice { code: NoticeCode::CodeResent }),
            _ => None,
        };
        Flow {
            id: cx.flow_id.to_owned(),
            kind: cx.kind,
            expires_at: time(cx.expires_at),
            gate: next::gate(cx.kind, &state.stage, state.subject.as_ref()),
            notice,
            step: Step { id: state.step_id.clone(), body: self.body(&state) },
        }
    }

    fn body(&self, state: &State) -> StepBody {
        match &state.stage {
            Stage::Identify {} => StepBody::Identify { captcha: None },
            Stage::ChooseMethod {} => StepBody::ChooseMethod { methods: methods(state) },
            Stage::EnterCode { method, .. } => enter_code(state, method).unwrap_or(StepBody::Unknown),
            Stage::NewPassword { .. } => {
                new_password::known(state).map_or(StepBody::Unknown, |account| StepBody::NewPassword {
                    policy: self.policy(account),
                    user_id: account.user_id.clone(),
                    first: account.first_password,
                    needs_current: false,
                })
            }
            Stage::Done { outcome, user_id, notified } => StepBody::Done {
                outcome: *outcome,
                user_id: user_id.clone(),
                notified: *notified,
                continue_url: self.rules.continue_url.clone(),
            },
            Stage::Ended { reason, retry_at } => StepBody::Ended { reason: *reason, retry_at: retry_at.map(time) },
        }
    }
}

/// The methods on offer.
fn methods(state: &State) -> Vec<regain_protocol::Method> {
    let subject = state.subject.iter();
    subject.flat_map(|subject| &subject.methods).map(|method| method.shown.clone()).collect()
}

fn enter_code(state: &State, method_id: &str) -> Option<StepBody> {
    let method = state.subject.as_ref()?.method(method_id)?;
    let sent = method.sent.as_ref()?;
    Some(StepBody::EnterCode {
        method: method.shown.clone(),
        length: CODE_LENGTH,
        expires_at: time(sent.expires_at),
        resend_at: time(sent.resend_at),
        resends_left: method.resends_left,
        tries_left: method.tries_left,
    })
}

/// A point in time as the API writes it: in whole seconds.
fn time(at: Timestamp) -> String {
    format!("{at:.0}")
}

impl<'a> Context<'a> {
    /// The circumstances of a decision about a stored flow.
    pub fn of(row: &'a FlowRow, now: Timestamp, rng: &'a dyn crate::ports::Rng, client: Option<&'a str>) -> Self {
        Self { flow_id: &row.id, kind: row.kind, expires_at: row.expires_at, now, rng, client }
    }
}
