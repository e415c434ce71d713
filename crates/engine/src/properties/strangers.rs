//! Before a proof nothing depends on whether the account exists: in whatever organisation, whatever an account has
//! registered, and whatever happens to it meanwhile.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use regain_keys::Keys;
use regain_ports::{Account, AccountMail, AccountPhone, AccountQuestion, Charge};
use regain_protocol::{Answer, FlowKind, QuestionAnswer, Role, Secret, StepBody};
use regain_values::questions::PREDEFINED;
use serde_json::Value;

use super::{drive::Counting, rules};
use crate::testing::flow_id;
use crate::{
    ClientNetwork, CodeRules, Context, Decision, Effect, Engine, Finding, Findings, GateRules, Lookup, MethodRules,
    Refusal, Rules, State, methods,
};

/// The kinds that are compared. A call takes its course by the phone, which the explorer plays.
const KINDS: [&str; 5] = ["email", "sms", "questions", "authenticator", "recovery_codes"];

const REAL: &str = "ada@example.com";

/// An act of a stranger, of time, or of the account's owner elsewhere.
#[derive(Debug, Clone)]
enum Act {
    Name,
    SignIn,
    Choose(usize, Option<&'static str>),
    Verify(&'static str),
    Resend,
    ChooseAnother,
    Answer,
    Ask,
    GoBack,
    SendRequest,
    MoreTime,
    SetPassword,
    Cancel,
    OutOfTries,
    Wait(i64),
    /// Another flow of the real account succeeds.
    OwnerSucceeds,
}

fn act() -> impl Strategy<Value = Act> {
    let typed = prop_oneof![
        3 => Just(None),
        1 => Just(Some("somebody@else.example")),
        1 => Just(Some("ada0@home.example")),
        1 => Just(Some("+14255550100")),
    ];
    prop_oneof![
        3 => Just(Act::Name),
        1 => Just(Act::SignIn),
        6 => (0..8_usize, typed).prop_map(|(index, typed)| Act::Choose(index, typed)),
        6 => prop_oneof![Just("000000"), Just("ZZZZZZZZZZ"), Just("zzzzz-zzzzz-zzzzz"), Just("")].prop_map(Act::Verify),
        3 => Just(Act::Resend),
        3 => Just(Act::ChooseAnother),
        2 => Just(Act::Answer),
        1 => prop_oneof![Just(Act::Ask), Just(Act::GoBack), Just(Act::SendRequest), Just(Act::MoreTime)],
        1 => prop_oneof![Just(Act::SetPassword), Just(Act::Cancel), Just(Act::OutOfTries)],
        2 => prop_oneof![Just(31_i64), Just(300), Just(601)].prop_map(Act::Wait),
        2 => Just(Act::OwnerSucceeds),
    ]
}

/// An account with whatever there is to register.
fn account() -> impl Strategy<Value = Account> {
    let mail = prop_oneof![Just(Role::Alternate), Just(Role::Authentication)];
    let phone = prop_oneof![Just(Role::Mobile), Just(Role::Authentication), Just(Role::Office)];
    (
        prop::collection::vec(mail, 0..3),
        prop::collection::vec((phone, prop_oneof![3 => Just("+1"), 1 => Just("+49")]), 0..4),
        0..6_usize,
        any::<(bool, bool, bool)>(),
        prop::option::of(0..3_u8),
    )
        .prop_map(|(mails, phones, questions, (authenticator, is_admin, locked), recovery_codes)| Account {
            id: "id of ada".into(),
            user_id: REAL.parse().expect("a user ID"),
            display_name: "Ada".into(),
            enabled: true,
            locked,
            has_password: true,
            mails: (0..)
                .zip(mails)
                .map(|(at, role): (usize, _)| AccountMail {
                    role,
                    address: format!("ada{at}@home.example").parse().expect("an address"),
                })
                .collect(),
            phones: (0..)
                .zip(phones)
                .map(|(at, (role, code)): (usize, _)| AccountPhone {
                    role,
                    number: format!("{code}42555501{at:02}").parse().expect("a number"),
                })
                .collect(),
            questions: PREDEFINED[..questions]
                .iter()
                .map(|id| AccountQuestion { id: (*id).to_owned(), own: None })
                .collect(),
            authenticator,
            recovery_codes,
            groups: if is_admin { vec!["admins".into()] } else { Vec::new() },
            ..Account::default()
        })
}

fn organisation() -> impl Strategy<Value = Rules> {
    (prop::sample::subsequence(KINDS.to_vec(), 1..=KINDS.len()), any::<(bool, bool, bool)>(), 1..=2_u8, 1..=5_u8)
        .prop_map(|(on, (confirm_destination, self_service, for_groups), required, tries)| {
            let rules = rules(&on);
            Rules {
                methods: MethodRules { confirm_destination, ..rules.methods },
                self_service,
                gates: GateRules {
                    required,
                    change: 0,
                    groups: if for_groups { [("admins".to_owned(), 2)].into() } else { BTreeMap::new() },
                },
                codes: CodeRules { tries, ..rules.codes },
                ..rules
            }
        })
}

/// One flow of a stranger, about somebody or about nobody.
struct Side<'a> {
    engine: &'a Engine,
    rng: Counting,
    kind: FlowKind,
    now: Timestamp,
    expires_at: Timestamp,
    state: State,
    user_id: &'static str,
    account: Option<&'a Account>,
    neighbour: &'a Account,
    wrong_today: u32,
}

impl Side<'_> {
    fn cx(&self) -> Context<'_> {
        Context {
            flow_id: flow_id(),
            kind: self.kind,
            expires_at: self.expires_at,
            now: self.now,
            rng: &self.rng,
            client: Some(ClientNetwork::of([203, 0, 113, 1].into())),
        }
    }

    /// The flow as it is shown, without what is an account's own by design.
    fn shown(&self) -> Value {
        let mut flow = serde_json::to_value(self.engine.view(self.cx(), &self.state)).expect("serialises");
        hide(&mut flow);
        flow
    }

    fn spoken(&self, act: &Act) -> Option<Answer> {
        let body = self.engine.view(self.cx(), &self.state).step.body;
        Some(match act {
            Act::Name => Answer::Identify { user_id: self.user_id.into(), captcha: None },
            Act::SignIn => {
                Answer::SignIn { user_id: self.user_id.into(), password: "Winter2026!".into(), captcha: None }
            }
            Act::Choose(index, typed) => {
                let StepBody::ChooseMethod { methods } = body else { return None };
                let method = methods.get(index % methods.len().max(1))?;
                Answer::Choose { method: method.id.clone(), destination: typed.map(Secret::from) }
            }
            Act::Verify(code) => Answer::Verify { code: (*code).into() },
            Act::Resend => Answer::Resend {},
            Act::ChooseAnother => Answer::ChooseAnother {},
            Act::Answer => {
                let StepBody::AnswerQuestions { questions, .. } = body else { return None };
                let answer = |question: regain_protocol::Question| QuestionAnswer {
                    question: question.id,
                    answer: "no idea".into(),
                };
                Answer::Answer { answers: questions.into_iter().map(answer).collect() }
            }
            Act::Ask => Answer::AskAdministrator { user_id: None },
            Act::GoBack => Answer::GoBack {},
            Act::SendRequest => Answer::SendRequest { message: None, user_id: None },
            Act::MoreTime => Answer::MoreTime {},
            Act::SetPassword => Answer::SetPassword { password: "a river that runs north".into(), current: None },
            Act::Cancel | Act::OutOfTries | Act::Wait(_) | Act::OwnerSucceeds => return None,
        })
    }

    /// Takes an act; returns what is decided, counted and asked of others.
    fn takes(&mut self, act: &Act) -> Vec<String> {
        match act {
            Act::Wait(seconds) => self.now += SignedDuration::from_secs(*seconds),
            Act::OwnerSucceeds if self.account.is_some() && self.state.stage.account_key().is_some() => {
                self.state = self.engine.voided(self.kind, &self.state);
            }
            _ => {}
        }
        let mut log = Vec::new();
        let decided = match act {
            Act::Cancel => self.engine.cancel(self.cx(), &self.state).transpose(),
            Act::OutOfTries if !self.state.stage.is_over() && self.now < self.expires_at => {
                Some(Ok(self.engine.out_of_tries(self.cx(), &self.state, self.now)))
            }
            act => self.spoken(act).map(|answer| self.decided(&answer, &mut log)),
        };
        match decided {
            None => log.push("nothing".into()),
            Some(Err(refusal)) => log.push(format!("{refusal:?}")),
            Some(Ok(decision)) => {
                log.push(format!("{:?}", decision.reply));
                log.extend(decision.effects.iter().map(signature));
                for effect in &decision.effects {
                    if let Effect::Extend(at) = effect {
                        self.expires_at = *at;
                    }
                }
                self.state = decision.state;
            }
        }
        log
    }

    fn decided(&self, answer: &Answer, log: &mut Vec<String>) -> Result<Decision, Refusal> {
        let (cx, step_id) = (self.cx(), &self.state.step_id);
        let mut findings = Findings::default();
        while let Some(lookup) = self.engine.lookup(cx, &self.state, step_id, answer, &findings) {
            let costs = match &lookup {
                Lookup::Answers { costs, .. } | Lookup::RecoveryCode { costs, .. } | Lookup::SignIn { costs, .. } => {
                    costs.iter().map(|cost| format!("{} {:?}", counter(&cost.charge), cost.over_limit)).collect()
                }
                _ => Vec::new(),
            };
            log.push(format!("{:?} {costs:?}", std::mem::discriminant(&lookup)));
            findings.add(match lookup {
                Lookup::Account { .. } => {
                    Finding::Account { account: self.account.cloned(), neighbours: vec![self.neighbour.clone()] }
                }
                Lookup::Current(_) => Finding::Current(self.account.cloned()),
                Lookup::WrongToday(_) => Finding::WrongToday(self.wrong_today),
                Lookup::Network { .. } => Finding::Network { successes: 0, wrong: self.wrong_today },
                Lookup::AuthenticatorKey(id) => Finding::AuthenticatorKey(id.map(|_| Secret::new(vec![7; 20]))),
                Lookup::Answers { .. } => Finding::Answers(false),
                Lookup::RecoveryCode { .. } => Finding::RecoveryCode(false),
                Lookup::SignIn { .. } => Finding::SignIn(None),
                Lookup::CaptchaVerdict(_) | Lookup::Password(_) => panic!("a stranger gets nowhere near"),
            });
        }
        self.engine.answer(cx, &self.state, step_id, answer, &findings)
    }
}

fn counter(charge: &Charge) -> String {
    let name = charge.bucket.split(':').next().unwrap_or_default();
    format!("{name} {} {} {}", charge.window, charge.limit, charge.cost)
}

/// An effect without what is an account's own by design: names of counters, the recipient.
fn signature(effect: &Effect) -> String {
    match effect {
        Effect::Charge(charge, over) => format!("charge {} {over:?}", counter(charge)),
        Effect::Send { message, not_after, voidable } => {
            let content = std::mem::discriminant(&message.content);
            format!("send {content:?} {not_after} {voidable} {}", message.locale)
        }
        other => format!("{other:?}"),
    }
}

/// Hides ids, masks, the typed user ID and which questions are asked.
fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if ["id", "user_id", "masked", "text"].contains(&name.as_str()) {
                    value.take();
                } else {
                    hide(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn d2_nothing_before_a_proof_depends_on_whether_the_account_exists(
        rules in organisation(),
        account_of in account(),
        kind in prop_oneof![
            4 => Just(FlowKind::Reset), 2 => Just(FlowKind::Unlock), 1 => Just(FlowKind::Change), 1 => Just(FlowKind::Register)
        ],
        wrong_today in 0..25_u32,
        acts in prop::collection::vec(act(), 1..30),
    ) {
        prop_assume!(methods::can_begin(&account_of, &rules));
        let engine = Engine::new(Keys::derive(&Secret::new(vec![3; 32])), rules);
        let now: Timestamp = "2026-11-23T14:00:00Z".parse().expect("a time");
        let side = |user_id, account| {
            let (rng, expires_at) = (Counting::default(), engine.expires_at(now));
            let cx = Context { flow_id: flow_id(), kind, expires_at, now, rng: &rng, client: Some(ClientNetwork::of([203, 0, 113, 1].into())) };
            let state = engine.begin(cx, "en".into(), None, None).state;
            Side { engine: &engine, rng, kind, now, expires_at, state, user_id, account, neighbour: &account_of, wrong_today }
        };
        let mut real = side(REAL, Some(&account_of));
        let mut unknown = side("bob@example.com", None);
        for act in [Act::Name].iter().chain(&acts) {
            let [one, other] = [&mut real, &mut unknown].map(|side| (side.takes(act), side.shown()));
            prop_assert_eq!(one, other, "after {:?}", act);
        }
    }
}
