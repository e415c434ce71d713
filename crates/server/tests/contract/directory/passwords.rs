//! Setting passwords.

use regain_server::ports::{Clock as _, Directory as _, SetPasswordError};

use super::{ADAS, Fixture, find, signs_in, to};

pub(super) async fn a_new_password_replaces_the_old_one(fixture: &impl Fixture) {
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

pub(super) async fn the_current_password_must_be_right_where_it_is_given(fixture: &impl Fixture) {
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

pub(super) async fn of_parallel_changes_one_sets_the_password(fixture: &impl Fixture) {
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

pub(super) async fn an_account_that_may_not_be_used_gets_no_password(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let disabled = find(&*directory, "dis@example.com").await.id;
    for id in [disabled.as_str(), "no-such-account", "", "NOBODY"] {
        let refused = directory.set_password(id, &to("new", None)).await;
        assert!(matches!(refused, Err(SetPasswordError::NoSuchAccount)), "{id:?}: {refused:?}");
    }
}

pub(super) async fn a_password_is_the_same_from_another_keyboard(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let now = fixture.clock().now();
    let id = find(&*directory, "ada@example.com").await.id;
    directory.set_password(&id, &to("a\u{30a}ngstro\u{308}m unit", None)).await.expect("sets");
    assert!(signs_in(&*directory, "ada@example.com", "\u{e5}ngstr\u{f6}m\u{a0}unit", now).await);
    directory.set_password(&id, &to("next", Some("\u{e5}ngstr\u{f6}m unit"))).await.expect("sets");
}

pub(super) async fn the_last_passwords_are_remembered(fixture: &impl Fixture) {
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
