//! Bodies that nobody would send: no type panics on them, what it takes it writes so that it reads the same
//! again, and what a client sends is read strictly.

#[path = "dice.rs"]
mod dice;

use std::fmt::Debug;

use dice::{Dice, fuzz};
use regain_protocol::{Answer, Config, CreateFlow, Flow, FlowAnswered, FlowCreated, PasswordPolicy, Problem, Strength};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// One of each, in every shape, to begin with.
const CREATE: [&str; 2] =
    [r#"{"kind":"reset"}"#, r#"{"kind":"register","locale":"en","user_id":"ada@example.com","assertion":"a.b.c"}"#];
const ANSWERS: [&str; 20] = [
    r#"{"do":"identify","user_id":"ada","captcha":{"id":"1","solution":"2"}}"#,
    r#"{"do":"identify","user_id":"ada"}"#,
    r#"{"do":"new_captcha"}"#,
    r#"{"do":"send_request","message":"please"}"#,
    r#"{"do":"choose","method":"m1","destination":"a@b.example"}"#,
    r#"{"do":"verify","code":"123 456"}"#,
    r#"{"do":"resend"}"#,
    r#"{"do":"choose_another"}"#,
    r#"{"do":"call_again"}"#,
    r#"{"do":"answer","answers":[{"question":"q1","answer":"blue"},{"question":"q2","answer":"red"}]}"#,
    r#"{"do":"sign_in","user_id":"ada","password":"x"}"#,
    r#"{"do":"unlock"}"#,
    r#"{"do":"reset"}"#,
    r#"{"do":"set_password","password":"y","current":"x"}"#,
    r#"{"do":"add","kind":"email","role":"alternate","value":"a@b.example"}"#,
    r#"{"do":"add","kind":"authenticator"}"#,
    r#"{"do":"remove","method":"m1"}"#,
    r#"{"do":"set_questions","answers":[{"question":"What?","answer":"that"}]}"#,
    r#"{"do":"finish"}"#,
    r#"{"do":"ask_administrator"}"#,
];
const POLICY: &str = r#"{"min_length":8,"max_length":64,"min_classes":3,"min_different":5,"min_score":3,
    "forbid_user_id":true,"forbidden_words":["Contoso"],"server_checks":["common","banned","breached","history"]}"#;
const STEPS: [&str; 14] = [
    r#"{"id":"s","name":"identify","captcha":{"kind":"image","id":"1","image":"data:","audio":"/a"}}"#,
    r#"{"id":"s","name":"identify","captcha":{"kind":"proof_of_work","algorithm":"SHA-256","salt":"s","challenge":"c","max_number":9,"signature":"g"}}"#,
    r#"{"id":"s","name":"identify","captcha":{"kind":"turnstile","site_key":"k"}}"#,
    r#"{"id":"s","name":"contact_administrator","reason":"off","contact":{"kind":"url","url":"https://x.example"}}"#,
    r#"{"id":"s","name":"choose_method","methods":[{"id":"m","kind":"email","role":"alternate","masked":"a•","confirm":true}]}"#,
    r#"{"id":"s","name":"enter_code","method":{"id":"m","kind":"sms","role":"mobile","masked":"•1","confirm":false},"length":6,"expires_at":"2026-11-23T14:16:00Z","resend_at":"2026-11-23T14:16:00Z","resends_left":3,"tries_left":5,"setup":{"secret":"AA","uri":"otpauth://totp/x"}}"#,
    r#"{"id":"s","name":"answer_call","method":{"id":"m","kind":"call","role":"office","masked":null,"confirm":false},"status":"ringing","calls_left":2}"#,
    r#"{"id":"s","name":"answer_questions","questions":[{"id":"q","text":"What?"}],"tries_left":5}"#,
    r#"{"id":"s","name":"sign_in","user_id":"ada"}"#,
    r#"{"id":"s","name":"choose_outcome","outcomes":["unlock","reset"]}"#,
    r#"{"id":"s","name":"new_password","policy":POLICY,"user_id":"ada","first":false,"needs_current":true}"#,
    r#"{"id":"s","name":"done","outcome":"changed","user_id":"ada","notified":true,"continue_url":null}"#,
    r#"{"id":"s","name":"ended","reason":"too_many_attempts","retry_at":"2026-11-23T14:16:00Z"}"#,
    r#"{"id":"s","name":"a step of tomorrow","with":["anything"]}"#,
];
const CONFIG: &str = r#"{"name":"Contoso","logo":null,"account_types":[{"id":"work","label":"Work","href":null}],
    "flows":["reset","change"],"locales":["en"],"help":{"email":"a@b.example","phone":null,"url":null},
    "user_id_hint":"name@example.com","ask_administrator":true}"#;
const STRENGTH: &str = r#"{"score":2,"warning":7,"suggestions":[0],"seconds":1.5}"#;

fn flows() -> Vec<String> {
    let flow = |step: &str| {
        format!(
            r#"{{"id":"f","kind":"reset","expires_at":"2026-11-23T14:16:00Z","gate":{{"index":1,"of":2}},
            "notice":{{"code":"code_resent"}},"step":{}}}"#,
            step.replace("POLICY", POLICY)
        )
    };
    STEPS.into_iter().map(flow).collect()
}

/// Tells if a body can be read; fails if it changes when written and read again.
fn holds<T: DeserializeOwned + Serialize + Debug>(body: &[u8]) -> bool {
    let Ok(read) = serde_json::from_slice::<T>(body) else { return false };
    let written = serde_json::to_string(&read).expect("what was read can be written");
    let again: T = serde_json::from_str(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
    assert_eq!(serde_json::to_string(&again).expect("and again"), written);
    // Nothing of it is shown that must not be.
    let _ = format!("{again:?}");
    true
}

/// Fails if an unknown member makes a body unreadable.
fn is_lenient<T: DeserializeOwned + Serialize + Debug>(body: &[u8]) {
    let Ok(Value::Object(mut members)) = serde_json::from_slice(body) else { return };
    if holds::<T>(body) {
        members.insert("unheard_of".to_owned(), Value::Null);
        assert!(serde_json::from_value::<T>(members.clone().into()).is_ok(), "one more member: {members:?}");
    }
}

/// Fails if a body is read even with an unknown member, or with a member twice.
fn is_strict<T: DeserializeOwned + Serialize + Debug>(body: &[u8]) {
    if !holds::<T>(body) {
        return;
    }
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else { return };
    for (name, value) in &members {
        let twice = |other: &Value| {
            let rest = serde_json::to_string(&members).expect("an object");
            format!("{{{}:{other},{}", Value::from(name.as_str()), &rest[1..])
        };
        for body in [twice(value), twice(&Value::Null)] {
            assert!(serde_json::from_str::<T>(&body).is_err(), "a member twice: {body}");
        }
    }
    let more: Map<_, _> = members.into_iter().chain([("unheard_of".to_owned(), Value::Null)]).collect();
    assert!(serde_json::from_value::<T>(more.clone().into()).is_err(), "one more member: {more:?}");
}

/// Something else in its place.
fn another(dice: &mut Dice) -> Value {
    match dice.below(8) {
        0 => Value::Null,
        1 => true.into(),
        2 => u64::MAX.into(),
        3 => (-1).into(),
        4 => 1e300.into(),
        5 => Value::Array(vec![]),
        6 => Value::Object(Map::new()),
        _ => dice.text(30).into(),
    }
}

/// Changes something somewhere in it.
fn restructured(value: &mut Value, dice: &mut Dice) {
    match value {
        Value::Object(members) if !members.is_empty() && dice.below(4) > 0 => {
            let names: Vec<String> = members.keys().cloned().collect();
            let name = dice.one_of(&names);
            match dice.below(6) {
                0 => drop(members.remove(name)),
                1 => drop(members.insert(dice.text(8), another(dice))),
                2 => {
                    let moved = members.remove(name).unwrap_or_default();
                    members.insert(dice.one_of(&names).clone(), moved);
                }
                _ => restructured(&mut members[name.as_str()], dice),
            }
        }
        Value::Array(items) if !items.is_empty() && dice.below(4) > 0 => {
            let at = dice.below(items.len());
            match dice.below(4) {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                _ => restructured(&mut items[at], dice),
            }
        }
        place => *place = another(dice),
    }
}

/// Changes some of its bytes.
fn garbled(body: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    for _ in 0..=dice.below(4) {
        let at = dice.below(body.len() + 1);
        match dice.below(5) {
            0 => body.truncate(at),
            1 => body.insert(at, u8::try_from(dice.below(256)).unwrap_or_default()),
            2 => drop(body.splice(at..at, other[dice.below(other.len())..].iter().copied())),
            3 if at < body.len() => drop(body.remove(at)),
            _ if at < body.len() => body[at] ^= 1 << dice.below(8),
            _ => {}
        }
    }
}

/// A check of any body.
type Check = fn(&[u8]);

#[test]
fn what_nobody_would_send_is_refused_or_read_the_same_again() {
    let flows = flows();
    let wrapped =
        |before: &str, after: &str| flows.iter().map(|flow| format!("{before}{flow}{after}")).collect::<Vec<_>>();
    let problem = |flow: String| {
        format!(
            r#"{{"type":"about:blank","title":"t","status":422,"detail":"d","code":"password_refused","flow":{flow},
            "violations":[{{"rule":"too_short","min":8}},{{"rule":"contains_user_id"}},{{"rule":"of tomorrow"}}],"pointer":"/do"}}"#
        )
    };
    let kinds: [(Vec<String>, Check); 9] = [
        (CREATE.map(str::to_owned).into(), is_strict::<CreateFlow>),
        (ANSWERS.map(str::to_owned).into(), is_strict::<Answer>),
        (flows.clone(), is_lenient::<Flow>),
        (wrapped("{\"token\":\"t\",\"flow\":", "}"), is_lenient::<FlowCreated>),
        (wrapped("{\"flow\":", "}"), is_lenient::<FlowAnswered>),
        (flows.iter().cloned().map(problem).collect(), is_lenient::<Problem>),
        (vec![CONFIG.into()], is_lenient::<Config>),
        (vec![POLICY.into()], is_lenient::<PasswordPolicy>),
        (vec![STRENGTH.into()], is_lenient::<Strength>),
    ];
    fuzz(|dice| {
        let (valid, check) = dice.one_of(&kinds);
        let (one, other) = (dice.one_of(valid), dice.one_of(valid));
        let mut value: Value = serde_json::from_str(one).expect("valid");
        for _ in 0..=dice.below(3) {
            restructured(&mut value, dice);
        }
        check(value.to_string().as_bytes());
        let mut body = one.clone().into_bytes();
        garbled(&mut body, other.as_bytes(), dice);
        check(&body);
    });
}

#[test]
fn what_the_fuzzing_begins_with_is_read() {
    assert!(CREATE.iter().all(|body| holds::<CreateFlow>(body.as_bytes())));
    for body in ANSWERS {
        assert!(holds::<Answer>(body.as_bytes()), "{body}");
        is_strict::<Answer>(body.as_bytes());
    }
    for flow in flows() {
        assert!(holds::<Flow>(flow.as_bytes()), "{flow}");
    }
    assert!(holds::<Config>(CONFIG.as_bytes()) && holds::<PasswordPolicy>(POLICY.as_bytes()));
    assert!(holds::<Strength>(STRENGTH.as_bytes()));
}
