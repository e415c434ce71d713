//! Asking others what the engine needs to know.
//!
//! What compares a secret is slow on purpose, and counts as a failure where it is wrong: it is paid for
//! before, so that whoever is over a limit costs nothing and harms nobody.

use std::sync::PoisonError;

use jiff::Timestamp;
use regain_protocol::{QuestionAnswer, Violation};

use super::{Fault, Flows};
use crate::{
    client::Client,
    engine::{Cost, Found, Needs, OnOverLimit},
    ports::{CaptchaError, Charge, Charged, DirectoryError, GivenAnswer, SignIn},
};

/// What stays known while a decision is made again.
#[derive(Default)]
pub(super) struct Known {
    /// What the outside service said of a token, which it says once.
    verdict: Option<bool>,
    /// Whether the code turned out to be used before.
    pub(super) code_used: bool,
    /// Whether the answers were right: each time that they are compared costs.
    answers_right: Option<bool>,
    /// Whose password it was, which is a try each time that it is asked.
    signed_in: Option<SignIn>,
    /// The rules that the new password breaks, as others said; and whether they were asked for former
    /// passwords too.
    broken: Option<(Vec<Violation>, bool)>,
}

/// A counter without room: what would have been compared was not.
pub(super) struct Over {
    /// What that means.
    pub(super) meaning: OnOverLimit,
    /// From when it has room.
    pub(super) retry_at: Timestamp,
}

impl Flows {
    /// Asks others what the engine needs to know.
    pub(super) async fn find_out(
        &self,
        needs: &Needs<'_>,
        now: Timestamp,
        client: &Client,
        known: &mut Known,
    ) -> Result<Result<Found, Over>, Fault> {
        if let (Some(token), None) = (needs.verdict, known.verdict) {
            let verifier = self.captcha.read().unwrap_or_else(PoisonError::into_inner).clone();
            let none = || CaptchaError::Unavailable("none is configured".into());
            let verdict = verifier.ok_or_else(none)?.verify(&token.into(), client.address()).await?;
            known.verdict = Some(verdict);
        }
        let mut found = Found { verified: known.verdict, code_used: known.code_used, ..Found::default() };
        if let Some(user_id) = needs.account {
            found.account = self.directory.find(user_id).await?;
        }
        if let Some(account_id) = &needs.authenticator {
            found.authenticator_key = self.directory.authenticator_key(account_id.as_deref()).await?;
        }
        if let Some((account_id, answers)) = &needs.answers {
            let right = match known.answers_right {
                Some(right) => right,
                None => match self
                    .paid(&needs.costs, now, self.compare(account_id.as_deref(), answers), |right| *right)
                    .await?
                {
                    Ok(right) => right,
                    Err(over) => return Ok(Err(over)),
                },
            };
            known.answers_right = Some(right);
            found.answers_right = right;
        }
        if let Some((user_id, password)) = &needs.sign_in {
            let is_right = |signed_in: &SignIn| matches!(signed_in, SignIn::Accepted(_));
            let signed_in = if let Some(signed_in) = known.signed_in.take() {
                signed_in
            } else {
                let work = self.directory.sign_in(user_id, password, self.clock.now());
                match self.paid(&needs.costs, now, work, is_right).await? {
                    Ok(signed_in) => signed_in,
                    Err(over) => return Ok(Err(over)),
                }
            };
            known.signed_in = Some(signed_in.clone());
            match signed_in {
                SignIn::Accepted(account) => found.signed_in = Some(account),
                // Of a password that nobody has a right to change nothing more is found out.
                SignIn::Refused => return Ok(Ok(found)),
            }
        }
        if let Some(check) = &needs.password {
            let said = known.broken.take().filter(|(_, history)| *history || !check.history);
            let said = match said {
                Some(said) => said,
                None => (self.judge(check).await?, check.history),
            };
            found.broken.clone_from(&said.0);
            known.broken = Some(said);
        }
        Ok(Ok(found))
    }

    async fn compare(&self, account_id: Option<&str>, answers: &[QuestionAnswer]) -> Result<bool, DirectoryError> {
        let given = answers.iter().map(|QuestionAnswer { question, answer }| GivenAnswer { question, answer });
        self.directory.check_answers(account_id, &given.collect::<Vec<_>>()).await
    }

    /// Does what has its price, once it is paid. What could not be done costs nothing, and what turned out
    /// right costs no more than the trying.
    async fn paid<T>(
        &self,
        costs: &[Cost],
        now: Timestamp,
        work: impl Future<Output = Result<T, DirectoryError>>,
        is_right: impl FnOnce(&T) -> bool,
    ) -> Result<Result<T, Over>, Fault> {
        let charges: Vec<Charge> = costs.iter().map(|cost| cost.charge.clone()).collect();
        if let Charged::OverLimit { bucket, retry_at } = self.store.charge(&charges, now).await? {
            let full = costs.iter().find(|cost| cost.charge.bucket == bucket);
            let meaning = full.map_or(OnOverLimit::RateLimited, |cost| cost.over_limit);
            return Ok(Err(Over { meaning, retry_at }));
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
