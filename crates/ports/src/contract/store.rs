//! The contract of [`Store`].

pub mod changes;
pub mod claims;
pub mod counters;
pub mod lifetime;
pub mod queue;

use jiff::{SignedDuration, Timestamp};
use regain_protocol::FlowKind;

use super::start;
use crate::{AuditEntry, Change, Channel, Charge, ClaimedMessage, Committed, FlowRow, NewMessage, Replay, Store};

/// An adapter over data of its own.
pub trait StoreFixture: Send + Sync + Sized {
    /// The adapter.
    type Store: Store;

    /// Makes a place for data.
    fn new() -> impl Future<Output = Self>;

    /// A handle on the data, as if another process had opened it.
    fn open(&self) -> impl Future<Output = Self::Store>;
}

/// A fixture with no data.
pub async fn open<F: StoreFixture>() -> F {
    F::new().await
}

/// Makes a test of each case of the contract of [`Store`], for one fixture.
#[macro_export]
macro_rules! store_contract {
    ($fixture:ty) => {
        $crate::contract_cases!(
            store,
            $fixture,
            [
                changes::what_is_committed_is_read_back,
                changes::a_new_flow_is_inserted_once,
                changes::of_parallel_changes_to_one_version_one_wins,
                changes::a_refused_change_leaves_nothing,
                changes::an_answer_is_kept_once_until_its_time,
                changes::success_voids_the_other_flows_and_unsent_codes,
                changes::the_audit_log_keeps_its_order,
                claims::an_account_has_one_claim_at_a_time,
                claims::of_parallel_claims_one_is_taken,
                claims::a_claim_that_was_left_behind_is_taken_over,
                claims::a_claim_with_an_intent_is_settled_and_never_taken_over,
                counters::exactly_the_limit_is_charged_under_parallel_commits,
                counters::the_window_slides,
                counters::all_counters_are_checked_before_any_is_charged,
                counters::a_check_charges_nothing,
                counters::a7_a_clock_that_is_set_back_makes_no_window_longer,
                counters::charges_by_themselves_are_all_or_none,
                counters::what_is_given_back_was_never_charged,
                counters::more_than_a_counter_holds_never_fits,
                counters::one_change_can_charge_a_counter_twice,
                queue::each_message_is_claimed_once_by_parallel_workers,
                queue::d19_each_channel_is_claimed_by_itself,
                queue::the_oldest_is_claimed_first,
                queue::a_settled_message_is_never_claimed_again,
                queue::a_retry_waits_for_its_time,
                queue::a7_a_message_does_not_wait_for_a_clock_that_was_set_back,
                queue::a_retry_after_its_time_is_over_has_failed,
                queue::a_voided_message_is_not_retried,
                queue::what_a_dead_process_claimed_is_abandoned,
                queue::d20_a_lease_is_its_process_alone,
                queue::d20_what_must_not_be_lost_is_sent_by_another,
                lifetime::everything_survives_reopening,
                lifetime::purge_forgets_what_is_long_out_of_time_and_nothing_else,
                lifetime::a_fault_of_a_provider_is_known_until_it_works_again,
                lifetime::a_shared_clock_tells_the_time,
                lifetime::it_answers,
            ]
        );
    };
}

/// Ordinary values, to be changed by the cases.
fn flow(id: &str) -> FlowRow {
    FlowRow {
        voided: false,
        id: id.into(),
        kind: FlowKind::Reset,
        version: 0,
        token_hash: format!("token-hash-of-{id}"),
        account_key: None,
        expires_at: start() + SignedDuration::from_mins(15),
        state: r#"{"step":"identify"}"#.to_owned(),
    }
}

fn change(flow: FlowRow) -> Change {
    Change {
        flow,
        charges: Vec::new(),
        messages: Vec::new(),
        replay: None,
        audit: Vec::new(),
        void_others: None,
        claim: None,
        now: start(),
    }
}

fn message(id: &str, flow_id: &str) -> NewMessage {
    NewMessage {
        id: id.to_owned(),
        flow_id: flow_id.into(),
        payload: format!("sealed-{id}"),
        channel: Channel::Mail,
        not_after: start() + SignedDuration::from_mins(10),
        voidable: true,
    }
}

fn charge(bucket: &str, limit: u32) -> Charge {
    Charge { bucket: bucket.to_owned(), window: SignedDuration::from_mins(60), limit, cost: 1 }
}

fn replay(key: &str) -> Replay {
    Replay {
        scope: "flow:f".to_owned(),
        key: key.to_owned(),
        fingerprint: "fingerprint".to_owned(),
        answer: "sealed answer".to_owned(),
        expires_at: start() + SignedDuration::from_mins(15),
    }
}

fn audit(flow_id: &str, event: &str) -> AuditEntry {
    AuditEntry {
        at: start(),
        flow_id: flow_id.into(),
        account_key: Some("account".to_owned()),
        event: event.to_owned(),
        client: Some("192.0.2.7".to_owned()),
        detail: Some(r#"{"channel":"email"}"#.to_owned()),
    }
}

/// Commits what must succeed.
async fn commit(store: &impl Store, change: &Change) {
    assert_eq!(store.commit(change).await.expect("answers"), Committed::Done);
}

/// Inserts a flow and gives it as it now is.
async fn insert(store: &impl Store, row: FlowRow) -> FlowRow {
    commit(store, &change(row.clone())).await;
    FlowRow { version: 1, ..row }
}

/// The time for which messages are leased.
const LEASE: SignedDuration = SignedDuration::from_mins(2);

/// Claims what is due, if anything is.
async fn claim_next(store: &impl Store, now: Timestamp) -> Option<ClaimedMessage> {
    store.claim_message(&Channel::ALL, now, now + LEASE).await.expect("answers")
}

/// Claims what must be there.
async fn claim(store: &impl Store, now: Timestamp) -> ClaimedMessage {
    claim_next(store, now).await.expect("a message is due")
}
