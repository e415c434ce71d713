//! A flow, driven, and an onlooker who keeps count by himself.

mod answers;
mod onlooker;

use std::{collections::HashSet, sync::Mutex};

use jiff::{SignedDuration, Timestamp};
use regain_keys::Keys;
use regain_ports::{CallEvent, CallInstruction, Rng};
use regain_protocol::{Flow, FlowKind, MethodKind, Secret, StepBody};
use regain_values::StepId;

use super::{
    super::{
        Application, Applied, Context, Decision, Effect, Engine, Finding, Findings, LimitPolicy, Lookup, Refusal,
        Reply, Rules, State,
    },
    act::Act,
    people::{KEY, RECOVERY_CODE, account},
};
use crate::{ClientNetwork, messages::Content, testing::flow_id};

/// Different bytes at every call, the same in every run.
#[derive(Default)]
pub(super) struct Counting(Mutex<u64>);

impl Rng for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let mut count = self.0.lock().expect("not poisoned");
        for chunk in bytes.chunks_mut(8) {
            *count += 1;
            let draw = count.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes();
            chunk.copy_from_slice(&draw[..chunk.len()]);
        }
    }
}

/// A code that was queued.
struct Queued {
    to: Option<String>,
    code: Secret<String>,
    kind: MethodKind,
}

/// One flow, driven.
pub(super) struct Drive {
    engine: Engine,
    rng: Counting,
    kind: FlowKind,
    now: Timestamp,
    expires_at: Timestamp,
    state: State,
    codes: Vec<Queued>,
    /// The calls that were queued, newest last.
    calls: Vec<String>,
    former_step: StepId,
    /// The codes of apps that were taken.
    used: HashSet<String>,
    pub(super) wrong: usize,
    pub(super) charged: u32,
    /// The proofs that were given, as the onlooker saw them.
    pub(super) proofs: Vec<MethodKind>,
    pub(super) applied: usize,
    requests: usize,
}

impl Drive {
    pub(super) fn new(kind: FlowKind, rules: Rules) -> Self {
        let engine = Engine::new(Keys::derive(&Secret::new(vec![3; 32])), rules);
        let now = "2026-11-23T14:00:00Z".parse().expect("a time");
        let expires_at = engine.expires_at(now);
        let rng = Counting::default();
        let cx = Context { flow_id: flow_id(), kind, expires_at, now, rng: &rng, client: None };
        let state = engine.begin(cx, "en".into(), None, None).state;
        Self {
            engine,
            rng,
            kind,
            now,
            expires_at,
            state,
            codes: Vec::new(),
            calls: Vec::new(),
            former_step: "none".into(),
            used: HashSet::new(),
            wrong: 0,
            charged: 0,
            proofs: Vec::new(),
            applied: 0,
            requests: 0,
        }
    }

    fn context(&self) -> Context<'_> {
        let Self { kind, expires_at, now, .. } = *self;
        Context {
            flow_id: flow_id(),
            kind,
            expires_at,
            now,
            rng: &self.rng,
            client: Some(ClientNetwork::of([192, 0, 2, 1].into())),
        }
    }

    pub(super) fn shown(&self) -> Flow {
        self.engine.view(self.context(), &self.state)
    }

    /// The number of messages that were queued.
    pub(super) fn messages(&self) -> usize {
        self.codes.len() + self.calls.len()
    }

    pub(super) fn told_nobody(&self) -> bool {
        self.codes.iter().all(|queued| queued.to.is_none())
    }

    pub(super) fn does(&mut self, act: &Act) {
        let (act, is_stale) = match act {
            Act::Stale(act) => (&**act, true),
            act => (act, false),
        };
        match act {
            Act::Wait(seconds) => self.now += SignedDuration::from_secs(*seconds),
            Act::Cancel => {
                if let Ok(Some(decision)) = self.engine.cancel(self.context(), &self.state) {
                    self.take(decision);
                }
            }
            Act::CallInstruction(event) => self.hears(self.calls.last().cloned(), *event),
            Act::HeardOfFormer(event) => self.hears(self.calls.iter().rev().nth(1).cloned(), *event),
            act => self.answers(act, is_stale),
        }
    }

    /// The phone says something. Only in the newest call, and only while it is the step, it counts.
    fn hears(&mut self, call: Option<String>, event: CallEvent) {
        let Some(call) = call else { return };
        let is_live = matches!(&self.shown().step.body, StepBody::AnswerCall { status, .. }
            if !matches!(status, regain_protocol::CallStatus::NoAnswer | regain_protocol::CallStatus::Failed))
            && self.calls.last() == Some(&call);
        let (decision, heard) = self.engine.on_call_event(self.context(), &self.state, &call, event);
        assert!(is_live || decision.is_none(), "a call that is over changed something");
        assert!(is_live || heard == CallInstruction::Over);
        let Some(decision) = decision else { return };
        let subject = self.state.stage.subject().expect("somebody");
        assert!(subject.account.is_some() || event == CallEvent::Failed, "heard of a call to nobody");
        match event {
            CallEvent::Key('#') => self.proofs.push(MethodKind::Call),
            CallEvent::Key(_) => self.wrong += 1,
            _ => {}
        }
        assert!(!decision.effects.iter().any(|effect| matches!(effect, Effect::RotateToken)), "nobody would get it");
        self.take(decision);
    }

    fn answers(&mut self, act: &Act, is_stale: bool) {
        let answer = self.answer(act);
        let step_id = if is_stale { self.former_step.clone() } else { self.state.step_id.clone() };
        let cx = self.context();
        let mut findings = Findings::default();
        while let Some(lookup) = self.engine.lookup(cx, &self.state, &step_id, &answer, &findings) {
            findings.add(match lookup {
                Lookup::WrongToday(_) => Finding::WrongToday(0),
                Lookup::Network { .. } => Finding::Network { successes: 0, wrong: 0 },
                Lookup::Current(user_id) => Finding::Current(account(user_id.as_str())),
                Lookup::Account { user_id, .. } => {
                    Finding::Account { account: account(user_id.as_str()), neighbours: Vec::new() }
                }
                Lookup::AuthenticatorKey(id) => Finding::AuthenticatorKey(id.map(|_| Secret::new(KEY.to_vec()))),
                Lookup::Answers { account_id, .. } => {
                    Finding::Answers(account_id.is_some() && matches!(act, Act::AnswerAll { right: true }))
                }
                Lookup::RecoveryCode { account_id, code, .. } => {
                    let right = account_id.is_some() && code.expose() == RECOVERY_CODE;
                    Finding::RecoveryCode(right && !self.used.contains(RECOVERY_CODE))
                }
                Lookup::CaptchaVerdict(_) | Lookup::SignIn { .. } | Lookup::Password(_) => {
                    unreachable!("these flows ask for none of it")
                }
            });
        }
        // Asking has used it up, whatever comes of it.
        if findings.recovery_code() == Some(true) {
            self.used.insert(RECOVERY_CODE.into());
        }
        let cx = self.context();
        let before = self.state.clone();
        let mut decided = self.engine.answer(cx, &self.state, &step_id, &answer, &findings);
        if let Some(bucket) = decided.as_ref().ok().and_then(one_use)
            && !self.used.insert(bucket)
        {
            findings.add(Finding::CodeUsed);
            decided = self.engine.answer(self.context(), &self.state, &step_id, &answer, &findings);
            assert!(decided.as_ref().is_ok_and(|decision| decision.reply == Reply::WrongCode), "used twice");
        }
        let Ok(decision) = decided else {
            if is_stale {
                assert!(matches!(decided, Err(Refusal::StepPassed | Refusal::Ended)));
            }
            return;
        };
        assert!(!is_stale, "a stale step was answered");
        assert!(self.now < self.expires_at, "an expired flow took an answer");
        match decision.reply {
            Reply::WrongCode => {
                self.wrong += 1;
                assert!(!self.is_right(&before, &answer), "a right code was refused");
            }
            Reply::WrongAnswers => self.wrong += 1,
            _ => {
                let proved = decision.state.stage.proved().len();
                if proved > self.proofs.len() {
                    let kind = self.proof(&before, &answer, act);
                    self.proofs.push(kind);
                }
            }
        }
        self.take(decision);
    }

    /// Does with a decision as the shell does.
    fn take(&mut self, decision: Decision) {
        let mut follows = None;
        for effect in &decision.effects {
            match effect {
                Effect::Send { message, .. } => match &message.content {
                    Content::Code { code, .. } => self.queued(message.to.clone(), code, MethodKind::Email),
                    Content::TextCode { code, .. } => self.queued(message.to.clone(), code, MethodKind::Sms),
                    Content::Call { reference } => self.calls.push(reference.call_id.clone()),
                    Content::AdministratorRequest { proved, .. } => {
                        assert_eq!(*proved, self.proofs, "administrators are told the truth");
                        self.requests += 1;
                    }
                    Content::Confirmation { .. } | Content::SessionsEnded { .. } => assert_eq!(self.applied, 1),
                    Content::RecoveryCodeUsed { .. } => assert!(self.used.contains(RECOVERY_CODE)),
                    Content::TextNotice { .. } => {
                        assert!(self.applied == 1 || self.used.contains(RECOVERY_CODE));
                    }
                    Content::SecurityInfoChanged { .. } => unreachable!("these flows register nothing"),
                },
                Effect::Charge(charge, _) if charge.bucket.starts_with("tries:") => self.charged += charge.cost,
                Effect::Extend(at) => self.expires_at = *at,
                Effect::Apply { account_id, what } => {
                    self.is_proved();
                    assert!(account_id.as_str().starts_with("id of "));
                    if matches!(what, Application::Unlock) {
                        assert!(self.kind == FlowKind::Unlock || account_id.as_str().contains("locked"));
                    }
                    self.applied += 1;
                    follows = Some(self.engine.applied(self.context(), &decision.state, what, &Applied::Done));
                }
                _ => {}
            }
        }
        if decision.state.step_id != self.state.step_id {
            self.former_step.clone_from(&self.state.step_id);
        }
        self.state = decision.state;
        if let Some(follows) = follows {
            self.take(follows);
        }
    }

    fn queued(&mut self, to: Option<String>, code: &Secret<String>, kind: MethodKind) {
        self.codes.push(Queued { to, code: code.clone(), kind });
    }
}

/// The one use of an app's code that a decision charges for.
fn one_use(decision: &Decision) -> Option<String> {
    decision.effects.iter().find_map(|effect| match effect {
        Effect::Charge(charge, LimitPolicy::CodeUsed) => Some(charge.bucket.clone()),
        _ => None,
    })
}
