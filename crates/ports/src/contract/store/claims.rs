//! One claim an account, which nobody loses and nobody keeps for ever.

use std::sync::Arc;

use crate::{Change, Claim, ClaimChange, Committed, FlowRow, Store};
use jiff::{SignedDuration, Timestamp};

use super::{StoreFixture, audit, change, commit, flow, insert, start};

const A_WHILE: SignedDuration = SignedDuration::from_secs(10);

fn claim(id: &str, flow_id: &str, at: Timestamp) -> Claim {
    Claim { id: id.into(), account_key: "account".into(), flow_id: flow_id.into(), claimed_at: at, intent: None }
}

/// The change of a flow that takes a claim.
fn taking(row: FlowRow, claim: Claim) -> Change {
    let now = claim.claimed_at;
    Change { claim: Some(ClaimChange::Take { claim, stale: now - A_WHILE }), now, ..change(row) }
}

fn settling(row: FlowRow, id: &str) -> Change {
    Change { claim: Some(ClaimChange::Settle { id: id.into(), account: None }), ..change(row) }
}

/// A flow after so many changes.
fn after(id: &str, version: i64) -> FlowRow {
    FlowRow { version, ..flow(id) }
}

pub async fn an_account_has_one_claim_at_a_time<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    insert(&store, flow("f")).await;
    insert(&store, flow("g")).await;
    commit(&store, &taking(after("f", 1), claim("c1", "f", start()))).await;
    let mut second = taking(after("g", 1), claim("c2", "g", start() + A_WHILE - SignedDuration::from_millis(1)));
    second.audit.push(audit("g", "happened"));
    assert_eq!(store.commit(&second).await.expect("answers"), Committed::Claimed);
    assert_eq!(store.commit(&settling(after("g", 1), "c2")).await.expect("answers"), Committed::Claimed);
    assert_eq!(store.audit(&"g".into()).await.expect("answers"), [], "nothing of it is stored");
    let other = Claim { account_key: "another".into(), ..claim("c3", "g", start()) };
    commit(&store, &taking(after("g", 1), other)).await;

    commit(&store, &settling(after("f", 2), "c1")).await;
    let again = store.commit(&settling(after("f", 3), "c1")).await.expect("answers");
    assert_eq!(again, Committed::Claimed, "it ends once");
    commit(&store, &taking(after("g", 2), claim("c4", "g", start()))).await;
}

pub async fn of_parallel_claims_one_is_taken<F: StoreFixture>(fixture: &F) {
    let stores = [Arc::new(fixture.open().await), Arc::new(fixture.open().await)];
    for n in 0..30 {
        insert(&*stores[0], flow(&format!("f{n}"))).await;
    }
    let tries: Vec<_> = (0..30)
        .map(|n| {
            let store = Arc::clone(&stores[n % 2]);
            let id = format!("f{n}");
            let change = taking(after(&id, 1), claim(&format!("c{n}"), &id, start()));
            tokio::spawn(async move { store.commit(&change).await.expect("answers") })
        })
        .collect();
    let mut taken = 0;
    for done in tries {
        match done.await.expect("no panic") {
            Committed::Done => taken += 1,
            other => assert_eq!(other, Committed::Claimed),
        }
    }
    assert_eq!(taken, 1);
}

/// Without an intent nothing was begun that outlives its process: another takes it over, and the first is too late.
pub async fn a_claim_that_was_left_behind_is_taken_over<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    insert(&store, flow("f")).await;
    insert(&store, flow("g")).await;
    commit(&store, &taking(after("f", 1), claim("c1", "f", start()))).await;
    commit(&store, &taking(after("g", 1), claim("c2", "g", start() + A_WHILE))).await;
    assert_eq!(store.commit(&settling(after("f", 2), "c1")).await.expect("answers"), Committed::Claimed);
    // A clock that was wrong keeps nobody out.
    commit(&store, &settling(after("g", 2), "c2")).await;
    commit(&store, &taking(after("f", 2), claim("c3", "f", start() + A_WHILE * 100))).await;
    commit(&store, &taking(after("g", 3), claim("c4", "g", start()))).await;
}

/// With an intent somebody finds out first how it ended.
pub async fn a_claim_with_an_intent_is_settled_and_never_taken_over<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    insert(&store, flow("f")).await;
    insert(&store, flow("g")).await;
    let intended = Claim { intent: Some("sealed".into()), ..claim("c1", "f", start()) };
    commit(&store, &taking(after("f", 1), intended.clone())).await;
    commit(&store, &taking(after("g", 1), Claim { account_key: "another".into(), ..claim("c2", "g", start()) })).await;
    let stale = |now| (now - A_WHILE, now);
    let (before, now) = stale(start() + A_WHILE - SignedDuration::from_millis(1));
    assert_eq!(store.unsettled_claims(before, now).await.expect("answers"), [], "somebody is at it");
    let (before, now) = stale(start() + A_WHILE);
    let unsettled = store.unsettled_claims(before, now).await.expect("answers");
    assert_eq!(unsettled, std::slice::from_ref(&intended), "only intents");
    let (before, now) = stale(start() - A_WHILE * 2);
    assert_eq!(store.unsettled_claims(before, now).await.expect("answers"), [intended], "of a clock that was wrong");
    let much_later = claim("c3", "g", start() + SignedDuration::from_hours(100));
    assert_eq!(store.commit(&taking(after("g", 2), much_later)).await.expect("answers"), Committed::Claimed);

    let days_later = start() + SignedDuration::from_hours(100);
    store.purge(days_later).await.expect("answers");
    assert!(store.flow(&"f".into()).await.expect("answers").is_some(), "its flow stays");
    commit(&store, &settling(after("f", 2), "c1")).await;
    assert_eq!(store.unsettled_claims(days_later, days_later).await.expect("answers"), []);
    store.purge(days_later).await.expect("answers");
    assert_eq!(store.flow(&"f".into()).await.expect("answers"), None);
}
