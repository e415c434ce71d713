//! The contracts of the store, accounts and registrations, run over this page's memory.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use regain_playground::{Memory, StoredAccount};
use regain_ports::{
    AccountPhone, Accounts as _, Clock as _, Person,
    contract::{
        MovedClock,
        accounts::{AccountsFixture, REMEMBERED, SamplePerson},
        registrations::RegistrationsFixture,
        store::StoreFixture,
    },
};
use regain_protocol::{Role, Secret};
use regain_server::keys::Keys;
use regain_values::{AccountId, UserId};

/// A memory with a clock that is moved.
struct InMemory {
    memory: Arc<Memory>,
    clock: Arc<MovedClock>,
    made: AtomicUsize,
}

impl InMemory {
    fn open() -> Self {
        let clock = Arc::new(MovedClock::default());
        let keys = Keys::derive(&Secret::new(vec![7; 32]));
        let memory = Memory::new(Arc::clone(&clock) as _, keys, REMEMBERED);
        Self { memory: Arc::new(memory), clock, made: AtomicUsize::default() }
    }

    fn add(&self, sample: &SamplePerson) {
        let phone = |number: &str| AccountPhone { role: Role::Office, number: number.parse().expect("a number") };
        let person = Person {
            id: format!("account {}", self.made.fetch_add(1, Ordering::Relaxed)).into(),
            user_id: UserId::of_directory(sample.user_id.to_owned()),
            display_name: sample.name.to_owned(),
            enabled: sample.enabled,
            locked: sample.locked,
            phones: sample.office.map(phone).into_iter().collect(),
            groups: sample.groups.iter().map(|&group| group.to_owned()).collect(),
            ..Person::default()
        };
        self.memory.add(StoredAccount::new(person, sample.password.map(Secret::from)), &[]);
    }

    async fn id(&self, user_id: &str) -> Option<AccountId> {
        self.memory.find(&UserId::of_directory(user_id.into())).await.expect("answers").map(|person| person.id)
    }

    async fn delete(&self, user_id: &str) {
        self.memory.delete(&self.id(user_id).await.expect("is there"));
    }

    fn add_somebody(&self, user_id: &str, enabled: bool) {
        let user_id = user_id.to_owned().leak();
        let (name, office, groups) = ("Somebody", None, &[][..]);
        self.add(&SamplePerson { user_id, name, password: None, enabled, locked: false, office, groups });
    }
}

impl StoreFixture for InMemory {
    type Store = Memory;

    async fn new() -> Self {
        Self::open()
    }

    async fn open(&self) -> Memory {
        Memory::clone(&self.memory)
    }
}

impl AccountsFixture for InMemory {
    type Accounts = Memory;

    async fn with_people(people: &[SamplePerson]) -> Self {
        let fixture = Self::open();
        for person in people {
            fixture.add(person);
        }
        fixture
    }

    fn accounts(&self) -> Arc<Memory> {
        Arc::clone(&self.memory)
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
        self.add(person);
    }
}

impl RegistrationsFixture for InMemory {
    type Registrations = Memory;

    async fn new() -> Self {
        Self::open()
    }

    fn registrations(&self) -> Arc<Memory> {
        Arc::clone(&self.memory)
    }

    async fn account(&self, user_id: &str) -> AccountId {
        if self.id(user_id).await.is_none() {
            self.add_somebody(user_id, true);
        }
        self.id(user_id).await.expect("is there")
    }

    async fn recreate(&self, user_id: &str) -> AccountId {
        self.delete(user_id).await;
        self.account(user_id).await
    }

    async fn unusable(&self) -> Vec<AccountId> {
        self.add_somebody("dis", false);
        let disabled = self.id("dis").await.expect("is there");
        [disabled].into_iter().chain(["no-such-account", "", "NOBODY"].map(AccountId::from)).collect()
    }
}

mod store {
    regain_ports::store_contract!(super::InMemory);
}

mod accounts {
    regain_ports::accounts_contract!(super::InMemory);
}

mod registrations {
    regain_ports::registrations_contract!(super::InMemory);
}
