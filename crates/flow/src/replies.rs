//! Replies, and what they do to the flow. Only here does one step give way to another, and only by the server's word.

use regain_protocol::{EndReason, Flow, FlowAnswered, NoticeCode, Problem, ProblemCode, Secret, StepBody};

use crate::account::Account;
use crate::address::is_page;
use crate::clock::{Millis, parse_utc};
use crate::effect::{Announcement, Effect, Effects, Fault, Focus, HostEvent, Resume};
use crate::elsewhere::voids_others;
use crate::event::Reply;
use crate::full::IS_FULL;
use crate::model::{Live, Model, State};
use crate::request::{self, Request, RequestKind};
use crate::screen::End;
use crate::step::{Intent, Refusal};
use crate::steps::list::Step;

impl Model {
    pub(crate) fn replied(&mut self, now: Millis, request: Request, reply: Reply, effects: &mut Effects) {
        match reply {
            Reply::Flow(answered) => self.accepted(now, &request.kind, *answered, effects),
            Reply::Lost(fault) => self.lost(now, request, fault, None, effects),
            Reply::Refused { status: 401, .. } => self.session_over(now, &request.kind, effects),
            Reply::Refused { status: 429, retry_after, .. } => {
                let wait = retry_after.unwrap_or(request::DEFAULT_RETRY_AFTER).max(1);
                self.lost(now, request, Fault::Busy, Some(wait), effects);
            }
            Reply::Refused { status: 500.., retry_after, .. } => {
                self.lost(now, request, Fault::Server, retry_after, effects);
            }
            Reply::Refused { status, problem, .. } => {
                self.refused(now, request, status, problem.map(|it| *it), effects);
            }
        }
        if let Some((step, mut context)) = self.step_in_context(now, effects)
            && let Some(challenge) = step.challenge()
        {
            challenge.begin(&mut context);
        }
    }

    fn accepted(&mut self, now: Millis, kind: &RequestKind, answered: FlowAnswered, effects: &mut Effects) {
        let FlowAnswered { flow, token } = answered;
        let resent = flow.notice.is_some_and(|notice| notice.code == NoticeCode::CodeResent);
        let revision = self.revision;
        self.adopt(now, kind, flow, token, effects);
        if let RequestKind::Answer { intent, .. } = kind
            && let Some((step, mut context)) = self.step_in_context(now, effects)
        {
            match intent {
                Intent::NewCode if resent => context.announce(Some(Announcement::CodeSent)),
                Intent::NewChallenge if IS_FULL && step.challenge().is_some() => {
                    context.announce(Some(Announcement::NewCaptcha));
                }
                // The button that was pressed goes away.
                Intent::MoreTime => context.push(Effect::Focus(Focus::Heading)),
                _ => step.accepted(&mut context),
            }
        }
        if IS_FULL && self.revision != revision {
            self.announce_change(effects);
        }
    }

    /// The server said no for a reason that the person can do something about, or because the flow
    /// has moved on.
    fn refused(&mut self, now: Millis, request: Request, status: u16, problem: Option<Problem>, effects: &mut Effects) {
        let (code, flow, pointer, violations) = problem
            .map_or((ProblemCode::Unknown, None, None, Vec::new()), |problem| {
                (problem.code, problem.flow, problem.pointer, problem.violations)
            });
        if flow.is_none() {
            self.withdraw_first_step();
        }
        let revision = self.revision;
        let has_flow = flow.is_some();
        if let Some(flow) = flow {
            self.adopt(now, &request.kind, flow, None, effects);
        }
        if self.revision != revision {
            return;
        }
        match status {
            409 if has_flow => {}
            409 if matches!(request.kind, RequestKind::Answer { .. }) => self.send(now, RequestKind::Refresh, effects),
            404 | 410 if !has_flow => self.session_over(now, &request.kind, effects),
            410 => {}
            // There is no more to be had: the flow goes on while it lasts.
            _ if matches!(request.kind, RequestKind::Answer { intent: Intent::MoreTime, .. }) => {
                if let State::Live(live) = &mut self.state {
                    live.can_extend = false;
                }
                effects.push(Effect::Focus(Focus::Heading));
            }
            _ => {
                if self.step().and_then(Step::challenge).is_some_and(|challenge| challenge.retries(code)) {
                    return effects.push(Effect::Announce(Announcement::StillWorking));
                }
                let refusal = Refusal { code, pointer: pointer.unwrap_or_default(), violations };
                match self.step().and_then(|step| step.refused(refusal)) {
                    Some(field) => effects.push(Effect::Focus(Focus::Field(field))),
                    None => self.lost(now, request, Fault::Refused, None, effects),
                }
            }
        }
    }

    fn session_over(&mut self, now: Millis, kind: &RequestKind, effects: &mut Effects) {
        effects.push(Effect::ClearResume);
        match kind {
            // There never was a session: this server does not let us begin one.
            RequestKind::Create => {
                let request = Request { kind: RequestKind::Create, key: String::new(), lost: 0, notified: None };
                self.lost(now, request, Fault::Refused, None, effects);
            }
            RequestKind::Resume(_) if !self.setup.reopened => self.open_anew(now, effects),
            _ => self.end(State::Ended { reason: End::SessionOver, retry_at: None }, HostEvent::Ended, effects),
        }
    }

    /// Enters a state that nothing follows by itself.
    fn end(&mut self, state: State, event: HostEvent, effects: &mut Effects) {
        match state {
            State::Ended { reason: End::Reason(EndReason::Cancelled) | End::SessionOver, .. } if self.elsewhere => {
                self.enter_elsewhere();
            }
            state => {
                self.elsewhere = false;
                if let State::Done { user_id, outcome, .. } = &state
                    && voids_others(*outcome)
                {
                    effects.push(Effect::NotifyTabs(user_id.clone()));
                }
                self.enter(state);
                effects.push(Effect::NotifyHost(event));
            }
        }
        effects.push(Effect::Focus(Focus::Heading));
    }

    /// Takes the flow as the server has it: another step is another screen; the same step keeps what
    /// was typed.
    fn adopt(
        &mut self,
        now: Millis,
        kind: &RequestKind,
        flow: Flow,
        token: Option<Secret<String>>,
        effects: &mut Effects,
    ) {
        // A flow that another widget left behind may be of another kind than this one would begin.
        self.setup.kind = flow.kind;
        let identified = flow.user_id.is_some();
        if let Some(user_id) = flow.user_id {
            self.user_id = user_id;
        }
        let resume = match (&self.state, kind) {
            (State::Live(live), _) => Resume { id: flow.id, token: token.unwrap_or_else(|| live.resume.token.clone()) },
            (_, RequestKind::Resume(resume)) => {
                Resume { id: flow.id, token: token.unwrap_or_else(|| resume.token.clone()) }
            }
            _ => match token {
                Some(token) => Resume { id: flow.id, token },
                None => return,
            },
        };
        let end = match flow.step.body {
            StepBody::Done { outcome, user_id, notified, continue_url } => (
                State::Done {
                    outcome,
                    user_id,
                    notified,
                    continue_url: continue_url.filter(|url| is_page(url)),
                    due: flow.notice.is_some_and(|notice| notice.code == NoticeCode::SecurityInfoDue),
                },
                HostEvent::Done(outcome),
            ),
            StepBody::Ended { reason, retry_at } => {
                let retry_at = retry_at.as_deref().and_then(parse_utc);
                (State::Ended { reason: End::Reason(reason), retry_at }, HostEvent::Ended)
            }
            body => {
                let new = Live {
                    resume,
                    ends_at: parse_utc(&flow.expires_at),
                    announced: None,
                    check_at: 0,
                    can_extend: true,
                    identified,
                    gate: flow.gate,
                    notice: flow.notice,
                    step_id: flow.step.id,
                    step: Step::new(body, &self.user_id),
                };
                return self.go_on(now, new, effects);
            }
        };
        effects.push(Effect::ClearResume);
        // A flow that a former load left behind is over before the person saw it.
        if matches!(kind, RequestKind::Resume(_)) && !self.setup.reopened {
            return self.open_anew(now, effects);
        }
        self.end(end.0, end.1, effects);
    }

    /// Goes on with a flow in progress.
    fn go_on(&mut self, now: Millis, new: Live, effects: &mut Effects) {
        let saved = matches!(&self.state, State::Live(live) if live.resume == new.resume);
        if !saved && !self.setup.is_vouched_for() {
            effects.push(Effect::SaveResume(new.resume.clone()));
        }
        let opening = matches!(self.state, State::Opening(_));
        let Some(mut new) = self.refresh(now, new, effects) else {
            if opening {
                self.notify_step(effects);
                self.send_waiting(now, effects);
            }
            return;
        };
        if let State::Live(live) = &self.state {
            (new.check_at, new.can_extend) = (live.check_at, live.can_extend);
            // An end that was put off is announced anew.
            if new.ends_at == live.ends_at {
                new.announced = live.announced;
            }
        }
        let hands_over = self.setup.can_hand_over && matches!(new.step, Step::Unknown);
        if hands_over && self.asks_account() {
            // It is answered first, in place.
            self.state = State::Live(Box::new(new));
            return self.notify_step(effects);
        }
        let resume = new.resume.clone();
        self.enter(State::Live(Box::new(new)));
        if hands_over {
            self.account = Account::Settled;
            return self.hand_over(resume, effects);
        }
        self.begun(effects);
    }

    /// Updates the step in place; gives it back where it is another one.
    fn refresh(&mut self, now: Millis, mut new: Live, effects: &mut Effects) -> Option<Live> {
        match &self.state {
            State::Live(live) if live.step_id == new.step_id => {}
            State::Opening(Some(_)) => {}
            _ => return Some(new),
        }
        let (step, mut context) = self.step_in_context(now, effects)?;
        if let Some(step) = step.refresh(new.step, &mut context) {
            new.step = step;
            return Some(new);
        }
        if let State::Opening(step) = &mut self.state {
            new.step = step.take()?;
            self.state = State::Live(Box::new(new));
        } else if let State::Live(live) = &mut self.state {
            live.resume = new.resume;
            live.identified = new.identified;
            if live.ends_at != new.ends_at {
                live.ends_at = new.ends_at;
                live.announced = None;
            }
            live.gate = new.gate;
            live.notice = new.notice;
        }
        None
    }
}
