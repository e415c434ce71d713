//! What a person is shown of a flow.

use jiff::Timestamp;
use regain_protocol::{Flow, MethodKind, Notice, NoticeCode, Step, StepBody};

use super::{
    Context, Engine, apply, current, next,
    state::{Stage, State, Subject, SubjectMethod},
};
use regain_ports::FlowRow;

/// The digits of a code.
const CODE_LENGTH: u8 = 6;

impl Engine {
    /// The flow as it stands now.
    pub fn view(&self, cx: Context<'_>, state: &State) -> Flow {
        let state = current(cx, state);
        let notice = match state.stage {
            Stage::EnterCode { resent: true, .. } => Some(Notice { code: NoticeCode::CodeResent }),
            Stage::ChooseMethod {} if state.subject.as_ref().is_some_and(|subject| !subject.proved.is_empty()) => {
                Some(Notice { code: NoticeCode::AnotherProofNeeded })
            }
            Stage::Done { info_due: true, .. } => Some(Notice { code: NoticeCode::SecurityInfoDue }),
            _ => None,
        };
        Flow {
            id: cx.flow_id.to_owned(),
            kind: cx.kind,
            expires_at: time(cx.expires_at),
            gate: next::gate(cx.kind, self.rules(), &state.stage, state.subject.as_ref()),
            notice,
            step: Step { id: state.step_id.clone(), body: self.body(cx, &state) },
        }
    }

    fn body(&self, cx: Context<'_>, state: &State) -> StepBody {
        let rules = self.rules();
        match &state.stage {
            Stage::Identify { challenge } => {
                StepBody::Identify { captcha: challenge.as_ref().map(|challenge| self.shown(cx, challenge)) }
            }
            Stage::SignIn { user_id, .. } => StepBody::SignIn { user_id: user_id.clone() },
            Stage::SecurityInfo {} => self.security_info(cx, state).unwrap_or(StepBody::Unknown),
            Stage::ContactAdministrator { reason } => {
                let reason = reason.as_str().to_owned();
                let contact = rules.contact.clone();
                contact.map_or(StepBody::Unknown, |contact| StepBody::ContactAdministrator { reason, contact })
            }
            Stage::ChooseMethod {} => StepBody::ChooseMethod { methods: methods(state) },
            Stage::AnswerCall { method, call } => {
                of(state, method).map_or(StepBody::Unknown, |by| StepBody::AnswerCall {
                    method: by.shown.clone(),
                    status: Self::call_status(cx, state, method, call),
                    calls_left: by.resends_left,
                })
            }
            Stage::AnswerQuestions { method, asked } => of(state, method).map_or(StepBody::Unknown, |method| {
                StepBody::AnswerQuestions { questions: asked.clone(), tries_left: method.tries_left }
            }),
            Stage::ChooseOutcome {} => {
                let outcomes = state.subject.as_ref().map(|subject| next::outcomes(cx.kind, rules, subject));
                StepBody::ChooseOutcome { outcomes: outcomes.unwrap_or_default() }
            }
            Stage::EnterCode { method, .. } => self.enter_code(cx, state, method).unwrap_or(StepBody::Unknown),
            Stage::NewPassword { current_tries_left } => {
                apply::known(state).map_or(StepBody::Unknown, |account| StepBody::NewPassword {
                    policy: self.policy(account),
                    user_id: account.user_id.clone(),
                    first: account.first_password,
                    needs_current: current_tries_left.is_some(),
                })
            }
            Stage::Done { outcome, user_id, notified, .. } => StepBody::Done {
                outcome: *outcome,
                user_id: user_id.clone(),
                notified: *notified,
                continue_url: rules.continue_url.clone(),
            },
            Stage::Ended { reason, retry_at } => StepBody::Ended { reason: *reason, retry_at: retry_at.map(time) },
        }
    }

    fn enter_code(&self, cx: Context<'_>, state: &State, method_id: &str) -> Option<StepBody> {
        let method = of(state, method_id)?;
        // An app has its codes by itself, for as long as the flow lasts.
        let (expires_at, resend_at) = match &method.sent {
            Some(sent) => (sent.expires_at, sent.resend_at),
            None if method.shown.kind == MethodKind::Authenticator => (cx.expires_at, cx.expires_at),
            None => return None,
        };
        Some(StepBody::EnterCode {
            method: method.shown.clone(),
            length: CODE_LENGTH,
            expires_at: time(expires_at),
            resend_at: time(resend_at),
            resends_left: method.resends_left,
            tries_left: method.tries_left,
            setup: self.setup(cx, state, method_id),
        })
    }
}

/// The methods on offer.
fn methods(state: &State) -> Vec<regain_protocol::Method> {
    let subject = state.subject.iter();
    subject.flat_map(Subject::on_offer).map(|method| method.shown.clone()).collect()
}

fn of<'a>(state: &'a State, method_id: &str) -> Option<&'a SubjectMethod> {
    state.subject.as_ref()?.method(method_id)
}

/// A point in time as the API writes it: in whole seconds.
fn time(at: Timestamp) -> String {
    format!("{at:.0}")
}

impl<'a> Context<'a> {
    /// The circumstances of a decision about a stored flow.
    pub fn of(row: &'a FlowRow, now: Timestamp, rng: &'a dyn regain_ports::Rng, client: Option<&'a str>) -> Self {
        Self { flow_id: &row.id, kind: row.kind, expires_at: row.expires_at, now, rng, client }
    }
}
