//! What holds for every order of answers, whoever gives them.

use std::{
    path::Path,
    sync::{LazyLock, Mutex},
};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use regain_protocol::{Answer, EndReason, FlowKind, Role, Secret, StepBody};

use super::{Applied, Context, Decision, Effect, Engine, Refusal, Reply, Rules, Stage, State};
use crate::{
    config::Config,
    keys::Keys,
    outgoing::Content,
    ports::{Account, AccountMail, Rng},
};

/// What a person can do, and what time does.
#[derive(Debug, Clone)]
enum Act {
    Identify(&'static str),
    Choose(usize),
    ChooseNonsense,
    VerifyRight,
    VerifyFormer,
    VerifyWrong,
    Resend,
    ChooseAnother,
    SetPassword(&'static str),
    Stale(Box<Act>),
    Cancel,
    Ask,
    Other,
    Wait(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let simple = prop_oneof![
        4 => prop_oneof![Just("ada"), Just("nobody"), Just("disabled"), Just(""), Just("a\0b")].prop_map(Act::Identify),
        6 => (0..3_usize).prop_map(Act::Choose),
        1 => Just(Act::ChooseNonsense),
        3 => Just(Act::VerifyRight),
        1 => Just(Act::VerifyFormer),
        6 => Just(Act::VerifyWrong),
        3 => Just(Act::Resend),
        3 => Just(Act::ChooseAnother),
        2 => Just(Act::SetPassword("short")),
        2 => Just(Act::SetPassword("a river that runs north")),
        1 => Just(Act::Cancel),
        1 => Just(Act::Ask),
        1 => Just(Act::Other),
        4 => prop_oneof![Just(1_i64), Just(29), Just(31), Just(300), Just(601)].prop_map(Act::Wait),
    ];
    prop_oneof![
        12 => simple.clone(),
        1 => simple.prop_map(|act| Act::Stale(Box::new(act))),
    ]
}

/// Different bytes at every call, the same in every run.
struct Counting(Mutex<u64>);

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

/// One flow, driven, and what an onlooker knows about it.
struct Drive {
    engine: Engine,
    rng: Counting,
    now: Timestamp,
    expires_at: Timestamp,
    state: State,
    /// The codes that were queued, with who gets them, newest last.
    codes: Vec<(Option<String>, Secret<String>)>,
    former_step: String,
    wrong: usize,
    charged: u32,
    /// Whether a right code was given at the right time.
    proved: bool,
    set: usize,
}

impl Drive {
    fn new() -> Self {
        let engine = engine().clone();
        let now = "2026-11-23T14:00:00Z".parse().expect("a time");
        let expires_at = engine.expires_at(now);
        let rng = Counting(Mutex::new(0));
        let cx = Context { flow_id: "flow", kind: FlowKind::Reset, expires_at, now, rng: &rng, client: None };
        let state = engine.begin(cx, None).expect("begins").state;
        Self {
            engine,
            rng,
            now,
            expires_at,
            state,
            codes: Vec::new(),
            former_step: "none".into(),
            wrong: 0,
            charged: 0,
            proved: false,
            set: 0,
        }
    }

    fn context(&self) -> Context<'_> {
        Context {
            flow_id: "flow",
            kind: FlowKind::Reset,
            expires_at: self.expires_at,
            now: self.now,
            rng: &self.rng,
            client: Some("192.0.2.1"),
        }
    }

    fn does(&mut self, act: &Act) {
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
            act => self.answers(act, is_stale),
        }
    }

    fn answers(&mut self, act: &Act, is_stale: bool) {
        let answer = self.answer(act);
        let step_id = if is_stale { self.former_step.clone() } else { self.state.step_id.clone() };
        let cx = self.context();
        let account = self.engine.looks_up(cx, &self.state, &step_id, &answer).and_then(account);
        let before = self.state.clone();
        let decided = self.engine.answer(cx, &self.state, &step_id, &answer, account);
        let Ok(decision) = decided else {
            if is_stale {
                assert!(matches!(decided, Err(Refusal::StepPassed | Refusal::Ended)));
            }
            return;
        };
        assert!(!is_stale, "a stale step was answered");
        assert!(self.now < self.expires_at, "an expired flow took an answer");
        if decision.reply == Reply::WrongCode {
            self.wrong += 1;
            assert!(!self.is_right(&before, &answer), "a right code was refused");
        }
        let moved_past_the_proof = matches!(
            (&before.stage, &decision.state.stage),
            (Stage::EnterCode { .. }, Stage::NewPassword { .. } | Stage::Done { .. })
        );
        if moved_past_the_proof {
            assert!(self.is_right(&before, &answer), "a proof without the right code");
            assert!(decision.effects.iter().any(|effect| matches!(effect, Effect::RotateToken)));
            self.proved = true;
        }
        self.take(decision);
    }

    /// Whether an answer is the newest code that went to the method in use.
    fn is_right(&self, before: &State, answer: &Answer) -> bool {
        let (Answer::Verify { code }, Stage::EnterCode { method, .. }) = (answer, &before.stage) else { return false };
        let method = before.subject.as_ref().and_then(|subject| subject.method(method)).expect("a method is in use");
        let mut sent = self.codes.iter().rev().filter(|(to, _)| to.as_ref() == Some(&method.destination));
        sent.next().is_some_and(|(_, newest)| newest == code)
    }

    fn answer(&self, act: &Act) -> Answer {
        let code = |code: Option<&(Option<String>, Secret<String>)>| Answer::Verify {
            code: code.map_or_else(|| "000000".into(), |(_, code)| code.clone()),
        };
        match act {
            Act::Identify(user_id) => Answer::Identify { user_id: (*user_id).into(), captcha: None },
            Act::Choose(index) => {
                let methods = self.state.subject.iter().flat_map(|subject| &subject.methods);
                let id = methods.map(|method| method.shown.id.clone()).nth(*index);
                Answer::Choose { method: id.unwrap_or_default(), destination: None }
            }
            Act::ChooseNonsense => Answer::Choose { method: "nonsense".into(), destination: Some("x".into()) },
            Act::VerifyRight => code(self.codes.last()),
            Act::VerifyFormer => code(self.codes.iter().rev().nth(1)),
            Act::VerifyWrong => Answer::Verify { code: "no code".into() },
            Act::Resend => Answer::Resend {},
            Act::ChooseAnother => Answer::ChooseAnother {},
            Act::SetPassword(password) => Answer::SetPassword { password: (*password).into(), current: None },
            Act::Ask => Answer::AskAdministrator {},
            Act::Stale(_) | Act::Cancel | Act::Other | Act::Wait(_) => Answer::Finish {},
        }
    }

    /// What the shell does with a decision.
    fn take(&mut self, decision: Decision) {
        let mut follows = None;
        for effect in &decision.effects {
            match effect {
                Effect::Send { outgoing, .. } => {
                    if let Content::Code { code, .. } = &outgoing.content {
                        self.codes.push((outgoing.to.clone(), code.clone()));
                    }
                }
                Effect::Charge(charge, _) if charge.bucket.starts_with("tries:") => self.charged += charge.cost,
                Effect::SetPassword { account_id, .. } => {
                    assert!(self.proved, "a password is set without a proof");
                    assert_eq!(account_id, "id of ada");
                    self.set += 1;
                    follows = Some(self.engine.applied(self.context(), &decision.state, Applied::Set));
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

    fn holds(&self) {
        let shown = self.engine.view(self.context(), &self.state);
        match &shown.step.body {
            StepBody::NewPassword { .. } => assert!(self.proved),
            StepBody::Done { .. } => assert!(self.proved && self.set == 1),
            StepBody::EnterCode { tries_left, .. } => assert!((1..=5).contains(tries_left)),
            StepBody::Ended { reason: EndReason::TooManyAttempts, .. } => assert!(self.wrong >= 5),
            StepBody::Unknown => panic!("a step that nobody knows"),
            _ => {}
        }
        assert!(self.codes.len() <= 2 * 4, "more codes than two methods with three resends each have");
        assert!(self.wrong <= 2 * 4 + 1, "more tries than two methods have");
        assert_eq!(
            usize::try_from(self.charged).expect("few"),
            self.wrong,
            "every wrong code costs one try of the day"
        );
        let json = serde_json::to_string(&self.state).expect("serialises");
        assert_eq!(serde_json::from_str::<State>(&json).expect("reads back"), self.state);
        if self.state.stage.is_over() {
            assert!(!json.contains("example.net"), "what is over remembers no address");
        } else {
            for (_, code) in &self.codes {
                assert!(!json.contains(&format!("\"{}\"", code.expose())), "a code is stored in the clear");
            }
        }
    }
}

fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        let config = "[server]\nkey = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"\n[organisation]\nname = \
                      \"Contoso\"\n[mail]\nhost = \"mail.example.com\"\nfrom = \"help@example.com\"";
        let config = Config::parse(config, Path::new("/")).expect("a configuration");
        Engine::new(Keys::derive(&Secret::new(vec![3; 32])), Rules::new(&config))
    });
    &ENGINE
}

fn account(user_id: &str) -> Option<Account> {
    let mail = |role, address: &str| AccountMail { role, address: address.into() };
    (user_id != "nobody").then(|| Account {
        id: format!("id of {user_id}"),
        user_id: user_id.to_owned(),
        display_name: "Ada Lovelace".into(),
        enabled: user_id != "disabled",
        locked: false,
        has_password: true,
        phones: Vec::new(),
        questions: Vec::new(),
        authenticator: false,
        groups: Vec::new(),
        mails: vec![mail(Role::Alternate, "ada@example.net"), mail(Role::Authentication, "ada.l@example.net")],
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_order_of_answers_gets_past_a_proof(acts in prop::collection::vec(act(), 1..60)) {
        let mut drive = Drive::new();
        for act in &acts {
            drive.does(act);
            drive.holds();
        }
    }

    #[test]
    fn nor_from_the_middle_of_a_flow(acts in prop::collection::vec(act(), 1..40)) {
        let mut drive = Drive::new();
        drive.does(&Act::Identify("ada"));
        drive.does(&Act::Choose(0));
        for act in &acts {
            drive.does(act);
            drive.holds();
        }
    }

    #[test]
    fn a_decoy_never_passes_even_with_its_code(acts in prop::collection::vec(act(), 1..60)) {
        let mut drive = Drive::new();
        drive.does(&Act::Identify("nobody"));
        for act in &acts {
            drive.does(act);
            drive.holds();
        }
        prop_assert!(!drive.proved && drive.set == 0);
        prop_assert!(drive.codes.iter().all(|(to, _)| to.is_none()));
    }

    #[test]
    fn a_decoy_and_a_real_flow_go_the_same_way(
        acts in prop::collection::vec(act().prop_filter("what only the owner can do", |act| {
            let act = if let Act::Stale(act) = act { act } else { act };
            !matches!(act, Act::VerifyRight | Act::VerifyFormer | Act::Identify(_) | Act::Choose(1..))
        }), 1..40)
    ) {
        let [mut real, mut decoy] = ["ada", "nobody"].map(|user_id| {
            let mut drive = Drive::new();
            drive.does(&Act::Identify(user_id));
            drive
        });
        for act in &acts {
            real.does(act);
            decoy.does(act);
            let [real, decoy] = [&real, &decoy].map(|drive| {
                let mut flow = serde_json::to_value(drive.engine.view(drive.context(), &drive.state)).expect("serialises");
                flow["step"]["id"].take();
                flow["step"]["method"].take();
                flow["step"]["methods"].take();
                (flow, drive.codes.len(), drive.charged)
            });
            prop_assert_eq!(real, decoy);
        }
    }
}
