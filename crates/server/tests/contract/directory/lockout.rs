//! Locking and unlocking.

use jiff::SignedDuration;
use regain_server::ports::{Account, Clock as _, Directory as _, UnlockError};

use super::{ADAS, Fixture, find, signs_in, to};

const LOCKOUT: SignedDuration = SignedDuration::from_mins(15);

/// For how long failures count.
const COUNT_FOR: SignedDuration = SignedDuration::from_mins(15);

pub(super) async fn failures_lock_the_account_for_a_while(fixture: &impl Fixture) {
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
pub(super) async fn parallel_failures_lock_the_account_as_exactly(fixture: &impl Fixture) {
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

pub(super) async fn a_success_forgets_the_failures(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let now = fixture.clock().now();
    for _ in 0..3 {
        for _ in 0..9 {
            assert!(!signs_in(&*directory, "ada@example.com", "wrong", now).await);
        }
        assert!(signs_in(&*directory, "ada@example.com", ADAS, now).await);
    }
}

/// Nine at a time, with a while in between, lock nobody; ten within it do.
pub(super) async fn failures_are_forgotten_after_a_while(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let clock = fixture.clock();
    let wrong = async |times: u32| {
        for _ in 0..times {
            assert!(!signs_in(&*directory, "ada@example.com", "wrong", clock.now()).await);
        }
    };
    for _ in 0..3 {
        wrong(9).await;
        clock.advance(COUNT_FOR);
    }
    assert!(!find(&*directory, "ada@example.com").await.locked);
    // An unlocking forgets since when, too: what comes after it counts from its own beginning.
    wrong(1).await;
    let id = find(&*directory, "ada@example.com").await.id;
    directory.unlock(&id).await.expect("unlocks");
    clock.advance(COUNT_FOR - SignedDuration::from_secs(1));
    wrong(9).await;
    clock.advance(COUNT_FOR - SignedDuration::from_secs(1));
    wrong(1).await;
    assert!(find(&*directory, "ada@example.com").await.locked);
}

pub(super) async fn a_new_password_unlocks(fixture: &impl Fixture) {
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

pub(super) async fn unlocking_keeps_the_password_and_forgets_the_failures(fixture: &impl Fixture) {
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

pub(super) async fn an_account_that_may_not_be_used_is_not_unlocked(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let disabled = find(&*directory, "dis@example.com").await.id;
    for id in [disabled.as_str(), "no-such-account", "", "NOBODY"] {
        let refused = directory.unlock(id).await;
        assert!(matches!(refused, Err(UnlockError::NoSuchAccount)), "{id:?}: {refused:?}");
    }
}
