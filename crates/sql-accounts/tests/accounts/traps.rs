//! The traps that adapters fall into, by their numbers.

use regain_password_hashes::{Memory, Scheme, StoredHash};
use regain_ports::{
    AccountId, AccountMail, AccountPhone, Accounts as _, Clock as _, DirectoryError, PasswordChange, Person,
    SetPasswordError, SignIn, UnlockError, Unlocked, contract::accounts::PEOPLE,
};
use regain_protocol::{Role, Secret, Violation};
use regain_sql_accounts::{OpenError, Settings, SqlAccounts};
use regain_values::UserId;

use crate::table::{Database, Table, hash_of};

on_each_database!(
    t1_only_the_same_user_id_is_found,
    t1_two_people_are_nobody,
    t2_what_is_disabled_meanwhile_gets_no_password,
    t3_a_password_is_set_with_all_that_goes_with_it_or_not_at_all,
    t4_a_password_that_was_set_meanwhile_is_not_written_over,
    t8_what_the_hash_cannot_take_is_refused_by_its_rule,
    t9_a_lock_that_is_not_ours_to_clear_stays,
    t11_a_password_is_hashed_as_it_was_typed,
    what_the_application_stored_signs_in,
    an_account_has_the_roles_that_the_table_owns,
    people_are_read_by_their_ids,
    an_id_is_the_whole_text_or_nobodys,
);

pub(crate) fn user(user_id: &str) -> UserId {
    UserId::of_directory(user_id.into())
}

pub(crate) async fn find(accounts: &SqlAccounts, user_id: &str) -> Option<Person> {
    accounts.find(&user(user_id)).await.expect("answers")
}

pub(crate) fn to(new: &str, current: Option<&str>) -> PasswordChange {
    PasswordChange { new: new.into(), current: current.map(Secret::from) }
}

pub(crate) async fn id_of(accounts: &SqlAccounts, user_id: &str) -> AccountId {
    find(accounts, user_id).await.expect("is there").id
}

async fn signs_in<D: Database>(table: &Table<D>, accounts: &SqlAccounts, user_id: &str, password: &str) -> bool {
    let now = table.clock.now();
    matches!(accounts.sign_in(&user(user_id), &password.into(), now).await.expect("answers"), SignIn::Accepted(_))
}

async fn stored<D: Database>(table: &Table<D>, user_id: &str) -> Option<String> {
    table.database.read(&format!("SELECT password FROM users WHERE username = '{user_id}'")).await
}

/// A database takes `àda` for `ada`, or `ada ` for it, as its collation has it.
async fn t1_only_the_same_user_id_is_found<D: Database>() {
    let table = Table::<D>::open(&PEOPLE).await;
    let accounts = &*table.accounts;
    for other in ["\u{e0}da@example.com", "a\u{300}da@example.com", "ada@example.com.", "\u{430}da@example.com"] {
        assert_eq!(find(accounts, other).await, None, "{other}");
        assert!(!signs_in(&table, accounts, other, "first password of ada").await, "{other}");
    }
    // Another person whose user ID the collation takes for Ada's keeps nobody from Ada.
    let other = regain_ports::contract::accounts::SamplePerson { user_id: "\u{e0}da@example.com", ..PEOPLE[1] };
    table.add(&other).await;
    let ada = find(accounts, "ada@example.com").await.expect("is there");
    assert_eq!(ada.user_id, "Ada@Example.com");
    let accented = find(accounts, "\u{c0}DA@example.com").await;
    assert!(accented.is_none_or(|accented| accented.user_id == "\u{e0}da@example.com" && accented.id != ada.id));
}

async fn t1_two_people_are_nobody<D: Database>() {
    let table = Table::<D>::open(&PEOPLE).await;
    table.add(&regain_ports::contract::accounts::SamplePerson { user_id: "ADA@example.com", ..PEOPLE[0] }).await;
    assert_eq!(find(&table.accounts, "ada@example.com").await, None);
    assert!(!signs_in(&table, &table.accounts, "ada@example.com", "first password of ada").await);
}

async fn t2_what_is_disabled_meanwhile_gets_no_password<D: Database>() {
    let table = Table::<D>::open(&PEOPLE).await;
    let accounts = &*table.accounts;
    let (ada, linus) = (id_of(accounts, "ada@example.com").await, id_of(accounts, "linus@example.com").await);
    table.change("UPDATE users SET is_active = FALSE WHERE username = 'Ada@Example.com'").await;
    table.change("UPDATE users SET is_active = FALSE WHERE username = 'linus@example.com'").await;
    for current in [None, Some("first password of ada")] {
        let refused = accounts.set_password(&ada, &to("second", current)).await;
        assert!(matches!(refused, Err(SetPasswordError::NoSuchAccount)), "{refused:?}");
    }
    assert!(matches!(accounts.unlock(&linus).await, Err(UnlockError::NoSuchAccount)));
    table.change("UPDATE users SET is_active = TRUE WHERE username = 'Ada@Example.com'").await;
    assert!(signs_in(&table, accounts, "ada@example.com", "first password of ada").await, "nothing changed");
}

async fn t3_a_password_is_set_with_all_that_goes_with_it_or_not_at_all<D: Database>() {
    let table = Table::<D>::open(&PEOPLE).await;
    let begin = "INSERT INTO sessions (user_id) SELECT id FROM users WHERE username = ";
    for who in ["'Ada@Example.com'", "'Ada@Example.com'", "'mary@example.com'"] {
        table.change(&format!("{begin}{who}")).await;
    }
    let before = stored(&table, "Ada@Example.com").await;
    let ada = id_of(&table.accounts, "ada@example.com").await;
    // The role has no right to this. SQLite has no roles: there the file refuses.
    if table.database.settings().url.is_some_and(|url| url.expose().starts_with("sqlite")) {
        let refuse = "CREATE TRIGGER refuse BEFORE DELETE ON user_groups BEGIN SELECT RAISE(ABORT, 'no'); END";
        table.database.run(refuse).await;
    }
    let end = "DELETE FROM user_groups WHERE user_id = :id OR 1 = 1";
    match table.reopened(|settings| Settings { end_sessions: Some(end.into()), ..settings }).await {
        // MariaDB knows it already as it prepares the statement.
        Err(OpenError::Settings(faults)) => {
            assert!(faults[0].starts_with("directory.sql.end_sessions: "), "{faults:?}");
        }
        Ok(accounts) => {
            let refused = accounts.set_password(&ada, &to("second", None)).await;
            let is_misconfigured =
                matches!(refused, Err(SetPasswordError::Directory(DirectoryError::Misconfigured(_))));
            assert!(is_misconfigured, "{refused:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(stored(&table, "Ada@Example.com").await, before);
    // A statement that would set the password of several people sets nobody's.
    let wide = "UPDATE users SET password = :new_hash WHERE id = :id OR :old_hash = :old_hash";
    let wide = table.reopened(|settings| Settings { set_password: wide.into(), ..settings }).await.expect("opens");
    let refused = wide.set_password(&ada, &to("second", None)).await;
    assert!(matches!(refused, Err(SetPasswordError::Directory(DirectoryError::Misconfigured(_)))), "{refused:?}");
    assert_eq!(stored(&table, "Ada@Example.com").await, before);

    table.accounts.set_password(&ada, &to("second", None)).await.expect("sets");
    assert_ne!(stored(&table, "Ada@Example.com").await, before);
    let left = table.database.read("SELECT CASE WHEN COUNT(*) = 1 THEN 'one' ELSE 'others' END FROM sessions").await;
    assert_eq!(left.as_deref(), Some("one"), "Mary's goes on");
}

async fn t4_a_password_that_was_set_meanwhile_is_not_written_over<D: Database>() {
    let table = Table::<D>::open(&PEOPLE).await;
    let set_password = table.database.settings().set_password + " AND 1 = 0";
    let late = table.reopened(|settings| Settings { set_password, ..settings }).await.expect("opens");
    let ada = id_of(&late, "ada@example.com").await;
    let refused = late.set_password(&ada, &to("second", Some("first password of ada"))).await;
    assert!(matches!(refused, Err(SetPasswordError::WrongPassword)), "{refused:?}");
    let refused = late.set_password(&ada, &to("second", None)).await;
    assert!(matches!(refused, Err(SetPasswordError::Directory(DirectoryError::Unavailable(_)))), "{refused:?}");
    assert!(signs_in(&table, &late, "ada@example.com", "first password of ada").await, "nothing changed");
}

async fn t8_what_the_hash_cannot_take_is_refused_by_its_rule<D: Database>() {
    let table = Table::<D>::open(&PEOPLE).await;
    let accounts = &*table.accounts;
    let ada = id_of(accounts, "ada@example.com").await;
    for (new, violation) in [
        ("x".repeat(73), Violation::TooLong { max: 72 }),
        ("\u{e4}".repeat(40), Violation::TooLong { max: 36 }),
        ("a\0b".into(), Violation::Directory {}),
    ] {
        match accounts.set_password(&ada, &to(&new, None)).await {
            Err(SetPasswordError::Refused(violations)) => assert_eq!(violations, [violation]),
            other => panic!("{other:?}"),
        }
    }
    let wrong = accounts.set_password(&ada, &to(&"x".repeat(73), Some("wrong"))).await;
    assert!(matches!(wrong, Err(SetPasswordError::WrongPassword)), "{wrong:?}");
    accounts.set_password(&ada, &to(&"x".repeat(72), None)).await.expect("sets");
    assert!(signs_in(&table, accounts, "ada@example.com", &"x".repeat(72)).await);
}

/// An administrator's lock is one that the statement leaves alone.
async fn t9_a_lock_that_is_not_ours_to_clear_stays<D: Database>() {
    let table = Table::<D>::open(&PEOPLE).await;
    let unlock = "UPDATE users SET failed = 0, failed_since = NULL, locked_until = NULL WHERE id = :id";
    let accounts = table.reopened(|settings| Settings { unlock: Some(unlock.into()), ..settings }).await;
    let accounts = accounts.expect("opens");
    let linus = id_of(&accounts, "linus@example.com").await;
    let before = stored(&table, "linus@example.com").await;
    assert!(matches!(accounts.unlock(&linus).await, Err(UnlockError::NotAllowed)));
    let refused = accounts.set_password(&linus, &to("second", None)).await;
    assert!(matches!(refused, Err(SetPasswordError::NotAllowed)), "{refused:?}");
    assert_eq!(stored(&table, "linus@example.com").await, before);
    assert!(find(&accounts, "linus@example.com").await.is_some_and(|linus| linus.locked));
    assert!(matches!(accounts.unlock(&id_of(&accounts, "ada@example.com").await).await, Ok(Unlocked::WasNotLocked)));
    assert!(matches!(table.accounts.unlock(&linus).await, Ok(Unlocked::WasLocked)));
}

async fn t11_a_password_is_hashed_as_it_was_typed<D: Database>() {
    let table = Table::<D>::open(&PEOPLE).await;
    let ada = id_of(&table.accounts, "ada@example.com").await;
    let typed = "A\u{30a}ngstro\u{308}m \u{a0}";
    table.accounts.set_password(&ada, &to(typed, None)).await.expect("sets");
    let hash = StoredHash::parse(&stored(&table, "Ada@Example.com").await.expect("is set")).expect("reads");
    let memory = Memory::default();
    assert!(hash.is_of(&typed.into(), &memory) && !hash.is_of(&"\u{c5}ngstr\u{f6}m  ".into(), &memory));
}

/// In one database: they cost what they cost in earnest.
#[tokio::test(flavor = "multi_thread")]
async fn every_format_that_is_made_signs_in() {
    let table = Table::<crate::postgres::Postgres>::open(&PEOPLE[..1]).await;
    let ada = id_of(&table.accounts, "ada@example.com").await;
    for scheme in [Scheme::Argon2id, Scheme::Bcrypt2y, Scheme::DjangoPbkdf2Sha256, Scheme::BetterAuth] {
        let accounts = table.reopened(|settings| Settings { hash: Some(scheme), ..settings }).await.expect("opens");
        let new = format!("password {scheme:?}");
        accounts.set_password(&ada, &to(&new, None)).await.expect("sets");
        // The next reader of the row knows the format by itself.
        assert!(signs_in(&table, &table.accounts, "ada@example.com", &new).await, "{scheme:?}");
        assert!(!signs_in(&table, &accounts, "nobody@example.com", &new).await, "{scheme:?}");
    }
}

async fn what_the_application_stored_signs_in<D: Database>() {
    let table = Table::<D>::open(&PEOPLE[..1]).await;
    let spring = format!("{{bcrypt}}{}", hash_of("its"));
    let padded = format!("{}    ", hash_of("its"));
    for (hash, has_password, signs) in [
        (spring.as_str(), true, true),
        (&padded, true, true),
        ("pbkdf2_sha256$1000$salt$4N5pyl6WZHJWTlHF8O/M7NfXF1cC+ElDUaTiVGV7IpA=", true, false),
        ("5f4dcc3b5aa765d61d8327deb882cf99", true, false),
        ("!unusable", false, false),
        ("*", false, false),
        ("   ", false, false),
    ] {
        table.change(&format!("UPDATE users SET password = '{hash}' WHERE username = 'Ada@Example.com'")).await;
        let ada = find(&table.accounts, "ada@example.com").await.expect("is there");
        assert_eq!(ada.has_password, has_password, "{hash}");
        assert_eq!(signs_in(&table, &table.accounts, "ada@example.com", "its").await, signs, "{hash}");
        assert!(!signs_in(&table, &table.accounts, "ada@example.com", hash).await, "{hash}");
        assert!(!signs_in(&table, &table.accounts, "ada@example.com", "").await, "{hash}");
    }
    // The stored text is replaced, whatever it is.
    table.change("UPDATE users SET password = '!unusable' WHERE username = 'Ada@Example.com'").await;
    let ada = id_of(&table.accounts, "ada@example.com").await;
    table.accounts.set_password(&ada, &to("second", None)).await.expect("sets");
    assert!(signs_in(&table, &table.accounts, "ada@example.com", "second").await);
}

async fn an_account_has_the_roles_that_the_table_owns<D: Database>() {
    let table = Table::<D>::open(&PEOPLE).await;
    let abilities = table.accounts.abilities();
    assert!(abilities.sign_in && abilities.unlock && !abilities.remembers);
    assert!(abilities.owns_alternate && abilities.owns_mobile);
    table
        .change(
            "UPDATE users SET email = 'ada@work.example', recovery_email = 'ada@home.example', phone = '+1 425 555 0123'
             WHERE username = 'Ada@Example.com'",
        )
        .await;
    let ada = find(&table.accounts, "ada@example.com").await.expect("is there");
    let address = "ada@home.example".parse().expect("an address");
    assert_eq!(ada.mails, [AccountMail { role: Role::Alternate, address }]);
    let number = "+14255550123".parse().expect("a number");
    assert_eq!(ada.phones, [AccountPhone { role: Role::Mobile, number }]);
    assert!(ada.notices.len() == 1 && ada.notices[0] == "ada@work.example");
    // Destinations that cannot be reached are left out.
    table
        .change("UPDATE users SET recovery_email = 'at home', phone = '0425' WHERE username = 'Ada@Example.com'")
        .await;
    let ada = find(&table.accounts, "ada@example.com").await.expect("is there");
    assert!(ada.mails.is_empty() && ada.phones.is_empty());

    let plain = |settings: Settings| Settings {
        find: "SELECT id, username AS user_id, is_active AS enabled FROM users WHERE lower(username) = :user_id".into(),
        by_id: "SELECT id, username AS user_id, is_active AS enabled FROM users WHERE id = :id".into(),
        groups: None,
        unlock: None,
        ..settings
    };
    let abilities = table.reopened(plain).await.expect("opens").abilities();
    assert!(abilities.sign_in && !abilities.unlock && !abilities.owns_alternate && !abilities.owns_mobile);
}

async fn people_are_read_by_their_ids<D: Database>() {
    let table = Table::<D>::open(&PEOPLE).await;
    let accounts = &*table.accounts;
    let mut ids = vec![AccountId::from("no-such-account")];
    for person in PEOPLE {
        ids.push(id_of(accounts, person.user_id).await);
    }
    let people = accounts.people(&ids).await.expect("answers").expect("can be asked");
    assert_eq!(people.len(), PEOPLE.len(), "those that may not be used among them");
    for person in people {
        assert_eq!(Some(&person), find(accounts, person.user_id.as_str()).await.as_ref());
    }
}

/// A database reads `12abc` as 12, and a large number as one that is near it.
async fn an_id_is_the_whole_text_or_nobodys<D: Database>() {
    let table = Table::<D>::open(&PEOPLE).await;
    let accounts = &*table.accounts;
    let ada = id_of(accounts, "ada@example.com").await;
    for other in [format!("{ada}x"), format!("{ada} "), format!("0{ada}"), format!("{ada}.0"), format!("+{ada}")] {
        let other = AccountId::from(other);
        assert_eq!(accounts.people(std::slice::from_ref(&other)).await.expect("answers"), Some(vec![]), "{other}");
        let refused = accounts.set_password(&other, &to("second", None)).await;
        assert!(matches!(refused, Err(SetPasswordError::NoSuchAccount)), "{other}: {refused:?}");
    }
    if let Ok(number) = ada.as_str().parse::<u64>() {
        let (alan, near) = (id_of(accounts, "alan@example.com").await, AccountId::from((number + 1).to_string()));
        assert_eq!(alan, near, "the next number is the next person");
    }
}
