//! Lookups: asking others what the engine needs to know.
//!
//! A comparison with a secret is slow on purpose, and counts as a failure where it is wrong: it is paid for
//! before, so that whoever is over a limit costs nothing and harms nobody.

use jiff::Timestamp;
use regain_protocol::QuestionAnswer;

use super::{Fault, Flows};
use crate::{
    client::Client,
    engine::{Cost, Finding, LimitPolicy, Lookup},
    ports::{AccountId, CaptchaError, Charge, Charged, DirectoryError, GivenAnswer, SignIn, Standing},
};

/// A counter without room: nothing was compared.
pub(super) struct LimitReached {
    /// The meaning of that.
    pub(super) over_limit: LimitPolicy,
    /// The time from which it has room.
    pub(super) retry_at: Timestamp,
}

impl Flows {
    /// Asks one question.
    pub(super) async fn look_up(
        &self,
        lookup: Lookup<'_>,
        now: Timestamp,
        client: &Client,
    ) -> Result<Result<Finding, LimitReached>, Fault> {
        Ok(Ok(match lookup {
            Lookup::CaptchaVerdict(token) => {
                let none = || CaptchaError::Unavailable("none is configured".into());
                let verifier = self.captcha.as_ref().ok_or_else(none)?;
                Finding::CaptchaVerdict(verifier.verify(&token.into(), client.address()).await?)
            }
            Lookup::Account { user_id, near } => Finding::Account {
                account: self.directory.find(&user_id).await?,
                neighbours: self.directory.neighbours(near).await?,
            },
            Lookup::Current(user_id) => Finding::Current(self.directory.find(&user_id).await?),
            Lookup::WrongToday(counter) => Finding::WrongToday(self.store.held(&counter, now).await?),
            Lookup::Network { successes, wrong } => Finding::Network {
                successes: self.store.held(&successes, now).await?,
                wrong: self.store.held(&wrong, now).await?,
            },
            Lookup::AuthenticatorKey(account_id) => {
                match self.directory.authenticator_key(account_id.as_ref()).await {
                    // Another answer than for an account without an app would tell that there is one.
                    Err(error @ DirectoryError::Unreadable(_)) => {
                        tracing::error!(%error, "an authenticator app counts as none");
                        Finding::AuthenticatorKey(None)
                    }
                    key => Finding::AuthenticatorKey(key?),
                }
            }
            Lookup::Answers { account_id, standing, answers, costs } => {
                let work = self.compare(account_id.as_ref(), standing, answers);
                match self.paid(&costs, now, work, |right| *right).await? {
                    Ok(right) => Finding::Answers(right),
                    Err(reached) => return Ok(Err(reached)),
                }
            }
            Lookup::RecoveryCode { account_id, code, costs } => {
                let work = self.directory.use_recovery_code(account_id.as_ref(), &code, now);
                match self.paid(&costs, now, work, |right| *right).await? {
                    Ok(right) => Finding::RecoveryCode(right),
                    Err(reached) => return Ok(Err(reached)),
                }
            }
            Lookup::SignIn { user_id, password, costs } => {
                // Dated as the charge is: what the directory counts leaves its window no later than what we count.
                let work = self.directory.sign_in(&user_id, password, now);
                let is_right = |signed_in: &SignIn<_>| matches!(signed_in, SignIn::Accepted(_));
                match self.paid(&costs, now, work, is_right).await? {
                    Ok(SignIn::Accepted(account)) => Finding::SignIn(Some(account)),
                    Ok(SignIn::Refused) => Finding::SignIn(None),
                    Err(reached) => return Ok(Err(reached)),
                }
            }
            Lookup::Password(check) => {
                Finding::Password { violations: self.check_password(&check).await?, with_history: check.history }
            }
        }))
    }

    async fn compare(
        &self,
        account_id: Option<&AccountId>,
        standing: Standing,
        answers: &[QuestionAnswer],
    ) -> Result<bool, DirectoryError> {
        let given = answers.iter().map(|QuestionAnswer { question, answer }| GivenAnswer { question, answer });
        self.directory.check_answers(account_id, standing, &given.collect::<Vec<_>>()).await
    }

    /// Does work that has its price, once that is paid. Work that could not be done costs nothing, and a right answer
    /// costs no more than the trying.
    async fn paid<T>(
        &self,
        costs: &[Cost],
        now: Timestamp,
        work: impl Future<Output = Result<T, DirectoryError>>,
        is_right: impl FnOnce(&T) -> bool,
    ) -> Result<Result<T, LimitReached>, Fault> {
        let charges: Vec<Charge> = costs.iter().map(|cost| cost.charge.clone()).collect();
        if let Charged::OverLimit { bucket, retry_at } = self.store.charge(&charges, now).await? {
            let full = costs.iter().find(|cost| cost.charge.bucket == bucket);
            let over_limit = full.map_or(LimitPolicy::RateLimited, |cost| cost.over_limit);
            return Ok(Err(LimitReached { over_limit, retry_at }));
        }
        let done = work.await;
        let back: Vec<Charge> = match &done {
            Err(_) => charges,
            Ok(done) if is_right(done) => {
                costs.iter().filter(|cost| cost.only_wrong).map(|cost| cost.charge.clone()).collect()
            }
            Ok(_) => Vec::new(),
        };
        if !back.is_empty() {
            self.store.refund(&back, now).await?;
        }
        Ok(Ok(done?))
    }
}
