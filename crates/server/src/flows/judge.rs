//! What others have to say about a new password that keeps every rule the server can judge by itself.

use regain_protocol::Violation;

use super::{Fault, Flows};
use crate::{
    breached,
    config::OnFailure,
    engine::{BreachedRule, PasswordCheck},
    password_form,
};

impl Flows {
    /// The rules that the password breaks.
    pub(super) async fn judge(&self, check: &PasswordCheck<'_>) -> Result<Vec<Violation>, Fault> {
        let mut broken = Vec::new();
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

    async fn is_breached(&self, rule: BreachedRule, check: &PasswordCheck<'_>) -> Result<bool, Fault> {
        let Some(breached) = &self.breached else { return Ok(false) };
        match breached::seen(&**breached, &password_form::normalise(check.password)).await {
            Ok(count) => Ok(count >= rule.min_count),
            Err(error) if rule.on_failure == OnFailure::Accept => {
                tracing::warn!(%error, "a new password is taken without having been looked up");
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }
}
