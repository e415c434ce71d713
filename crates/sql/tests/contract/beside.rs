//! Registrations beside a directory that is not in the same database.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use regain_keys::Keys;
use regain_ports::{
    AccountId, OsRng, Registered, Registration, Registrations as _, RingPoint,
    contract::{registrations::RegistrationsFixture, start},
};
use regain_protocol::Secret;
use regain_sql::{Database, HashCost, OwnRegistrations};

use crate::places::{Place, on_both};

/// A directory elsewhere, of which nothing is known but the ids.
pub(crate) struct Beside<P> {
    database: Database,
    registrations: Arc<OwnRegistrations>,
    recreated: AtomicU32,
    /// Kept for as long as the database is.
    _place: P,
}

async fn of_directory(database: &Database, name: &str) -> OwnRegistrations {
    let keys = Keys::derive(&Secret::new(vec![7; 32]));
    OwnRegistrations::open_with(database.clone(), Arc::new(OsRng), keys, HashCost::TEST, name).await.expect("opens")
}

impl<P: Place> RegistrationsFixture for Beside<P> {
    type Registrations = OwnRegistrations;

    async fn new() -> Self {
        let place = P::make().await;
        let database = place.open().await;
        let registrations = Arc::new(of_directory(&database, "ldap").await);
        Self { database, registrations, recreated: AtomicU32::new(0), _place: place }
    }

    fn registrations(&self) -> Arc<OwnRegistrations> {
        Arc::clone(&self.registrations)
    }

    async fn account(&self, user_id: &str) -> AccountId {
        format!("{user_id}#{}", self.recreated.load(Ordering::SeqCst)).into()
    }

    async fn recreate(&self, user_id: &str) -> AccountId {
        self.recreated.fetch_add(1, Ordering::SeqCst);
        self.account(user_id).await
    }

    /// The directory says who may be used, before these are asked.
    async fn unusable(&self) -> Vec<AccountId> {
        Vec::new()
    }
}

/// The same id in two directories is two people.
async fn nobody_inherits_from_another_directory<P: Place>() {
    let beside = Beside::<P>::new().await;
    let ada = AccountId::from("1001");
    let registration = Registration::Authenticator(Secret::new(vec![4; 20]));
    beside.registrations.register(&ada, &registration).await.expect("registers");
    beside.registrations.register(&ada, &Registration::Confirm(start())).await.expect("registers");
    for other in ["sql", "ldap2", "lda", "embedded"] {
        let other = of_directory(&beside.database, other).await;
        assert_eq!(other.of(Some(&ada)).await.expect("answers"), Registered::default());
        assert_eq!(other.authenticator_key(Some(&ada)).await.expect("answers"), None);
        assert_eq!(other.neighbours(RingPoint::new([0; 8])).await.expect("answers"), []);
        assert!(other.accounts().await.expect("answers").is_empty());
        other.forget(&ada).await.expect("forgets");
    }
    assert_eq!(beside.registrations.accounts().await.expect("answers"), std::slice::from_ref(&ada));
    let neighbours = beside.registrations.neighbours(RingPoint::new([0; 8])).await.expect("answers");
    assert!(neighbours.len() == 1 && neighbours[0].0 == ada, "{neighbours:?}");
    assert!(beside.registrations.of(Some(&ada)).await.expect("answers").authenticator);
}

on_both![nobody_inherits_from_another_directory];
