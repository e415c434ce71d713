//! The embedded directory in a place of its own.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use regain_keys::Keys;
use regain_people::{NewPerson, People, PersonPhone, PhoneRole};
use regain_ports::{
    AccountId, Accounts as _, Clock as _, Directory, OsRng, Registrations as _,
    contract::{
        MovedClock,
        accounts::{AccountsFixture, REMEMBERED, SamplePerson},
        registrations::RegistrationsFixture,
    },
};
use regain_protocol::Secret;
use regain_sql::{EmbeddedDirectory, HashCost, OwnRegistrations, SqlStore};
use regain_values::UserId;

use crate::places::Place;

/// A fixture of both ports.
pub(crate) struct Embedded<P> {
    pub(crate) place: P,
    pub(crate) clock: Arc<MovedClock>,
    pub(crate) adapter: Arc<EmbeddedDirectory>,
}

impl<P: Place> Embedded<P> {
    pub(crate) async fn open() -> Self {
        let place = P::make().await;
        let clock = Arc::new(MovedClock::default());
        let database = place.open().await;
        let keys = Keys::derive(&Secret::new(vec![7; 32]));
        let opened =
            EmbeddedDirectory::open_with(database, Arc::clone(&clock) as _, Arc::new(OsRng), keys, HashCost::TEST);
        let adapter = Arc::new(opened.await.expect("opens").remembering(REMEMBERED));
        Self { place, clock, adapter }
    }

    /// Both ports, as the flows ask them.
    pub(crate) fn directory(&self) -> Directory {
        Arc::clone(&self.adapter).whole()
    }

    /// The store over the same database.
    pub(crate) async fn store(&self) -> SqlStore {
        SqlStore::new(self.place.open().await, Keys::derive(&Secret::new(vec![7; 32])))
    }

    async fn add(&self, people: Vec<NewPerson>) {
        let added = people.len();
        assert_eq!(self.adapter.import(&People::from(people)).await.expect("imports"), added);
    }

    async fn id(&self, user_id: &str) -> Option<AccountId> {
        self.adapter.find(&UserId::of_directory(user_id.into())).await.expect("answers").map(|person| person.id)
    }

    /// Deletes an account, as an administrator would in the database.
    async fn delete(&self, user_id: &str) {
        let id = self.id(user_id).await.expect("is there");
        self.adapter.registrations().forget(&id).await.expect("forgets");
        self.delete_account(&id).await;
    }

    /// Deletes an account and leaves what was registered for it.
    pub(crate) async fn delete_account(&self, id: &AccountId) {
        for (table, condition) in [
            ("account_phones", "account_id = '{id}' AND role = 'office'"),
            ("account_groups", "account_id = '{id}'"),
            ("account_former_passwords", "account_id = '{id}'"),
            ("accounts", "id = '{id}'"),
        ] {
            let condition = condition.replace("{id}", id.as_str());
            self.place.execute(&format!("DELETE FROM {table} WHERE {condition}")).await.expect("deletes");
        }
    }
}

fn new_person(person: &SamplePerson) -> NewPerson {
    NewPerson {
        name: person.name.to_owned(),
        password: person.password.map(Secret::from),
        enabled: person.enabled,
        locked: person.locked,
        phones: person
            .office
            .map(|number| PersonPhone { role: PhoneRole::Office, number: number.to_owned() })
            .into_iter()
            .collect(),
        groups: person.groups.iter().map(|&group| group.to_owned()).collect(),
        ..NewPerson::new(person.user_id.to_owned())
    }
}

impl<P: Place> AccountsFixture for Embedded<P> {
    type Accounts = EmbeddedDirectory;

    async fn with_people(people: &[SamplePerson]) -> Self {
        let fixture = Self::open().await;
        fixture.add(people.iter().map(new_person).collect()).await;
        fixture
    }

    fn accounts(&self) -> Arc<EmbeddedDirectory> {
        Arc::clone(&self.adapter)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn can_wait() -> bool {
        true
    }

    fn wait(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    async fn recreate(&self, person: &SamplePerson) {
        self.delete(person.user_id).await;
        self.add(vec![new_person(person)]).await;
    }
}

impl<P: Place> RegistrationsFixture for Embedded<P> {
    type Registrations = OwnRegistrations;

    async fn new() -> Self {
        Self::open().await
    }

    fn registrations(&self) -> Arc<OwnRegistrations> {
        Arc::new(self.adapter.registrations().clone())
    }

    async fn account(&self, user_id: &str) -> AccountId {
        if self.id(user_id).await.is_none() {
            self.add(vec![NewPerson::new(user_id.to_owned())]).await;
        }
        self.id(user_id).await.expect("is there")
    }

    async fn recreate(&self, user_id: &str) -> AccountId {
        self.delete(user_id).await;
        self.account(user_id).await
    }

    async fn unusable(&self) -> Vec<AccountId> {
        self.add(vec![NewPerson { enabled: false, ..NewPerson::new("dis".to_owned()) }]).await;
        let disabled = self.id("dis").await.expect("is there");
        [disabled].into_iter().chain(["no-such-account", "", "NOBODY"].map(AccountId::from)).collect()
    }
}
