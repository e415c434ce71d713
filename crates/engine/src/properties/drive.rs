//! A flow, driven, and an onlooker who keeps count by himself.

use std::{collections::HashSet, sync::Mutex};

use jiff::{SignedDuration, Timestamp};
use regain_protocol::{
    Answer, EndReason, Flow, FlowKind, MethodKind, QuestionAnswer, Role, Secret, StepBody, UnlockOutcome,
};
use totp_rs::Builder;

use super::super::{
    Application, Applied, Context, Decision, Effect, Engine, Finding, Findings, LimitPolicy, Lookup, Refusal, Reply,
    Rules, Stage, State,
};
use crate::{ClientNetwork, GateRules, MethodRules, messages::Content, testing::flow_id};
use regain_keys::Keys;
use regain_ports::{Account, AccountMail, AccountPhone, AccountQuestion, CallEvent, CallInstruction, Rng};
use regain_values::{StepId, UserId};

/// An act of a person, of a phone, or of time.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Identify(&'static str),
    Choose(usize),
    ChooseNonsense,
    VerifyRight,
    VerifyFormer,
    VerifyWrong,
    VerifyApp { seconds_ago: i64 },
    Resend,
    ChooseAnother,
    CallAgain,
    CallInstruction(CallEvent),
    HeardOfFormer(CallEvent),
    AnswerAll { right: bool },
    AnswerSome,
    Unlock,
    Reset,
    SetPassword(&'static str),
    Stale(Box<Act>),
    Cancel,
    Ask,
    GoBack,
    MoreTime,
    VerifySaved,
    SendRequest,
    Other,
    Wait(i64),
}

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

    /// The proof that an answer is, by what the onlooker knows.
    fn proof(&self, before: &State, answer: &Answer, act: &Act) -> MethodKind {
        match (&before.stage, act) {
            (Stage::AnswerQuestions(_), Act::AnswerAll { right: true }) => MethodKind::Questions,
            (Stage::EnterCode(step), Act::VerifyApp { seconds_ago }) => {
                assert!((-60..60).contains(seconds_ago));
                assert_eq!(step.method.kind(), MethodKind::Authenticator);
                MethodKind::Authenticator
            }
            (Stage::EnterCode(step), Act::VerifySaved) => {
                assert_eq!(step.method.kind(), MethodKind::RecoveryCodes);
                MethodKind::RecoveryCodes
            }
            (Stage::EnterCode(_), _) => {
                assert!(self.is_right(before, answer), "a proof without the right code");
                self.codes.last().expect("a code").kind
            }
            _ => panic!("a proof out of nothing"),
        }
    }

    /// Tells if an answer is the newest code that went to the method in use.
    fn is_right(&self, before: &State, answer: &Answer) -> bool {
        let (Answer::Verify { code }, Stage::EnterCode(step)) = (answer, &before.stage) else { return false };
        let Some(to) = step.method.destination() else { return false };
        let of_method = |queued: &&Queued| queued.to.as_ref() == Some(&to.address) && queued.kind == step.method.kind();
        self.codes.iter().rev().find(of_method).is_some_and(|newest| newest.code == *code)
    }

    fn answer(&self, act: &Act) -> Answer {
        let code = |queued: Option<&Queued>| Answer::Verify {
            code: queued.map_or_else(|| "000000".into(), |queued| queued.code.clone()),
        };
        match act {
            Act::Identify(user_id) => Answer::Identify { user_id: (*user_id).into(), captcha: None },
            Act::Choose(index) => {
                let methods = self.state.stage.subject().into_iter().flat_map(|subject| &subject.methods);
                let id = methods.map(|method| method.id.clone()).nth(*index);
                Answer::Choose { method: id.unwrap_or_default(), destination: None }
            }
            Act::ChooseNonsense => Answer::Choose { method: "nonsense".into(), destination: Some("x".into()) },
            Act::VerifyRight => code(self.codes.last()),
            Act::VerifyFormer => code(self.codes.iter().rev().nth(1)),
            Act::VerifyWrong => Answer::Verify { code: "no code".into() },
            Act::VerifyApp { seconds_ago } => {
                let at = u64::try_from(self.now.as_second() - seconds_ago).expect("after 1970");
                let app = Builder::new().with_secret(KEY.to_vec()).build_noncompliant();
                Answer::Verify { code: app.generate(at).to_string().into() }
            }
            Act::Resend => Answer::Resend {},
            Act::ChooseAnother => Answer::ChooseAnother {},
            Act::CallAgain => Answer::CallAgain {},
            Act::AnswerAll { .. } | Act::AnswerSome => {
                let asked = match &self.state.stage {
                    Stage::AnswerQuestions(step) => step.asked.as_slice(),
                    _ => &[],
                };
                let some = if matches!(act, Act::AnswerSome) { 1 } else { asked.len() };
                let answers = asked.iter().take(some);
                let answers = answers
                    .map(|question| QuestionAnswer { question: question.id.clone(), answer: "an answer".into() });
                Answer::Answer { answers: answers.collect() }
            }
            Act::Unlock => Answer::Unlock {},
            Act::Reset => Answer::Reset {},
            Act::SetPassword(password) => Answer::SetPassword { password: (*password).into(), current: None },
            Act::Ask => Answer::AskAdministrator { user_id: None },
            Act::GoBack => Answer::GoBack {},
            Act::MoreTime => Answer::MoreTime {},
            Act::VerifySaved => Answer::Verify { code: RECOVERY_CODE.into() },
            Act::SendRequest => Answer::SendRequest { message: Some("please".into()), user_id: None },
            Act::Stale(_)
            | Act::Cancel
            | Act::Other
            | Act::Wait(_)
            | Act::CallInstruction(_)
            | Act::HeardOfFormer(_) => Answer::Finish {},
        }
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

    /// The number of proofs that a person needs.
    fn required(&self, user_id: &str) -> u8 {
        let groups = if user_id.starts_with("admin") { vec!["admins".to_owned()] } else { Vec::new() };
        self.engine.rules().gates.for_groups(&groups)
    }

    /// Every proof that the policy asks for was given, each by another kind.
    fn is_proved(&self) {
        let user_id = self.state.stage.user_id().expect("somebody");
        let kinds: HashSet<_> = self.proofs.iter().collect();
        assert_eq!(kinds.len(), self.proofs.len(), "one kind counted twice");
        assert!(kinds.len() >= usize::from(self.required(user_id.as_str())), "a gate was skipped: {:?}", self.proofs);
    }

    pub(super) fn holds(&self) {
        let shown = self.shown();
        match &shown.step.body {
            StepBody::NewPassword { .. } => self.is_proved(),
            StepBody::ChooseOutcome { outcomes } => {
                self.is_proved();
                assert!(outcomes.contains(&UnlockOutcome::Unlock));
            }
            StepBody::Done { outcome: regain_protocol::Outcome::RequestSent, .. } => assert_eq!(self.requests, 1),
            StepBody::Done { .. } => assert_eq!(self.applied, 1),
            StepBody::EnterCode { tries_left, .. } | StepBody::AnswerQuestions { tries_left, .. } => {
                assert!((1..=5).contains(tries_left));
            }
            StepBody::ChooseMethod { methods } => {
                assert!(!methods.is_empty(), "nothing to choose from");
                assert!(methods.iter().all(|method| !self.proofs.contains(&method.kind)), "a used kind is offered");
            }
            StepBody::ContactAdministrator { reason, .. } if reason == "second_gate" => {
                assert_eq!(self.proofs.len(), 1, "said before a proof");
            }
            StepBody::Ended { reason: EndReason::TooManyAttempts, .. } => assert!(self.wrong >= 5),
            StepBody::Unknown => panic!("a step that nobody knows"),
            _ => {}
        }
        if self.proofs.is_empty() {
            assert!(shown.gate.is_none_or(|gate| gate.index == 1 && gate.of == 1), "a group's gates are told");
        }
        assert_eq!(
            usize::try_from(self.charged).expect("few"),
            self.wrong,
            "every wrong proof costs one try of the day"
        );
        let json = self.state.to_json();
        assert_eq!(State::from_json(&json).expect("reads back"), self.state);
        if self.state.stage.is_over() {
            assert!(!json.contains("example.net") && !json.contains("+1425"), "what is over remembers a destination");
        } else {
            for queued in &self.codes {
                assert!(!json.contains(&format!("\"{}\"", queued.code.expose())), "a code is stored in the clear");
            }
        }
    }
}

/// The one use of an app's code that a decision charges for.
fn one_use(decision: &Decision) -> Option<String> {
    decision.effects.iter().find_map(|effect| match effect {
        Effect::Charge(charge, LimitPolicy::CodeUsed) => Some(charge.bucket.clone()),
        _ => None,
    })
}

const RECOVERY_CODE: &str = "7K3QX9MBWD2HZ4T";

const KEY: &[u8] = b"12345678901234567890";

/// The rules of an organisation with these methods on; admins need two proofs.
pub(crate) fn rules(methods: &[&str]) -> Rules {
    let calls = methods.iter().filter(|name| name.starts_with("call")).count();
    let is_two_kinds = methods.len() - calls.saturating_sub(1) > 1;
    let is_on = |name| methods.contains(&name);
    Rules {
        methods: MethodRules {
            email: is_on("email"),
            sms: is_on("sms"),
            call_mobile: is_on("call_mobile"),
            call_office: is_on("call_office"),
            questions: is_on("questions"),
            authenticator: is_on("authenticator"),
            recovery_codes: is_on("recovery_codes"),
            confirm_destination: false,
        },
        gates: GateRules {
            required: 1,
            change: 0,
            groups: is_two_kinds.then(|| ("admins".to_owned(), 2)).into_iter().collect(),
        },
        ..crate::testing::rules()
    }
}

/// The accounts of the directory, told apart by their user IDs.
pub(super) fn account(user_id: &str) -> Option<Account> {
    let mail = |role, address: &str| AccountMail { role, address: address.parse().expect("an address") };
    let phone = |role, number: &str| AccountPhone { role, number: number.parse().expect("a number") };
    let question = |id: &str, own: Option<&str>| AccountQuestion { id: id.into(), own: own.map(Into::into) };
    let everything = !user_id.ends_with("mail");
    (user_id != "nobody").then(|| Account {
        id: format!("id of {user_id}").into(),
        user_id: UserId::of_directory(user_id.to_owned()),
        display_name: "Ada Lovelace".into(),
        enabled: user_id != "disabled",
        locked: user_id.contains("locked"),
        has_password: true,
        mails: vec![mail(Role::Alternate, "ada@example.net"), mail(Role::Authentication, "ada.l@example.net")],
        phones: if everything {
            vec![phone(Role::Mobile, "+14255550123"), phone(Role::Office, "+14255550199")]
        } else {
            Vec::new()
        },
        questions: if everything {
            let ids = regain_values::questions::PREDEFINED.iter().take(3).map(|id| question(id, None));
            ids.chain([question("own-1", Some("Which boat?"))]).collect()
        } else {
            Vec::new()
        },
        authenticator: everything,
        recovery_codes: everything.then_some(10),
        notices: Vec::new(),
        password_rules: regain_ports::DirectoryRules::NONE,
        security_info_confirmed_at: None,
        groups: if user_id.starts_with("admin") { vec!["admins".into()] } else { Vec::new() },
    })
}
