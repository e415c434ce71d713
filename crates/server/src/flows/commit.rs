//! Commits of decisions: everything in one transaction.

use jiff::Timestamp;

use super::{Fault, Flows, IdempotencyKey, Reply};
use crate::{
    client::Client,
    engine::{Context, Decision, Effect, LimitPolicy, Stage},
    keys::token_hash,
    ports::{
        AccountRefusal, AuditEntry, Change, Channel, ClaimChange, Committed, FlowRow, NewMessage, VoidOthers,
        random_id, random_token,
    },
};

/// The result of committing a decision.
pub(super) enum CommitResult {
    /// All of it.
    Done(Reply),
    /// Nothing: read and decide again.
    Conflict,
    /// Nothing: somebody else is changing the account.
    Claimed,
    /// Nothing: the account does not take the change.
    AccountRefused(AccountRefusal),
    /// Nothing: a counter has no room.
    OverLimit(LimitPolicy, Timestamp),
}

impl Flows {
    /// Commits a decision with the answer that follows from it.
    pub(super) async fn commit_answer(
        &self,
        row: &FlowRow,
        cx: Context<'_>,
        decision: &Decision,
        key: Option<&IdempotencyKey>,
        client: &Client,
        claim: Option<ClaimChange>,
    ) -> Result<CommitResult, Fault> {
        let rotates = decision.effects.iter().any(|effect| matches!(effect, Effect::RotateToken));
        let token = rotates.then(|| random_token(&*self.rng));
        let mut row = row.clone();
        if let Some(token) = &token {
            row.token_hash = token_hash(token);
        }
        let extended = decision.effects.iter().find_map(|effect| match effect {
            Effect::Extend(at) => Some(*at),
            _ => None,
        });
        row.expires_at = extended.unwrap_or(row.expires_at);
        let shown = self.engine.view(Context { expires_at: row.expires_at, ..cx }, &decision.state);
        let reply = Reply::decided(&decision.reply, shown, token);
        self.carry_out_with(&row, cx, decision, reply, key, client, claim).await
    }

    /// Commits everything that a decision brings about, in one transaction.
    pub(super) async fn carry_out(
        &self,
        row: &FlowRow,
        cx: Context<'_>,
        decision: &Decision,
        reply: Reply,
        key: Option<&IdempotencyKey>,
        client: &Client,
    ) -> Result<CommitResult, Fault> {
        self.carry_out_with(row, cx, decision, reply, key, client, None).await
    }

    /// [`Flows::carry_out`], with the beginning or the end of a change of the account.
    #[expect(clippy::too_many_arguments, reason = "each is a part of the commit")]
    pub(super) async fn carry_out_with(
        &self,
        row: &FlowRow,
        cx: Context<'_>,
        decision: &Decision,
        reply: Reply,
        key: Option<&IdempotencyKey>,
        client: &Client,
        claim: Option<ClaimChange>,
    ) -> Result<CommitResult, Fault> {
        let named = decision.state.stage.account_key().map(str::to_owned);
        let account_key = named.or_else(|| row.account_key.clone());
        // A flow that is done leaves its account: a later success does not make it a cancelled one.
        let is_done = matches!(decision.state.stage, Stage::Done(_));
        let mut change = Change {
            flow: FlowRow {
                account_key: account_key.clone().filter(|_| !is_done),
                state: decision.state.to_json(),
                voided: false,
                ..row.clone()
            },
            charges: Vec::new(),
            messages: Vec::new(),
            replay: key.map(|key| key.keep(&self.keys, &*self.rng, &reply, row.expires_at)),
            audit: Vec::new(),
            void_others: None,
            claim,
            now: cx.now,
        };
        let mut over_limits = Vec::new();
        for effect in &decision.effects {
            match effect {
                Effect::Charge(charge, over_limit) => {
                    change.charges.push(charge.clone());
                    over_limits.push((charge.bucket.clone(), *over_limit));
                }
                Effect::Send { message, not_after, voidable } => {
                    let id = random_id(&*self.rng);
                    let mut message = message.clone();
                    if message.content.channel() == Channel::Mail {
                        message.device = client.device();
                    }
                    change.messages.push(NewMessage {
                        payload: message.seal(&self.keys, &*self.rng, &id),
                        id,
                        flow_id: row.id.clone(),
                        channel: message.content.channel(),
                        not_after: *not_after,
                        voidable: *voidable,
                    });
                }
                Effect::Audit { event, detail } => change.audit.push(AuditEntry {
                    at: cx.now,
                    flow_id: row.id.clone(),
                    account_key: account_key.clone(),
                    event: (*event).to_owned(),
                    client: client.address().map(|address| address.to_string()),
                    detail: detail.as_ref().map(ToString::to_string),
                }),
                Effect::VoidOthers => {
                    change.void_others = account_key.clone().map(|account_key| VoidOthers { account_key });
                }
                // Token and end are in the row by now, and the directory is told after the commit.
                Effect::RotateToken | Effect::Extend(_) | Effect::Apply { .. } => {}
            }
        }
        Ok(match self.store.commit(&change).await? {
            Committed::Done => {
                for message in &change.messages {
                    self.wake.queued(message.channel);
                }
                CommitResult::Done(reply)
            }
            Committed::Conflict => CommitResult::Conflict,
            Committed::Claimed => CommitResult::Claimed,
            Committed::AccountRefused(refusal) => CommitResult::AccountRefused(refusal),
            Committed::OverLimit { bucket, retry_at } => {
                let over_limit = over_limits.into_iter().find(|(name, _)| *name == bucket);
                CommitResult::OverLimit(over_limit.map_or(LimitPolicy::RateLimited, |(_, meaning)| meaning), retry_at)
            }
        })
    }
}
