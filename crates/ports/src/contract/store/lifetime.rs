//! The time for which things stay.

use crate::{Charge, Clock as _, Committed, FlowRow, NewMessage, Settlement, Store, SystemClock};
use jiff::SignedDuration;

use super::{StoreFixture, audit, change, charge, claim, commit, flow, message, replay, start};

pub async fn everything_survives_reopening<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let mut all = change(flow("f"));
    all.charges.push(charge("b", 1));
    all.messages.push(message("m", "f"));
    all.replay = Some(replay("key"));
    all.audit.push(audit("f", "begun"));
    commit(&store, &all).await;
    drop(store);

    let store = fixture.open().await;
    assert_eq!(store.flow(&"f".into()).await.expect("answers"), Some(FlowRow { version: 1, ..flow("f") }));
    assert_eq!(store.replay("flow:f", "key", start()).await.expect("answers"), Some(replay("key")));
    assert_eq!(store.audit(&"f".into()).await.expect("answers"), [audit("f", "begun")]);
    assert_eq!(claim(&store, start()).await.payload, "sealed-m");
    let mut again = change(flow("g"));
    again.charges.push(charge("b", 1));
    assert!(matches!(store.commit(&again).await.expect("answers"), Committed::OverLimit { .. }));
}

pub async fn purge_forgets_what_is_long_out_of_time_and_nothing_else<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let day = SignedDuration::from_hours(24);
    let mut old = change(flow("old"));
    old.replay = Some(replay("old"));
    old.charges.push(charge("hourly", 1));
    old.messages.push(message("old", "old"));
    old.audit.push(audit("old", "begun"));
    commit(&store, &old).await;
    let claimed = claim(&store, start()).await;
    store.settle_message(&claimed, Settlement::Sent).await.expect("answers");
    // Its confirmation is still to be sent long after the flow's own time.
    let mut waiting = change(flow("waiting"));
    waiting.messages.push(NewMessage { not_after: start() + day * 3, ..message("waiting", "waiting") });
    waiting.charges.push(Charge { window: day * 3, ..charge("daily", 1) });
    commit(&store, &waiting).await;

    assert_eq!(store.purge(start()).await.expect("answers"), 0, "all of it is in use");
    let hour_later = start() + SignedDuration::from_hours(1);
    assert_eq!(store.purge(hour_later).await.expect("answers"), 2, "the kept answer and the hour's charge");
    assert!(store.flow(&"old".into()).await.expect("answers").is_some(), "an ended flow can still be asked for");

    let days_later = start() + day * 2;
    assert_eq!(store.purge(days_later).await.expect("answers"), 2, "the old flow and its message");
    assert_eq!(store.flow(&"old".into()).await.expect("answers"), None);
    assert_eq!(store.audit(&"old".into()).await.expect("answers"), [audit("old", "begun")], "the audit log stays");
    assert!(store.flow(&"waiting".into()).await.expect("answers").is_some(), "what a message refers to stays");
    let mut again = change(flow("again"));
    again.now = days_later;
    again.charges.push(Charge { window: day * 3, ..charge("daily", 1) });
    assert!(
        matches!(store.commit(&again).await.expect("answers"), Committed::OverLimit { .. }),
        "so does a counter in use"
    );
    assert_eq!(claim(&store, days_later).await.id, "waiting");
    assert_eq!(store.purge(start() + day * 5).await.expect("answers"), 3);
}

pub async fn a_fault_of_a_provider_is_known_until_it_works_again<F: StoreFixture>(fixture: &F) {
    let (here, there) = (fixture.open().await, fixture.open().await);
    let known = async || there.fault("calls").await.expect("answers");
    assert_eq!(known().await, None);
    for (fault, second) in [(Some("one"), 1), (Some("another"), 2), (None, 3), (None, 4), (Some("one"), 5)] {
        let at = start() + SignedDuration::from_secs(second);
        here.note_fault("calls", fault, at).await.expect("answers");
        assert_eq!(known().await, fault.map(|fault| (fault.to_owned(), at)));
        assert_eq!(there.fault("texts").await.expect("answers"), None);
    }
}

pub async fn a_shared_clock_tells_the_time<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let before = SystemClock.now() - SignedDuration::from_secs(1);
    let told = store.shared_time().await.expect("answers");
    let after = SystemClock.now() + SignedDuration::from_secs(1);
    // Both run on this machine.
    assert!(told.is_none_or(|told| before <= told && told <= after), "{before} {told:?} {after}");
}

pub async fn it_answers<F: StoreFixture>(fixture: &F) {
    fixture.open().await.check().await.expect("answers");
}
