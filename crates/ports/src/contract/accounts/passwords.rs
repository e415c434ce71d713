//! Setting passwords.

use super::{ADAS, AccountsFixture, LINUSES, find, signs_in, to, unusable};
use crate::{AccountId, Accounts as _, SetPasswordError};

pub async fn a_new_password_replaces_the_old_one(fixture: &impl AccountsFixture) {
    let accounts = fixture.accounts();
    let now = fixture.now();
    for (user_id, new) in [("ada@example.com", "second password of ada"), ("alan@example.com", "first of alan")] {
        let account = find(&*accounts, user_id).await;
        accounts.set_password(&account.id, &to(new, None)).await.expect("sets");
        assert!(signs_in(&*accounts, user_id, new, now).await);
        assert!(find(&*accounts, user_id).await.has_password);
    }
    assert!(!signs_in(&*accounts, "ada@example.com", ADAS, now).await, "the old one is refused");
}

pub async fn the_current_password_must_be_right_where_it_is_given(fixture: &impl AccountsFixture) {
    let accounts = fixture.accounts();
    let now = fixture.now();
    let ada = find(&*accounts, "ada@example.com").await;
    let alan = find(&*accounts, "alan@example.com").await;
    for (account, current) in [(&ada, "wrong"), (&ada, ""), (&alan, ""), (&alan, ADAS)] {
        let refused = accounts.set_password(&account.id, &to("new", Some(current))).await;
        assert!(matches!(refused, Err(SetPasswordError::WrongPassword)), "{refused:?}");
    }
    assert!(signs_in(&*accounts, "ada@example.com", ADAS, now).await, "nothing changed");
    accounts.set_password(&ada.id, &to("second", Some(ADAS))).await.expect("sets");
    assert!(signs_in(&*accounts, "ada@example.com", "second", now).await);
}

pub async fn of_parallel_changes_one_sets_the_password(fixture: &impl AccountsFixture) {
    let accounts = fixture.accounts();
    let id = find(&*accounts, "ada@example.com").await.id;
    let tries: Vec<_> = (0..8)
        .map(|n| {
            let (accounts, id) = (fixture.accounts(), id.clone());
            tokio::spawn(async move { (n, accounts.set_password(&id, &to(&format!("new {n}"), Some(ADAS))).await) })
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
    assert!(signs_in(&*accounts, "ada@example.com", &format!("new {winner}"), fixture.now()).await);
}

pub async fn an_account_that_may_not_be_used_gets_no_password(fixture: &impl AccountsFixture) {
    let accounts = fixture.accounts();
    for id in unusable(&*accounts).await {
        let refused = accounts.set_password(&id, &to("new", None)).await;
        assert!(matches!(refused, Err(SetPasswordError::NoSuchAccount)), "{id:?}: {refused:?}");
    }
}

/// The directory sets and unlocks in one operation; where it refuses, neither happens.
pub async fn a_refused_change_changes_neither_password_nor_lock(fixture: &impl AccountsFixture) {
    let accounts = fixture.accounts();
    let linus = find(&*accounts, "linus@example.com").await;
    let refused = accounts.set_password(&linus.id, &to("new", Some("wrong"))).await;
    assert!(matches!(refused, Err(SetPasswordError::WrongPassword)), "{refused:?}");
    assert_eq!(find(&*accounts, "linus@example.com").await, linus);
    assert!(linus.locked);
    assert!(!signs_in(&*accounts, "linus@example.com", "new", fixture.now()).await);
    if accounts.abilities().unlock {
        accounts.unlock(&linus.id).await.expect("unlocks");
        assert!(signs_in(&*accounts, "linus@example.com", LINUSES, fixture.now()).await);
    }
}

pub async fn the_last_passwords_are_remembered(fixture: &impl AccountsFixture) {
    let accounts = fixture.accounts();
    if !accounts.abilities().remembers {
        let ada = find(&*accounts, "ada@example.com").await.id;
        assert!(!accounts.remembers(&ada, &ADAS.into()).await.expect("answers"), "it says no to all");
        return;
    }
    let (ada, alan) = (find(&*accounts, "ada@example.com").await.id, find(&*accounts, "alan@example.com").await.id);
    let remembers =
        async |id: &AccountId, password: &str| accounts.remembers(id, &password.into()).await.expect("answers");
    assert!(remembers(&ada, ADAS).await, "the current one is the first");
    assert!(!remembers(&alan, ADAS).await && !remembers(&alan, "").await, "who has none had none");
    let passwords = ["second password of ada", "third p\u{e4}ssword of ada", "fourth password of ada"];
    for password in passwords {
        accounts.set_password(&ada, &to(password, None)).await.expect("sets");
    }
    for password in passwords {
        assert!(remembers(&ada, password).await, "{password}");
    }
    assert!(!remembers(&ada, ADAS).await, "no more than asked for");
    assert!(!remembers(&ada, "Second password of ada").await);
    // A change that is refused leaves no trace.
    let wrong = accounts.set_password(&ada, &to("never", Some("wrong"))).await;
    assert!(matches!(wrong, Err(SetPasswordError::WrongPassword)));
    assert!(!remembers(&ada, "never").await && remembers(&ada, passwords[0]).await);
    assert!(!remembers(&"no-such-account".into(), ADAS).await);
}
