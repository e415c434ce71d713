//! Proofs: answers, codes of an app, saved recovery codes.

use super::{MARYS_CODE, MARYS_KEY, RegistrationsFixture, answers, mary, of, with_everything};
use crate::{AccountId, Registrations as _, contract::start};

pub async fn the_right_answers_are_right_however_they_are_written(fixture: &impl RegistrationsFixture) {
    let (registrations, mary) = (&*fixture.registrations(), mary(fixture).await);
    let id = Some(&mary);
    assert!(answers(registrations, id, &[("first_pet", "Fluffy the Second")]).await);
    assert!(
        answers(
            registrations,
            id,
            &[("dream_job", " ENGINEER"), ("q7", "STRASSE"), ("first_pet", "fluffy  the second ")]
        )
        .await
    );
    assert!(answers(registrations, id, &[("dream_job", "ｅｎｇｉｎｅｅｒ")]).await);
}

pub async fn answers_count_once_and_for_their_own_question(fixture: &impl RegistrationsFixture) {
    let (registrations, mary) = (&*fixture.registrations(), mary(fixture).await);
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
        assert!(!answers(registrations, Some(&mary), wrong).await, "{wrong:?}");
    }
}

/// Ids of accounts for which nothing is registered; `None` is no account's.
async fn nobodies(fixture: &impl RegistrationsFixture) -> Vec<Option<AccountId>> {
    let alan = fixture.account("alan").await;
    vec![None, Some("".into()), Some("NOBODY".into()), Some("no-such-account".into()), Some(alan)]
}

pub async fn nobodys_answers_are_wrong(fixture: &impl RegistrationsFixture) {
    let registrations = &*fixture.registrations();
    mary(fixture).await;
    for id in nobodies(fixture).await {
        let given = [("first_pet", "fluffy the second"), ("dream_job", "")];
        assert!(!answers(registrations, id.as_ref(), &given).await, "{id:?}");
    }
}

pub async fn the_authenticators_key_is_the_one_that_was_registered(fixture: &impl RegistrationsFixture) {
    let (registrations, mary) = (&*fixture.registrations(), mary(fixture).await);
    let key = registrations.authenticator_key(Some(&mary)).await.expect("answers").expect("is there");
    assert_eq!(key.expose(), MARYS_KEY);
    for id in nobodies(fixture).await {
        assert_eq!(registrations.authenticator_key(id.as_ref()).await.expect("answers"), None, "{id:?}");
    }
}

pub async fn a_recovery_code_is_good_once_and_for_its_account(fixture: &impl RegistrationsFixture) {
    let (registrations, mary) = (&*fixture.registrations(), mary(fixture).await);
    let ada = with_everything(fixture, "ada").await;
    let uses = async |id: Option<&AccountId>, code: &str| {
        registrations.use_recovery_code(id, &code.into(), start()).await.expect("answers")
    };
    assert_eq!(of(registrations, &mary).await.recovery_codes, Some(2));
    for id in nobodies(fixture).await {
        assert!(!uses(id.as_ref(), MARYS_CODE).await, "{id:?}");
    }
    for wrong in ["", "7K3QX9MBWD2HZ4", "7K3QX-9MBWD-2HZ4T", "7K3QX9MBWD2HZ4V"] {
        assert!(!uses(Some(&mary), wrong).await, "{wrong:?}: codes are given folded");
    }
    assert!(uses(Some(&mary), MARYS_CODE).await);
    assert!(!uses(Some(&mary), MARYS_CODE).await, "it is used up");
    assert_eq!(of(registrations, &mary).await.recovery_codes, Some(1));
    assert!(uses(Some(&mary), "000000000000001").await);
    assert_eq!(of(registrations, &mary).await.recovery_codes, Some(0), "there were some");
    assert_eq!(of(registrations, &ada).await.recovery_codes, Some(2), "each account has its own");
    assert!(uses(Some(&ada), MARYS_CODE).await);
}

pub async fn of_many_who_give_a_recovery_code_at_once_one_has_it(fixture: &impl RegistrationsFixture) {
    let mary = mary(fixture).await;
    let uses: Vec<_> = (0..20)
        .map(|_| {
            let (registrations, id) = (fixture.registrations(), mary.clone());
            tokio::spawn(async move { registrations.use_recovery_code(Some(&id), &MARYS_CODE.into(), start()).await })
        })
        .collect();
    let mut used = 0;
    for done in uses {
        used += usize::from(done.await.expect("no panic").expect("answers"));
    }
    assert_eq!(used, 1);
}
