//! A table of users as an application could have it, in any of the three databases.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use regain_password_hashes::{Costs, Memory, Scheme};
use regain_ports::{
    Clock as _, OsRng,
    contract::{
        MovedClock,
        accounts::{AccountsFixture, SamplePerson},
    },
};
use regain_sql_accounts::{OpenError, Settings, SqlAccounts};

/// A database with the tables, and the statements for them.
pub(crate) trait Database: Send + Sync + Sized + 'static {
    /// Makes an empty one of its own.
    fn make() -> impl Future<Output = Self> + Send;

    /// The settings: its URL and statements.
    fn settings(&self) -> Settings;

    /// Runs a statement as the application; tells how many rows it changed.
    fn run(&self, sql: &str) -> impl Future<Output = u64> + Send;

    /// Reads a text as the application.
    fn read(&self, sql: &str) -> impl Future<Output = Option<String>> + Send;
}

/// The table, and the adapter over it.
pub(crate) struct Table<D> {
    pub(crate) database: D,
    pub(crate) clock: Arc<MovedClock>,
    pub(crate) accounts: Arc<SqlAccounts>,
}

/// Statements that are the same in all three. What differs, is added.
pub(crate) fn statements() -> Settings {
    let columns = "id, username AS user_id, name AS display_name, is_active AS enabled, email AS notice_mail,
                   recovery_email AS alternate_mail, phone AS mobile, office, locked, LOCKED_UNTIL FROM users";
    Settings {
        find: format!("SELECT {columns} WHERE lower(username) = :user_id"),
        by_id: format!("SELECT {columns} WHERE id = :id"),
        password: "SELECT password FROM users WHERE id = :id".into(),
        groups: Some("SELECT name FROM user_groups WHERE user_id = :id ORDER BY name".into()),
        hash: Some(Scheme::Bcrypt),
        bcrypt_cost: 4,
        unlock: Some(
            "UPDATE users SET failed = 0, failed_since = NULL, locked_until = NULL, locked = FALSE WHERE id = :id"
                .into(),
        ),
        succeeded: Some("UPDATE users SET failed = 0, failed_since = NULL WHERE id = :id".into()),
        end_sessions: Some("DELETE FROM sessions WHERE user_id = :id".into()),
        ..Settings::default()
    }
}

/// The hash of a password at a cost that is over in a millisecond.
pub(crate) fn hash_of(password: &str) -> String {
    let costs = Costs { bcrypt: 4, ..Costs::default() };
    Scheme::Bcrypt.hash(costs, &password.into(), &OsRng, &Memory::default()).expect("makes")
}

fn literal(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".into(), |text| format!("'{}'", text.replace('\'', "''")))
}

impl<D: Database> Table<D> {
    /// The adapter with other settings over the same table.
    pub(crate) async fn reopened(&self, change: impl FnOnce(Settings) -> Settings) -> Result<SqlAccounts, OpenError> {
        let settings = change(self.database.settings());
        SqlAccounts::open(&settings, None, Arc::clone(&self.clock) as _, Arc::new(OsRng)).await
    }

    pub(crate) async fn open(people: &[SamplePerson]) -> Self {
        let database = D::make().await;
        let clock = Arc::new(MovedClock::default());
        let opened = SqlAccounts::open(&database.settings(), None, Arc::clone(&clock) as _, Arc::new(OsRng)).await;
        let table = Self { accounts: Arc::new(opened.expect("opens")), database, clock };
        for person in people {
            table.add(person).await;
        }
        table
    }

    pub(crate) async fn add(&self, person: &SamplePerson) {
        let hash = person.password.map(hash_of);
        let (user_id, name) = (literal(Some(person.user_id)), literal(Some(person.name)));
        let (hash, office) = (literal(hash.as_deref()), literal(person.office));
        let sql = format!(
            "INSERT INTO users (username, name, password, is_active, office, locked, failed) VALUES
             ({user_id}, {name}, {hash}, {}, {office}, {}, 0)",
            person.enabled, person.locked
        );
        assert_eq!(self.database.run(&sql).await, 1);
        for group in person.groups {
            let sql = format!(
                "INSERT INTO user_groups (user_id, name) SELECT id, {} FROM users WHERE username = {user_id}",
                literal(Some(group))
            );
            assert_eq!(self.database.run(&sql).await, 1);
        }
    }

    /// Runs a statement that changes one row.
    pub(crate) async fn change(&self, sql: &str) {
        assert_eq!(self.database.run(sql).await, 1, "{sql}");
    }
}

impl<D: Database> AccountsFixture for Table<D> {
    type Accounts = SqlAccounts;

    async fn with_people(people: &[SamplePerson]) -> Self {
        Self::open(people).await
    }

    fn accounts(&self) -> Arc<SqlAccounts> {
        Arc::clone(&self.accounts)
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
        let user_id = literal(Some(person.user_id));
        self.change(&format!("DELETE FROM users WHERE username = {user_id}")).await;
        self.add(person).await;
    }
}
