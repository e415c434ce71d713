//! The reader, held against what the server writes with `serde`.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use regain_protocol::{
    AllowedMethod, AuthenticatorSetup, MethodKind, PredefinedQuestion, QuestionsOffer, RegisteredMethod, Role,
};

impl Json for Value {
    fn get(&self, name: &str) -> Option<Self> {
        Value::get(self, name).filter(|value| !value.is_null()).cloned()
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        self.as_array().cloned()
    }
}

fn methods() -> impl Strategy<Value = Method> {
    use MethodKind as Kind;
    let kinds = [Kind::Email, Kind::Sms, Kind::Call, Kind::Questions, Kind::Authenticator, Kind::RecoveryCodes];
    let roles = [None, Some(Role::Alternate), Some(Role::Authentication), Some(Role::Mobile), Some(Role::Office)];
    (
        any::<String>(),
        prop::sample::select(kinds.to_vec()),
        prop::sample::select(roles.to_vec()),
        any::<Option<String>>(),
        any::<bool>(),
    )
        .prop_map(|(id, kind, role, masked, confirm)| Method { id, kind, role, masked, confirm })
}

fn policies() -> impl Strategy<Value = PasswordPolicy> {
    let checks = [ServerCheck::Common, ServerCheck::Breached, ServerCheck::History, ServerCheck::Banned];
    let checks = prop::collection::vec(prop::sample::select(checks.to_vec()), 0..4);
    (any::<[u32; 2]>(), any::<[u8; 3]>(), any::<bool>(), any::<Vec<String>>(), checks).prop_map(
        |(
            [min_length, max_length],
            [min_classes, min_different, min_score],
            forbid_user_id,
            forbidden_words,
            server_checks,
        )| {
            PasswordPolicy {
                min_length,
                max_length,
                min_classes,
                min_different,
                min_score,
                forbid_user_id,
                forbidden_words,
                server_checks,
            }
        },
    )
}

fn captchas() -> impl Strategy<Value = Captcha> {
    prop_oneof![
        any::<[String; 3]>().prop_map(|[id, image, audio]| Captcha::Image { id, image, audio }),
        (any::<[String; 4]>(), any::<u32>()).prop_map(|([algorithm, salt, challenge, signature], max)| {
            Captcha::ProofOfWork { algorithm, salt, challenge, max_number: max.into(), signature }
        }),
        any::<String>().prop_map(|site_key| Captcha::Turnstile { site_key }),
        any::<String>().prop_map(|site_key| Captcha::Hcaptcha { site_key }),
        Just(Captcha::Unknown),
    ]
    .prop_map(|captcha| if can_be_met(&captcha) { captcha } else { Captcha::Unknown })
}

/// Tells if this build has a challenge; the lean one has the default alone.
fn can_be_met(captcha: &Captcha) -> bool {
    IS_FULL || matches!(captcha, Captcha::ProofOfWork { .. })
}

#[test]
fn the_lean_build_knows_the_default_challenge_alone() {
    for captcha in [
        Captcha::Image { id: "1".into(), image: "data:".into(), audio: "/a".into() },
        Captcha::Turnstile { site_key: "k".into() },
        Captcha::Hcaptcha { site_key: "k".into() },
    ] {
        let value =
            serde_json::to_value(StepBody::Identify { captcha: Some(captcha.clone()) }).expect("a step is JSON");
        let expected = if IS_FULL { captcha } else { Captcha::Unknown };
        assert_eq!(read(&value), Some(StepBody::Identify { captcha: Some(expected) }));
    }
}

/// Every step that the widget can draw.
fn bodies() -> impl Strategy<Value = StepBody> {
    use Outcome as Did;
    let outcomes = [
        Did::Reset,
        Did::FirstPassword,
        Did::Unlocked,
        Did::NotLocked,
        Did::Changed,
        Did::Registered,
        Did::RequestSent,
    ];
    let reasons = [EndReason::Expired, EndReason::TooManyAttempts, EndReason::Cancelled];
    let unlocks = [UnlockOutcome::Unlock, UnlockOutcome::Reset, UnlockOutcome::Unknown];
    let statuses = [
        CallStatus::Calling,
        CallStatus::Ringing,
        CallStatus::Answered,
        CallStatus::NoAnswer,
        CallStatus::WrongKey,
        CallStatus::Failed,
        CallStatus::Unknown,
    ];
    prop_oneof![
        prop::option::of(captchas()).prop_map(|captcha| StepBody::Identify { captcha }),
        prop::collection::vec(methods(), 0..4).prop_map(|methods| StepBody::ChooseMethod { methods }),
        (
            any::<String>(),
            prop_oneof![
                Just(Contact::Form {}),
                any::<String>().prop_map(|url| Contact::Url { url }),
                Just(Contact::Unknown),
            ],
            any::<[bool; 2]>(),
        )
            .prop_map(|(reason, contact, [needs_user_id, back])| StepBody::ContactAdministrator {
                reason,
                contact,
                needs_user_id,
                back
            }),
        (methods(), prop::sample::select(statuses.to_vec()), any::<u8>(), any::<Option<String>>()).prop_map(
            |(method, status, calls_left, call_again_at)| StepBody::AnswerCall {
                method,
                status,
                calls_left,
                call_again_at
            }
        ),
        (prop::collection::vec(any::<[String; 2]>(), 0..4), any::<u8>()).prop_map(|(questions, tries_left)| {
            let questions = questions.into_iter().map(|[id, text]| Question { id, text }).collect();
            StepBody::AnswerQuestions { questions, tries_left }
        }),
        prop::collection::vec(prop::sample::select(unlocks.to_vec()), 0..3)
            .prop_map(|outcomes| StepBody::ChooseOutcome { outcomes }),
        (methods(), any::<u8>(), any::<[String; 2]>(), any::<[u8; 2]>(), setups()).prop_map(
            |(method, length, [expires_at, resend_at], [resends_left, tries_left], setup)| StepBody::EnterCode {
                method,
                length,
                expires_at,
                resend_at,
                resends_left,
                tries_left,
                setup,
            }
        ),
        full_bodies(),
        (policies(), any::<String>(), any::<[bool; 2]>()).prop_map(|(policy, user_id, [first, needs_current])| {
            StepBody::NewPassword { policy, user_id, first, needs_current }
        }),
        (prop::sample::select(outcomes.to_vec()), any::<String>(), any::<bool>(), any::<Option<String>>()).prop_map(
            |(outcome, user_id, notified, continue_url)| StepBody::Done { outcome, user_id, notified, continue_url }
        ),
        (prop::sample::select(reasons.to_vec()), any::<Option<String>>())
            .prop_map(|(reason, retry_at)| StepBody::Ended { reason, retry_at }),
    ]
    .prop_map(drawn)
}

/// The step, or an unknown one where this widget can't draw it.
fn drawn(body: StepBody) -> StepBody {
    match body {
        StepBody::AnswerCall { .. }
        | StepBody::AnswerQuestions { .. }
        | StepBody::ContactAdministrator { .. }
        | StepBody::ChooseOutcome { .. }
        | StepBody::EnterCode { length: 9.., .. }
            if !IS_FULL =>
        {
            StepBody::Unknown
        }
        body => body,
    }
}

/// The key for an authenticator app, where this widget can draw that.
fn setups() -> impl Strategy<Value = Option<AuthenticatorSetup>> {
    any::<Option<[String; 2]>>().prop_map(|setup| {
        let setup = setup.filter(|_| IS_FULL);
        setup.map(|[secret, uri]| AuthenticatorSetup { secret: Secret::new(secret), uri: Secret::new(uri) })
    })
}

/// The steps that only the full widget can draw; of the lean one, another step.
fn full_bodies() -> BoxedStrategy<StepBody> {
    if !IS_FULL {
        return Just(StepBody::Unknown).boxed();
    }
    let registered =
        (methods(), any::<[bool; 2]>(), any::<Option<u8>>()).prop_map(|(method, [registered, verified], left)| {
            let Method { id, kind, role, masked, .. } = method;
            RegisteredMethod { id, kind, role, masked, registered, verified, left }
        });
    let allowed = methods().prop_map(|Method { kind, role, .. }| AllowedMethod { kind, role });
    let questions = (prop::collection::vec(any::<[String; 2]>(), 0..4), any::<bool>(), any::<[u8; 2]>()).prop_map(
        |(predefined, own_allowed, [to_register, to_answer])| {
            let predefined = predefined.into_iter().map(|[id, text]| PredefinedQuestion { id, text }).collect();
            QuestionsOffer { predefined, own_allowed, to_register, to_answer }
        },
    );
    let info = (
        prop::collection::vec(registered, 0..4),
        any::<u8>(),
        prop::collection::vec(allowed, 0..4),
        prop::option::of(questions),
        any::<bool>(),
        any::<Option<Vec<String>>>(),
    );
    prop_oneof![
        (any::<Option<String>>(), prop::option::of(captchas()))
            .prop_map(|(user_id, captcha)| StepBody::SignIn { user_id, captcha }),
        info.prop_map(|(methods, required, allowed, questions, reconfirm, codes)| StepBody::SecurityInfo {
            methods,
            required,
            allowed,
            questions,
            reconfirm,
            new_codes: codes.map(|codes| codes.into_iter().map(Secret::new).collect()),
        }),
    ]
    .boxed()
}

fn flows() -> impl Strategy<Value = Flow> {
    let kinds = [FlowKind::Reset, FlowKind::Unlock, FlowKind::Change, FlowKind::Register];
    let notices =
        [None, Some(NoticeCode::CodeResent), Some(NoticeCode::AnotherProofNeeded), Some(NoticeCode::SecurityInfoDue)];
    (
        any::<[String; 3]>(),
        prop::sample::select(kinds.to_vec()),
        any::<Option<[u8; 2]>>(),
        prop::sample::select(notices.to_vec()),
        (any::<String>(), any::<Option<String>>()),
        bodies(),
    )
        .prop_map(|([id, expires_at, step_id], kind, gate, notice, (reference, user_id), body)| Flow {
            id,
            kind,
            reference: if IS_FULL { reference } else { String::new() },
            user_id,
            expires_at,
            gate: gate.map(|[index, of]| Gate { index, of }),
            notice: notice.map(|code| Notice { code }),
            step: Step { id: step_id, body },
        })
}

fn violations() -> impl Strategy<Value = Violation> {
    prop_oneof![
        any::<u32>().prop_map(|min| Violation::TooShort { min }),
        any::<u32>().prop_map(|max| Violation::TooLong { max }),
        any::<u8>().prop_map(|min| Violation::TooFewClasses { min }),
        any::<u8>().prop_map(|min| Violation::TooFewDifferent { min }),
        Just(Violation::ContainsUserId {}),
        Just(Violation::ContainsBannedWord {}),
        any::<String>().prop_map(|word| Violation::ContainsForbiddenWord { word }),
        Just(Violation::Common {}),
        Just(Violation::Breached {}),
        Just(Violation::Reused {}),
        any::<String>().prop_map(|retry_at| Violation::TooSoon { retry_at }),
        Just(Violation::Directory {}),
    ]
}

proptest! {
    #[test]
    fn flows_are_read_as_written(written in flows(), token in any::<Option<String>>()) {
        let value = serde_json::to_value(&written).expect("a flow is JSON");
        let read = flow(&value);
        prop_assert_eq!(read.as_ref(), Some(&written));
        let value = serde_json::to_value(FlowAnswered { flow: written.clone(), token: token.clone().map(Secret::new) })
            .expect("an answer is JSON");
        let read = answered(&value).expect("it is an answer");
        prop_assert_eq!(&read.flow, &written);
        prop_assert_eq!(read.token, token.map(Secret::new));
    }

    #[test]
    fn problems_are_read_as_written(flow in prop::option::of(flows()), violations in prop::collection::vec(violations(), 0..4), at in any::<Option<String>>()) {
        use ProblemCode as Code;
        for code in [
            Code::WrongCode, Code::WrongAnswers, Code::CaptchaFailed, Code::CodeExpired, Code::WrongPassword, Code::PasswordRefused, Code::Invalid,
            Code::FlowEnded, Code::StepPassed, Code::Unauthorized, Code::RateLimited, Code::Unavailable,
        ] {
            let written = Problem {
                kind: String::new(), title: String::new(), status: 0, detail: None,
                pointer: at.clone().filter(|_| IS_FULL),
                code, flow: flow.clone(), violations: violations.clone(),
            };
            let value = serde_json::to_value(&written).expect("a problem is JSON");
            prop_assert_eq!(problem(&value), Some(written));
        }
    }

    #[test]
    fn the_configuration_is_read_as_written(
        text in any::<[Option<String>; 4]>(), name in any::<String>(), ask_administrator: bool,
        kinds in prop::collection::vec(any::<(String, String, Option<String>)>(), 0..4),
        flows in prop::sample::subsequence(vec![FlowKind::Reset, FlowKind::Unlock, FlowKind::Change, FlowKind::Register], 0..=4),
    ) {
        let [email, phone, url, user_id_hint] = text;
        let flows = if IS_FULL { flows } else { vec![] };
        let account_types = kinds.into_iter().map(|(id, label, href)| AccountType { id, label, href }).collect();
        let written = Config {
            name, logo: None, account_types, flows, locales: vec![],
            help: Help { email, phone, url }, user_id_hint, ask_administrator,
        };
        let value = serde_json::to_value(&written).expect("the configuration is JSON");
        prop_assert_eq!(config(&value), Some(written));
    }
}

fn read(json: &Value) -> Option<StepBody> {
    whole(json, step_body)
}

/// A step for another version of the widget leads to help, never to a blank.
#[test]
fn what_cannot_be_drawn_is_unknown() {
    let body = StepBody::SignIn { user_id: None, captcha: None };
    let value = serde_json::to_value(Step { id: "s".into(), body: body.clone() }).expect("a step is JSON");
    assert_eq!(read(&value), Some(if IS_FULL { body } else { StepBody::Unknown }));
    assert_eq!(read(&json!({"name": "from_the_future"})), Some(StepBody::Unknown));
}

#[test]
fn members_from_the_future_are_skipped_and_missing_ones_are_noticed() {
    let step = json!({"name": "ended", "reason": "expired", "retry_at": null, "news": 1});
    assert_eq!(read(&step), Some(StepBody::Ended { reason: EndReason::Expired, retry_at: None }));
    assert_eq!(read(&json!({"name": "ended"})), None);
    assert_eq!(read(&json!({"name": "enter_code", "length": 6})), None);
}
