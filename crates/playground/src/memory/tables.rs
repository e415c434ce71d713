//! Everything that is stored, and the one place where it is changed.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use regain_ports::{
    AccountRefusal, AccountWrite, AuditEntry, Change, Claim, ClaimChange, Committed, FlowRow, PasswordChange,
    Registration, Replay, SKEW, StoreError, Unlocked, VoidOthers,
};
use regain_values::{AccountId, FlowId};

use super::{charges::Charges, queue::Queue, registered::Kept, stored_account::StoredAccount};

/// The time for which flows and messages stay after their time.
const KEPT_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// The tables. Whoever changes several of them changes a copy, which takes their place when all of it fits.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    pub(super) flows: HashMap<FlowId, FlowRow>,
    pub(super) replays: HashMap<(String, String), Replay>,
    pub(super) claims: Vec<Claim>,
    pub(super) charges: Charges,
    pub(super) queue: Queue,
    pub(super) audit: Vec<AuditEntry>,
    pub(super) faults: BTreeMap<String, (String, Timestamp)>,
    pub(super) accounts: Vec<StoredAccount>,
    pub(super) registered: HashMap<AccountId, Kept>,
}

/// A prepared change of an account.
pub(super) enum AccountChange {
    /// Sets the password.
    Password { id: AccountId, change: PasswordChange, remembered: usize },
    /// Clears a lockout.
    Unlocking { id: AccountId, expected: Unlocked, now: Timestamp },
    /// Changes what is registered.
    Registration { id: AccountId, registration: Registration },
}

impl Tables {
    /// The account of an id.
    pub(super) fn account(&self, id: &AccountId) -> Option<&StoredAccount> {
        self.accounts.iter().find(|account| account.person.id == *id)
    }

    /// Makes all of a change, or says why not; then the tables are not to be kept.
    pub(super) fn commit(&mut self, change: &Change) -> Result<Committed, StoreError> {
        if !self.write_flow(&change.flow)
            || change.replay.as_ref().is_some_and(|replay| !self.write_replay(replay, change.now))
        {
            return Ok(Committed::Conflict);
        }
        if change.claim.as_ref().is_some_and(|claim| !self.write_claim(claim, change.now)) {
            return Ok(Committed::Claimed);
        }
        for charge in &change.charges {
            if let Err(retry_at) = self.charges.charge(charge, change.now) {
                return Ok(Committed::OverLimit { bucket: charge.bucket.clone(), retry_at });
            }
        }
        if let Some(ClaimChange::Settle { account: Some(account), .. }) = &change.claim
            && let Err(refusal) = self.write_account(account)?
        {
            return Ok(Committed::AccountRefused(refusal));
        }
        // Before the change's own messages are queued: those are to be sent.
        if let Some(void) = &change.void_others {
            self.void_others(void, &change.flow.id, change.now);
        }
        for message in &change.messages {
            if !self.queue.add(message, change.now) {
                return Err(StoreError::unavailable("a message of that id is queued already"));
            }
        }
        self.audit.extend(change.audit.iter().cloned());
        Ok(Committed::Done)
    }

    /// Inserts or compares and swaps the flow; `false` when it was changed meanwhile.
    fn write_flow(&mut self, flow: &FlowRow) -> bool {
        let stored = self.flows.get(&flow.id).map_or(0, |stored| stored.version);
        let fits = stored == flow.version;
        if fits {
            self.flows.insert(flow.id.clone(), FlowRow { version: flow.version + 1, ..flow.clone() });
        }
        fits
    }

    /// Keeps an answer; `false` when one that is still good is kept under the key.
    fn write_replay(&mut self, replay: &Replay, now: Timestamp) -> bool {
        let key = (replay.scope.clone(), replay.key.clone());
        // Of one scope a later answer is kept for longer, unless the clock was set back in between.
        let is_free = self.replays.get(&key).is_none_or(|kept| {
            kept.expires_at <= now || kept.expires_at > replay.expires_at.saturating_add(SKEW).unwrap_or(Timestamp::MAX)
        });
        if is_free {
            self.replays.insert(key, replay.clone());
        }
        is_free
    }

    /// Takes or ends a claim; `false` where somebody else has it.
    fn write_claim(&mut self, change: &ClaimChange, now: Timestamp) -> bool {
        match change {
            ClaimChange::Take { claim, stale } => {
                let at = self.claims.iter().position(|other| other.account_key == claim.account_key);
                match at.map(|at| &mut self.claims[at]) {
                    None => self.claims.push(claim.clone()),
                    Some(other) if other.intent.is_none() && is_stale(other, *stale, now) => *other = claim.clone(),
                    Some(_) => return false,
                }
                true
            }
            ClaimChange::Settle { id, .. } => {
                let before = self.claims.len();
                self.claims.retain(|claim| claim.id != *id);
                self.claims.len() < before
            }
        }
    }

    /// Writes a prepared change of an account.
    pub(super) fn write_account(&mut self, write: &AccountWrite) -> Result<Result<(), AccountRefusal>, StoreError> {
        let Some(change) = write.get::<AccountChange>() else {
            return Err(StoreError::unavailable("a change of an account that another adapter prepared"));
        };
        let (AccountChange::Password { id, .. }
        | AccountChange::Unlocking { id, .. }
        | AccountChange::Registration { id, .. }) = change;
        let found = self.accounts.iter_mut().find(|account| account.person.id == *id && account.person.enabled);
        let Some(account) = found else { return Ok(Err(AccountRefusal::NoSuchAccount)) };
        Ok(match change {
            AccountChange::Password { change, remembered, .. } => {
                account.set_password(&change.new, change.current.as_ref(), *remembered)
            }
            AccountChange::Unlocking { expected, now, .. } => account.unlock(*expected, *now),
            AccountChange::Registration { registration, .. } => {
                self.registered.entry(id.clone()).or_default().change(registration);
                Ok(())
            }
        })
    }

    /// Voids the account's other flows and drops its codes that are not sent yet.
    fn void_others(&mut self, void: &VoidOthers, flow_id: &FlowId, now: Timestamp) {
        let key = Some(&void.account_key);
        for flow in self.flows.values_mut().filter(|flow| flow.account_key.as_ref() == key && flow.id != *flow_id) {
            flow.voided = true;
            flow.version += 1;
        }
        let flows = &self.flows;
        let is_theirs = |id: &FlowId| flows.get(id).is_some_and(|flow| flow.account_key.as_ref() == key);
        self.queue.drop_voidable(is_theirs, now);
    }

    /// The claims with an intent that were left behind, oldest first.
    pub(super) fn unsettled(&self, stale: Timestamp, now: Timestamp) -> Vec<Claim> {
        let left = |claim: &&Claim| claim.intent.is_some() && is_stale(claim, stale, now);
        let mut left: Vec<Claim> = self.claims.iter().filter(left).cloned().collect();
        left.sort_by_key(|claim| claim.claimed_at);
        left.truncate(100);
        left
    }

    /// Forgets what is long out of time; returns how many rows.
    pub(super) fn purge(&mut self, now: Timestamp) -> usize {
        let long_ago = now - KEPT_AFTER;
        let before = self.claims.len() + self.flows.len() + self.replays.len();
        self.claims.retain(|claim| claim.intent.is_some() || claim.claimed_at > long_ago);
        let messages = self.queue.purge(long_ago);
        let (queue, claims) = (&self.queue, &self.claims);
        self.flows.retain(|id, flow| {
            flow.expires_at > long_ago || queue.refers_to(id) || claims.iter().any(|claim| claim.flow_id == *id)
        });
        self.replays.retain(|_, replay| replay.expires_at > now);
        let after = self.claims.len() + self.flows.len() + self.replays.len();
        before - after + messages + self.charges.purge(now)
    }
}

/// Tells if a claim was left behind: taken then or before, or as far in the future by a clock that was wrong.
fn is_stale(claim: &Claim, stale: Timestamp, now: Timestamp) -> bool {
    let too_late = now.saturating_add(now.duration_since(stale)).unwrap_or(Timestamp::MAX);
    claim.claimed_at <= stale || claim.claimed_at > too_late
}
