//! What every [`Directory`] must do.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use regain_protocol::{Role, Secret};
use regain_server::{
    adapters::{Database, EmbeddedDirectory, People},
    ports::{
        Account, AccountMail, AccountPhone, AccountQuestion, Clock as _, Directory, GivenAnswer, OsRng, PasswordChange,
        SetPasswordError, SignIn, UnlockError,
    },
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
        let directory =
            EmbeddedDirectory::open(database, Arc::clone(&clock) as _, Arc::new(OsRng)).await.expect("opens");
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
    ($adapter:ident, $fixture:ty, [$($case:ident),* $(,)?]) => {
        mod $adapter {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    super::$case(&<$fixture as super::Fixture>::new().await).await;
                }
            )*
        }
    };
}

suite!(
    embedded,
    super::Embedded,
    [
        an_account_is_found_by_any_spelling,
        the_right_password_signs_in,
        everything_else_is_refused,
        a_new_password_replaces_the_old_one,
        the_current_password_must_be_right_where_it_is_given,
        of_parallel_changes_one_sets_the_password,
        an_account_that_may_not_be_used_gets_no_password,
        a_password_is_the_same_from_another_keyboard,
        failures_lock_the_account_for_a_while,
        parallel_failures_lock_the_account_as_exactly,
        a_success_forgets_the_failures,
        a_new_password_unlocks,
        an_account_carries_its_security_info,
        unlocking_keeps_the_password_and_forgets_the_failures,
        an_account_that_may_not_be_used_is_not_unlocked,
        the_right_answers_are_right_however_they_are_written,
        answers_count_once_and_for_their_own_question,
        nobodys_answers_are_wrong,
        the_authenticators_key_is_the_one_that_was_registered,
        the_last_passwords_are_remembered,
        it_answers,
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

async fn an_account_is_found_by_any_spelling(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let ada = find(&*directory, "ada@example.com").await;
    let mail = |role, address: &str| AccountMail { role, address: address.to_owned() };
    assert_eq!(ada.user_id, "Ada@Example.com", "as the directory spells it");
    assert_eq!(ada.display_name, "Ada Lovelace");
    assert!(ada.enabled && !ada.locked && ada.has_password);
    assert_eq!(ada.mails, [mail(Role::Authentication, "ada@work.example"), mail(Role::Alternate, "ada@home.example")]);
    assert!(!ada.id.is_empty());
    for spelling in ["ADA@EXAMPLE.COM", "  ada@example.com ", "ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ"] {
        assert_eq!(find(&*directory, spelling).await, ada, "{spelling:?}");
    }

    let alan = find(&*directory, "alan@example.com").await;
    assert!(!alan.has_password && alan.mails.is_empty() && alan.id != ada.id);
    assert!(!find(&*directory, "dis@example.com").await.enabled);
    assert!(find(&*directory, "linus@example.com").await.locked);
    for unknown in ["", "nobody", "NOBODY", "ada", "ada@example.com.", "%", "ada%"] {
        assert_eq!(directory.find(unknown).await.expect("answers"), None, "{unknown:?}");
    }
}

async fn the_right_password_signs_in(fixture: &impl Fixture) {
    let now = fixture.clock().now();
    assert!(signs_in(&*fixture.directory(), "ada@example.com", ADAS, now).await);
    assert!(signs_in(&*fixture.directory(), " ADA@example.com", ADAS, now).await);
}

async fn everything_else_is_refused(fixture: &impl Fixture) {
    let now = fixture.clock().now();
    for (user_id, password) in [
        ("ada@example.com", "First password of ada"),
        ("ada@example.com", "first password of ada "),
        ("ada@example.com", ""),
        ("alan@example.com", ""),
        ("alan@example.com", ADAS),
        ("dis@example.com", "password of the disabled"),
        ("linus@example.com", "password of the locked"),
        ("nobody@example.com", ADAS),
        ("NOBODY", ""),
        ("", ""),
    ] {
        assert!(!signs_in(&*fixture.directory(), user_id, password, now).await, "{user_id:?} {password:?}");
    }
}

async fn a_new_password_replaces_the_old_one(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let now = fixture.clock().now();
    for (user_id, new) in [("ada@example.com", "second password of ada"), ("alan@example.com", "first of alan")] {
        let account = find(&*directory, user_id).await;
        directory.set_password(&account.id, &to(new, None)).await.expect("sets");
        assert!(signs_in(&*directory, user_id, new, now).await);
        assert!(find(&*directory, user_id).await.has_password);
    }
    assert!(!signs_in(&*directory, "ada@example.com", ADAS, now).await, "the old one is refused");
}

async fn the_current_password_must_be_right_where_it_is_given(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let now = fixture.clock().now();
    let ada = find(&*directory, "ada@example.com").await;
    let alan = find(&*directory, "alan@example.com").await;
    for (account, current) in [(&ada, "wrong"), (&ada, ""), (&alan, ""), (&alan, ADAS)] {
        let refused = directory.set_password(&account.id, &to("new", Some(current))).await;
        assert!(matches!(refused, Err(SetPasswordError::WrongPassword)), "{refused:?}");
    }
    assert!(signs_in(&*directory, "ada@example.com", ADAS, now).await, "nothing changed");
    directory.set_password(&ada.id, &to("second", Some(ADAS))).await.expect("sets");
    assert!(signs_in(&*directory, "ada@example.com", "second", now).await);
}

async fn of_parallel_changes_one_sets_the_password(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let id = find(&*directory, "ada@example.com").await.id;
    let tries: Vec<_> = (0..8)
        .map(|n| {
            let (directory, id) = (fixture.directory(), id.clone());
            tokio::spawn(async move { (n, directory.set_password(&id, &to(&format!("new {n}"), Some(ADAS))).await) })
        })
        .collect();
    let mut winners = Vec::new();
    for done in tries {
        match done.await.expect("no panic") {
            (n, Ok(())) => winners.push(n),
            (_, Err(SetPasswordError::WrongPassword)) => {}
            (_, Err(other)) => panic!("{other}"),
        }
    }
    let [winner] = winners[..] else { panic!("one winner, not {winners:?}") };
    assert!(signs_in(&*directory, "ada@example.com", &format!("new {winner}"), fixture.clock().now()).await);
}

async fn an_account_that_may_not_be_used_gets_no_password(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let disabled = find(&*directory, "dis@example.com").await.id;
    for id in [disabled.as_str(), "no-such-account", "", "NOBODY"] {
        let refused = directory.set_password(id, &to("new", None)).await;
        assert!(matches!(refused, Err(SetPasswordError::NoSuchAccount)), "{id:?}: {refused:?}");
    }
}

async fn a_password_is_the_same_from_another_keyboard(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let now = fixture.clock().now();
    let id = find(&*directory, "ada@example.com").await.id;
    directory.set_password(&id, &to("a\u{30a}ngstro\u{308}m unit", None)).await.expect("sets");
    assert!(signs_in(&*directory, "ada@example.com", "\u{e5}ngstr\u{f6}m\u{a0}unit", now).await);
    directory.set_password(&id, &to("next", Some("\u{e5}ngstr\u{f6}m unit"))).await.expect("sets");
}

const LOCKOUT: SignedDuration = SignedDuration::from_mins(15);

async fn failures_lock_the_account_for_a_while(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let clock = fixture.clock();
    for failure in 1..=9 {
        assert!(!signs_in(&*directory, "ada@example.com", "wrong", clock.now()).await);
        assert!(!find(&*directory, "ada@example.com").await.locked, "after {failure}");
    }
    assert!(!signs_in(&*directory, "ada@example.com", "wrong", clock.now()).await);
    assert!(find(&*directory, "ada@example.com").await.locked);
    assert!(!signs_in(&*directory, "ada@example.com", ADAS, clock.now()).await, "the right one is refused too");

    clock.advance(LOCKOUT - SignedDuration::from_secs(1));
    for _ in 0..12 {
        assert!(!signs_in(&*directory, "ada@example.com", "wrong", clock.now()).await);
    }
    clock.advance(SignedDuration::from_secs(1));
    assert!(!find(&*directory, "ada@example.com").await.locked, "tries during a lockout do not prolong it");
    assert!(signs_in(&*directory, "ada@example.com", ADAS, clock.now()).await);
}

/// However many tries run at once, a right one after ten wrong ones is refused.
async fn parallel_failures_lock_the_account_as_exactly(fixture: &impl Fixture) {
    let now = fixture.clock().now();
    let tries: Vec<_> = (0..10)
        .map(|_| {
            let directory = fixture.directory();
            tokio::spawn(async move { signs_in(&*directory, "ada@example.com", "wrong", now).await })
        })
        .collect();
    for tried in tries {
        assert!(!tried.await.expect("no panic"));
    }
    assert!(find(&*fixture.directory(), "ada@example.com").await.locked);
    assert!(!signs_in(&*fixture.directory(), "ada@example.com", ADAS, now).await);
}

async fn a_success_forgets_the_failures(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let now = fixture.clock().now();
    for _ in 0..3 {
        for _ in 0..9 {
            assert!(!signs_in(&*directory, "ada@example.com", "wrong", now).await);
        }
        assert!(signs_in(&*directory, "ada@example.com", ADAS, now).await);
    }
}

async fn a_new_password_unlocks(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let clock = fixture.clock();
    for _ in 0..10 {
        assert!(!signs_in(&*directory, "ada@example.com", "wrong", clock.now()).await);
    }
    clock.advance(LOCKOUT * 100);
    assert!(
        !signs_in(&*directory, "linus@example.com", "password of the locked", clock.now()).await,
        "no time unlocks"
    );
    for user_id in ["ada@example.com", "linus@example.com"] {
        let id = find(&*directory, user_id).await.id;
        directory.set_password(&id, &to("a new one", None)).await.expect("sets");
        assert!(!find(&*directory, user_id).await.locked);
        assert!(signs_in(&*directory, user_id, "a new one", clock.now()).await);
    }
}

async fn an_account_carries_its_security_info(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let mary = find(&*directory, "mary@example.com").await;
    let phone = |role, number: &str| AccountPhone { role, number: number.to_owned() };
    assert_eq!(
        mary.phones,
        [
            phone(Role::Mobile, "+14255550123"),
            phone(Role::Authentication, "+442079460958"),
            phone(Role::Office, "+14255550124"),
        ]
    );
    let [pet, own, job] = &mary.questions[..] else { panic!("three questions: {:?}", mary.questions) };
    assert_eq!(*pet, AccountQuestion { id: "first_pet".into(), own: None });
    assert_eq!(own.own.as_deref(), Some("What was on the wind tunnel's door?"));
    assert!(!own.id.is_empty() && own.id != pet.id && own.id != job.id);
    assert!(mary.authenticator);
    assert_eq!(mary.groups, ["admins", "engineers"]);
    let shown = format!("{mary:?}");
    assert!(!shown.contains("Fluffy") && !shown.contains("GEZDGNBV"), "{shown}");

    let ada = find(&*directory, "ada@example.com").await;
    assert!(ada.phones.is_empty() && ada.questions.is_empty() && ada.groups.is_empty() && !ada.authenticator);
    match directory.sign_in("mary@example.com", &"first password of mary".into(), fixture.clock().now()).await {
        Ok(SignIn::Accepted(account)) => assert_eq!(account, mary),
        other => panic!("{other:?}"),
    }
}

async fn unlocking_keeps_the_password_and_forgets_the_failures(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let now = fixture.clock().now();
    for _ in 0..10 {
        assert!(!signs_in(&*directory, "ada@example.com", "wrong", now).await);
    }
    for (user_id, password) in [("ada@example.com", ADAS), ("linus@example.com", "password of the locked")] {
        let account = find(&*directory, user_id).await;
        assert!(account.locked);
        directory.unlock(&account.id).await.expect("unlocks");
        assert_eq!(find(&*directory, user_id).await, Account { locked: false, ..account });
        assert!(signs_in(&*directory, user_id, password, now).await);
    }

    // An account that is not locked stays as it is, but for the failures it had.
    let ada = find(&*directory, "ada@example.com").await;
    for _ in 0..9 {
        assert!(!signs_in(&*directory, "ada@example.com", "wrong", now).await);
    }
    directory.unlock(&ada.id).await.expect("unlocks");
    assert!(!signs_in(&*directory, "ada@example.com", "wrong", now).await);
    assert_eq!(find(&*directory, "ada@example.com").await, ada);
}

async fn an_account_that_may_not_be_used_is_not_unlocked(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let disabled = find(&*directory, "dis@example.com").await.id;
    for id in [disabled.as_str(), "no-such-account", "", "NOBODY"] {
        let refused = directory.unlock(id).await;
        assert!(matches!(refused, Err(UnlockError::NoSuchAccount)), "{id:?}: {refused:?}");
    }
}

/// Checks answers, given as question and answer.
async fn answers(directory: &impl Directory, account_id: Option<&str>, given: &[(&str, &str)]) -> bool {
    let secrets: Vec<_> = given.iter().map(|&(_, answer)| Secret::from(answer)).collect();
    let given: Vec<_> =
        given.iter().zip(&secrets).map(|(&(question, _), answer)| GivenAnswer { question, answer }).collect();
    directory.check_answers(account_id, &given).await.expect("answers")
}

async fn the_right_answers_are_right_however_they_are_written(fixture: &impl Fixture) {
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

async fn answers_count_once_and_for_their_own_question(fixture: &impl Fixture) {
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

async fn nobodys_answers_are_wrong(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let alan = find(&*directory, "alan@example.com").await.id;
    for id in [None, Some(""), Some("NOBODY"), Some("no-such-account"), Some(alan.as_str())] {
        assert!(!answers(&*directory, id, &[("first_pet", "fluffy the second"), ("dream_job", "")]).await, "{id:?}");
    }
}

async fn the_authenticators_key_is_the_one_that_was_registered(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let mary = find(&*directory, "mary@example.com").await.id;
    let alan = find(&*directory, "alan@example.com").await.id;
    let key = directory.authenticator_key(Some(&mary)).await.expect("answers").expect("is there");
    assert_eq!(key.expose(), b"12345678901234567890");
    for id in [None, Some(""), Some("NOBODY"), Some("no-such-account"), Some(alan.as_str())] {
        assert_eq!(directory.authenticator_key(id).await.expect("answers"), None, "{id:?}");
    }
}

async fn the_last_passwords_are_remembered(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let (ada, alan) = (find(&*directory, "ada@example.com").await.id, find(&*directory, "alan@example.com").await.id);
    let remembers = async |id: &str, password: &str| directory.remembers(id, &password.into()).await.expect("answers");
    assert!(remembers(&ada, ADAS).await, "the current one is the first");
    assert!(!remembers(&alan, ADAS).await && !remembers(&alan, "").await, "who has none had none");
    let passwords = ["second password of ada", "third p\u{e4}ssword of ada", "fourth password of ada"];
    for password in passwords {
        directory.set_password(&ada, &to(password, None)).await.expect("sets");
    }
    for password in passwords {
        assert!(remembers(&ada, password).await, "{password}");
    }
    assert!(remembers(&ada, "third pa\u{308}ssword of ada").await, "from another keyboard");
    assert!(!remembers(&ada, ADAS).await, "no more than asked for");
    assert!(!remembers(&ada, "Second password of ada").await);
    // A change that is refused leaves no trace.
    let wrong = directory.set_password(&ada, &to("never", Some("wrong"))).await;
    assert!(matches!(wrong, Err(SetPasswordError::WrongPassword)));
    assert!(!remembers(&ada, "never").await && remembers(&ada, passwords[0]).await);
    assert!(!remembers("no-such-account", ADAS).await);
}

async fn it_answers(fixture: &impl Fixture) {
    fixture.directory().check().await.expect("answers");
}
