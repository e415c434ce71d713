//! Messages are handed out once and never after they are settled.

use std::{collections::BTreeSet, sync::Arc};

use crate::{Channel, ClaimedMessage, FlowRow, NewMessage, Settlement, Store, VoidOthers};
use jiff::SignedDuration;

use super::{LEASE, StoreFixture, change, claim, claim_next, commit, flow, insert, message, start};

/// Queues messages of flow `f`, which is made where it is not there.
async fn queue(store: &impl Store, messages: Vec<NewMessage>) {
    let row = store.flow(&"f".into()).await.expect("answers").unwrap_or_else(|| flow("f"));
    let mut change = change(row);
    change.messages = messages;
    commit(store, &change).await;
}

pub async fn each_message_is_claimed_once_by_parallel_workers<F: StoreFixture>(fixture: &F) {
    let stores = [Arc::new(fixture.open().await), Arc::new(fixture.open().await)];
    queue(&*stores[0], (0..30).map(|n| message(&format!("m{n}"), "f")).collect()).await;
    let workers: Vec<_> = (0..6)
        .map(|n| {
            let store = Arc::clone(&stores[n % 2]);
            tokio::spawn(async move {
                let mut claimed = Vec::new();
                while let Some(message) = claim_next(&*store, start()).await {
                    assert_eq!(message.payload, format!("sealed-{}", message.id));
                    claimed.push(message.id);
                }
                claimed
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.expect("no panic"));
    }
    assert_eq!(all.len(), 30, "none twice");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 30, "none left out");
}

/// D19: mails that wait hold up no call.
pub async fn d19_each_channel_is_claimed_by_itself<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let of = |channel: Channel| NewMessage { channel, ..message(channel.as_str(), "f") };
    queue(&store, (0..40).map(|n| message(&format!("m{n}"), "f")).collect()).await;
    queue(&store, Channel::ALL.into_iter().map(of).collect()).await;
    for channel in [Channel::Call, Channel::Text, Channel::Hook] {
        let claimed =
            store.claim_message(&[channel], start(), start() + LEASE).await.expect("answers").expect("one is due");
        assert_eq!(claimed.id, channel.as_str());
        assert_eq!(store.claim_message(&[channel], start(), start() + LEASE).await.expect("answers"), None);
    }
    assert!(
        store
            .claim_message(&[Channel::Mail, Channel::Call], start(), start() + LEASE)
            .await
            .expect("answers")
            .is_some()
    );
}

pub async fn the_oldest_is_claimed_first<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    for (id, seconds) in [("late", 20), ("early", 10), ("later", 30)] {
        let mut change = change(flow(&format!("flow-{id}")));
        change.now = start() + SignedDuration::from_secs(seconds);
        change.messages.push(message(id, &format!("flow-{id}")));
        commit(&store, &change).await;
    }
    assert_eq!(claim_next(&store, start()).await, None, "none is due yet");
    let now = start() + SignedDuration::from_secs(20);
    let expected = ClaimedMessage {
        id: "early".into(),
        payload: "sealed-early".into(),
        attempts: 0,
        not_after: message("", "").not_after,
    };
    assert_eq!(claim(&store, now).await, expected);
    assert_eq!(claim(&store, now).await.id, "late");
    assert_eq!(claim_next(&store, now).await, None);
}

pub async fn a_settled_message_is_never_claimed_again<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    queue(&store, vec![message("a", "f"), message("b", "f")]).await;
    for settlement in [Settlement::Sent, Settlement::Failed] {
        let claimed = claim(&store, start()).await;
        store.settle_message(&claimed, settlement).await.expect("answers");
        // A worker that settles late changes nothing.
        store.settle_message(&claimed, Settlement::RetryAt(start())).await.expect("answers");
    }
    let much_later = start() + SignedDuration::from_hours(1);
    assert_eq!(claim_next(&store, much_later).await, None);
}

pub async fn a_retry_waits_for_its_time<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    queue(&store, vec![message("m", "f")]).await;
    for attempts in 0..3 {
        let now = start() + SignedDuration::from_mins(attempts);
        let claimed = claim(&store, now).await;
        assert_eq!(i64::from(claimed.attempts), attempts);
        assert_eq!(claimed.payload, "sealed-m");
        let next = now + SignedDuration::from_mins(1);
        store.settle_message(&claimed, Settlement::RetryAt(next)).await.expect("answers");
        let just_before = next - SignedDuration::from_millis(1);
        assert_eq!(claim_next(&store, just_before).await, None);
    }
}

pub async fn a7_a_message_does_not_wait_for_a_clock_that_was_set_back<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    queue(&store, vec![message("m", "f")]).await;
    let just_before = start() - SignedDuration::from_millis(1);
    assert_eq!(claim_next(&store, just_before).await, None);
    assert_eq!(claim(&store, start() - SignedDuration::from_hours(1)).await.id, "m");
}

pub async fn a_retry_after_its_time_is_over_has_failed<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    queue(&store, vec![message("m", "f")]).await;
    let claimed = claim(&store, start()).await;
    let over = message("m", "f").not_after;
    store.settle_message(&claimed, Settlement::RetryAt(over)).await.expect("answers");
    assert_eq!(claim_next(&store, over).await, None);
}

pub async fn a_voided_message_is_not_retried<F: StoreFixture>(fixture: &F) {
    let store = fixture.open().await;
    let row = FlowRow { account_key: Some("account".to_owned()), ..flow("f") };
    insert(&store, row.clone()).await;
    queue(&store, vec![message("code", "f"), NewMessage { voidable: false, ..message("notice", "f") }]).await;
    let code = claim(&store, start()).await;
    let notice = claim(&store, start()).await;
    assert_eq!([code.id.as_str(), notice.id.as_str()], ["code", "notice"]);

    let now = start() + SignedDuration::from_secs(5);
    let mut success = change(FlowRow { version: 2, ..row });
    success.now = now;
    success.void_others = Some(VoidOthers { account_key: "account".to_owned() });
    commit(&store, &success).await;
    let retry = now + SignedDuration::from_secs(1);
    store.settle_message(&code, Settlement::RetryAt(retry)).await.expect("answers");
    store.settle_message(&notice, Settlement::RetryAt(retry)).await.expect("answers");
    assert_eq!(claim(&store, retry).await.id, "notice");
    assert_eq!(claim_next(&store, retry).await, None, "the code of a voided flow");
}

pub async fn what_a_dead_process_claimed_is_abandoned<F: StoreFixture>(fixture: &F) {
    let dead = fixture.open().await;
    queue(&dead, vec![message("a", "f"), message("b", "f"), message("c", "f")]).await;
    claim(&dead, start()).await;
    claim(&dead, start()).await;
    drop(dead);
    let store = fixture.open().await;
    let over = start() + LEASE;
    let abandon = async |now| store.abandon_claimed(now, now + LEASE).await.expect("answers");
    assert_eq!(abandon(over - SignedDuration::from_millis(1)).await, 0, "it may be alive until then");
    assert_eq!(abandon(over).await, 2);
    assert_eq!(abandon(over).await, 0);
    assert_eq!(claim(&store, start()).await.id, "c", "what was only queued is still sent");
    assert_eq!(claim_next(&store, start()).await, None);
    assert_eq!(abandon(start() - LEASE * 2).await, 1, "a lease from a clock that was wrong keeps nothing for ever");
}

/// A second process that starts takes nothing from the first, and what the first says of its messages counts.
pub async fn d20_a_lease_is_its_process_alone<F: StoreFixture>(fixture: &F) {
    let first = fixture.open().await;
    queue(&first, vec![message("code", "f"), NewMessage { voidable: false, ..message("notice", "f") }]).await;
    let code = claim(&first, start()).await;
    let notice = claim(&first, start()).await;
    let second = fixture.open().await;
    // Its clock is not quite the same.
    for now in [start() - SignedDuration::from_secs(5), start(), start() + SignedDuration::from_secs(60)] {
        assert_eq!(second.abandon_claimed(now, now + LEASE).await.expect("answers"), 0);
        assert_eq!(claim_next(&second, now).await, None);
    }
    let retry = start() + SignedDuration::from_secs(61);
    first.settle_message(&code, Settlement::RetryAt(retry)).await.expect("answers");
    first.settle_message(&notice, Settlement::RetryAt(retry)).await.expect("answers");
    assert_eq!(claim(&second, retry).await, ClaimedMessage { attempts: 1, ..code });
    assert_eq!(claim(&second, retry).await, ClaimedMessage { attempts: 1, ..notice });
}

/// A notice that nobody repeats by asking again; who comes back from the dead says nothing of it any more.
pub async fn d20_what_must_not_be_lost_is_sent_by_another<F: StoreFixture>(fixture: &F) {
    let dead = fixture.open().await;
    let lasting = NewMessage { voidable: false, not_after: start() + LEASE * 10, ..message("notice", "f") };
    queue(&dead, vec![lasting]).await;
    let first = claim(&dead, start()).await;
    let store = fixture.open().await;
    let over = start() + LEASE;
    assert_eq!(store.abandon_claimed(over, over + LEASE).await.expect("answers"), 0);
    let second = claim(&store, over).await;
    assert_eq!(second, ClaimedMessage { attempts: 1, ..first.clone() });
    for settlement in [Settlement::RetryAt(over), Settlement::Failed] {
        dead.settle_message(&first, settlement).await.expect("answers");
        assert_eq!(claim_next(&store, over).await, None, "it is the other's now");
    }
    store.settle_message(&second, Settlement::RetryAt(over)).await.expect("answers");
    let third = claim(&store, over).await;
    assert_eq!(third, ClaimedMessage { attempts: 2, ..first }, "which alone says what became of it");
    store.settle_message(&third, Settlement::Sent).await.expect("answers");
    assert_eq!(claim_next(&store, over + LEASE * 2).await, None);
}
