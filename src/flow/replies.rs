//! What a reply does to the flow. Only here does one step give way to another, and only by the
//! server's word.

use regain_protocol::{Captcha, Flow, FlowAnswered, NoticeCode, Problem, ProblemCode, Secret, StepBody};

use super::line::{self, Ask, Call, Wish};
use super::{
    Announcement, AnswerCall, AnswerQuestions, ChooseMethod, ChooseOutcome, ContactAdministrator, Effect, Effects, End,
    EnterCode, Fault, Focus, HostEvent, Identify, Live, Model, NewPassword, Reply, Resume, State, Step, is_page,
};
#[cfg(feature = "full")]
use super::{SecurityInfo, SignIn};
use crate::clock::{Millis, parse_utc};

impl Model {
    pub(super) fn replied(&mut self, now: Millis, ask: Ask, reply: Reply, effects: &mut Effects) {
        match reply {
            Reply::Flow(answered) => {
                let FlowAnswered { flow, token } = *answered;
                let resent = flow.notice.is_some_and(|notice| notice.code == NoticeCode::CodeResent)
                    && matches!(ask.call, Call::Answer { wish: Wish::AnotherCode, .. });
                self.adopt(now, &ask.call, flow, token, effects);
                #[cfg(feature = "full")]
                self.accepted(&ask.call, effects);
                if resent {
                    effects.push(Effect::Announce(Announcement::CodeSent));
                } else if matches!(ask.call, Call::Answer { wish: Wish::AnotherCaptcha, .. })
                    && self.step().and_then(Step::check).is_some()
                {
                    effects.push(Effect::Announce(Announcement::NewCaptcha));
                }
            }
            Reply::Lost(fault) => self.lost(now, ask, fault, None, effects),
            Reply::Refused { status: 401, .. } => self.session_over(now, &ask.call, effects),
            Reply::Refused { status: 429, retry_after, .. } => {
                let wait = retry_after.unwrap_or(line::BUSY_WAIT).max(1);
                self.lost(now, ask, Fault::Busy, Some(wait), effects);
            }
            Reply::Refused { status: 500.., retry_after, .. } => {
                self.lost(now, ask, Fault::Server, retry_after, effects);
            }
            Reply::Refused { status, problem, .. } => {
                self.refused(now, ask, status, problem.map(|it| *it), effects);
            }
        }
        self.solve_captcha(effects);
    }

    /// The server said no for a reason that the person can do something about, or because the flow
    /// has moved on.
    fn refused(&mut self, now: Millis, ask: Ask, status: u16, problem: Option<Problem>, effects: &mut Effects) {
        #[cfg(feature = "full")]
        let pointer = problem.as_ref().and_then(|problem| problem.pointer.clone()).unwrap_or_default();
        let (code, flow, violations) = problem.map_or((ProblemCode::Unknown, None, Vec::new()), |problem| {
            (problem.code, problem.flow, problem.violations)
        });
        let answered = matches!(ask.call, Call::Answer { .. });
        let drawn = self.drawn;
        let has_flow = flow.is_some();
        if let Some(flow) = flow {
            self.adopt(now, &ask.call, flow, None, effects);
        }
        if self.drawn != drawn {
            return;
        }
        match status {
            409 if has_flow => {}
            409 if answered => self.send(now, Call::Refresh, effects),
            404 | 410 if !has_flow => self.session_over(now, &ask.call, effects),
            410 => {}
            _ => {
                if self.step().and_then(Step::check).is_some_and(|check| check.goes_on(code)) {
                    return effects.push(Effect::Announce(Announcement::StillWorking));
                }
                let field = match self.step() {
                    Some(Step::Identify(step)) => step.refused(code),
                    Some(Step::ChooseMethod(step)) => step.refused(code),
                    Some(Step::EnterCode(step)) => step.refused(code),
                    Some(Step::AnswerQuestions(step)) => step.refused(code),
                    Some(Step::ContactAdministrator(step)) => step.refused(code),
                    Some(Step::NewPassword(step)) => step.refused(code, violations),
                    #[cfg(feature = "full")]
                    Some(Step::SignIn(step)) => step.refused(code, &pointer),
                    #[cfg(feature = "full")]
                    Some(Step::SecurityInfo(step)) => step.refused(code, &pointer),
                    Some(Step::AnswerCall(_) | Step::ChooseOutcome(_) | Step::Unknown) | None => None,
                };
                match field {
                    Some(field) => effects.push(Effect::Focus(Focus::Field(field))),
                    None => self.lost(now, ask, Fault::Refused, None, effects),
                }
            }
        }
    }

    fn session_over(&mut self, now: Millis, call: &Call, effects: &mut Effects) {
        effects.push(Effect::ClearResume);
        match call {
            // There never was a session: this server does not let us begin one.
            Call::Create => {
                let ask = Ask { call: Call::Create, key: String::new(), lost: 0 };
                self.lost(now, ask, Fault::Refused, None, effects);
            }
            Call::Resume(_) if !self.setup.reopened => self.open_anew(now, effects),
            _ => {
                self.enter(State::Ended { why: End::SessionOver, retry_at: None });
                effects.push(Effect::Tell(HostEvent::Ended));
                effects.push(Effect::Focus(Focus::Heading));
            }
        }
    }

    /// Takes the flow as the server has it: another step is another screen; the same step keeps what
    /// was typed.
    fn adopt(&mut self, now: Millis, call: &Call, flow: Flow, token: Option<Secret<String>>, effects: &mut Effects) {
        // A flow that another widget left behind may be of another kind than this one would begin.
        self.setup.kind = flow.kind;
        let resume = match (&self.state, call) {
            (State::Live(live), _) => Resume { id: flow.id, token: token.unwrap_or_else(|| live.resume.token.clone()) },
            (_, Call::Resume(resume)) => Resume { id: flow.id, token: token.unwrap_or_else(|| resume.token.clone()) },
            _ => match token {
                Some(token) => Resume { id: flow.id, token },
                None => return,
            },
        };
        let step = match flow.step.body {
            StepBody::Done { outcome, user_id, notified, continue_url } => {
                effects.push(Effect::ClearResume);
                if self.gone_before_it_was_seen(call) {
                    return self.open_anew(now, effects);
                }
                self.enter(State::Done {
                    outcome,
                    user_id,
                    notified,
                    continue_url: continue_url.filter(|url| is_page(url)),
                    due: flow.notice.is_some_and(|notice| notice.code == NoticeCode::SecurityInfoDue),
                });
                effects.push(Effect::Tell(HostEvent::Done(outcome)));
                return effects.push(Effect::Focus(Focus::Heading));
            }
            StepBody::Ended { reason, retry_at } => {
                effects.push(Effect::ClearResume);
                if self.gone_before_it_was_seen(call) {
                    return self.open_anew(now, effects);
                }
                let retry_at = retry_at.as_deref().and_then(parse_utc);
                self.enter(State::Ended { why: End::Reason(reason), retry_at });
                effects.push(Effect::Tell(HostEvent::Ended));
                return effects.push(Effect::Focus(Focus::Heading));
            }
            StepBody::Identify { captcha } if captcha != Some(Captcha::Unknown) => {
                Step::Identify(Identify::new(self.user_id.clone(), captcha))
            }
            StepBody::ContactAdministrator { reason, contact, .. } => {
                ContactAdministrator::new(reason, contact).map_or(Step::Unknown, Step::ContactAdministrator)
            }
            StepBody::AnswerCall { method, status, calls_left, .. } => {
                AnswerCall::new(method, status, calls_left).map_or(Step::Unknown, Step::AnswerCall)
            }
            StepBody::AnswerQuestions { questions, tries_left } => {
                AnswerQuestions::new(questions, tries_left).map_or(Step::Unknown, Step::AnswerQuestions)
            }
            StepBody::ChooseOutcome { outcomes } => {
                ChooseOutcome::new(outcomes).map_or(Step::Unknown, Step::ChooseOutcome)
            }
            StepBody::ChooseMethod { methods } => Step::ChooseMethod(ChooseMethod::new(methods)),
            body @ StepBody::EnterCode { .. } => EnterCode::new(body).map_or(Step::Unknown, Step::EnterCode),
            body @ StepBody::NewPassword { .. } => {
                NewPassword::new(body).map_or(Step::Unknown, |step| Step::NewPassword(Box::new(step)))
            }
            #[cfg(feature = "full")]
            StepBody::SignIn { user_id, captcha } if captcha != Some(Captcha::Unknown) => {
                Step::SignIn(SignIn::new(user_id, captcha, &self.user_id))
            }
            #[cfg(feature = "full")]
            body @ StepBody::SecurityInfo { .. } => {
                SecurityInfo::new(body).map_or(Step::Unknown, |step| Step::SecurityInfo(Box::new(step)))
            }
            _ => Step::Unknown,
        };
        let new = Live {
            resume,
            ends_at: parse_utc(&flow.expires_at),
            said: None,
            check_at: 0,
            gate: flow.gate,
            notice: flow.notice,
            step_id: flow.step.id,
            step,
        };
        let (saved, same_step) = match &self.state {
            State::Live(live) => (live.resume == new.resume, live.step_id == new.step_id),
            _ => (false, false),
        };
        if !saved && !self.setup.is_vouched_for() {
            effects.push(Effect::SaveResume(new.resume.clone()));
        }
        let Some(new) = self.refresh(new, same_step, effects) else { return };
        let (said, check_at) = match &self.state {
            State::Live(live) => (live.said, live.check_at),
            _ => (None, 0),
        };
        let goes_on = self.setup.has_more && matches!(new.step, Step::Unknown);
        let resume = new.resume.clone();
        self.enter(State::Live(Box::new(Live { said, check_at, ..new })));
        if goes_on {
            return effects.push(Effect::GoOn(resume));
        }
        self.begun(effects);
        self.bring_in_strength(effects);
    }

    /// An answer that was taken closes the form that it came from.
    #[cfg(feature = "full")]
    fn accepted(&mut self, call: &Call, effects: &mut Effects) {
        if let (Call::Answer { .. }, Some(Step::SecurityInfo(step))) = (call, self.step())
            && step.accepted()
        {
            self.drawn += 1;
            effects.push(Effect::Focus(Focus::Heading));
        }
    }

    /// Whether a flow that a former load left behind turns out to be over before the person saw it.
    fn gone_before_it_was_seen(&self, call: &Call) -> bool {
        matches!(call, Call::Resume(_)) && !self.setup.reopened
    }

    /// Updates the step in place; gives it back where it is another one.
    fn refresh(&mut self, mut new: Live, same_step: bool, effects: &mut Effects) -> Option<Live> {
        let State::Live(live) = &mut self.state else { return Some(new) };
        if !same_step {
            return Some(new);
        }
        match (&mut live.step, new.step) {
            (Step::Identify(old), Step::Identify(new)) => old.refresh(new),
            (Step::ChooseMethod(old), Step::ChooseMethod(new)) => old.refresh(new.methods),
            (Step::EnterCode(old), Step::EnterCode(new)) => old.refresh(new),
            (Step::AnswerCall(old), Step::AnswerCall(new)) => {
                effects.extend(old.refresh(new).map(Effect::Announce));
            }
            (Step::AnswerQuestions(old), Step::AnswerQuestions(new)) => old.refresh(new),
            (Step::ChooseOutcome(old), Step::ChooseOutcome(new)) => old.refresh(new),
            // The message stays.
            (Step::ContactAdministrator(_), Step::ContactAdministrator(_)) | (Step::Unknown, Step::Unknown) => {}
            (Step::NewPassword(old), Step::NewPassword(new)) => old.refresh(*new),
            #[cfg(feature = "full")]
            (Step::SignIn(old), Step::SignIn(new)) => old.refresh(new),
            #[cfg(feature = "full")]
            (Step::SecurityInfo(old), Step::SecurityInfo(new)) => {
                if old.refresh(*new) {
                    self.drawn += 1;
                    effects.push(Effect::Focus(Focus::Heading));
                }
            }
            (_, step) => {
                new.step = step;
                return Some(new);
            }
        }
        live.resume = new.resume;
        live.ends_at = new.ends_at;
        live.gate = new.gate;
        live.notice = new.notice;
        None
    }
}
