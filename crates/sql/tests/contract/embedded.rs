//! The embedded directory in a folder of its own.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use regain_keys::Keys;
use regain_ports::{
    AccountId, Accounts as _, Clock as _, Directory, OsRng, Registrations as _,
    contract::{
        MovedClock,
        accounts::{AccountsFixture, REMEMBERED, SamplePerson},
        registrations::RegistrationsFixture,
    },
};
use regain_protocol::Secret;
use regain_sql::{
    Database, EmbeddedDirectory, HashCost, NewPerson, OwnRegistrations, People, PersonPhone, PhoneRole, SqliteStore,
};
use regain_values::UserId;
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

/// A fixture of both ports.
pub(crate) struct Embedded {
    folder: TempDir,
    pub(crate) clock: Arc<MovedClock>,
    pub(crate) adapter: Arc<EmbeddedDirectory>,
}

impl Embedded {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(MovedClock::default());
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        let keys = Keys::derive(&Secret::new(vec![7; 32]));
        let opened =
            EmbeddedDirectory::open_with(database, Arc::clone(&clock) as _, Arc::new(OsRng), keys, HashCost::TEST);
        let adapter = Arc::new(opened.await.expect("opens").remembering(REMEMBERED));
        Self { folder, clock, adapter }
    }

    /// Both ports, as the flows ask them.
    pub(crate) fn directory(&self) -> Directory {
        Arc::clone(&self.adapter).whole()
    }

    /// The store over the same database.
    pub(crate) async fn store(&self) -> SqliteStore {
        let database = Database::open(&self.folder.path().join("regain.db")).await.expect("opens");
        SqliteStore::new(database, Keys::derive(&Secret::new(vec![7; 32])))
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
        let url = format!("sqlite://{}", self.folder.path().join("regain.db").display());
        let mut connection = SqliteConnection::connect(&url).await.expect("connects");
        for statement in [
            "DELETE FROM account_phones WHERE account_id = $1 AND role = 'office'",
            "DELETE FROM account_groups WHERE account_id = $1",
            "DELETE FROM account_former_passwords WHERE account_id = $1",
            "DELETE FROM accounts WHERE id = $1",
        ] {
            sqlx::query(statement).bind(id.as_str()).execute(&mut connection).await.expect("deletes");
        }
    }
}

fn new_person(person: &SamplePerson) -> NewPerson {
    NewPerson {
        user_id: person.user_id.to_owned(),
        name: person.name.to_owned(),
        password: person.password.map(Secret::from),
        password_hash: None,
        enabled: person.enabled,
        locked: person.locked,
        mails: Vec::new(),
        phones: person
            .office
            .map(|number| PersonPhone { role: PhoneRole::Office, number: number.to_owned() })
            .into_iter()
            .collect(),
        questions: Vec::new(),
        authenticator: None,
        recovery_codes: Vec::new(),
        groups: person.groups.iter().map(|&group| group.to_owned()).collect(),
    }
}

impl AccountsFixture for Embedded {
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

/// A person with no more than a user ID.
const fn somebody() -> NewPerson {
    NewPerson {
        user_id: String::new(),
        name: String::new(),
        password: None,
        password_hash: None,
        enabled: true,
        locked: false,
        mails: Vec::new(),
        phones: Vec::new(),
        questions: Vec::new(),
        authenticator: None,
        recovery_codes: Vec::new(),
        groups: Vec::new(),
    }
}

impl RegistrationsFixture for Embedded {
    type Registrations = OwnRegistrations;

    async fn new() -> Self {
        Self::open().await
    }

    fn registrations(&self) -> Arc<OwnRegistrations> {
        Arc::new(self.adapter.registrations().clone())
    }

    async fn account(&self, user_id: &str) -> AccountId {
        if self.id(user_id).await.is_none() {
            self.add(vec![NewPerson { user_id: user_id.to_owned(), ..somebody() }]).await;
        }
        self.id(user_id).await.expect("is there")
    }

    async fn recreate(&self, user_id: &str) -> AccountId {
        self.delete(user_id).await;
        self.account(user_id).await
    }

    async fn unusable(&self) -> Vec<AccountId> {
        self.add(vec![NewPerson { user_id: "dis".to_owned(), enabled: false, ..somebody() }]).await;
        let disabled = self.id("dis").await.expect("is there");
        [disabled].into_iter().chain(["no-such-account", "", "NOBODY"].map(AccountId::from)).collect()
    }
}
