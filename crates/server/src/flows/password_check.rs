//! The rules for a new password that others judge, once it keeps every rule that the engine can judge by itself.

use regain_protocol::Violation;

use super::{Fault, Flows};
use crate::{
    breached,
    engine::{BreachedRule, GuessableRule, PasswordCheck},
    password_form,
    runtime::spawn_blocking,
};

impl Flows {
    /// The rules that the password breaks.
    pub(super) async fn check_password(&self, check: &PasswordCheck<'_>) -> Result<Vec<Violation>, Fault> {
        let mut broken = Vec::new();
        if let Some(rule) = &check.guessable
            && Self::is_guessable(rule, check).await?
        {
            broken.push(Violation::TooGuessable { min: rule.min });
        }
        if let Some(rule) = check.breached
            && self.is_breached(rule, check).await?
        {
            broken.push(Violation::Breached {});
        }
        if check.history && self.directory.remembers(&check.account_id, check.password).await? {
            broken.push(Violation::Reused {});
        }
        Ok(broken)
    }

    /// It takes milliseconds, so it is done where hashing is, off the threads that answer requests. Unlike a
    /// hash it takes no memory to speak of, and only who has proved their identity can ask for it.
    async fn is_guessable(rule: &GuessableRule, check: &PasswordCheck<'_>) -> Result<bool, Fault> {
        let (GuessableRule { min, inputs }, password) = (rule.clone(), password_form::normalise(check.password));
        let scored = spawn_blocking(move || {
            let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
            regain_strength::estimate(password.expose(), &inputs).score
        });
        Ok(scored.await.map_err(|_| Fault::Scoring)? < min)
    }

    async fn is_breached(&self, rule: BreachedRule, check: &PasswordCheck<'_>) -> Result<bool, Fault> {
        let Some(breached) = &self.breached else { return Ok(false) };
        match breached::seen(&**breached, &password_form::normalise(check.password)).await {
            Ok(count) => Ok(count >= rule.min_count),
            Err(error) if rule.accept_unknown => {
                tracing::warn!(%error, "a new password is taken without having been looked up");
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }
}
