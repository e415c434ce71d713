//! Step `new_password`: choose a new password.
//!
//! Takes `set_password`. The flow is claimed first, so that of many requests one sets the password;
//! then the directory sets it; then the flow is done, the confirmations are queued and the account's
//! other flows are void, in one transaction. A server that dies in between leaves a claimed flow,
//! which takes a password again after a while.
//!
//! A current password that must come too is compared as a sign-in is, before anything is said of the new one that only
//! who knows the current one may know.

use regain_keys::same;
use regain_protocol::{Answer, FlowKind, Secret, StepBody, Violation};
use regain_values::password_form;

use super::sign_in::wrong_password;
use crate::{
    decision::{Application, Decision, Refusal},
    lookups::{Findings, Lookup},
    password::PasswordCheck,
    state::NewPassword,
    turn::{Step, Turn},
};

impl Step for NewPassword {
    fn lookup<'a>(&self, turn: Turn<'_>, answer: &'a Answer, findings: &Findings) -> Option<Lookup<'a>> {
        let Answer::SetPassword { password, current } = answer else { return None };
        let (account, rules) = (&self.person.account, &turn.engine.rules().password);
        // A password that is refused anyway costs nobody a try.
        if !rules.broken(account, password).is_empty() {
            return None;
        }
        if let (Some(_), Some(current)) = (self.current_tries_left, current) {
            match findings.sign_in() {
                None => {
                    let (user_id, engine) = (account.user_id.clone(), turn.engine);
                    return engine.network_lookup(turn.cx, &user_id, findings).or_else(|| {
                        let costs = engine.cost_of_password(turn.cx, &user_id, true, findings);
                        Some(Lookup::SignIn { user_id, password: current, costs })
                    });
                }
                // Of a password that nobody has a right to change nothing more is found out.
                Some(None) => return None,
                Some(Some(_)) => {}
            }
        }
        let check = self.check(turn, password)?;
        findings.violations(check.history).is_none().then_some(Lookup::Password(check))
    }

    fn answer(&self, turn: Turn<'_>, answer: &Answer, findings: &Findings) -> Result<Decision, Refusal> {
        let Answer::SetPassword { password, current } = answer else { return Err(Refusal::StepPassed) };
        let needs_current = self.current_tries_left.is_some();
        let current = current.as_ref().filter(|_| needs_current);
        if needs_current && current.is_none_or(|current| current.expose().is_empty()) {
            return Err(Refusal::invalid("/current", "type the current password"));
        }
        let (account, rules) = (&self.person.account, &turn.engine.rules().password);
        let mut violations = rules.broken(account, password);
        if violations.is_empty() {
            let signed_in = findings.sign_in().flatten();
            if current.is_some() && signed_in.is_none_or(|signed_in| signed_in.id != account.id) {
                return Ok(wrong_password(turn));
            }
            violations = match self.check(turn, password) {
                // Nobody has judged what somebody must: it is not taken.
                Some(check) => findings.violations(check.history).ok_or(Refusal::Busy)?,
                None => Vec::new(),
            };
            if current.is_some_and(|current| is_the_same(current, password)) {
                violations.retain(|rule| !matches!(rule, Violation::Reused {}));
                violations.push(Violation::Reused {});
            }
        }
        if !violations.is_empty() {
            return Err(Refusal::PasswordRefused(violations));
        }
        let what = Application::SetPassword { new: password.clone(), current: current.cloned() };
        Ok(turn.applying(account, what))
    }

    fn view(&self, turn: Turn<'_>) -> StepBody {
        let account = &self.person.account;
        StepBody::NewPassword {
            policy: turn.engine.rules().password.policy(account),
            user_id: account.user_id.to_string(),
            first: account.first_password,
            needs_current: self.current_tries_left.is_some(),
        }
    }
}

impl NewPassword {
    /// The rules that others judge a password by; `None` where there are none, or where it is refused without.
    fn check<'a>(&self, turn: Turn<'_>, password: &'a Secret<String>) -> Option<PasswordCheck<'a>> {
        let rules = &turn.engine.rules().password;
        let mut check = rules.check(&self.person.account, password, turn.cx.kind == FlowKind::Change)?;
        // A server that died in between may have set this very password: it can be given again.
        check.history &= turn.state.applying_since.is_none();
        Some(check)
    }
}

/// Tells if two passwords are one, as they are kept.
fn is_the_same(one: &Secret<String>, other: &Secret<String>) -> bool {
    same(password_form::normalise(one).expose(), password_form::normalise(other).expose())
}
