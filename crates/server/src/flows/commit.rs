//! Commits of decisions: everything in one transaction, and the directory's change in between two.

use jiff::Timestamp;

use super::{Fault, Flows, IdempotencyKey, MAX_ROUNDS, Reply};
use crate::{
    client::Client,
    engine::{Application, Applied, Context, Decision, Effect, OnOverLimit, Stage},
    keys::token_hash,
    ports::{
        AccountId, AuditEntry, Change, Committed, FlowRow, NewMessage, PasswordChange, RegisterError, SetPasswordError,
        UnlockError, Unlocked, VoidOthers, random_id, random_token,
    },
};

/// The result of committing a decision.
pub(super) enum CommitResult {
    /// All of it.
    Done(Reply),
    /// Nothing: read and decide again.
    Conflict,
    /// Nothing: a counter has no room.
    OverLimit(OnOverLimit, Timestamp),
}

impl Flows {
    /// Carries out what the engine decided about an answer.
    pub(super) async fn decided(
        &self,
        row: &FlowRow,
        cx: Context<'_>,
        decision: Decision,
        key: Option<&IdempotencyKey>,
        client: &Client,
    ) -> Result<CommitResult, Fault> {
        let Some((account_id, what)) = application(&decision) else {
            return self.commit_answer(row, cx, &decision, key, client).await;
        };
        // The claim keeps no answer: what follows from it does.
        match self.carry_out(row, cx, &decision, Reply::nothing(), None, client).await? {
            CommitResult::Done(_) => {}
            not_claimed => return Ok(not_claimed),
        }
        let applied = self.apply(&account_id, &what).await;
        let mut claimed = FlowRow { version: row.version + 1, ..row.clone() };
        for _ in 0..MAX_ROUNDS {
            let follows = self.engine.applied(cx, &decision.state, &what, &applied);
            match self.commit_answer(&claimed, cx, &follows, key, client).await? {
                CommitResult::Conflict if applied == Applied::Done => {
                    // Whatever happened to the flow meanwhile: it is done, so it says so.
                    let now = self.store.flow(&row.id).await?;
                    claimed.version = now.ok_or(Fault::Contention)?.version;
                }
                other => return Ok(other),
            }
        }
        Err(Fault::Contention)
    }

    /// Has the directory do it.
    async fn apply(&self, account_id: &AccountId, what: &Application) -> Applied {
        let error = match what {
            Application::SetPassword { new, current } => {
                let change = PasswordChange { new: new.clone(), current: current.clone() };
                match self.directory.set_password(account_id, &change).await {
                    Ok(()) => return Applied::Done,
                    Err(SetPasswordError::NoSuchAccount) => return Applied::NoAccount,
                    Err(SetPasswordError::WrongPassword) => return Applied::WrongPassword,
                    Err(SetPasswordError::Refused(violations)) => return Applied::Refused(violations),
                    Err(SetPasswordError::NotAllowed) => return Applied::NotAllowed,
                    Err(error) => error.to_string(),
                }
            }
            Application::Unlock => match self.directory.unlock(account_id).await {
                Ok(Unlocked::WasLocked) => return Applied::Done,
                Ok(Unlocked::WasNotLocked) => return Applied::NotLocked,
                Err(UnlockError::NoSuchAccount) => return Applied::NoAccount,
                Err(UnlockError::NotAllowed) => return Applied::NotAllowed,
                Err(error) => error.to_string(),
            },
            Application::Register(registration) => match self.directory.register(account_id, registration).await {
                Ok(()) => return Applied::Done,
                Err(RegisterError::NoSuchAccount) => return Applied::NoAccount,
                Err(error) => error.to_string(),
            },
        };
        tracing::error!(error, "an account stays as it was");
        Applied::Unavailable
    }

    /// Commits a decision with the answer that follows from it.
    async fn commit_answer(
        &self,
        row: &FlowRow,
        cx: Context<'_>,
        decision: &Decision,
        key: Option<&IdempotencyKey>,
        client: &Client,
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
        self.carry_out(&row, cx, decision, reply, key, client).await
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
        let named = decision.state.stage.account_key().map(str::to_owned);
        let account_key = named.or_else(|| row.account_key.clone());
        // A flow that is done leaves its account: a later success does not make it a cancelled one.
        let is_done = matches!(decision.state.stage, Stage::Done(_));
        let mut change = Change {
            flow: FlowRow {
                account_key: account_key.clone().filter(|_| !is_done),
                state: decision.state.to_json(),
                ..row.clone()
            },
            charges: Vec::new(),
            messages: Vec::new(),
            replay: key.map(|key| key.keep(&self.keys, &*self.rng, &reply, row.expires_at)),
            audit: Vec::new(),
            void_others: None,
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
                    change.messages.push(NewMessage {
                        payload: message.seal(&self.keys, &*self.rng, &id),
                        id,
                        flow_id: row.id.clone(),
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
                    change.void_others = account_key
                        .clone()
                        .map(|account_key| VoidOthers { account_key, state: self.engine.voided(cx).to_json() });
                }
                // Token and end are in the row by now, and the directory is told after the commit.
                Effect::RotateToken | Effect::Extend(_) | Effect::Apply { .. } => {}
            }
        }
        Ok(match self.store.commit(&change).await? {
            Committed::Done => {
                if !change.messages.is_empty() {
                    self.wake.notify_one();
                }
                CommitResult::Done(reply)
            }
            Committed::Conflict => CommitResult::Conflict,
            Committed::OverLimit { bucket, retry_at } => {
                let over_limit = over_limits.into_iter().find(|(name, _)| *name == bucket);
                CommitResult::OverLimit(over_limit.map_or(OnOverLimit::RateLimited, |(_, meaning)| meaning), retry_at)
            }
        })
    }
}

/// The change that is to be made, and the account.
fn application(decision: &Decision) -> Option<(AccountId, Application)> {
    decision.effects.iter().find_map(|effect| match effect {
        Effect::Apply { account_id, what } => Some((account_id.clone(), what.clone())),
        _ => None,
    })
}
