//! Step `new_password`: choose a new password.
//!
//! Takes `set_password`. The flow is claimed first, so that of many requests one sets the password;
//! then the directory sets it; then the flow is done, the confirmations are queued and the account's
//! other flows are void, in one transaction. A server that dies in between leaves a claimed flow,
//! which takes a password again after a while.
//!
//! Where the current password must come too, it is compared as a sign-in is, before anything is said of
//! the new one that only who knows the current one may know.

use regain_protocol::{Answer, PasswordPolicy, Secret, Violation};

use super::{
    Context, Engine, Found,
    apply::known,
    effects::{Application, Decision, Refusal},
    state::{KnownAccount, State},
};
use regain_values::password_form;

impl Engine {
    pub(super) fn at_new_password(
        &self,
        cx: Context<'_>,
        state: &State,
        needs_current: bool,
        answer: &Answer,
        found: Found,
    ) -> Result<Decision, Refusal> {
        let Answer::SetPassword { password, current } = answer else { return Err(Refusal::StepPassed) };
        let current = current.as_ref().filter(|_| needs_current);
        if needs_current && current.is_none_or(|current| current.expose().is_empty()) {
            return Err(Refusal::invalid("/current", "type the current password"));
        }
        let account = known(state).ok_or(Refusal::StepPassed)?;
        let mut violations = self.rules().password.broken(account, password);
        if violations.is_empty() {
            if current.is_some() && found.signed_in.is_none_or(|signed_in| signed_in.id != account.id) {
                return Ok(Self::wrong_password(cx, state));
            }
            violations = found.broken;
            if current.is_some_and(|current| is_the_same(current, password)) {
                violations.retain(|rule| !matches!(rule, Violation::Reused {}));
                violations.push(Violation::Reused {});
            }
        }
        if !violations.is_empty() {
            return Err(Refusal::PasswordRefused(violations));
        }
        let what = Application::SetPassword { new: password.clone(), current: current.cloned() };
        Ok(Decision::applying(cx, state, account, what))
    }

    /// The rules for this person: the organisation's, and their own names.
    pub(super) fn policy(&self, account: &KnownAccount) -> PasswordPolicy {
        self.rules().password.policy(account)
    }
}

/// Whether two passwords are one, as they are kept.
fn is_the_same(one: &Secret<String>, other: &Secret<String>) -> bool {
    regain_keys::same(password_form::normalise(one).expose(), password_form::normalise(other).expose())
}
