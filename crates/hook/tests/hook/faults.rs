//! Hooks that are away, slow, or say what they must not.

use std::time::{Duration, Instant};

use regain_hook::{OpenError, Settings};
use regain_ports::{
    Accounts as _, Clock as _, DirectoryError, PasswordChange, SetPasswordError, Severity, SystemClock, UnlockError,
};
use regain_values::UserId;
use serde_json::json;

use crate::{
    fake::{Answer, Fake, about, ada, opened},
    reference::{KEY, Language, NEXT_KEY, Reference},
};

fn ada_id() -> UserId {
    UserId::of_directory("ada@example.com".to_owned())
}

fn change() -> PasswordChange {
    PasswordChange { new: "hunter2".into(), current: None }
}

/// The error of a search, which tells nothing of a body.
async fn error_of(answer: Answer) -> DirectoryError {
    let fake = Fake::with_abilities(move |_, _| answer.clone()).await;
    let hook = fake.open().await;
    let error = hook.find(&ada_id()).await.expect_err("no answer");
    let signing_in = hook.sign_in(&ada_id(), &"hunter2".into(), SystemClock.now()).await.expect_err("no answer");
    for text in [error.to_string(), signing_in.to_string()] {
        assert!(text.contains("directory.hook.") && !text.contains("hunter2") && !text.contains("secret"), "{text}");
    }
    error
}

#[tokio::test]
async fn what_may_pass_is_unavailable() {
    for answer in [
        Answer::Status(500, "secret".into()),
        Answer::Status(503, "{}".into()),
        Answer::Status(429, "{}".into()),
        Answer::Status(408, "{}".into()),
        Answer::Closed,
        Answer::CutOff,
    ] {
        let error = error_of(answer.clone()).await;
        assert!(matches!(error, DirectoryError::Unavailable(_)), "{answer:?}: {error}");
    }
}

#[tokio::test]
async fn what_does_not_pass_is_misconfigured_and_names_its_key() {
    for (answer, key) in [
        (Answer::Status(401, "{}".into()), "directory.hook.key_file: "),
        (Answer::Status(403, "{}".into()), "directory.hook.key_file: "),
        (Answer::Status(404, r#"{"account":null}"#.into()), "directory.hook.url: "),
        (Answer::Status(400, "{}".into()), "directory.hook.url: "),
        (Answer::Status(204, String::new()), "directory.hook.url: "),
        (Answer::Status(201, r#"{"account":null}"#.into()), "directory.hook.url: "),
        (Answer::Head(302, "location: https://secret.example/"), "directory.hook.url: "),
        (Answer::Head(307, "location: /find"), "directory.hook.url: "),
        (Answer::Status(200, "<html>secret</html>".into()), "directory.hook.url: "),
        (Answer::Status(200, String::new()), "directory.hook.url: "),
        (Answer::json(&json!({})), "directory.hook.url: "),
        (Answer::json(&json!({ "account": "secret" })), "directory.hook.url: "),
        (Answer::Status(200, r#"{"account":null}{"secret":1}"#.into()), "directory.hook.url: "),
        (Answer::Huge(64 * 1024 + 1), "directory.hook.url: "),
        (Answer::Huge(50 * 1024 * 1024), "directory.hook.url: "),
    ] {
        match error_of(answer.clone()).await {
            DirectoryError::Misconfigured(text) => assert!(text.starts_with(key), "{text}"),
            other => panic!("{answer:?}: {other}"),
        }
    }
}

/// A redirect would take a password elsewhere.
#[tokio::test]
async fn no_redirect_is_followed() {
    let fake = Fake::with_abilities(|_, _| Answer::Head(307, "location: /set-password")).await;
    let refused = fake.open().await.set_password(&"4711".into(), &change()).await;
    assert!(matches!(refused, Err(SetPasswordError::Directory(DirectoryError::Misconfigured(_)))), "{refused:?}");
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn a_silent_hook_is_given_up() {
    let fake = Fake::with_abilities(|_, _| Answer::Silence).await;
    let hook = fake.open().await;
    let started = Instant::now();
    let (ada, id, change) = (ada_id(), "4711".into(), change());
    let (found, set, unlocked) = tokio::join!(hook.find(&ada), hook.set_password(&id, &change), hook.unlock(&id));
    assert!(matches!(found, Err(DirectoryError::Unavailable(_))), "{found:?}");
    assert!(matches!(set, Err(SetPasswordError::Directory(DirectoryError::Unanswered(_)))), "{set:?}");
    assert!(matches!(unlocked, Err(UnlockError::Directory(DirectoryError::Unanswered(_)))), "{unlocked:?}");
    // A flow gives a change up after eight seconds.
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    let lines: Vec<_> = fake.requests().iter().map(|request| request.line.clone()).collect();
    for (path, tries) in [("/find", 1), ("/set-password", 2), ("/unlock", 2)] {
        assert_eq!(lines.iter().filter(|line| line.contains(path)).count(), tries, "{path}");
    }
}

#[tokio::test]
async fn a_change_that_was_never_sent_did_not_happen() {
    let fake = Fake::with_abilities(|_, _| Answer::Closed).await;
    let settings = Settings { url: "http://127.0.0.1:1".into(), ..fake.settings() };
    let gone = opened(settings).await.expect_err("nobody listens");
    assert!(
        matches!(&gone, OpenError::NoAnswer(DirectoryError::Unavailable(text)) if text.starts_with("directory.hook.url: ")),
        "{gone}"
    );

    let hook = Reference::start(Language::Node, &[]);
    let adapter = hook.open().await;
    hook.stop();
    let refused = adapter.set_password(&"4711".into(), &change()).await;
    assert!(matches!(refused, Err(SetPasswordError::Directory(DirectoryError::Unavailable(_)))), "{refused:?}");
    assert!(matches!(adapter.check().await, Err(DirectoryError::Unavailable(_))));
}

#[tokio::test]
async fn another_authority_vouches_for_nobody() {
    let fake = Fake::with_tls(|_, _| Answer::json(&about())).await;
    let hook = fake.open().await;
    hook.check().await.expect("its own authority does");
    let others = Fake::with_tls(|_, _| Answer::json(&about())).await;
    for settings in [
        Settings { ca_file: others.settings().ca_file, ..fake.settings() },
        Settings { ca_file: None, ..fake.settings() },
    ] {
        let error = opened(settings).await.expect_err("is not trusted").to_string();
        assert!(error.contains("invalid peer certificate"), "{error}");
    }
}

#[tokio::test]
async fn another_version_is_not_opened_and_changed_abilities_are_seen() {
    for (reply, expected) in [
        (json!({ "version": 2, "abilities": {} }), "version 2"),
        (json!({ "version": 1 }), "not as it is documented"),
        (json!({ "version": 1, "abilities": { "fly": true } }), "not as it is documented"),
    ] {
        let fake = Fake::start(move |_, _| Answer::json(&reply)).await;
        let error = opened(fake.settings()).await.expect_err("is not opened").to_string();
        assert!(error.contains(expected), "{error}");
    }
    let fake = Fake::start(|_, former| {
        Answer::json(&if former == 0 { about() } else { json!({ "version": 1, "abilities": { "sign_in": true } }) })
    })
    .await;
    let error = fake.open().await.check().await.expect_err("they have changed");
    assert!(matches!(error, DirectoryError::Misconfigured(_)), "{error}");
}

#[tokio::test]
async fn requests_are_signed_by_both_keys_while_they_are_changed() {
    let fake = Fake::with_abilities(|_, _| Answer::json(&json!({ "account": ada() }))).await;
    let mut settings = fake.settings();
    let next = settings.key_file.with_file_name("next");
    std::fs::write(&next, NEXT_KEY).expect("writes");
    settings.next_key_file = Some(next);
    let hook = opened(settings).await.expect("answers");
    hook.find(&ada_id()).await.expect("answers").expect("is there");
    let request = &fake.requests()[0];
    let seconds = request.head["webhook-timestamp"].parse().expect("seconds");
    let signatures = [KEY, NEXT_KEY].map(|key| {
        let key = regain_hook::SigningKey::parse(key).expect("a key");
        key.sign(&request.head["webhook-id"], seconds, request.body.as_bytes())
    });
    assert_eq!(request.head["webhook-signature"], signatures.join(" "));
    assert!(SystemClock.now().as_second().abs_diff(seconds) < 60);
}

#[tokio::test]
async fn its_start_is_told_about() {
    let fake = Fake::start(|_, _| Answer::json(&json!({ "version": 1, "abilities": { "owns_mobile": true } }))).await;
    let findings = fake.open().await.inspect(8).await.expect("answers");
    let warnings: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Warning).collect();
    assert_eq!(warnings.len(), 3, "no sign_in, no people, and a key that others can read: {findings:?}");
    assert!(findings.iter().any(|finding| finding.severity == Severity::Fact && finding.text.contains("owns_mobile")));
}
