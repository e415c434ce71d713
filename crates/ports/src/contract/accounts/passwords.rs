//! Setting passwords.

use regain_protocol::Violation;

use super::{AccountsFixture, find, new_password, signs_in, to, unusable};
use crate::{AccountId, Accounts as _, SetPasswordError};

pub async fn a_new_password_replaces_the_old_one(fixture: &impl AccountsFixture) {
    let (accounts, now, cast) = (fixture.accounts(), fixture.now(), fixture.cast());
    for (person, new) in [(Some(cast.ada), new_password(1)), (cast.alan, new_password(2))] {
        let Some(person) = person else { continue };
        let account = find(&*accounts, person.user_id).await;
        accounts.set_password(&account.id, &to(new.clone(), None)).await.expect("sets");
        assert!(signs_in(&*accounts, person.user_id, &new, now).await);
        assert!(find(&*accounts, person.user_id).await.has_password);
    }
    let old = cast.ada.its_password();
    assert!(!signs_in(&*accounts, cast.ada.user_id, old, now).await, "the old one is refused");
}

pub async fn the_current_password_must_be_right_where_it_is_given(fixture: &impl AccountsFixture) {
    let (accounts, now, cast) = (fixture.accounts(), fixture.now(), fixture.cast());
    let (user_id, current) = (cast.ada.user_id, cast.ada.its_password());
    let ada = find(&*accounts, user_id).await;
    let mut wrong = vec![(ada.id.clone(), "wrong"), (ada.id.clone(), "")];
    if let Some(alan) = cast.alan {
        let alan = find(&*accounts, alan.user_id).await;
        wrong.extend([(alan.id.clone(), ""), (alan.id, current)]);
    }
    for (id, current) in wrong {
        let refused = accounts.set_password(&id, &to(new_password(1), Some(current))).await;
        assert!(matches!(refused, Err(SetPasswordError::WrongPassword)), "{refused:?}");
    }
    assert!(signs_in(&*accounts, user_id, current, now).await, "nothing changed");
    accounts.set_password(&ada.id, &to(new_password(2), Some(current))).await.expect("sets");
    assert!(signs_in(&*accounts, user_id, &new_password(2), now).await);
}

pub async fn of_parallel_changes_one_sets_the_password<F: AccountsFixture>(fixture: &F) {
    let (accounts, ada) = (fixture.accounts(), fixture.cast().ada);
    let id = find(&*accounts, ada.user_id).await.id;
    let tries: Vec<_> = (0..8)
        .map(|n| {
            let (accounts, id) = (fixture.accounts(), id.clone());
            let change = to(new_password(n), ada.password);
            tokio::spawn(async move { (n, accounts.set_password(&id, &change).await) })
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
    assert!(winners.len() == 1 || !F::changes_are_atomic() && !winners.is_empty(), "one winner, not {winners:?}");
    let mut signing_in = Vec::new();
    for &winner in &winners {
        if signs_in(&*accounts, ada.user_id, &new_password(winner), fixture.now()).await {
            signing_in.push(winner);
        }
    }
    assert_eq!(signing_in.len(), 1, "one password counts: {signing_in:?} of {winners:?}");
}

pub async fn an_account_that_may_not_be_used_gets_no_password(fixture: &impl AccountsFixture) {
    let accounts = fixture.accounts();
    for id in unusable(fixture).await {
        let refused = accounts.set_password(&id, &to(new_password(1), None)).await;
        assert!(matches!(refused, Err(SetPasswordError::NoSuchAccount)), "{id:?}: {refused:?}");
    }
}

/// The directory sets and unlocks in one operation; where it refuses, neither happens.
pub async fn a_refused_change_changes_neither_password_nor_lock(fixture: &impl AccountsFixture) {
    let accounts = fixture.accounts();
    let Some(sample) = fixture.cast().linus else { return };
    let linus = find(&*accounts, sample.user_id).await;
    let refused = accounts.set_password(&linus.id, &to(new_password(1), Some("wrong"))).await;
    assert!(matches!(refused, Err(SetPasswordError::WrongPassword)), "{refused:?}");
    assert_eq!(find(&*accounts, sample.user_id).await, linus);
    assert!(linus.locked);
    assert!(!signs_in(&*accounts, sample.user_id, &new_password(1), fixture.now()).await);
    if accounts.abilities().unlock {
        accounts.unlock(&linus.id).await.expect("unlocks");
        assert!(signs_in(&*accounts, sample.user_id, sample.its_password(), fixture.now()).await);
    }
}

pub async fn the_last_passwords_are_remembered(fixture: &impl AccountsFixture) {
    let (accounts, cast) = (fixture.accounts(), fixture.cast());
    let first = cast.ada.its_password();
    let ada = find(&*accounts, cast.ada.user_id).await.id;
    let remembers =
        async |id: &AccountId, password: &str| accounts.remembers(id, &password.into()).await.expect("answers");
    if !accounts.abilities().remembers {
        assert!(!remembers(&ada, first).await, "it says no to all");
        return;
    }
    assert!(remembers(&ada, first).await, "the current one is the first");
    if let Some(alan) = cast.alan {
        let alan = find(&*accounts, alan.user_id).await.id;
        assert!(!remembers(&alan, first).await && !remembers(&alan, "").await, "who has none had none");
    }
    let passwords = [new_password(2), format!("p\u{e4}ss {}", new_password(3)), new_password(4)];
    for password in &passwords {
        accounts.set_password(&ada, &to(password, None)).await.expect("sets");
    }
    for password in &passwords {
        assert!(remembers(&ada, password).await, "{password}");
    }
    assert!(!remembers(&ada, first).await, "no more than asked for");
    assert!(!remembers(&ada, &passwords[0].to_lowercase()).await);
    // A change that is refused leaves no trace.
    let wrong = accounts.set_password(&ada, &to(new_password(5), Some("wrong"))).await;
    assert!(matches!(wrong, Err(SetPasswordError::WrongPassword)));
    assert!(!remembers(&ada, &new_password(5)).await && remembers(&ada, &passwords[0]).await);
    assert!(!remembers(&"no-such-account".into(), first).await);
}

pub async fn a_former_password_is_refused_as_such<F: AccountsFixture>(fixture: &F) {
    if !F::refuses_former() {
        return;
    }
    let (accounts, ada) = (fixture.accounts(), fixture.cast().ada);
    let (first, second) = (ada.its_password(), new_password(2));
    let id = find(&*accounts, ada.user_id).await.id;
    accounts.set_password(&id, &to(&second, Some(first))).await.expect("sets");
    for former in [&second, first] {
        match accounts.set_password(&id, &to(former, Some(&second))).await {
            Err(SetPasswordError::Refused(rules)) => assert_eq!(rules, [Violation::Reused {}], "{former}"),
            other => panic!("{former}: {other:?}"),
        }
    }
    assert!(signs_in(&*accounts, ada.user_id, &second, fixture.now()).await);
}
