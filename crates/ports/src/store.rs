//! The store: where flows live between requests.
//!
//! Everything that one request changes is one [`Change`], committed whole or not at all. A flow is
//! changed by compare-and-swap on its version, which is what makes codes single-use and tries exact
//! under any number of parallel requests, in any number of server processes.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use regain_protocol::FlowKind;
use regain_values::FlowId;

use crate::{AccountRefusal, AccountWrite};

/// A flow as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowRow {
    /// Its opaque id.
    pub id: FlowId,
    /// The kind of flow.
    pub kind: FlowKind,
    /// Counts its changes from 1; [`Store::commit`] compares and increments it.
    pub version: i64,
    /// SHA-256 of its current token, base64url.
    pub token_hash: String,
    /// The keyed hash of the normalised user ID, once one was given; the same for an account that
    /// does not exist.
    pub account_key: Option<String>,
    /// The time at which it ends whatever happens.
    pub expires_at: Timestamp,
    /// The engine's state, as JSON.
    pub state: String,
    /// Another flow of the account has succeeded since the state was written: see [`VoidOthers`].
    pub voided: bool,
}

/// Everything that one request changes.
#[derive(Debug, Clone)]
pub struct Change {
    /// The flow as it is to be. Its `version` is the version that was read; 0 inserts a new flow.
    pub flow: FlowRow,
    /// Counters to charge. All are checked before any is charged.
    pub charges: Vec<Charge>,
    /// Messages to queue.
    pub messages: Vec<NewMessage>,
    /// The answer to keep for a repeat of the same request.
    pub replay: Option<Replay>,
    /// The events, for the audit log.
    pub audit: Vec<AuditEntry>,
    /// Voids every other flow of the account and drops its unsent messages.
    pub void_others: Option<VoidOthers>,
    /// Takes or settles the one claim on an account.
    pub claim: Option<ClaimChange>,
    /// The time now.
    pub now: Timestamp,
}

/// A charge against a sliding counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The counter, such as `tries:<account key>`. Holds no personal data in the clear.
    pub bucket: String,
    /// Over which time the counter counts.
    pub window: SignedDuration,
    /// The most that it may hold.
    pub limit: u32,
    /// The amount to add; 0 only checks that there is room for one more.
    pub cost: u32,
}

/// The result of charging counters by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Charged {
    /// All of them are charged.
    Done,
    /// None is charged: a counter has no room.
    OverLimit {
        /// The counter.
        bucket: String,
        /// From when it has.
        retry_at: Timestamp,
    },
}

/// Voids the other flows of an account: each gets its next version, and [`FlowRow::voided`] until it is committed again.
/// Their states are the engine's to change, which does so when it next sees them.
#[derive(Debug, Clone)]
pub struct VoidOthers {
    /// The account's key.
    pub account_key: String,
}

/// A claim on an account: its holder alone changes the account's password, lock or security info.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Unique.
    pub id: String,
    /// The account's key.
    pub account_key: String,
    /// The flow that changes the account.
    pub flow_id: FlowId,
    /// The time at which it was taken.
    pub claimed_at: Timestamp,
    /// The intended change, sealed, where a directory elsewhere makes it: whoever finds the claim left behind asks the
    /// directory how that ended. `None` where the change is committed together with the end of the claim.
    pub intent: Option<String>,
}

/// A change of a claim.
#[derive(Debug, Clone)]
pub enum ClaimChange {
    /// Takes it. Refused while there is another on the account that has an intent, or that was not left behind.
    Take {
        /// The claim.
        claim: Claim,
        /// A claim that was taken then or before was left behind; so was one from as far in the future, by a clock
        /// that was wrong.
        stale: Timestamp,
    },
    /// Ends it. Refused where it is not there any more.
    Settle {
        /// Its id.
        id: String,
        /// The change that it was taken for, where the account is in the store's own database and takes one.
        account: Option<AccountWrite>,
    },
}

/// A message to queue, sealed: the store cannot read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Unique.
    pub id: String,
    /// The flow that caused it.
    pub flow_id: FlowId,
    /// The sealed message; erased once it is settled.
    pub payload: String,
    /// The channel that carries it.
    pub channel: Channel,
    /// It is not sent after this.
    pub not_after: Timestamp,
    /// [`VoidOthers`] may drop it: true for codes, false for confirmations.
    pub voidable: bool,
}

/// A carrier of messages. Each has a queue of its own, so that one that is slow holds up none of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Mail.
    Mail,
    /// Text messages.
    Text,
    /// Calls.
    Call,
    /// Requests to programs of the organisation.
    Hook,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Mail, Self::Text, Self::Call, Self::Hook];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Text => "text",
            Self::Call => "call",
            Self::Hook => "hook",
        }
    }
}

/// A message that one worker has claimed, for as long as its lease lasts. The lease goes by id and attempts: each claim
/// is another attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedMessage {
    /// Its id.
    pub id: String,
    /// The sealed message.
    pub payload: String,
    /// The number of times that it was tried before.
    pub attempts: u32,
    /// It is not sent after this.
    pub not_after: Timestamp,
}

/// The end of a claimed message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// Sent; erase it.
    Sent,
    /// Refused for good, out of time, or nobody knows; erase it and never try again.
    Failed,
    /// Certainly not delivered: may be claimed again from this time.
    RetryAt(Timestamp),
}

/// The kept answer to a request with an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The scope in which the key counts, such as `flow:<id>`.
    pub scope: String,
    /// Keyed hash of the client's key.
    pub key: String,
    /// Keyed hash of the request (method, path, token, body): a repeat must match it.
    pub fingerprint: String,
    /// The sealed answer.
    pub answer: String,
    /// The time from which it may be forgotten.
    pub expires_at: Timestamp,
}

/// A line of the audit log. It never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// The time.
    pub at: Timestamp,
    /// The flow.
    pub flow_id: FlowId,
    /// The account's key, once one was named.
    pub account_key: Option<String>,
    /// The event, as a stable word such as `code_sent`.
    pub event: String,
    /// From where: the client's address.
    pub client: Option<String>,
    /// More, as JSON.
    pub detail: Option<String>,
}

/// The result of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Committed {
    /// All of it is stored.
    Done,
    /// Nothing is stored: the flow was changed meanwhile, or an answer to the same key was. Read
    /// again and decide again.
    Conflict,
    /// Nothing is stored: somebody else has the claim on the account.
    Claimed,
    /// Nothing is stored: the account does not take the change.
    AccountRefused(AccountRefusal),
    /// Nothing is stored: a counter has no room.
    OverLimit {
        /// The counter.
        bucket: String,
        /// From when it has.
        retry_at: Timestamp,
    },
}

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It does not answer. The text is for the log and names no secret.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
}

impl StoreError {
    /// [`StoreError::Unavailable`] by an error whose text names no secret.
    pub fn unavailable(error: impl std::fmt::Display) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Keeps flows, counters, queued messages, kept answers and the audit log.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// A flow by its id; `None` where there is none.
    async fn flow(&self, id: &FlowId) -> Result<Option<FlowRow>, StoreError>;

    /// Commits a change whole or not at all. On [`Committed::Done`] the stored version is one more
    /// than the change's.
    async fn commit(&self, change: &Change) -> Result<Committed, StoreError>;

    /// Charges counters by themselves, all or none, for what has its price whatever comes of it: the work
    /// begins only when it is paid for.
    async fn charge(&self, charges: &[Charge], now: Timestamp) -> Result<Charged, StoreError>;

    /// The sum that a counter holds over its window; its limit and cost do not matter.
    async fn held(&self, charge: &Charge, now: Timestamp) -> Result<u32, StoreError>;

    /// Gives back what [`Store::charge`] took at that time.
    async fn refund(&self, charges: &[Charge], charged_at: Timestamp) -> Result<(), StoreError>;

    /// The kept answer to a key that is not out of time; `None` where there is none.
    async fn replay(&self, scope: &str, key: &str, now: Timestamp) -> Result<Option<Replay>, StoreError>;

    /// Claims the oldest message of these channels that is due, until a time; `None` where there is none. No two callers get the same while
    /// the lease lasts. Afterwards whoever had it is dead, and nobody knows whether it was sent: what nothing may drop
    /// is due again, and the rest is for [`Store::abandon_claimed`].
    async fn claim_message(
        &self,
        channels: &[Channel],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ClaimedMessage>, StoreError>;

    /// Says what became of a claimed message; nothing happens once another has it.
    async fn settle_message(&self, claimed: &ClaimedMessage, settlement: Settlement) -> Result<(), StoreError>;

    /// Gives up on voidable messages whose lease is over: nobody gets two codes for one ask. `until` is the end of a
    /// lease that began now. Returns how many.
    async fn abandon_claimed(&self, now: Timestamp, until: Timestamp) -> Result<u64, StoreError>;

    /// The claims with an intent that were left behind: taken at `stale` or before, or as far in the future. Oldest
    /// first, at most 100.
    async fn unsettled_claims(&self, stale: Timestamp, now: Timestamp) -> Result<Vec<Claim>, StoreError>;

    /// The audit log of one flow, oldest first.
    async fn audit(&self, flow_id: &FlowId) -> Result<Vec<AuditEntry>, StoreError>;

    /// Forgets flows, kept answers, counters and messages that are long out of time. Returns how
    /// many rows. The audit log stays.
    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Notes a fault of a provider that others are told of, or that it works (`None`). All processes know it.
    async fn note_fault(&self, provider: &str, fault: Option<&str>, now: Timestamp) -> Result<(), StoreError>;

    /// The last fault of a provider and its time; `None` where it has worked since.
    async fn fault(&self, provider: &str) -> Result<Option<(String, Timestamp)>, StoreError>;

    /// The time by the clock that all processes share; `None` where each has its own.
    async fn shared_time(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Checks that the store does what requests need: it takes a write and keeps it.
    async fn check(&self) -> Result<(), StoreError>;
}
