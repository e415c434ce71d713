//! What a person proves who they are by.

use regain_server::ports::Directory as _;

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
