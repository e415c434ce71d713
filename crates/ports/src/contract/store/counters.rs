//! Sliding counters are exact.

use std::sync::Arc;

use crate::{Change, Charge, Charged, Committed, Store};
use jiff::{SignedDuration, Timestamp};

use super::{StoreFixture, change, charge, flow, start};

/// A change that only charges. It needs a flow of its own, so that only counters can refuse it.
fn charging(id: &str, charges: Vec<Charge>, now: Timestamp) -> Change {
    Change { charges, now, ..change(flow(id)) }
}

fn over(bucket: &str, retry_at: Timestamp) -> Committed {
    Committed::OverLimit { bucket: bucket.to_owned(), retry_at }
}

pub async fn exactly_the_limit_is_charged_under_parallel_commits<F: StoreFixture>(fixture: &F) {
    let stores = [Arc::new(fixture.open().await), Arc::new(fixture.open().await)];
    let tries: Vec<_> = (0..50)
        .map(|n| {
            let store = Arc::clone(&stores[n % 2]);
            tokio::spawn(async move {
                let change = charging(&format!("f{n}"), vec![charge("tries:account", 20)], start());
                store.commit(&change).await.expect("answers")
            })
        })
        .collect();
    let mut done = 0;
    for committed in tries {
        match committed.await.expect("no panic") {
            Committed::Done => done += 1,
            refused => assert_eq!(refused, over("tries:account", start() + SignedDuration::from_mins(60))),
        }
    }
    assert_eq!(done, 20);
}

pub async fn the_window_slides<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let minute = |n| start() + SignedDuration::from_mins(n);
    let window = SignedDuration::from_mins(10);
    let mut flows = 0;
    let mut charge_at = async |now, cost| {
        flows += 1;
        let charge = Charge { bucket: "b".to_owned(), window, limit: 3, cost };
        store.commit(&charging(&format!("f{flows}"), vec![charge], now)).await.expect("answers")
    };
    assert_eq!(charge_at(minute(0), 1).await, Committed::Done);
    assert_eq!(charge_at(minute(4), 1).await, Committed::Done);
    assert_eq!(charge_at(minute(8), 1).await, Committed::Done);
    assert_eq!(charge_at(minute(9), 1).await, over("b", minute(10)));
    assert_eq!(charge_at(minute(9), 2).await, over("b", minute(14)), "room for two comes later");
    assert_eq!(charge_at(minute(10) - SignedDuration::from_millis(1), 1).await, over("b", minute(10)));
    assert_eq!(charge_at(minute(10), 1).await, Committed::Done, "at the moment that was promised");
    assert_eq!(charge_at(minute(10), 1).await, over("b", minute(14)), "only one had left the window");
    assert_eq!(charge_at(minute(40), 3).await, Committed::Done, "all have");
}

pub async fn all_counters_are_checked_before_any_is_charged<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let done = store.commit(&charging("f1", vec![charge("small", 1)], start())).await.expect("answers");
    assert_eq!(done, Committed::Done);
    let both = vec![charge("large", 1), charge("small", 1)];
    let refused = store.commit(&charging("f2", both, start())).await.expect("answers");
    assert_eq!(refused, over("small", start() + SignedDuration::from_mins(60)));
    let done = store.commit(&charging("f3", vec![charge("large", 1)], start())).await.expect("answers");
    assert_eq!(done, Committed::Done, "the refused change had charged nothing");
}

pub async fn a_check_charges_nothing<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let check = || vec![Charge { cost: 0, ..charge("b", 1) }];
    for id in ["f1", "f2", "f3"] {
        assert_eq!(store.commit(&charging(id, check(), start())).await.expect("answers"), Committed::Done);
    }
    let charged = store.commit(&charging("f4", vec![charge("b", 1)], start())).await.expect("answers");
    assert_eq!(charged, Committed::Done);
    let refused = store.commit(&charging("f5", check(), start())).await.expect("answers");
    assert_eq!(refused, over("b", start() + SignedDuration::from_mins(60)), "a check sees a full counter");
}

pub async fn more_than_a_counter_holds_never_fits<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let refused =
        store.commit(&charging("f1", vec![Charge { cost: 4, ..charge("b", 3) }], start())).await.expect("answers");
    assert_eq!(refused, over("b", start() + SignedDuration::from_mins(60)));
}

pub async fn one_change_can_charge_a_counter_twice<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let twice = |limit| vec![charge("b", limit), charge("b", limit)];
    let refused = store.commit(&charging("f1", twice(1), start())).await.expect("answers");
    assert_eq!(refused, over("b", start() + SignedDuration::from_mins(60)), "together they are too many");
    assert_eq!(store.commit(&charging("f2", twice(2), start())).await.expect("answers"), Committed::Done);
}

pub async fn charges_by_themselves_are_all_or_none<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let full = || Charged::OverLimit { bucket: "small".into(), retry_at: start() + SignedDuration::from_mins(60) };
    assert_eq!(store.charge(&[charge("small", 1)], start()).await.expect("answers"), Charged::Done);
    let both = [charge("large", 1), charge("small", 1)];
    assert_eq!(store.charge(&both, start()).await.expect("answers"), full());
    assert_eq!(store.charge(&both[..1], start()).await.expect("answers"), Charged::Done);
    let committed = store.commit(&charging("f1", vec![charge("large", 1)], start())).await.expect("answers");
    assert_eq!(committed, over("large", start() + SignedDuration::from_mins(60)), "they are the same counters");
}

pub async fn what_is_given_back_was_never_charged<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let second = SignedDuration::from_secs(1);
    let one = [charge("b", 2)];
    // Taken at two times, and the first given back: what is left leaves the window at its own time.
    assert_eq!(store.charge(&one, start()).await.expect("answers"), Charged::Done);
    assert_eq!(store.charge(&one, start() + second).await.expect("answers"), Charged::Done);
    store.refund(&one, start()).await.expect("answers");
    assert_eq!(store.charge(&one, start() + second * 2).await.expect("answers"), Charged::Done);
    let full = store.charge(&one, start() + second * 3).await.expect("answers");
    let retry_at = start() + second + SignedDuration::from_mins(60);
    assert_eq!(full, Charged::OverLimit { bucket: "b".into(), retry_at });
    assert_eq!(store.charge(&one, retry_at).await.expect("answers"), Charged::Done);
    store.purge(start() + SignedDuration::from_hours(100)).await.expect("answers");
    assert_eq!(store.charge(&one, retry_at + SignedDuration::from_hours(100)).await.expect("answers"), Charged::Done);
}

/// Charges of before go on counting, for their window from the first look at them on.
pub async fn a7_a_clock_that_is_set_back_makes_no_window_longer<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let charged = [charge("b", 2), charge("b", 2)];
    assert_eq!(store.charge(&charged, start()).await.expect("answers"), Charged::Done);
    let set_back = start() - SignedDuration::from_hours(1);
    let one = [charge("b", 2)];
    let free_at = set_back + SignedDuration::from_mins(60);
    let full = Charged::OverLimit { bucket: "b".into(), retry_at: free_at };
    for minutes in [0, 30, 59] {
        let now = set_back + SignedDuration::from_mins(minutes);
        assert_eq!(store.charge(&one, now).await.expect("answers"), full, "after {minutes} minutes");
    }
    assert_eq!(store.charge(&one, free_at).await.expect("answers"), Charged::Done);
    assert!(
        store.purge(free_at + SignedDuration::from_mins(60)).await.expect("answers") > 0,
        "and it is forgotten then"
    );
}
