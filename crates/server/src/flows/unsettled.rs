//! Claims that were left behind: a process died, or a directory did not answer, between the claim on an account and the
//! commit of what followed. The directory is asked how that ended, and what follows is committed then.

use jiff::{SignedDuration, Timestamp};

use super::{
    Fault, Flows, Reply,
    commit::CommitResult,
    intent::{Intended, Intent},
    service::MAX_ROUNDS,
};
use crate::{
    engine::{Applied, Decision, Effect, ProvedPerson, STUCK_AFTER, State},
    ports::{Claim, ClaimChange, DirectoryError, SignIn},
};

/// The time for which a directory is asked. Afterwards the password, which is sealed in the intent, is erased.
const ASKED_FOR: SignedDuration = SignedDuration::from_mins(15);

impl Flows {
    /// Settles the claims that were left behind, as far as the directory answers; returns how many.
    pub async fn settle_left_behind(&self) -> Result<usize, Fault> {
        let now = self.clock.now();
        let mut settled = 0;
        for claim in self.store.unsettled_claims(now - STUCK_AFTER, now).await? {
            match self.settle(&claim, now).await {
                Ok(true) => settled += 1,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "a change of an account that was left behind is not settled"),
            }
        }
        Ok(settled)
    }

    /// Settles one; `false` where it is to be asked again.
    async fn settle(&self, claim: &Claim, now: Timestamp) -> Result<bool, Fault> {
        let intent = claim.intent.as_deref().and_then(|sealed| Intent::open(&self.keys, &claim.id, sealed).ok());
        let known = intent.as_ref().and_then(|intent| Some((intent, intent.state()?)));
        let Some((intent, claimed)) = known else {
            tracing::error!("what was to be changed in an account cannot be read any more");
            return self.follow(claim, None, "outcome_unknown").await;
        };
        let Some(person) = claimed.stage.person() else { return self.follow(claim, None, "outcome_unknown").await };
        let is_too_late = now.duration_since(claim.claimed_at) >= ASKED_FOR;
        let applied = match self.found_out(person, &intent.change).await {
            Ok(applied) => applied,
            Err(error) if is_too_late => {
                tracing::error!(%error, "nobody can say what became of a change of an account");
                Applied::Unknown
            }
            Err(error) => {
                tracing::warn!(%error, "a directory that left a change unanswered does not answer yet");
                return Ok(false);
            }
        };
        self.follow(claim, Some((intent, &claimed, applied)), "not_applied").await
    }

    /// Asks the directory how a change ended.
    async fn found_out(&self, person: &ProvedPerson, change: &Intended) -> Result<Applied, DirectoryError> {
        let accounts = &self.directory.accounts;
        let user_id = &person.account.user_id;
        if let Intended::Password { new } = change {
            // One that was away since the start has its abilities with the first answer.
            accounts.check().await?;
            if !accounts.abilities().sign_in {
                return Ok(Applied::Unknown);
            }
            if let SignIn::Accepted(found) = accounts.sign_in(user_id, new, self.now()).await? {
                return Ok(if found.id == person.account.id { Applied::Done } else { Applied::NoAccount });
            }
        }
        let Some(found) = accounts.find(user_id).await?.filter(|found| found.id == person.account.id) else {
            return Ok(Applied::NoAccount);
        };
        Ok(match change {
            // Of an account that nobody can sign in to, a refusal says nothing about the password.
            Intended::Password { .. } if found.locked || !found.enabled => Applied::Unknown,
            Intended::Unlock if found.locked || !found.enabled => Applied::Unavailable,
            Intended::Password { .. } => Applied::Unavailable,
            Intended::Unlock if person.account.locked => Applied::Done,
            Intended::Unlock => Applied::NotLocked,
        })
    }

    /// Commits what follows, with the end of the claim. A flow that has moved on goes on where nothing was changed, or
    /// where nobody knows of whom; `event` is then in the log.
    async fn follow(
        &self,
        claim: &Claim,
        known: Option<(&Intent, &State, Applied)>,
        event: &'static str,
    ) -> Result<bool, Fault> {
        let client = known.as_ref().map(|(intent, ..)| intent.client()).unwrap_or_default();
        for _ in 0..MAX_ROUNDS {
            let Some(row) = self.store.flow(&claim.flow_id).await? else { return Ok(false) };
            let cx = self.context(&row, self.now(), client.network());
            let decision = match &known {
                Some((intent, claimed, applied))
                    if *applied != Applied::Unavailable || self.state(&row)? == **claimed =>
                {
                    self.engine.applied(cx, claimed, &intent.application(), applied)
                }
                _ => stayed(self.state(&row)?, event),
            };
            let settled = Some(ClaimChange::Settle { id: claim.id.clone(), account: None });
            match self.carry_out_with(&row, cx, &decision, Reply::nothing(), None, &client, settled).await? {
                CommitResult::Done(_) => return Ok(true),
                // Somebody else has settled it.
                CommitResult::Claimed => return Ok(false),
                CommitResult::Conflict | CommitResult::OverLimit(..) | CommitResult::AccountRefused(_) => {}
            }
        }
        Err(Fault::Contention)
    }
}

/// The flow as it is, with a line in the log.
fn stayed(state: State, event: &'static str) -> Decision {
    let effects = vec![Effect::Audit { event, detail: None }];
    Decision { state, effects, reply: crate::engine::Reply::Accepted }
}
