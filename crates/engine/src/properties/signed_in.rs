//! Flows for people who can sign in, driven, and an onlooker who keeps count by himself of what they were
//! shown to know and to own.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use regain_protocol::{Answer, FlowKind, MethodKind, QuestionAnswer, Role, Secret, StepBody};

use super::{
    super::{
        Application, Applied, Asserted, Context, Decision, Effect, Engine, Finding, Findings, Lookup, Reply, Rules,
        Stage, State,
    },
    drive::Counting,
    people::{account, rules},
};
use crate::{
    ClientNetwork,
    messages::{CodePurpose, Content},
    testing::flow_id,
};
use regain_keys::Keys;
use regain_ports::{Account, AccountMail, AccountPhone, AccountQuestion, CallEvent, Registration};
use regain_values::{questions::PREDEFINED, totp};

const RIGHT: &str = "the password of today";

/// An act of a person, of a phone, or of time.
#[derive(Debug, Clone)]
enum Act {
    SignIn { who: &'static str, right: bool },
    SetPassword { current: Option<bool> },
    Choose(usize),
    Verify { right: bool },
    VerifyApp,
    AnswerAll { right: bool },
    CallInstruction(CallEvent),
    ChooseAnother,
    Resend,
    Add(MethodKind, Option<Role>, &'static str),
    Remove(usize),
    SetQuestions,
    Finish,
    Ask,
    Wait(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let who = prop_oneof![3 => Just("ada"), 2 => Just("newcomer"), 1 => Just("nobody")];
    let to_add = prop_oneof![
        Just((MethodKind::Email, Some(Role::Alternate), "other@example.org")),
        Just((MethodKind::Email, Some(Role::Authentication), "third@example.org")),
        Just((MethodKind::Email, Some(Role::Alternate), "no address")),
        Just((MethodKind::Sms, Some(Role::Mobile), "+14255550177")),
        Just((MethodKind::Call, Some(Role::Authentication), "+14255550178")),
        Just((MethodKind::Call, Some(Role::Office), "+14255550179")),
        Just((MethodKind::Authenticator, None, "")),
    ];
    let event = prop_oneof![3 => Just(CallEvent::Key('#')), 1 => Just(CallEvent::Key('5')), 1 => Just(CallEvent::Over)];
    prop_oneof![
        6 => (who, any::<bool>()).prop_map(|(who, right)| Act::SignIn { who, right }),
        4 => any::<Option<bool>>().prop_map(|current| Act::SetPassword { current }),
        6 => (0..6_usize).prop_map(Act::Choose),
        8 => any::<bool>().prop_map(|right| Act::Verify { right }),
        4 => Just(Act::VerifyApp),
        3 => any::<bool>().prop_map(|right| Act::AnswerAll { right }),
        4 => event.prop_map(Act::CallInstruction),
        2 => Just(Act::ChooseAnother),
        1 => Just(Act::Resend),
        8 => to_add.prop_map(|(kind, role, value)| Act::Add(kind, role, value)),
        4 => (0..5_usize).prop_map(Act::Remove),
        2 => Just(Act::SetQuestions),
        2 => Just(Act::Finish),
        1 => Just(Act::Ask),
        3 => prop_oneof![Just(31_i64), Just(300)].prop_map(Act::Wait),
    ]
}

/// Somebody of this directory. Newcomers have nothing.
fn somebody(user_id: &str) -> Option<Account> {
    let found = account(user_id)?;
    Some(if user_id == "newcomer" {
        Account { mails: vec![], phones: vec![], questions: vec![], authenticator: false, ..found }
    } else {
        found
    })
}

struct Drive {
    engine: Engine,
    rng: Counting,
    kind: FlowKind,
    now: Timestamp,
    expires_at: Timestamp,
    state: State,
    /// The newest code, where it went, and what it is for.
    code: Option<(String, Secret<String>, CodePurpose)>,
    call: Option<(String, String)>,
    /// The right password was given in this flow.
    knows: bool,
    /// A method that was registered before proved it.
    proved: bool,
    /// The new destinations from which a code or a key came back.
    owned: BTreeSet<String>,
    /// Something was registered when the flow began.
    had_ways: bool,
}

impl Drive {
    fn new(kind: FlowKind, asserted: Option<&str>, rules: Rules) -> Self {
        let engine = Engine::new(Keys::derive(&Secret::new(vec![3; 32])), rules);
        let now = "2026-11-23T14:00:00Z".parse().expect("a time");
        let expires_at = engine.expires_at(now);
        let rng = Counting::default();
        let cx = Context { flow_id: flow_id(), kind, expires_at, now, rng: &rng, client: None };
        let account = asserted.and_then(somebody).map(|account| Asserted { account, id: "1".into() });
        let state = engine.begin(cx, "en".into(), None, account).state;
        Self {
            engine,
            rng,
            kind,
            now,
            expires_at,
            state,
            code: None,
            call: None,
            knows: false,
            proved: false,
            owned: BTreeSet::new(),
            had_ways: asserted == Some("ada"),
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

    fn shown(&self) -> StepBody {
        self.engine.view(self.context(), &self.state).step.body
    }

    fn does(&mut self, act: &Act) {
        match act {
            Act::Wait(seconds) => self.now += SignedDuration::from_secs(*seconds),
            Act::CallInstruction(event) => {
                let Some((call, to)) = self.call.clone() else { return };
                let before = self.state.clone();
                let (decision, _) = self.engine.on_call_event(self.context(), &self.state, &call, *event);
                let Some(decision) = decision else { return };
                if *event == CallEvent::Key('#') {
                    self.shown_to_work(&before, to);
                }
                self.take(decision);
            }
            act => self.answers(act),
        }
    }

    /// A code or a key came back: of something new, or of what was there.
    fn shown_to_work(&mut self, before: &State, destination: String) {
        let is_new = before.stage.person().is_some();
        if is_new {
            self.owned.insert(destination);
        } else {
            self.proved = true;
        }
    }

    /// An account with what this flow has registered and removed.
    fn with_what_was_added(&self, account: Account) -> Account {
        let Some(person) = self.state.stage.person() else { return account };
        let info = &person.account.info;
        Account {
            mails: info
                .mails
                .iter()
                .map(|(role, address)| AccountMail { role: *role, address: address.clone() })
                .collect(),
            phones: info
                .phones
                .iter()
                .map(|(role, number)| AccountPhone { role: *role, number: number.clone() })
                .collect(),
            questions: vec![AccountQuestion { id: "first_pet".into(), own: None }; info.questions],
            authenticator: info.authenticator,
            recovery_codes: info.recovery_codes,
            ..account
        }
    }

    fn answers(&mut self, act: &Act) {
        let answer = self.answer(act);
        let cx = self.context();
        let step_id = self.state.step_id.clone();
        let mut findings = Findings::default();
        let mut who = None;
        while let Some(lookup) = self.engine.lookup(cx, &self.state, &step_id, &answer, &findings) {
            findings.add(match lookup {
                Lookup::AuthenticatorKey(id) => Finding::AuthenticatorKey(id.map(|_| Secret::new(vec![1; 20]))),
                Lookup::Answers { account_id, .. } => {
                    Finding::Answers(account_id.is_some() && matches!(act, Act::AnswerAll { right: true }))
                }
                Lookup::SignIn { user_id, password, .. } => {
                    let account = somebody(user_id.as_str()).filter(|_| password.expose() == RIGHT);
                    who = account.as_ref().map(|account| account.user_id.clone());
                    Finding::SignIn(account)
                }
                Lookup::Password(check) => Finding::Password { violations: Vec::new(), with_history: check.history },
                Lookup::WrongToday(_) => Finding::WrongToday(0),
                Lookup::Network { .. } => Finding::Network { successes: 0, wrong: 0 },
                Lookup::Current(user_id) => {
                    Finding::Current(somebody(user_id.as_str()).map(|account| self.with_what_was_added(account)))
                }
                Lookup::Account { .. } | Lookup::CaptchaVerdict(_) | Lookup::RecoveryCode { .. } => {
                    unreachable!("these flows ask for none of it")
                }
            });
        }
        let is_right = who.is_some();
        let before = self.state.clone();
        let decided = self.engine.answer(cx, &self.state, &step_id, &answer, &findings);
        let Ok(decision) = decided else { return };
        if decision.reply == Reply::Accepted {
            self.knows |= is_right;
            match (&before.stage, act) {
                (Stage::SignIn(_), Act::SignIn { .. }) => {
                    self.had_ways |= who.as_ref().is_some_and(|who| who.as_str() == "ada");
                }
                (Stage::EnterCode(_), Act::Verify { right: true }) => {
                    let (to, ..) = self.code.clone().expect("a code was sent");
                    self.shown_to_work(&before, to);
                }
                (Stage::EnterCode(_), Act::VerifyApp) => self.shown_to_work(&before, "the app".into()),
                (Stage::AnswerQuestions(_), Act::AnswerAll { right: true }) => self.proved = true,
                (Stage::EnterCode(_), Act::Verify { right: false }) => panic!("a wrong code was taken"),
                _ => {}
            }
        }
        self.take(decision);
    }

    fn answer(&self, act: &Act) -> Answer {
        let subject = self.state.stage.subject();
        match act {
            Act::SignIn { who, right } => Answer::SignIn {
                user_id: (*who).into(),
                password: if *right { RIGHT } else { "wrong" }.into(),
                captcha: None,
            },
            Act::SetPassword { current } => Answer::SetPassword {
                password: "a river that runs north".into(),
                current: current.map(|right| if right { RIGHT } else { "wrong" }.into()),
            },
            Act::Choose(index) => {
                let id = subject.and_then(|subject| subject.on_offer().nth(*index)).map(|by| by.id.clone());
                Answer::Choose { method: id.unwrap_or_default(), destination: None }
            }
            Act::Verify { right } => {
                let code = self.code.as_ref().filter(|_| *right).map(|(_, code, _)| code.clone());
                Answer::Verify { code: code.unwrap_or_else(|| "no code".into()) }
            }
            Act::VerifyApp => {
                let shown = match self.shown() {
                    StepBody::EnterCode { setup: Some(setup), .. } => totp::key_from_base32(&setup.secret),
                    _ => Some(Secret::new(vec![1; 20])),
                };
                Answer::Verify { code: totp::code(&shown.expect("a key"), totp::step_at(self.now)) }
            }
            Act::AnswerAll { .. } => {
                let asked =
                    if let Stage::AnswerQuestions(step) = &self.state.stage { step.asked.as_slice() } else { &[] };
                let answers = asked
                    .iter()
                    .map(|question| QuestionAnswer { question: question.id.clone(), answer: "an answer".into() });
                Answer::Answer { answers: answers.collect() }
            }
            Act::Add(kind, role, value) => {
                Answer::Add { kind: *kind, role: *role, value: Some((*value).into()).filter(|_| !value.is_empty()) }
            }
            Act::Remove(index) => {
                let methods = if let StepBody::SecurityInfo { methods, .. } = self.shown() { methods } else { vec![] };
                Answer::Remove { method: methods.get(*index).map(|method| method.id.clone()).unwrap_or_default() }
            }
            Act::SetQuestions => {
                let answers = ["one", "two", "three", "four", "five"].into_iter().zip(PREDEFINED);
                let answers = answers.map(|(answer, id)| QuestionAnswer {
                    question: id.into(),
                    answer: format!("answer {answer}").into(),
                });
                Answer::SetQuestions { answers: answers.collect() }
            }
            Act::Resend => Answer::Resend {},
            Act::ChooseAnother => Answer::ChooseAnother {},
            Act::Ask => Answer::AskAdministrator { user_id: None },
            Act::Finish | Act::CallInstruction(_) | Act::Wait(_) => Answer::Finish {},
        }
    }

    /// Does with a decision as the shell does.
    fn take(&mut self, decision: Decision) {
        let mut follows = None;
        for effect in &decision.effects {
            match effect {
                Effect::Send { message, .. } => match &message.content {
                    Content::Code { code, purpose, .. } | Content::TextCode { code, purpose, .. } => {
                        let to = message.to.clone().expect("somebody");
                        let is_registered = somebody("ada").is_some_and(|account| {
                            account.mails.iter().any(|mail| mail.address.as_str() == to)
                                || account.phones.iter().any(|phone| phone.number.as_str() == to)
                        });
                        assert!(*purpose == CodePurpose::Register || is_registered || self.owned.contains(&to));
                        self.code = Some((to, code.clone(), *purpose));
                    }
                    Content::Call { reference } => {
                        self.call = Some((reference.call_id.clone(), message.to.clone().expect("somebody")));
                    }
                    _ => {}
                },
                Effect::Apply { what, .. } => {
                    self.may(what);
                    follows = Some(self.engine.applied(self.context(), &decision.state, what, &Applied::Done));
                }
                _ => {}
            }
        }
        self.state = decision.state;
        if let Some(follows) = follows {
            self.take(follows);
        }
    }

    /// Asserts that a change follows from what was shown.
    fn may(&self, what: &Application) {
        match what {
            Application::SetPassword { current, .. } => {
                assert!(self.kind == FlowKind::Change);
                let is_right = current.as_ref().is_some_and(|current| current.expose() == RIGHT);
                assert!(self.knows && (current.is_none() || is_right), "a password without the current one");
            }
            Application::Unlock => panic!("nobody asked for that"),
            Application::Register(registration) => {
                self.may_register();
                match registration {
                    Registration::Mail(mail) => {
                        assert!(self.owned.contains(mail.address.as_str()), "not shown to work");
                    }
                    Registration::Phone(phone) => {
                        assert!(self.owned.contains(phone.number.as_str()), "not shown to work");
                    }
                    Registration::Authenticator(_) => assert!(self.owned.contains("the app"), "not shown to work"),
                    Registration::RemovePhone(Role::Office) => panic!("the organisation's"),
                    _ => {}
                }
            }
        }
    }

    /// A session is not enough, and a password is only where there is nothing else.
    fn may_register(&self) {
        assert!(self.kind == FlowKind::Register);
        assert!(self.proved || (self.knows && !self.had_ways), "without an existing factor");
    }

    fn holds(&self) {
        match self.shown() {
            StepBody::SecurityInfo { .. } => self.may_register(),
            StepBody::NewPassword { needs_current, .. } => assert!(needs_current || self.knows),
            StepBody::Unknown => panic!("a step that nobody knows"),
            _ => {}
        }
        let json = self.state.to_json();
        assert_eq!(State::from_json(&json).expect("reads back"), self.state);
        assert!(!json.contains(RIGHT), "a password is stored");
        if let StepBody::EnterCode { setup: Some(setup), .. } = self.shown() {
            assert!(!json.contains(setup.secret.expose()), "a key is stored in the clear");
        }
        if let Some((_, code, _)) = &self.code {
            assert!(!json.contains(&format!("\"{}\"", code.expose())), "a code is stored in the clear");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_is_changed_without_what_it_takes(
        kind in prop_oneof![1 => Just(FlowKind::Change), 3 => Just(FlowKind::Register)],
        asserted in prop_oneof![2 => Just(None), 1 => Just(Some("ada")), 1 => Just(Some("newcomer"))],
        acts in prop::collection::vec(act(), 1..80),
    ) {
        let mut drive = Drive::new(kind, asserted, rules(&super::ALL));
        for act in &acts {
            drive.does(act);
            drive.holds();
        }
    }

    /// Past the gates, where the most can go wrong.
    #[test]
    fn nor_from_the_security_info_on(
        who in prop_oneof![Just("ada"), Just("newcomer")], acts in prop::collection::vec(act(), 1..80),
    ) {
        let mut drive = Drive::new(FlowKind::Register, None, rules(&super::ALL));
        for act in [Act::SignIn { who, right: true }, Act::Choose(0), Act::Verify { right: true }].iter().chain(&acts) {
            drive.does(act);
            drive.holds();
        }
    }
}
