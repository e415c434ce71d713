//! The traps that directories have, each by its number, as far as a hook can set them.

use jiff::Timestamp;
use regain_hook::Hook;
use regain_ports::{
    Accounts as _, Clock as _, DirectoryError, PasswordChange, SetPasswordError, Severity, SignIn, SystemClock,
    UnlockError,
};
use regain_protocol::{Role, Violation};
use regain_values::UserId;
use serde_json::{Value, json};

use crate::{
    fake::{Answer, Counter, Fake, about, ada},
    reference::{Language, Reference},
};

fn user_id(text: &str) -> UserId {
    UserId::of_directory(text.to_owned())
}

fn change(new: &str, current: Option<&str>) -> PasswordChange {
    PasswordChange { new: new.into(), current: current.map(Into::into) }
}

fn now() -> Timestamp {
    SystemClock.now()
}

async fn signs_in(hook: &Hook, id: &str, password: &str) -> bool {
    matches!(hook.sign_in(&user_id(id), &password.into(), now()).await.expect("answers"), SignIn::Accepted(_))
}

/// The hook's database may take an accent for none, a space for nothing, or a pattern for a name.
#[tokio::test]
async fn t1_an_account_of_another_user_id_is_none() {
    let fake = Fake::with_abilities(|request, _| {
        let is_find = request.line.starts_with("POST /find");
        let accepted = json!({ "result": "accepted", "account": ada() });
        Answer::json(&if is_find { json!({ "account": ada() }) } else { accepted })
    })
    .await;
    let hook = fake.open().await;
    for spelling in ["ada@example.com", " ADA@example.com", "ａｄａ@example.com"] {
        assert!(hook.find(&user_id(spelling)).await.expect("answers").is_some(), "{spelling}");
        assert!(signs_in(&hook, spelling, "right").await, "{spelling}");
        let asked: Value = serde_json::from_str(&fake.requests().last().expect("asked").body).expect("JSON");
        assert_eq!(asked["user_id"], "ada@example.com", "it is asked for the normalised one");
    }
    for other in ["àda@example.com", "*", "ada%", "ada", "' OR ''='"] {
        assert_eq!(hook.find(&user_id(other)).await.expect("answers"), None, "{other}");
        assert!(!signs_in(&hook, other, "right").await, "{other}");
    }
    let asked = fake.requests().len();
    for nobodys in ["", " ", "\0", "a\0", "\u{200b}"] {
        assert_eq!(hook.find(&user_id(nobodys)).await.expect("answers"), None, "{nobodys:?}");
        assert!(!signs_in(&hook, nobodys, "right").await, "{nobodys:?}");
    }
    assert_eq!(fake.requests().len(), asked, "the hook is not asked for what is no user ID");
}

/// An account that may not be used, is locked or has no password is not signed in, whatever the hook says.
#[tokio::test]
async fn t2_an_account_that_may_not_be_used_is_not_signed_in() {
    for (member, value) in [("enabled", false), ("locked", true), ("has_password", false)] {
        let fake = Fake::with_abilities(move |_, _| {
            let mut ada = ada();
            ada[member] = value.into();
            Answer::json(&json!({ "result": "accepted", "account": ada }))
        })
        .await;
        assert!(!signs_in(&fake.open().await, "ada@example.com", "right").await, "{member}");
    }
}

#[tokio::test]
async fn t5_an_empty_password_is_never_sent() {
    let fake = Fake::with_abilities(|_, _| Answer::json(&json!({ "result": "done" }))).await;
    let hook = fake.open().await;
    assert!(!signs_in(&hook, "ada@example.com", "").await);
    let refused = hook.set_password(&"4711".into(), &change("", None)).await;
    assert!(matches!(refused, Err(SetPasswordError::Refused(_))), "{refused:?}");
    let refused = hook.set_password(&"4711".into(), &change("new", Some(""))).await;
    assert!(matches!(refused, Err(SetPasswordError::WrongPassword)), "{refused:?}");
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn t8_the_hooks_own_rules_are_an_answer() {
    let retry_at = "2026-12-01T09:00:00Z";
    for (violations, expected) in [
        (json!([{ "rule": "too_short", "min": 12 }]), vec![Violation::TooShort { min: 12 }]),
        (
            json!([{ "rule": "too_soon", "retry_at": retry_at }, { "rule": "reused" }]),
            vec![Violation::TooSoon { retry_at: retry_at.parse().expect("a time") }, Violation::Reused {}],
        ),
        (json!([{ "rule": "rhymes" }]), vec![Violation::Directory {}]),
        (json!([]), vec![Violation::Directory {}]),
    ] {
        let fake =
            Fake::with_abilities(move |_, _| Answer::json(&json!({ "result": "refused", "violations": violations })))
                .await;
        match fake.open().await.set_password(&"4711".into(), &change("new", None)).await {
            Err(SetPasswordError::Refused(violations)) => assert_eq!(violations, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn t9_an_account_that_may_not_be_changed_leads_to_the_administrators() {
    let fake = Fake::with_abilities(|_, _| Answer::json(&json!({ "result": "not_allowed" }))).await;
    let hook = fake.open().await;
    let refused = hook.set_password(&"4711".into(), &change("new", None)).await;
    assert!(matches!(refused, Err(SetPasswordError::NotAllowed)), "{refused:?}");
    let refused = hook.unlock(&"4711".into()).await;
    assert!(matches!(refused, Err(UnlockError::NotAllowed)), "{refused:?}");
}

/// The reply to a change is lost: it is asked for once more by the same id, and acted upon once.
#[tokio::test]
async fn t10_an_unknown_end_is_found_out() {
    for lost in [Answer::Closed, Answer::CutOff, Answer::Status(502, String::new())] {
        let changes = Counter::default();
        let counted = changes.clone();
        let fake = Fake::with_abilities(move |_, former| {
            if former > 0 {
                return Answer::json(&json!({ "result": "done" }));
            }
            counted.add();
            lost.clone()
        })
        .await;
        fake.open().await.set_password(&"4711".into(), &change("new", Some("old"))).await.expect("is done");
        assert_eq!(changes.get(), 1);
        let [first, second] = &fake.requests()[..] else { panic!("two requests") };
        assert_eq!(first.head["webhook-id"], second.head["webhook-id"]);
        assert_eq!(first.body, second.body);
    }
}

/// The end is unknown where the second try says nothing either: that is not "nothing happened".
#[tokio::test]
async fn t10_nobody_knows_how_a_change_ended_that_is_never_answered() {
    for lost in [Answer::Closed, Answer::CutOff, Answer::Status(500, "{}".into()), Answer::Status(200, "<html>".into())]
    {
        let fake = Fake::with_abilities(move |_, _| lost.clone()).await;
        let hook = fake.open().await;
        match hook.set_password(&"4711".into(), &change("hunter2", None)).await {
            Err(SetPasswordError::Directory(DirectoryError::Unanswered(text))) => assert!(!text.contains("hunter2")),
            other => panic!("{other:?}"),
        }
        let unlocked = hook.unlock(&"4711".into()).await;
        assert!(matches!(unlocked, Err(UnlockError::Directory(DirectoryError::Unanswered(_)))), "{unlocked:?}");
    }
}

#[tokio::test]
async fn t11_passwords_go_unchanged() {
    let fake = Fake::with_abilities(|request, _| {
        let is_sign_in = request.line.starts_with("POST /sign-in");
        Answer::json(&json!({ "result": if is_sign_in { "refused" } else { "done" } }))
    })
    .await;
    let hook = fake.open().await;
    for password in [" a\u{308} ", "\u{1f511}\"\\\u{7f}\t", "ａ\u{200b}", &"x".repeat(256)] {
        hook.set_password(&"4711".into(), &change(password, Some(password))).await.expect("is done");
        assert!(!signs_in(&hook, "ada@example.com", password).await);
        let requests = fake.requests();
        for request in &requests[requests.len() - 2..] {
            let body: Value = serde_json::from_str(&request.body).expect("JSON");
            assert_eq!(body["password"], password);
        }
    }
}

/// Each role has one owner, and an address that proves nothing is no proof.
#[tokio::test]
async fn roles_that_the_hook_does_not_own_are_left_out() {
    for owns in [true, false] {
        let fake = Fake::start(move |request, _| {
            let mut about = about();
            about["abilities"]["owns_alternate"] = owns.into();
            about["abilities"]["owns_mobile"] = owns.into();
            let mut ada = ada();
            ada["mails"] = json!([{ "role": "alternate", "address": "ada@home.example" }]);
            ada["phones"] = json!([
                { "role": "mobile", "number": "+1 425 555 0123" }, { "role": "office", "number": "+1 425 555 0124" },
            ]);
            ada["notices"] = json!(["ada@example.com"]);
            Answer::json(&if request.line.starts_with("GET") { about } else { json!({ "account": ada }) })
        })
        .await;
        let hook = fake.open().await;
        let found = hook.find(&user_id("ada@example.com")).await.expect("answers").expect("is there");
        let roles: Vec<_> = found.phones.iter().map(|phone| phone.role).collect();
        let expected = if owns { vec![Role::Mobile, Role::Office] } else { vec![Role::Office] };
        assert_eq!((found.mails.len(), roles, found.notices.len()), (usize::from(owns), expected, 1));
        assert_eq!(hook.examine(&user_id("ada@example.com")).await.expect("answers").len(), if owns { 0 } else { 2 });
    }
}

#[tokio::test]
async fn people_are_asked_for_in_parts_and_nobody_else_is_taken() {
    let fake = Fake::with_abilities(|request, _| {
        let asked: Value = serde_json::from_str(&request.body).expect("JSON");
        let ids = asked["ids"].as_array().expect("a list").clone();
        assert!(ids.len() <= 32, "{}", ids.len());
        let person = |id: Value| {
            let mut ada = ada();
            ada["id"] = id;
            ada
        };
        let people: Vec<_> = ids.into_iter().map(person).chain([person("another".into())]).collect();
        Answer::json(&json!({ "people": people }))
    })
    .await;
    let hook = fake.open().await;
    let ids: Vec<_> = (0..70).map(|n| format!("{n}").into()).collect();
    let people = hook.people(&ids).await.expect("answers").expect("has the ability");
    assert_eq!(people.len(), 70);
    assert_eq!(fake.requests().len(), 3);
}

#[tokio::test]
async fn t12_a_limit_that_reaches_the_hooks_lockout_is_a_fault() {
    for (failures, is_fault) in [(json!(8), true), (json!(9), false), (json!(null), false)] {
        let fake = Fake::start(move |_, _| {
            let mut about = about();
            about["failures_until_lockout"] = failures.clone();
            Answer::json(&about)
        })
        .await;
        let findings = fake.open().await.inspect(8).await.expect("answers");
        let faults: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Fault).collect();
        assert_eq!(faults.len(), usize::from(is_fault), "{findings:?}");
        assert!(faults.iter().all(|fault| fault.key == "limits.wrong_passwords_per_account"), "{faults:?}");
    }
}

/// A hook that is away takes nobody with it: it answers again as soon as it is there.
#[tokio::test]
async fn t13_a_hook_that_comes_back_answers_again() {
    let hook = Reference::start(Language::Python, &[]);
    let adapter = hook.open().await;
    hook.stop();
    assert!(matches!(adapter.find(&user_id("ada")).await, Err(DirectoryError::Unavailable(_))));
    hook.start_again();
    assert_eq!(adapter.find(&user_id("ada")).await.expect("answers"), None);
}
