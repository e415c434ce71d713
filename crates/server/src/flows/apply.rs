//! Changes of accounts: the account is claimed, the change is made, and what follows is committed with the end of the
//! claim.
//!
//! With the account in the store's own database, the change is part of that last commit. A directory elsewhere
//! changes the account between the two commits: the claim then carries a sealed intent, by which whoever finds it left
//! behind asks the directory how that ended ([`super::unsettled`]).

use std::time::Duration;

use super::{Fault, Flows, IdempotencyKey, Reply, commit::CommitResult, intent::Intent, service::MAX_ROUNDS};
use crate::{
    client::Client,
    engine::{Application, Applied, Context, Decision, Effect, STUCK_AFTER, State},
    ports::{
        AccountId, AccountRefusal, AccountWrite, Claim, ClaimChange, DirectoryError, FlowRow, PasswordChange,
        RegisterError, SetPasswordError, UnlockError, Unlocked, random_id,
    },
    runtime::timeout,
};

/// The time that a directory elsewhere may take for a change. It is below [`STUCK_AFTER`], so that nobody takes the
/// claim of somebody who still waits.
const APPLY_WITHIN: Duration = Duration::from_secs(8);

const _: () = assert!(APPLY_WITHIN.as_secs() < STUCK_AFTER.as_secs().unsigned_abs());

/// A change that is prepared, with its result once it is written.
type Prepared = Result<(Applied, AccountWrite), Applied>;

/// A flow that has the claim on its account.
struct Claimed<'a> {
    /// The flow as it is stored since.
    row: FlowRow,
    cx: Context<'a>,
    state: State,
    /// The claim's id.
    id: String,
    account_id: AccountId,
    what: Application,
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
            return self.commit_answer(row, cx, &decision, key, client, None).await;
        };
        let claim = self.claim(row, &decision, &what, client);
        let claimed = Claimed {
            row: FlowRow { version: row.version + 1, ..row.clone() },
            cx,
            state: decision.state.clone(),
            id: claim.id.clone(),
            account_id,
            what,
        };
        let stale = claim.claimed_at - STUCK_AFTER;
        let is_elsewhere = claim.intent.is_some();
        let taken = Some(ClaimChange::Take { claim, stale });
        // The claim keeps no answer: what follows from it does.
        match self.carry_out_with(row, cx, &decision, Reply::nothing(), None, client, taken).await? {
            CommitResult::Done(_) => {}
            not_claimed => return Ok(not_claimed),
        }
        if is_elsewhere {
            self.apply_elsewhere(claimed, key, client).await
        } else {
            self.apply_here(&claimed, key, client).await
        }
    }

    /// The claim that a change begins with.
    fn claim(&self, row: &FlowRow, decision: &Decision, what: &Application, client: &Client) -> Claim {
        let id = random_id(&*self.rng);
        let joined = self.directory.accounts.joined().is_some();
        let intent = Intent::of(&decision.state, what, client).filter(|_| !joined);
        let account_key = decision.state.stage.account_key().or(row.account_key.as_deref()).unwrap_or(row.id.as_str());
        Claim {
            account_key: account_key.to_owned(),
            flow_id: row.id.clone(),
            claimed_at: self.clock.now(),
            intent: intent.map(|intent| intent.seal(&self.keys, &*self.rng, &id)),
            id,
        }
    }

    /// Changes an account in the store's own database: one commit has the change and what follows.
    async fn apply_here(
        &self,
        claimed: &Claimed<'_>,
        key: Option<&IdempotencyKey>,
        client: &Client,
    ) -> Result<CommitResult, Fault> {
        let mut prepared = self.prepare(claimed).await;
        for _ in 0..MAX_ROUNDS {
            let (applied, account) = match &prepared {
                Ok((applied, write)) => (applied, Some(write.clone())),
                Err(applied) => (applied, None),
            };
            let follows = self.engine.applied(self.after_the_work(claimed.cx), &claimed.state, &claimed.what, applied);
            let settled = Some(claimed.settled(account));
            match self
                .commit_answer(&claimed.row, self.after_the_work(claimed.cx), &follows, key, client, settled)
                .await?
            {
                CommitResult::AccountRefused(refusal) => prepared = self.prepare_again(claimed, refusal),
                // It was taken for left behind, and whoever took it has decided.
                CommitResult::Claimed => return Ok(CommitResult::Conflict),
                other => return Ok(other),
            }
        }
        Err(Fault::Contention)
    }

    /// Has the accounts or the registrations prepare the change.
    async fn prepare(&self, claimed: &Claimed<'_>) -> Prepared {
        let Claimed { account_id, what, .. } = claimed;
        let prepared = match (what, self.directory.accounts.joined()) {
            (Application::SetPassword { new, current }, Some(accounts)) => {
                let change = PasswordChange { new: new.clone(), current: current.clone() };
                accounts.password(account_id, &change).await.map_err(of_password)?
            }
            (Application::Unlock, Some(_)) => return self.prepare_unlocking(claimed, Unlocked::WasLocked),
            (Application::Register(registration), _) => {
                self.directory.prepare_registration(account_id, registration).await.map_err(of_registration)?
            }
            (Application::SetPassword { .. } | Application::Unlock, None) => return Err(Applied::Unavailable),
        };
        Ok((Applied::Done, prepared))
    }

    fn prepare_unlocking(&self, claimed: &Claimed<'_>, expected: Unlocked) -> Prepared {
        let accounts = self.directory.accounts.joined().ok_or(Applied::Unavailable)?;
        Ok((of_lock(expected), accounts.unlocking(&claimed.account_id, expected).map_err(of_unlocking)?))
    }

    /// The change after the account has refused one.
    fn prepare_again(&self, claimed: &Claimed<'_>, refusal: AccountRefusal) -> Prepared {
        match refusal {
            AccountRefusal::NoSuchAccount => Err(Applied::NoAccount),
            AccountRefusal::WrongPassword => Err(Applied::WrongPassword),
            AccountRefusal::NotLocked => self.prepare_unlocking(claimed, Unlocked::WasNotLocked),
            AccountRefusal::Locked => self.prepare_unlocking(claimed, Unlocked::WasLocked),
        }
    }

    /// Has a directory elsewhere change an account, and commits what follows.
    async fn apply_elsewhere(
        &self,
        mut claimed: Claimed<'_>,
        key: Option<&IdempotencyKey>,
        client: &Client,
    ) -> Result<CommitResult, Fault> {
        let Ok(Some(applied)) = timeout(APPLY_WITHIN, self.apply(&claimed.account_id, &claimed.what)).await else {
            return Err(Fault::Unanswered);
        };
        for _ in 0..MAX_ROUNDS {
            let follows = self.engine.applied(self.after_the_work(claimed.cx), &claimed.state, &claimed.what, &applied);
            let settled = Some(claimed.settled(None));
            match self
                .commit_answer(&claimed.row, self.after_the_work(claimed.cx), &follows, key, client, settled)
                .await?
            {
                CommitResult::Conflict if applied == Applied::Done => {
                    // The flow may have ended meanwhile: it is done all the same, so it says so.
                    let now = self.store.flow(&claimed.row.id).await?;
                    claimed.row.version = now.ok_or(Fault::Contention)?.version;
                }
                CommitResult::Claimed => return Ok(CommitResult::Conflict),
                other => return Ok(other),
            }
        }
        Err(Fault::Contention)
    }

    /// The circumstances once the work is done, which may have taken a while.
    fn after_the_work<'a>(&self, cx: Context<'a>) -> Context<'a> {
        Context { now: self.now(), ..cx }
    }

    /// Has a directory make a change; `None` where it did not say how that ended.
    async fn apply(&self, account_id: &AccountId, what: &Application) -> Option<Applied> {
        match what {
            Application::SetPassword { new, current } => {
                let change = PasswordChange { new: new.clone(), current: current.clone() };
                match self.directory.set_password(account_id, &change).await {
                    Ok(()) => Some(Applied::Done),
                    Err(SetPasswordError::Directory(error @ DirectoryError::Unanswered(_))) => unanswered(&error),
                    Err(error) => Some(of_password(error)),
                }
            }
            Application::Unlock => match self.directory.unlock(account_id).await {
                Ok(unlocked) => Some(of_lock(unlocked)),
                Err(UnlockError::Directory(error @ DirectoryError::Unanswered(_))) => unanswered(&error),
                Err(error) => Some(of_unlocking(error)),
            },
            Application::Register(registration) => {
                let registered = self.directory.register(account_id, registration).await;
                Some(registered.map_or_else(of_registration, |()| Applied::Done))
            }
        }
    }
}

impl Claimed<'_> {
    fn settled(&self, account: Option<AccountWrite>) -> ClaimChange {
        ClaimChange::Settle { id: self.id.clone(), account }
    }
}

/// The change that is to be made, and the account.
fn application(decision: &Decision) -> Option<(AccountId, Application)> {
    decision.effects.iter().find_map(|effect| match effect {
        Effect::Apply { account_id, what } => Some((account_id.clone(), what.clone())),
        _ => None,
    })
}

const fn of_lock(unlocked: Unlocked) -> Applied {
    match unlocked {
        Unlocked::WasLocked => Applied::Done,
        Unlocked::WasNotLocked => Applied::NotLocked,
    }
}

fn of_password(error: SetPasswordError) -> Applied {
    match error {
        SetPasswordError::NoSuchAccount => Applied::NoAccount,
        SetPasswordError::WrongPassword => Applied::WrongPassword,
        SetPasswordError::Refused(violations) => Applied::Refused(violations),
        SetPasswordError::NotAllowed => not_allowed(),
        SetPasswordError::Directory(error) => unavailable(&error),
    }
}

fn of_unlocking(error: UnlockError) -> Applied {
    match error {
        UnlockError::NoSuchAccount => Applied::NoAccount,
        UnlockError::NotAllowed => not_allowed(),
        UnlockError::Directory(error) => unavailable(&error),
    }
}

fn of_registration(error: RegisterError) -> Applied {
    match error {
        RegisterError::NoSuchAccount => Applied::NoAccount,
        error => unavailable(&error),
    }
}

fn unanswered(error: &DirectoryError) -> Option<Applied> {
    tracing::warn!(%error, "an account is as it was or changed");
    None
}

fn unavailable(error: &dyn std::fmt::Display) -> Applied {
    tracing::error!(%error, "an account stays as it was");
    Applied::Unavailable
}

/// The end of a change that the directory does not allow: most often a right that was not delegated.
fn not_allowed() -> Applied {
    tracing::warn!(
        "the directory does not let Regain change an account: the audit log names it, and check-directory --user says which \
         rights are missing"
    );
    Applied::NotAllowed
}
