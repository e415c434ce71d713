//! Step `new_password`: choose a new password.
//!
//! Takes `set_password`. The flow is claimed first, so that of many requests one sets the password;
//! then the directory sets it; then the flow is done, the confirmations are queued and the account's
//! other flows are void, in one transaction. A server that dies in between leaves a claimed flow,
//! which takes a password again after a while.

use regain_protocol::{Answer, PasswordPolicy};

use super::{
    Context, Engine, Found,
    apply::known,
    effects::{Application, Decision, Effect, Refusal, Reply},
    state::{KnownAccount, Stage, State},
};

impl Engine {
    pub(super) fn at_new_password(
        &self,
        cx: Context<'_>,
        state: &State,
        answer: &Answer,
        found: Found,
    ) -> Result<Decision, Refusal> {
        let Answer::SetPassword { password, current: _ } = answer else { return Err(Refusal::StepPassed) };
        let account = known(state).ok_or(Refusal::StepPassed)?;
        let mut violations = self.rules().password.broken(account, password);
        violations.extend(found.broken);
        if !violations.is_empty() {
            return Err(Refusal::PasswordRefused(violations));
        }
        let mut claimed = state.clone();
        claimed.stage = Stage::NewPassword { applying_since: Some(cx.now) };
        let what = Application::SetPassword(password.clone());
        let set = Effect::Apply { account_id: account.id.clone(), what };
        Ok(Decision { state: claimed, effects: vec![set], reply: Reply::Accepted })
    }

    /// The rules for this person: the organisation's, and their own names.
    pub(super) fn policy(&self, account: &KnownAccount) -> PasswordPolicy {
        self.rules().password.policy(account)
    }
}
