//! A widget driven by a script: events and replies in, what it asked for out; and the steps that the
//! scripts serve.

use regain_protocol::{
    AccountType, AllowedMethod, CallStatus, Config, Contact, EndReason, Flow, FlowAnswered, FlowKind, Help, Method,
    MethodKind, Outcome, PasswordPolicy, PredefinedQuestion, Problem, ProblemCode, Question, QuestionsOffer,
    RegisteredMethod, Role, Secret, StepBody, UnlockOutcome,
};

use super::super::*;
use crate::clock::Millis;
use crate::model::State;
use crate::steps::list::Step;

/// 2026-11-23T14:00:00Z.
pub(super) const START: Millis = 1_795_442_400_000;

pub(super) fn setup() -> Setup {
    Setup {
        kind: FlowKind::Reset,
        locale: Some("en".into()),
        user_id: "ada@example.com".into(),
        nonce: "nonce".into(),
        resume: None,
        reopened: false,
        signed_in: false,
        can_return: true,
        asks_account: false,
        can_hand_over: false,
    }
}

/// One kind of account, and administrators to turn to.
pub(super) fn config() -> Config {
    Config {
        name: "Example".into(),
        logo: None,
        account_types: vec![account_type("work", None)],
        flows: vec![],
        locales: vec![],
        help: Help::default(),
        user_id_hint: None,
        ask_administrator: true,
    }
}

pub(super) fn account_type(id: &str, href: Option<&str>) -> AccountType {
    AccountType { id: id.into(), label: id.into(), href: href.map(str::to_owned) }
}

pub(super) fn answered(flow: Flow) -> Reply {
    Reply::Flow(Box::new(FlowAnswered { flow, token: Some("token".into()) }))
}

pub(super) fn method(id: &str) -> Method {
    let masked = Some("a•••@example.com".into());
    Method { id: id.into(), kind: MethodKind::Email, role: Some(Role::Alternate), masked, confirm: false }
}

pub(super) fn identify() -> StepBody {
    StepBody::Identify { captcha: None }
}

pub(super) fn choose_method() -> StepBody {
    StepBody::ChooseMethod { methods: vec![method("m1"), method("m2")] }
}

pub(super) fn enter_code(tries_left: u8) -> StepBody {
    StepBody::EnterCode {
        method: method("m1"),
        length: 6,
        expires_at: "2026-11-23T14:10:00Z".into(),
        resend_at: "2026-11-23T14:00:30Z".into(),
        resends_left: 3,
        tries_left,
        setup: None,
    }
}

pub(super) fn contact(reason: &str) -> StepBody {
    StepBody::ContactAdministrator {
        reason: reason.into(),
        contact: Contact::Form {},
        needs_user_id: false,
        back: false,
    }
}

pub(super) fn call(status: CallStatus, calls_left: u8) -> StepBody {
    let method = Method { kind: MethodKind::Call, role: Some(Role::Office), ..method("m3") };
    StepBody::AnswerCall { method, status, calls_left, call_again_at: None }
}

pub(super) fn questions(tries_left: u8) -> StepBody {
    let question = |id: &str| Question { id: id.into(), text: format!("What was the {id}?") };
    StepBody::AnswerQuestions { questions: vec![question("q1"), question("q2"), question("q3")], tries_left }
}

pub(super) fn choose_outcome() -> StepBody {
    StepBody::ChooseOutcome { outcomes: vec![UnlockOutcome::Unlock, UnlockOutcome::Reset] }
}

pub(super) fn new_password() -> StepBody {
    let policy = PasswordPolicy { min_length: 8, max_length: 64, forbid_user_id: true, ..PasswordPolicy::default() };
    StepBody::NewPassword { policy, user_id: "ada@example.com".into(), first: false, needs_current: false }
}

/// One address, and everything can be added.
pub(super) fn security_info(required: u8) -> StepBody {
    let registered = RegisteredMethod {
        id: "m1".into(),
        kind: MethodKind::Email,
        role: Some(Role::Alternate),
        masked: Some("a•••@example.com".into()),
        registered: true,
        verified: true,
        left: None,
    };
    let allowed = |kind, role| AllowedMethod { kind, role };
    let question = |id: &str| PredefinedQuestion { id: id.into(), text: format!("What was the {id}?") };
    StepBody::SecurityInfo {
        methods: vec![registered],
        required,
        allowed: vec![
            allowed(MethodKind::Email, Some(Role::Alternate)),
            allowed(MethodKind::Sms, Some(Role::Mobile)),
            allowed(MethodKind::Authenticator, None),
            allowed(MethodKind::RecoveryCodes, None),
        ],
        questions: Some(QuestionsOffer {
            predefined: ["pet", "toy", "dish"].map(question).into(),
            own_allowed: true,
            to_register: 3,
            to_answer: 2,
        }),
        reconfirm: false,
        new_codes: None,
    }
}

/// The same, after new recovery codes were made.
pub(super) fn with_codes(mut body: StepBody) -> StepBody {
    if let StepBody::SecurityInfo { new_codes, .. } = &mut body {
        *new_codes = Some(["7K3QX-9MBWD-2HZ4T", "00000-00000-00001"].map(Secret::from).into());
    }
    body
}

pub(super) fn done() -> StepBody {
    let user_id = "ada@example.com".into();
    StepBody::Done { outcome: Outcome::Reset, user_id, notified: true, continue_url: None }
}

pub(super) fn ended(reason: EndReason) -> StepBody {
    StepBody::Ended { reason, retry_at: None }
}

pub(super) fn flow(step: &str, body: StepBody) -> Flow {
    Flow {
        id: "flow".into(),
        kind: FlowKind::Reset,
        reference: "7QK2M".into(),
        user_id: None,
        expires_at: "2026-11-23T14:15:00Z".into(),
        gate: None,
        notice: None,
        step: regain_protocol::Step { id: step.into(), body },
    }
}

pub(super) fn answer(step: &str, body: StepBody) -> Reply {
    Reply::Flow(Box::new(FlowAnswered { flow: flow(step, body), token: None }))
}

pub(super) fn refusal(status: u16, code: ProblemCode, flow: Option<Flow>) -> Reply {
    let problem = Problem {
        kind: String::new(),
        title: String::new(),
        status,
        detail: None,
        code,
        flow,
        violations: vec![],
        pointer: None,
    };
    Reply::Refused { status, problem: Some(Box::new(problem)), retry_after: None }
}

/// A request, in a form to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sent {
    Create { key: String },
    Get,
    Answer { key: String, step: String, body: String, token: String },
}

/// A widget with what it asked for.
pub(super) struct Driven {
    pub(super) model: Model,
    pub(super) now: Millis,
    pub(super) sent: Vec<Sent>,
    /// The ticket of the request without a reply.
    pub(super) awaited: Option<Ticket>,
    pub(super) effects: Vec<Effect>,
    pub(super) subscribed: Subscriptions,
    /// The words that scoring was begun with, each time.
    pub(super) scored_with: Vec<Vec<String>>,
    /// Seconds since polling began.
    polled_for: u32,
}

impl Driven {
    pub(super) fn open(setup: Setup) -> Self {
        let mut driven = Self::unconfigured(setup);
        driven.event(Event::Configured(Box::new(config())));
        driven
    }

    /// A widget that waits for the configuration.
    pub(super) fn unconfigured(setup: Setup) -> Self {
        Self::before(setup, vec![])
    }

    /// The same after what happened before it opened.
    pub(super) fn before(setup: Setup, events: Vec<Event>) -> Self {
        let mut driven = Self {
            model: Model::new(setup),
            now: START,
            sent: vec![],
            awaited: None,
            effects: vec![],
            subscribed: Subscriptions::default(),
            scored_with: vec![],
            polled_for: 0,
        };
        for event in events {
            driven.event(event);
        }
        driven.event(Event::Opened);
        driven
    }

    /// A widget at a step.
    pub(super) fn at(step: &str, body: StepBody) -> Self {
        let mut driven = Self::open(setup());
        let answered = FlowAnswered { flow: flow(step, body), token: Some(Secret::from("token")) };
        driven.reply(Reply::Flow(Box::new(answered)));
        driven.effects.clear();
        driven.sent.clear();
        driven
    }

    pub(super) fn event(&mut self, event: impl Into<Event>) {
        let effects = self.model.update(self.now, event.into());
        for effect in &effects {
            let (ticket, sent) = match effect {
                Effect::CreateFlow { ticket, key, .. } => (ticket, Sent::Create { key: key.clone() }),
                Effect::GetFlow { ticket, .. } => (ticket, Sent::Get),
                Effect::PostAnswer { ticket, key, flow, step, answer } => {
                    let body = serde_json::to_string(&**answer).expect("JSON");
                    let (key, step) = (key.clone(), step.clone());
                    (ticket, Sent::Answer { key, step, body, token: flow.token.expose().clone() })
                }
                _ => continue,
            };
            self.awaited = Some(*ticket);
            self.sent.push(sent);
        }
        self.effects.extend(effects);
        // As the shell does.
        let wanted = self.model.subscriptions(self.now);
        let former = std::mem::replace(&mut self.subscribed, wanted);
        if former.polls != wanted.polls {
            self.polled_for = 0;
        }
        if former.strength != wanted.strength {
            self.event(Event::StrengthReady(false));
            if wanted.strength.is_some() {
                self.scored_with.push(self.model.weak_words());
            }
        }
    }

    pub(super) fn submit(&mut self) {
        self.event(StepEvent::Submitted);
    }

    pub(super) fn choose(&mut self, place: usize) {
        self.event(StepEvent::Chosen(place));
    }

    pub(super) fn reply(&mut self, reply: Reply) {
        let ticket = self.awaited.take().expect("a request is on its way");
        self.event(Event::Replied(ticket, reply));
    }

    pub(super) fn typed(&mut self, field: Field, text: &str) {
        self.event(StepEvent::Input(field, text.into()));
    }

    /// Lets time pass as a browser's interval does.
    pub(super) fn seconds(&mut self, seconds: u32) {
        for _ in 0..seconds {
            self.now += 1000;
            self.event(Event::Ticked);
            self.polled_for += 1;
            if self.subscribed.polls && self.polled_for.is_multiple_of(2) {
                self.event(Event::PollDue);
            }
        }
    }

    pub(super) fn view(&self) -> View {
        self.model.view(self.now)
    }

    pub(super) fn fault(&self) -> Option<Fault> {
        self.view().trouble.map(|trouble| trouble.fault)
    }

    pub(super) fn typed_code(&self) -> String {
        match &self.model.state {
            State::Live(live) => match &live.step {
                Step::EnterCode(step) => step.code.expose().clone(),
                _ => panic!("not at the code"),
            },
            _ => panic!("no flow"),
        }
    }

    pub(super) fn has(&self, wanted: impl Fn(&Effect) -> bool) -> bool {
        self.effects.iter().any(wanted)
    }
}
