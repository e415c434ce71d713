//! What every [`Directory`] must do.

mod accounts;
mod lockout;
mod passwords;
mod proofs;
mod register;

use std::sync::Arc;

use jiff::Timestamp;
use regain_protocol::Secret;
use regain_server::{
    adapters::{Database, EmbeddedDirectory, HashCost, People},
    keys::Keys,
    ports::{Account, Directory, GivenAnswer, OsRng, PasswordChange, SignIn},
};
use tempfile::TempDir;

use crate::moved_clock::MovedClock;

/// The people whom every adapter's fixture has.
const PEOPLE: &str = r#"
[[people]]
user_id = "Ada@Example.com"
name = "Ada Lovelace"
password = "first password of ada"
mails = [
    { role = "authentication", address = "ada@work.example" },
    { role = "alternate", address = "ada@home.example" },
]

[[people]]
user_id = "alan@example.com"
name = "Alan Turing"

[[people]]
user_id = "dis@example.com"
name = "Disabled"
password = "password of the disabled"
enabled = false

[[people]]
user_id = "linus@example.com"
name = "Locked"
password = "password of the locked"
locked = true

[[people]]
user_id = "mary@example.com"
name = "Mary Jackson"
password = "first password of mary"
mails = [{ role = "alternate", address = "mary@home.example" }]
phones = [
    { role = "mobile", number = "+1 (425) 555-0123" },
    { role = "authentication", number = "+44 20 7946 0958" },
    { role = "office", number = "+1 425 555 0124 x4711" },
]
questions = [
    { id = "first_pet", answer = "Fluffy the Second" },
    { own = "What was on the wind tunnel's door?", answer = "Straße" },
    { id = "dream_job", answer = "engineer" },
]
authenticator = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
recovery_codes = ["7K3QX-9MBWD-2HZ4T", "00000-00000-00001"]
groups = ["admins", "engineers"]
"#;

/// How many of an account's last passwords every fixture is told to remember.
const REMEMBERED: u8 = 3;

const ADAS: &str = "first password of ada";

/// How an adapter is opened, with [`PEOPLE`] in it.
trait Fixture: Send + Sync {
    type Directory: Directory;
    async fn new() -> Self;
    fn directory(&self) -> Arc<Self::Directory>;
    fn clock(&self) -> &MovedClock;
}

/// The embedded directory in a folder of its own.
struct Embedded {
    _folder: TempDir,
    clock: Arc<MovedClock>,
    directory: Arc<EmbeddedDirectory>,
}

impl Fixture for Embedded {
    type Directory = EmbeddedDirectory;

    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(MovedClock::new());
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        let keys = Keys::derive(&Secret::new(vec![7; 32]));
        let directory =
            EmbeddedDirectory::open_with(database, Arc::clone(&clock) as _, Arc::new(OsRng), keys, HashCost::TEST)
                .await
                .expect("opens");
        let directory = directory.remembering(REMEMBERED);
        let people = People::from_toml(PEOPLE).expect("reads");
        assert_eq!(directory.import(&people).await.expect("imports"), 5);
        Self { _folder: folder, clock, directory: Arc::new(directory) }
    }

    fn directory(&self) -> Arc<EmbeddedDirectory> {
        Arc::clone(&self.directory)
    }

    fn clock(&self) -> &MovedClock {
        &self.clock
    }
}

/// Makes a test of each case for one adapter.
macro_rules! suite {
    ($adapter:ident, $fixture:ty, [$($module:ident::$case:ident),* $(,)?]) => {
        mod $adapter {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    super::$module::$case(&<$fixture as super::Fixture>::new().await).await;
                }
            )*
        }
    };
}

suite!(
    embedded,
    super::Embedded,
    [
        accounts::an_account_is_found_by_any_spelling,
        accounts::the_right_password_signs_in,
        accounts::everything_else_is_refused,
        passwords::a_new_password_replaces_the_old_one,
        passwords::the_current_password_must_be_right_where_it_is_given,
        passwords::of_parallel_changes_one_sets_the_password,
        passwords::an_account_that_may_not_be_used_gets_no_password,
        passwords::a_password_is_the_same_from_another_keyboard,
        lockout::failures_lock_the_account_for_a_while,
        lockout::parallel_failures_lock_the_account_as_exactly,
        lockout::a_success_forgets_the_failures,
        lockout::failures_are_forgotten_after_a_while,
        lockout::a_new_password_unlocks,
        accounts::an_account_carries_its_security_info,
        lockout::unlocking_keeps_the_password_and_forgets_the_failures,
        lockout::an_account_that_may_not_be_used_is_not_unlocked,
        proofs::the_right_answers_are_right_however_they_are_written,
        proofs::answers_count_once_and_for_their_own_question,
        proofs::nobodys_answers_are_wrong,
        proofs::the_authenticators_key_is_the_one_that_was_registered,
        proofs::a_recovery_code_is_good_once_and_for_its_account,
        proofs::of_many_who_give_a_recovery_code_at_once_one_has_it,
        passwords::the_last_passwords_are_remembered,
        register::each_kind_can_be_registered_and_proves,
        register::what_is_registered_takes_the_place_of_its_role,
        register::doing_it_twice_is_doing_it_once,
        register::each_kind_can_be_removed,
        register::a_look_is_noted_with_its_time,
        register::of_many_at_once_one_counts_and_it_is_whole,
        register::who_reads_meanwhile_sees_it_before_or_after,
        register::an_account_that_may_not_be_used_registers_nothing,
        register::what_is_not_the_persons_to_say_is_refused,
        accounts::it_answers,
    ]
);

async fn find(directory: &impl Directory, user_id: &str) -> Account {
    directory.find(user_id).await.expect("answers").expect("is there")
}

/// Whether a password signs in.
async fn signs_in(directory: &impl Directory, user_id: &str, password: &str, now: Timestamp) -> bool {
    match directory.sign_in(user_id, &password.into(), now).await.expect("answers") {
        SignIn::Accepted(account) => {
            assert_eq!(account, find(directory, user_id).await);
            true
        }
        SignIn::Refused => false,
    }
}

fn to(new: &str, current: Option<&str>) -> PasswordChange {
    PasswordChange { new: new.into(), current: current.map(Secret::from) }
}

/// Checks answers, given as question and answer.
async fn answers(directory: &impl Directory, account_id: Option<&str>, given: &[(&str, &str)]) -> bool {
    let secrets: Vec<_> = given.iter().map(|&(_, answer)| Secret::from(answer)).collect();
    let given: Vec<_> =
        given.iter().zip(&secrets).map(|(&(question, _), answer)| GivenAnswer { question, answer }).collect();
    directory.check_answers(account_id, &given).await.expect("answers")
}
