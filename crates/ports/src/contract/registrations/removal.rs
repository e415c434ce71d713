//! Accounts with nothing registered: none ever, not any more, not yet.

use super::{MARYS_CODE, RegistrationsFixture, answers, mary, of, register, with_everything};
use crate::{AccountId, Registered, Registration, Registrations, contract::start};

/// Asserts that nothing is registered, and that nothing proves anything.
async fn has_nothing(registrations: &impl Registrations, id: Option<&AccountId>) {
    assert_eq!(registrations.of(id).await.expect("answers"), Registered::default(), "{id:?}");
    assert!(!answers(registrations, id, &[("first_pet", "fluffy the second")]).await, "{id:?}");
    assert_eq!(registrations.authenticator_key(id).await.expect("answers"), None, "{id:?}");
    assert!(!registrations.use_recovery_code(id, &MARYS_CODE.into(), start()).await.expect("answers"), "{id:?}");
}

pub async fn nothing_is_registered_for_nobody(fixture: &impl RegistrationsFixture) {
    let registrations = &*fixture.registrations();
    mary(fixture).await;
    let alan = fixture.account("alan").await;
    for id in [None, Some("".into()), Some("NOBODY".into()), Some("no-such-account".into()), Some(alan)] {
        has_nothing(registrations, id.as_ref()).await;
    }
}

pub async fn forgetting_takes_everything_of_an_account_and_nothing_of_others(fixture: &impl RegistrationsFixture) {
    let registrations = &*fixture.registrations();
    let (ada, mary) = (with_everything(fixture, "ada").await, mary(fixture).await);
    register(registrations, &mary, Registration::Confirm(start())).await;
    let adas = of(registrations, &ada).await;
    // Forgetting twice is as good as once.
    for _ in 0..2 {
        registrations.forget(&mary).await.expect("forgets");
        has_nothing(registrations, Some(&mary)).await;
        assert_eq!(of(registrations, &ada).await, adas);
    }
    for nobody in ["no-such-account", "", "NOBODY"] {
        registrations.forget(&nobody.into()).await.expect("forgets");
    }
    assert_eq!(of(registrations, &ada).await, adas);
    assert!(answers(registrations, Some(&ada), &[("first_pet", "fluffy the second")]).await);
    let used = registrations.use_recovery_code(Some(&ada), &MARYS_CODE.into(), start()).await;
    assert!(used.expect("answers"));

    register(registrations, &mary, Registration::Confirm(start())).await;
    let registered = Registered { confirmed_at: Some(start()), ..Registered::default() };
    assert_eq!(of(registrations, &mary).await, registered, "who is forgotten can register again");
}

/// Its owner may be somebody else, who got the same user ID.
pub async fn a_recreated_account_inherits_nothing(fixture: &impl RegistrationsFixture) {
    let registrations = &*fixture.registrations();
    let former = mary(fixture).await;
    register(registrations, &former, Registration::Confirm(start())).await;
    let mary = fixture.recreate("mary").await;
    assert_ne!(mary, former);
    has_nothing(registrations, Some(&mary)).await;
}
