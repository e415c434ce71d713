//! Locking and unlocking.

use jiff::SignedDuration;

use super::{ADAS, AccountsFixture, FAILURES_UNTIL_LOCKOUT, LINUSES, find, signs_in, to, unusable};
use crate::{Accounts as _, Person, UnlockError};

pub async fn failures_lock_the_account_for_a_while<F: AccountsFixture>(fixture: &F) {
    if !F::can_wait() {
        return;
    }
    let accounts = fixture.accounts();
    for failure in 1..FAILURES_UNTIL_LOCKOUT {
        assert!(!signs_in(&*accounts, "ada@example.com", "wrong", fixture.now()).await);
        assert!(!find(&*accounts, "ada@example.com").await.locked, "after {failure}");
    }
    assert!(!signs_in(&*accounts, "ada@example.com", "wrong", fixture.now()).await);
    assert!(find(&*accounts, "ada@example.com").await.locked);
    assert!(!signs_in(&*accounts, "ada@example.com", ADAS, fixture.now()).await, "the right one is refused too");

    fixture.wait(F::LOCKOUT - SignedDuration::from_secs(1));
    for _ in 0..12 {
        assert!(!signs_in(&*accounts, "ada@example.com", "wrong", fixture.now()).await);
    }
    fixture.wait(SignedDuration::from_secs(1));
    assert!(!find(&*accounts, "ada@example.com").await.locked, "tries during a lockout do not prolong it");
    assert!(signs_in(&*accounts, "ada@example.com", ADAS, fixture.now()).await);
}

pub async fn a7_a_clock_that_is_set_back_prolongs_no_lockout<F: AccountsFixture>(fixture: &F) {
    if !F::can_wait() {
        return;
    }
    let accounts = fixture.accounts();
    for _ in 0..FAILURES_UNTIL_LOCKOUT {
        assert!(!signs_in(&*accounts, "ada@example.com", "wrong", fixture.now()).await);
    }
    fixture.wait(SignedDuration::from_hours(-1));
    fixture.wait(F::LOCKOUT);
    assert!(!find(&*accounts, "ada@example.com").await.locked);
    assert!(signs_in(&*accounts, "ada@example.com", ADAS, fixture.now()).await);

    // Failures of before go on counting, for as long as others.
    for _ in 1..FAILURES_UNTIL_LOCKOUT {
        assert!(!signs_in(&*accounts, "ada@example.com", "wrong", fixture.now()).await);
    }
    fixture.wait(SignedDuration::from_hours(-1));
    assert!(!signs_in(&*accounts, "ada@example.com", "wrong", fixture.now()).await);
    assert!(find(&*accounts, "ada@example.com").await.locked);
}

/// However many tries run at once, a right one after ten wrong ones is refused.
pub async fn parallel_failures_lock_the_account_as_exactly(fixture: &impl AccountsFixture) {
    let now = fixture.now();
    let tries: Vec<_> = (0..FAILURES_UNTIL_LOCKOUT)
        .map(|_| {
            let accounts = fixture.accounts();
            tokio::spawn(async move { signs_in(&*accounts, "ada@example.com", "wrong", now).await })
        })
        .collect();
    for tried in tries {
        assert!(!tried.await.expect("no panic"));
    }
    assert!(find(&*fixture.accounts(), "ada@example.com").await.locked);
    assert!(!signs_in(&*fixture.accounts(), "ada@example.com", ADAS, now).await);
}

pub async fn a_success_forgets_the_failures(fixture: &impl AccountsFixture) {
    let accounts = fixture.accounts();
    let now = fixture.now();
    for _ in 0..3 {
        for _ in 1..FAILURES_UNTIL_LOCKOUT {
            assert!(!signs_in(&*accounts, "ada@example.com", "wrong", now).await);
        }
        assert!(signs_in(&*accounts, "ada@example.com", ADAS, now).await);
    }
}

/// Nine at a time, with a while in between, lock nobody; ten within it do.
pub async fn failures_are_forgotten_after_a_while<F: AccountsFixture>(fixture: &F) {
    if !F::can_wait() {
        return;
    }
    let accounts = fixture.accounts();
    let wrong = async |times: usize| {
        for _ in 0..times {
            assert!(!signs_in(&*accounts, "ada@example.com", "wrong", fixture.now()).await);
        }
    };
    for _ in 0..3 {
        wrong(FAILURES_UNTIL_LOCKOUT - 1).await;
        fixture.wait(F::LOCKOUT);
    }
    assert!(!find(&*accounts, "ada@example.com").await.locked);
    // An unlocking forgets since when, too: what comes after it counts from its own beginning.
    wrong(1).await;
    let id = find(&*accounts, "ada@example.com").await.id;
    accounts.unlock(&id).await.expect("unlocks");
    fixture.wait(F::LOCKOUT - SignedDuration::from_secs(1));
    wrong(FAILURES_UNTIL_LOCKOUT - 1).await;
    fixture.wait(F::LOCKOUT - SignedDuration::from_secs(1));
    wrong(1).await;
    assert!(find(&*accounts, "ada@example.com").await.locked);
}

pub async fn a_new_password_unlocks<F: AccountsFixture>(fixture: &F) {
    if !F::can_wait() {
        return;
    }
    let accounts = fixture.accounts();
    for _ in 0..FAILURES_UNTIL_LOCKOUT {
        assert!(!signs_in(&*accounts, "ada@example.com", "wrong", fixture.now()).await);
    }
    fixture.wait(F::LOCKOUT * 100);
    assert!(!signs_in(&*accounts, "linus@example.com", LINUSES, fixture.now()).await, "no time unlocks");
    for user_id in ["ada@example.com", "linus@example.com"] {
        let id = find(&*accounts, user_id).await.id;
        accounts.set_password(&id, &to("a new one", None)).await.expect("sets");
        assert!(!find(&*accounts, user_id).await.locked);
        assert!(signs_in(&*accounts, user_id, "a new one", fixture.now()).await);
    }
}

pub async fn unlocking_keeps_the_password_and_forgets_the_failures(fixture: &impl AccountsFixture) {
    let accounts = fixture.accounts();
    if !accounts.abilities().unlock {
        return;
    }
    let now = fixture.now();
    for _ in 0..FAILURES_UNTIL_LOCKOUT {
        assert!(!signs_in(&*accounts, "ada@example.com", "wrong", now).await);
    }
    for (user_id, password) in [("ada@example.com", ADAS), ("linus@example.com", LINUSES)] {
        let account = find(&*accounts, user_id).await;
        assert!(account.locked);
        accounts.unlock(&account.id).await.expect("unlocks");
        assert_eq!(find(&*accounts, user_id).await, Person { locked: false, ..account });
        assert!(signs_in(&*accounts, user_id, password, now).await);
    }

    // An account that is not locked stays as it is, but for the failures it had.
    let ada = find(&*accounts, "ada@example.com").await;
    for _ in 1..FAILURES_UNTIL_LOCKOUT {
        assert!(!signs_in(&*accounts, "ada@example.com", "wrong", now).await);
    }
    accounts.unlock(&ada.id).await.expect("unlocks");
    assert!(!signs_in(&*accounts, "ada@example.com", "wrong", now).await);
    assert_eq!(find(&*accounts, "ada@example.com").await, ada);
}

pub async fn an_account_that_may_not_be_used_is_not_unlocked(fixture: &impl AccountsFixture) {
    let accounts = fixture.accounts();
    if !accounts.abilities().unlock {
        return;
    }
    for id in unusable(&*accounts).await {
        let refused = accounts.unlock(&id).await;
        assert!(matches!(refused, Err(UnlockError::NoSuchAccount)), "{id:?}: {refused:?}");
    }
}
