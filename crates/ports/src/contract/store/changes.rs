//! Changes are committed whole, once, or not at all.

use std::{collections::HashSet, sync::Arc};

use crate::{Charge, Committed, FlowRow, NewMessage, Store, VoidOthers};
use jiff::SignedDuration;
use regain_protocol::FlowKind;

use super::{StoreFixture, audit, change, charge, claim, claim_next, commit, flow, insert, message, replay, start};

pub async fn what_is_committed_is_read_back<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    assert_eq!(store.flow(&"f".into()).await.expect("answers"), None);
    for (id, kind) in
        [("a", FlowKind::Reset), ("b", FlowKind::Unlock), ("c", FlowKind::Change), ("d", FlowKind::Register)]
    {
        let inserted = insert(&store, FlowRow { kind, ..flow(id) }).await;
        assert_eq!(store.flow(&id.into()).await.expect("answers"), Some(inserted.clone()));
        let changed = FlowRow {
            token_hash: "rotated".to_owned(),
            account_key: Some("account".to_owned()),
            expires_at: start() + SignedDuration::from_millis(1),
            state: "\u{1f511} '; DROP TABLE flows; --".to_owned(),
            ..inserted
        };
        commit(&store, &change(changed.clone())).await;
        assert_eq!(store.flow(&id.into()).await.expect("answers"), Some(FlowRow { version: 2, ..changed }));
    }
}

pub async fn a_new_flow_is_inserted_once<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    insert(&store, flow("f")).await;
    let again = change(FlowRow { state: "other".to_owned(), ..flow("f") });
    assert_eq!(store.commit(&again).await.expect("answers"), Committed::Conflict);
    let never_inserted = change(FlowRow { version: 1, ..flow("g") });
    assert_eq!(store.commit(&never_inserted).await.expect("answers"), Committed::Conflict);
    assert_eq!(store.flow(&"f".into()).await.expect("answers"), Some(FlowRow { version: 1, ..flow("f") }));
    assert_eq!(store.flow(&"g".into()).await.expect("answers"), None);
}

pub async fn of_parallel_changes_to_one_version_one_wins<F: StoreFixture>(fixture: &F) {
    let stores = [Arc::new(fixture.open().await), Arc::new(fixture.open().await)];
    let row = insert(&*stores[0], flow("f")).await;
    let tries: Vec<_> = (0..60)
        .map(|n| {
            let store = Arc::clone(&stores[n % 2]);
            let mut change = change(FlowRow { state: format!("by {n}"), ..row.clone() });
            change.messages.push(message(&format!("m{n}"), "f"));
            tokio::spawn(async move { (n, store.commit(&change).await.expect("answers")) })
        })
        .collect();
    let mut winners = Vec::new();
    for done in tries {
        match done.await.expect("no panic") {
            (n, Committed::Done) => winners.push(n),
            (_, Committed::Conflict) => {}
            (_, other) => panic!("{other:?}"),
        }
    }
    let [winner] = winners[..] else { panic!("one winner, not {winners:?}") };
    let row = stores[1].flow(&"f".into()).await.expect("answers").expect("is there");
    assert_eq!((row.version, row.state), (2, format!("by {winner}")));
    assert_eq!(claim(&*stores[1], start()).await.id, format!("m{winner}"));
    assert_eq!(claim_next(&*stores[0], start()).await, None, "only the winner's message");
}

/// A refused change leaves none of its parts, whatever refuses it and however late.
pub async fn a_refused_change_leaves_nothing<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let row = insert(&store, FlowRow { account_key: Some("account".to_owned()), ..flow("f") }).await;
    let other = insert(&store, FlowRow { account_key: Some("account".to_owned()), ..flow("other") }).await;
    let mut kept = change(row.clone());
    kept.replay = Some(replay("taken"));
    kept.charges.push(charge("full", 1));
    commit(&store, &kept).await;
    let row = FlowRow { version: 2, ..row };

    let mut full = change(FlowRow { state: "changed".to_owned(), ..row.clone() });
    full.charges = vec![charge("empty", 1)];
    full.messages.push(message("m", "f"));
    full.replay = Some(replay("free"));
    full.audit.push(audit("f", "happened"));
    full.void_others = Some(VoidOthers { account_key: "account".to_owned() });

    let mut stale = full.clone();
    stale.flow.version = 1;
    assert_eq!(store.commit(&stale).await.expect("answers"), Committed::Conflict, "a stale version");

    let mut answered = full.clone();
    answered.replay = Some(replay("taken"));
    assert_eq!(store.commit(&answered).await.expect("answers"), Committed::Conflict, "an answered key");

    let mut over = full.clone();
    over.charges.push(charge("full", 1));
    assert!(
        matches!(store.commit(&over).await.expect("answers"), Committed::OverLimit { bucket, .. } if bucket == "full")
    );

    let mut broken = full.clone();
    broken.messages.push(message("m", "f"));
    store.commit(&broken).await.expect_err("two messages with one id cannot be stored");

    assert_eq!(store.flow(&"f".into()).await.expect("answers"), Some(row));
    assert_eq!(store.flow(&"other".into()).await.expect("answers"), Some(other));
    assert_eq!(claim_next(&store, start()).await, None);
    assert_eq!(store.replay("flow:f", "free", start()).await.expect("answers"), None);
    assert_eq!(store.audit(&"f".into()).await.expect("answers"), []);
    commit(&store, &full).await; // which also shows that "empty" was not charged
}

pub async fn an_answer_is_kept_once_until_its_time<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let row = insert(&store, flow("f")).await;
    let mut first = change(row.clone());
    first.replay = Some(replay("key"));
    commit(&store, &first).await;
    assert_eq!(store.replay("flow:f", "key", start()).await.expect("answers"), Some(replay("key")));
    assert_eq!(store.replay("flow:g", "key", start()).await.expect("answers"), None, "another scope");

    let mut second = change(FlowRow { version: 2, ..row });
    second.replay = Some(crate::Replay { answer: "another".to_owned(), ..replay("key") });
    assert_eq!(store.commit(&second).await.expect("answers"), Committed::Conflict);

    let over = replay("key").expires_at;
    assert_eq!(store.replay("flow:f", "key", over).await.expect("answers"), None, "out of time");
    second.now = over;
    second.replay.as_mut().expect("is there").expires_at = over + SignedDuration::from_mins(1);
    commit(&store, &second).await;
    assert_eq!(store.replay("flow:f", "key", over).await.expect("answers"), second.replay);
}

pub async fn success_voids_the_other_flows_and_unsent_codes<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let mut rows = Vec::new();
    for (id, account) in [("own", "account"), ("other", "account"), ("third", "account"), ("strangers", "stranger")] {
        let row = FlowRow { account_key: Some(account.to_owned()), ..flow(id) };
        let mut change = change(row.clone());
        change.messages.push(message(&format!("code-{id}"), id));
        change.messages.push(NewMessage { voidable: false, ..message(&format!("notice-{id}"), id) });
        commit(&store, &change).await;
        rows.push(FlowRow { version: 1, ..row });
    }
    let mut success = change(FlowRow { state: "done".to_owned(), ..rows[0].clone() });
    success.void_others = Some(VoidOthers { account_key: "account".to_owned() });
    success.messages.push(NewMessage { voidable: false, ..message("confirmation", "own") });
    commit(&store, &success).await;

    for id in ["other", "third"] {
        let voided = store.flow(&id.into()).await.expect("answers").expect("is there");
        assert_eq!((voided.version, voided.voided, &voided.state), (2, true, &flow(id).state));
        let late = change(FlowRow { version: 1, ..flow(id) });
        assert_eq!(store.commit(&late).await.expect("answers"), Committed::Conflict);
    }
    let own = store.flow(&"own".into()).await.expect("answers").expect("is there");
    assert_eq!((own.state.as_str(), own.voided), ("done", false));
    let other = store.flow(&"other".into()).await.expect("answers").expect("is there");
    commit(&store, &change(FlowRow { voided: false, ..other })).await;
    assert!(
        !store.flow(&"other".into()).await.expect("answers").expect("is there").voided,
        "the engine has changed it"
    );
    assert_eq!(store.flow(&"strangers".into()).await.expect("answers"), Some(rows[3].clone()));

    let mut claimed = HashSet::new();
    while let Some(message) = claim_next(&store, start()).await {
        claimed.insert(message.id);
    }
    let expected = ["notice-own", "notice-other", "notice-third", "notice-strangers", "code-strangers", "confirmation"];
    assert_eq!(claimed, expected.map(str::to_owned).into());
}

pub async fn the_audit_log_keeps_its_order<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let mut first = change(flow("f"));
    first.audit = vec![audit("f", "one"), audit("f", "two")];
    commit(&store, &first).await;
    let mut second = change(FlowRow { version: 1, ..flow("f") });
    second.audit = vec![audit("f", "three"), audit("g", "elsewhere")];
    second.charges.push(Charge { cost: 0, ..charge("any", 1) });
    commit(&store, &second).await;
    let bare = crate::AuditEntry { account_key: None, client: None, detail: None, ..audit("f", "four") };
    let mut third = change(FlowRow { version: 2, ..flow("f") });
    third.audit = vec![bare.clone()];
    commit(&store, &third).await;
    let log = store.audit(&"f".into()).await.expect("answers");
    assert_eq!(log, [audit("f", "one"), audit("f", "two"), audit("f", "three"), bare]);
}
