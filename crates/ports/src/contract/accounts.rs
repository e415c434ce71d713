//! The contract of [`Accounts`](crate::Accounts).

pub mod lockout;
pub mod lookup;
pub mod passwords;

use std::{pin::Pin, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use regain_protocol::Secret;
use regain_values::UserId;

use crate::{AccountId, Accounts, PasswordChange, Person, SignIn};

/// A person whom a fixture's directory is to have.
pub type SamplePerson = Sample<'static>;

/// A person of the cases.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// The user ID as the directory is to spell it.
    pub user_id: &'a str,
    /// The display name.
    pub name: &'a str,
    /// The password; none for an account that never had one.
    pub password: Option<&'a str>,
    /// The account may be used.
    pub enabled: bool,
    /// Sign-in is locked until somebody unlocks it.
    pub locked: bool,
    /// The office phone, as the directory has it.
    pub office: Option<&'a str>,
    /// The groups.
    pub groups: &'a [&'a str],
}

impl SamplePerson {
    const fn new(user_id: &'static str, name: &'static str, password: Option<&'static str>) -> Self {
        Self { user_id, name, password, enabled: true, locked: false, office: None, groups: &[] }
    }
}

impl Sample<'_> {
    /// Another spelling of the user ID.
    fn lower_case(&self) -> String {
        self.user_id.to_lowercase()
    }

    /// The password of somebody who has one.
    fn its_password(&self) -> &str {
        self.password.expect("has a password")
    }
}

/// The people whom every fixture's directory has at first.
pub const PEOPLE: [SamplePerson; 5] = [
    SamplePerson::new("Ada@Example.com", "Ada Lovelace", Some("first password of ada")),
    SamplePerson::new("alan@example.com", "Alan Turing", None),
    SamplePerson {
        enabled: false,
        ..SamplePerson::new("dis@example.com", "Disabled", Some("password of the disabled"))
    },
    SamplePerson { locked: true, ..SamplePerson::new("linus@example.com", "Locked", Some("password of the locked")) },
    SamplePerson {
        office: Some("+1 425 555 0124 x4711"),
        groups: &["admins", "engineers"],
        ..SamplePerson::new("mary@example.com", "Mary Jackson", Some("first password of mary"))
    },
];

/// The people of the cases, by the part that each plays. Where somebody is missing, so is what the cases have to say of
/// them.
#[derive(Debug, Clone, Copy)]
pub struct Cast<'a> {
    /// Somebody with a password, who changes it.
    pub ada: Sample<'a>,
    /// Somebody who never had one.
    pub alan: Option<Sample<'a>>,
    /// Somebody whose account may not be used.
    pub disabled: Option<Sample<'a>>,
    /// Somebody whose account is locked.
    pub linus: Option<Sample<'a>>,
    /// Somebody of whom the directory says all that it can.
    pub mary: Option<Sample<'a>>,
}

impl Cast<'static> {
    /// The parts of [`PEOPLE`].
    pub const PEOPLE: Self = Self {
        ada: PEOPLE[0],
        alan: Some(PEOPLE[1]),
        disabled: Some(PEOPLE[2]),
        linus: Some(PEOPLE[3]),
        mary: Some(PEOPLE[4]),
    };
}

/// The number of an account's last passwords that a directory with that ability is to remember.
pub const REMEMBERED: u8 = 3;

/// The number of failed sign-ins that are to lock an account.
pub const FAILURES_UNTIL_LOCKOUT: usize = 10;

/// A password that nobody has yet. It has all four classes, for directories that ask for them.
pub fn new_password(n: usize) -> String {
    format!("Kept-by-the-contract {n}!")
}

/// An adapter over a directory of its own. It checks passwords: the cases sign in to see which one is set.
pub trait AccountsFixture: Send + Sync + Sized {
    /// The adapter.
    type Accounts: Accounts;

    /// The time for which failed sign-ins count, and for which they lock an account.
    const LOCKOUT: SignedDuration = SignedDuration::from_mins(15);

    /// The people of the cases, where they are others than [`PEOPLE`].
    fn cast(&self) -> Cast<'_> {
        Cast::PEOPLE
    }

    /// The number of failed sign-ins that lock an account; `None` where they never do.
    fn failures_until_lockout(&self) -> Option<usize> {
        Some(FAILURES_UNTIL_LOCKOUT)
    }

    /// Opens it over a directory that has these people, remembers [`REMEMBERED`] passwords and locks accounts after
    /// [`FAILURES_UNTIL_LOCKOUT`].
    fn with_people(people: &[SamplePerson]) -> impl Future<Output = Self>;

    /// The adapter.
    fn accounts(&self) -> Arc<Self::Accounts>;

    /// The time now, as the directory has it.
    fn now(&self) -> Timestamp;

    /// Tells if [`AccountsFixture::wait`] can be asked. Cases about what time does are passed over where it cannot.
    fn can_wait() -> bool;

    /// Lets time pass.
    fn wait(&self, by: SignedDuration);

    /// Tells if the directory compares the current password in the operation that sets the new one: of parallel changes
    /// only one succeeds. Where it does not, the last one counts.
    fn changes_are_atomic() -> bool {
        true
    }

    /// Tells if the directory itself refuses, in a change, one of the last passwords.
    fn refuses_former() -> bool {
        false
    }

    /// Deletes an account in the directory and makes another of the same user ID.
    fn recreate(&self, person: &SamplePerson) -> impl Future<Output = ()>;
}

/// A fixture with [`PEOPLE`].
pub async fn open<F: AccountsFixture>() -> F {
    F::with_people(&PEOPLE).await
}

async fn find(accounts: &impl Accounts, user_id: &str) -> Person {
    accounts.find(&UserId::of_directory(user_id.into())).await.expect("answers").expect("is there")
}

/// Tells if a password signs in.
async fn signs_in(accounts: &impl Accounts, user_id: &str, password: &str, now: Timestamp) -> bool {
    match accounts.sign_in(&UserId::of_directory(user_id.into()), &password.into(), now).await.expect("answers") {
        SignIn::Accepted(person) => {
            assert_eq!(person, find(accounts, user_id).await);
            true
        }
        SignIn::Refused => false,
    }
}

fn to(new: impl Into<String>, current: Option<&str>) -> PasswordChange {
    PasswordChange { new: new.into().into(), current: current.map(Secret::from) }
}

/// The ids of accounts that nothing may be done to.
async fn unusable(fixture: &impl AccountsFixture) -> Vec<AccountId> {
    let mut ids = ["no-such-account", "", "NOBODY"].map(AccountId::from).to_vec();
    if let Some(disabled) = fixture.cast().disabled {
        ids.push(find(&*fixture.accounts(), disabled.user_id).await.id);
    }
    ids
}

/// A case, for those who run the contract outside of tests.
pub struct Case<F> {
    /// Its name.
    pub name: &'static str,
    /// Runs it over a directory that has its [`Cast`]; it panics where the directory does not keep it.
    pub run: for<'a> fn(&'a F) -> Pin<Box<dyn Future<Output = ()> + 'a>>,
}

/// The cases, in the order in which they leave the most to those after them where no directory is made anew for each.
pub fn cases<F: AccountsFixture>() -> Vec<Case<F>> {
    crate::accounts_cases!(list_of_cases, F)
}

#[doc(hidden)]
#[macro_export]
macro_rules! list_of_cases {
    ($fixture:ty, [$($module:ident::$case:ident),* $(,)?]) => {
        vec![$(Case::<$fixture> { name: stringify!($case), run: |fixture| Box::pin($module::$case(fixture)) }),*]
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! accounts_tests {
    ($fixture:ty, $cases:tt) => {
        $crate::contract_cases! { accounts, $fixture, $cases }
    };
}

/// The list of cases, for another macro.
#[doc(hidden)]
#[macro_export]
macro_rules! accounts_cases {
    ($callback:ident, $fixture:ty) => {
        $crate::$callback! {
            $fixture,
            [
                lookup::it_answers,
                lookup::an_account_is_found_by_any_spelling,
                lookup::odd_user_ids_find_nobody,
                lookup::an_account_carries_what_the_directory_says,
                lookup::the_right_password_signs_in,
                lookup::everything_else_is_refused,
                lookup::a_recreated_account_has_another_id,
                passwords::the_current_password_must_be_right_where_it_is_given,
                passwords::of_parallel_changes_one_sets_the_password,
                passwords::an_account_that_may_not_be_used_gets_no_password,
                passwords::a_refused_change_changes_neither_password_nor_lock,
                passwords::the_last_passwords_are_remembered,
                passwords::a_former_password_is_refused_as_such,
                lockout::failures_lock_the_account_for_a_while,
                lockout::parallel_failures_lock_the_account_as_exactly,
                lockout::a_success_forgets_the_failures,
                lockout::failures_are_forgotten_after_a_while,
                lockout::a7_a_clock_that_is_set_back_prolongs_no_lockout,
                lockout::a_new_password_unlocks,
                lockout::unlocking_keeps_the_password_and_forgets_the_failures,
                lockout::an_account_that_may_not_be_used_is_not_unlocked,
                passwords::a_new_password_replaces_the_old_one,
            ]
        }
    };
}

/// Makes a test of each case of the contract of [`Accounts`](crate::Accounts), for one fixture.
#[macro_export]
macro_rules! accounts_contract {
    ($fixture:ty) => {
        $crate::accounts_cases! { accounts_tests, $fixture }
    };
}
