//! Locking and unlocking.

use jiff::SignedDuration;

use super::{AccountsFixture, find, new_password, signs_in, to, unusable};
use crate::{Accounts as _, Person, UnlockError};

/// Gives a wrong password to an account so many times.
async fn fail<F: AccountsFixture>(fixture: &F, user_id: &str, times: usize) {
    for _ in 0..times {
        assert!(!signs_in(&*fixture.accounts(), user_id, "wrong", fixture.now()).await);
    }
}

pub async fn failures_lock_the_account_for_a_while<F: AccountsFixture>(fixture: &F) {
    let (Some(failures), true) = (fixture.failures_until_lockout(), F::can_wait()) else { return };
    let (accounts, ada) = (fixture.accounts(), fixture.cast().ada);
    let (user_id, password) = (ada.user_id, ada.its_password());
    for failure in 1..failures {
        fail(fixture, user_id, 1).await;
        assert!(!find(&*accounts, user_id).await.locked, "after {failure}");
    }
    fail(fixture, user_id, 1).await;
    assert!(find(&*accounts, user_id).await.locked);
    assert!(!signs_in(&*accounts, user_id, password, fixture.now()).await, "the right one is refused too");

    fixture.wait(F::LOCKOUT - SignedDuration::from_secs(1));
    fail(fixture, user_id, 12).await;
    fixture.wait(SignedDuration::from_secs(1));
    assert!(!find(&*accounts, user_id).await.locked, "tries during a lockout do not prolong it");
    assert!(signs_in(&*accounts, user_id, password, fixture.now()).await);
}

pub async fn a7_a_clock_that_is_set_back_prolongs_no_lockout<F: AccountsFixture>(fixture: &F) {
    let (Some(failures), true) = (fixture.failures_until_lockout(), F::can_wait()) else { return };
    let (accounts, ada) = (fixture.accounts(), fixture.cast().ada);
    let (user_id, password) = (ada.user_id, ada.its_password());
    fail(fixture, user_id, failures).await;
    fixture.wait(SignedDuration::from_hours(-1));
    fixture.wait(F::LOCKOUT);
    assert!(!find(&*accounts, user_id).await.locked);
    assert!(signs_in(&*accounts, user_id, password, fixture.now()).await);

    // Failures of before go on counting, for as long as others.
    fail(fixture, user_id, failures - 1).await;
    fixture.wait(SignedDuration::from_hours(-1));
    fail(fixture, user_id, 1).await;
    assert!(find(&*accounts, user_id).await.locked);
}

/// However many tries run at once, a right one after as many wrong ones as lock is refused.
pub async fn parallel_failures_lock_the_account_as_exactly(fixture: &impl AccountsFixture) {
    let Some(failures) = fixture.failures_until_lockout() else { return };
    let (now, ada) = (fixture.now(), fixture.cast().ada);
    let tries: Vec<_> = (0..failures)
        .map(|_| {
            let (accounts, user_id) = (fixture.accounts(), ada.user_id.to_owned());
            tokio::spawn(async move { signs_in(&*accounts, &user_id, "wrong", now).await })
        })
        .collect();
    for tried in tries {
        assert!(!tried.await.expect("no panic"));
    }
    assert!(find(&*fixture.accounts(), ada.user_id).await.locked);
    assert!(!signs_in(&*fixture.accounts(), ada.user_id, ada.its_password(), now).await);
}

pub async fn a_success_forgets_the_failures(fixture: &impl AccountsFixture) {
    let Some(failures) = fixture.failures_until_lockout() else { return };
    let (accounts, now, ada) = (fixture.accounts(), fixture.now(), fixture.cast().ada);
    for _ in 0..3 {
        fail(fixture, ada.user_id, failures - 1).await;
        assert!(signs_in(&*accounts, ada.user_id, ada.its_password(), now).await);
    }
}

/// One less than lock at a time, with a while in between, lock nobody; as many within it do.
pub async fn failures_are_forgotten_after_a_while<F: AccountsFixture>(fixture: &F) {
    let (Some(failures), true) = (fixture.failures_until_lockout(), F::can_wait()) else { return };
    let (accounts, ada) = (fixture.accounts(), fixture.cast().ada);
    for _ in 0..3 {
        fail(fixture, ada.user_id, failures - 1).await;
        fixture.wait(F::LOCKOUT);
    }
    assert!(!find(&*accounts, ada.user_id).await.locked);
    // An unlocking forgets since when, too: what comes after it counts from its own beginning.
    fail(fixture, ada.user_id, 1).await;
    let id = find(&*accounts, ada.user_id).await.id;
    accounts.unlock(&id).await.expect("unlocks");
    fixture.wait(F::LOCKOUT - SignedDuration::from_secs(1));
    fail(fixture, ada.user_id, failures - 1).await;
    fixture.wait(F::LOCKOUT - SignedDuration::from_secs(1));
    fail(fixture, ada.user_id, 1).await;
    assert!(find(&*accounts, ada.user_id).await.locked);
}

pub async fn a_new_password_unlocks<F: AccountsFixture>(fixture: &F) {
    let (accounts, cast) = (fixture.accounts(), fixture.cast());
    let mut locked = Vec::new();
    if let Some(failures) = fixture.failures_until_lockout() {
        fail(fixture, cast.ada.user_id, failures).await;
        locked.push(cast.ada.user_id);
    }
    if let Some(linus) = cast.linus {
        if F::can_wait() {
            fixture.wait(F::LOCKOUT * 100);
        }
        let signed_in = signs_in(&*accounts, linus.user_id, linus.its_password(), fixture.now()).await;
        assert!(!signed_in, "no time unlocks");
        locked.push(linus.user_id);
    }
    for user_id in locked {
        let id = find(&*accounts, user_id).await.id;
        accounts.set_password(&id, &to(new_password(1), None)).await.expect("sets");
        assert!(!find(&*accounts, user_id).await.locked);
        assert!(signs_in(&*accounts, user_id, &new_password(1), fixture.now()).await);
    }
}

pub async fn unlocking_keeps_the_password_and_forgets_the_failures(fixture: &impl AccountsFixture) {
    let (accounts, cast, now) = (fixture.accounts(), fixture.cast(), fixture.now());
    if !accounts.abilities().unlock {
        return;
    }
    let failures = fixture.failures_until_lockout();
    if let Some(failures) = failures {
        fail(fixture, cast.ada.user_id, failures).await;
    }
    for person in [failures.map(|_| cast.ada), cast.linus].into_iter().flatten() {
        let account = find(&*accounts, person.user_id).await;
        assert!(account.locked);
        accounts.unlock(&account.id).await.expect("unlocks");
        assert_eq!(find(&*accounts, person.user_id).await, Person { locked: false, ..account });
        assert!(signs_in(&*accounts, person.user_id, person.its_password(), now).await);
    }

    // An account that is not locked stays as it is, but for the failures it had.
    let ada = find(&*accounts, cast.ada.user_id).await;
    let all_but_one = failures.map_or(0, |failures| failures - 1);
    fail(fixture, cast.ada.user_id, all_but_one).await;
    accounts.unlock(&ada.id).await.expect("unlocks");
    fail(fixture, cast.ada.user_id, 1).await;
    assert_eq!(find(&*accounts, cast.ada.user_id).await, ada);
}

pub async fn an_account_that_may_not_be_used_is_not_unlocked(fixture: &impl AccountsFixture) {
    let accounts = fixture.accounts();
    if !accounts.abilities().unlock {
        return;
    }
    for id in unusable(fixture).await {
        let refused = accounts.unlock(&id).await;
        assert!(matches!(refused, Err(UnlockError::NoSuchAccount)), "{id:?}: {refused:?}");
    }
}
