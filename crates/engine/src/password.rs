//! The rules for new passwords that the engine judges by itself.

use regain_policy::Banned;
use regain_ports::AccountId;
use regain_protocol::{PasswordPolicy, Secret, Violation};

use crate::state::KnownAccount;
use regain_values::{common_passwords, password_form};

/// The rules of a new password that others judge.
#[derive(Debug, Clone)]
pub struct PasswordCheck<'a> {
    /// The password, as typed.
    pub password: &'a Secret<String>,
    /// The directory's name for the account.
    pub account_id: AccountId,
    /// The rule about passwords that are guessed too easily, where there is one.
    pub guessable: Option<GuessableRule>,
    /// The rule about breached passwords, where there is one.
    pub breached: Option<BreachedRule>,
    /// The account may not have had it before.
    pub history: bool,
}

/// The rule about passwords that are guessed too easily.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuessableRule {
    /// The lowest score that is taken.
    pub min: u8,
    /// The words that a guesser knows: the user ID, and the words that the browser was sent, so that it comes to the
    /// same score.
    pub inputs: Vec<String>,
}

/// The rule about breached passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreachedRule {
    /// The number of breaches from which on it is refused.
    pub min_count: u32,
    /// A password is taken where it cannot be looked up.
    pub accept_unknown: bool,
}

/// The organisation's rules for new passwords.
#[derive(Debug, Clone)]
pub struct PasswordRules {
    /// The rules that a browser is told, but for the person's own names.
    pub policy: PasswordPolicy,
    /// The person's own names may not occur.
    pub forbid_names: bool,
    /// The words that points are counted by.
    pub banned: Banned,
    /// The points that a password needs; 0 for none.
    pub points: u8,
    /// The most used passwords are refused.
    pub common: bool,
    /// The rule about breached passwords, where there is one.
    pub breached: Option<BreachedRule>,
    /// Former passwords are refused.
    pub history: bool,
}

impl PasswordRules {
    /// The rules for this person: the organisation's and the directory's, the stricter of each, and their own names.
    pub fn policy(&self, account: &KnownAccount) -> PasswordPolicy {
        let mut policy = self.policy.clone();
        let directory = account.password_rules;
        policy.min_length = policy.min_length.max(directory.min_length);
        policy.min_classes = policy.min_classes.max(directory.min_classes);
        policy.forbid_user_id |= directory.forbid_names;
        let forbid_names = self.forbid_names || directory.forbid_names;
        let names = account.display_name.split(|c: char| !c.is_alphanumeric()).filter(|_| forbid_names);
        for name in names.filter(|name| name.chars().count() >= regain_policy::MIN_CONTEXT_LENGTH) {
            if !policy.forbidden_words.iter().any(|word| word.eq_ignore_ascii_case(name)) {
                policy.forbidden_words.push(name.to_owned());
            }
        }
        policy
    }

    /// The rules that the password breaks: as it was typed, which is what the browser judged, and as it
    /// will be kept. Composed in another way it may be shorter, or hide a name.
    pub fn broken(&self, account: &KnownAccount, password: &Secret<String>) -> Vec<Violation> {
        let policy = self.policy(account);
        let kept = password_form::normalise(password);
        let mut broken = regain_policy::violations(&policy, account.user_id.as_str(), password.expose());
        if broken.is_empty() {
            broken = regain_policy::violations(&policy, account.user_id.as_str(), kept.expose());
        }
        // The rest is not worth the time for a text of any length.
        if broken.iter().any(|rule| matches!(rule, Violation::TooLong { .. })) {
            return broken;
        }
        // With too few different characters there are too few points whatever is banned.
        let is_said = broken.iter().any(|rule| matches!(rule, Violation::TooFewDifferent { .. }));
        if !is_said && !self.banned.passes(kept.expose(), self.points) {
            broken.push(Violation::ContainsBannedWord {});
        }
        if self.common && common_passwords::is_common(kept.expose()) {
            broken.push(Violation::Common {});
        }
        broken
    }

    /// The rules of a password that others judge: none where there is no such rule, or where it is
    /// refused without them.
    pub fn check<'a>(
        &self,
        account: &KnownAccount,
        password: &'a Secret<String>,
        is_a_change: bool,
    ) -> Option<PasswordCheck<'a>> {
        // A change is to another password.
        let (breached, history) = (self.breached, self.history || is_a_change);
        let min = self.policy.min_score;
        let is_asked_about = min > 0 || breached.is_some() || history;
        if !is_asked_about || !self.broken(account, password).is_empty() {
            return None;
        }
        let inputs = || [vec![account.user_id.to_string()], self.policy(account).forbidden_words].concat();
        let guessable = (min > 0).then(|| GuessableRule { min, inputs: inputs() });
        Some(PasswordCheck { password, account_id: account.id.clone(), guessable, breached, history })
    }
}
