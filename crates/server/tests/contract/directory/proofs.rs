//! What a person proves who they are by.

use std::sync::Arc;

use futures_util::future::join_all;
use regain_protocol::Secret;
use regain_server::ports::{Clock as _, Directory};

use super::{Fixture, answers, find};

pub(super) async fn the_right_answers_are_right_however_they_are_written(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let mary = find(&*directory, "mary@example.com").await;
    let (id, own) = (Some(mary.id.as_str()), mary.questions[1].id.as_str());
    assert!(answers(&*directory, id, &[("first_pet", "Fluffy the Second")]).await);
    assert!(
        answers(&*directory, id, &[("dream_job", " ENGINEER"), (own, "STRASSE"), ("first_pet", "fluffy  the second ")])
            .await
    );
    assert!(answers(&*directory, id, &[("dream_job", "ｅｎｇｉｎｅｅｒ")]).await);
}

pub(super) async fn answers_count_once_and_for_their_own_question(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let id = find(&*directory, "mary@example.com").await.id;
    let pet = ("first_pet", "fluffy the second");
    for wrong in [
        &[][..],
        &[pet, pet],
        &[pet, ("dream_job", "pilot")],
        &[("dream_job", "pilot"), pet],
        &[pet, ("first_wages", "fluffy the second")],
        &[("dream_job", "fluffy the second"), ("first_pet", "engineer")],
        &[("first_pet", "")],
        &[("first_pet", "fluffythesecond")],
        &[("", "fluffy the second")],
        &[("First_pet", "fluffy the second")],
    ] {
        assert!(!answers(&*directory, Some(&id), wrong).await, "{wrong:?}");
    }
}

pub(super) async fn nobodys_answers_are_wrong(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let alan = find(&*directory, "alan@example.com").await.id;
    for id in [None, Some(""), Some("NOBODY"), Some("no-such-account"), Some(alan.as_str())] {
        assert!(!answers(&*directory, id, &[("first_pet", "fluffy the second"), ("dream_job", "")]).await, "{id:?}");
    }
}

pub(super) async fn the_authenticators_key_is_the_one_that_was_registered(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let mary = find(&*directory, "mary@example.com").await.id;
    let alan = find(&*directory, "alan@example.com").await.id;
    let key = directory.authenticator_key(Some(&mary)).await.expect("answers").expect("is there");
    assert_eq!(key.expose(), b"12345678901234567890");
    for id in [None, Some(""), Some("NOBODY"), Some("no-such-account"), Some(alan.as_str())] {
        assert_eq!(directory.authenticator_key(id).await.expect("answers"), None, "{id:?}");
    }
}

/// Uses a recovery code up; whether it was good.
async fn uses(fixture: &impl Fixture, account_id: Option<&str>, code: &str) -> bool {
    let code = Secret::from(code);
    fixture.directory().use_recovery_code(account_id, &code, fixture.clock().now()).await.expect("answers")
}

pub(super) async fn a_recovery_code_is_good_once_and_for_its_account(fixture: &impl Fixture) {
    const CODE: &str = "7K3QX9MBWD2HZ4T";
    let directory = fixture.directory();
    let left = async || find(&*directory, "mary@example.com").await.recovery_codes;
    let mary = find(&*directory, "mary@example.com").await.id;
    let alan = find(&*directory, "alan@example.com").await;
    assert_eq!((left().await, alan.recovery_codes), (Some(2), None));
    for id in [None, Some(""), Some("NOBODY"), Some("no-such-account"), Some(alan.id.as_str())] {
        assert!(!uses(fixture, id, CODE).await, "{id:?}");
    }
    for wrong in ["", "7K3QX9MBWD2HZ4", "7K3QX-9MBWD-2HZ4T", "7K3QX9MBWD2HZ4V"] {
        assert!(!uses(fixture, Some(&mary), wrong).await, "{wrong:?}: codes are given folded");
    }
    assert!(uses(fixture, Some(&mary), CODE).await);
    assert!(!uses(fixture, Some(&mary), CODE).await, "it was used");
    assert_eq!(left().await, Some(1));
    assert!(uses(fixture, Some(&mary), "000000000000001").await);
    assert_eq!(left().await, Some(0), "there were some");
}

pub(super) async fn of_many_who_give_a_recovery_code_at_once_one_has_it(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let mary: Arc<str> = find(&*directory, "mary@example.com").await.id.into();
    let now = fixture.clock().now();
    let tries = (0..20).map(|_| {
        let (directory, mary) = (fixture.directory(), Arc::clone(&mary));
        tokio::spawn(async move {
            directory.use_recovery_code(Some(&mary), &"7K3QX9MBWD2HZ4T".into(), now).await.expect("answers")
        })
    });
    let good = join_all(tries).await.into_iter().filter(|good| *good.as_ref().expect("no panic")).count();
    assert_eq!(good, 1);
}
