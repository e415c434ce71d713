//! The directory's own rules for passwords, and which of them a refused password broke.

use jiff::{SignedDuration, Timestamp};
use regain_ports::{DirectoryRules, Person};
use regain_protocol::{PasswordPolicy, Secret, Violation};

/// Rules for passwords and lockouts, as far as they can be read; those that are not there are 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) directory: DirectoryRules,
    /// The time for which a password has to stay.
    pub(crate) min_age: SignedDuration,
    /// The number of former passwords that are refused.
    pub(crate) history: u32,
    /// The number of wrong passwords that lock an account.
    pub(crate) lockout_threshold: u32,
    /// The time for which an account is locked; 0 for until somebody unlocks it.
    pub(crate) lockout: SignedDuration,
}

/// A refused password, with what is known of the refusal.
pub(crate) struct Refused<'a> {
    pub(crate) rules: Rules,
    pub(crate) person: &'a Person,
    pub(crate) password: &'a Secret<String>,
    /// The person gave the current one: the history and the minimum age count.
    pub(crate) is_change: bool,
    /// The time at which the current password was set.
    pub(crate) set_at: Option<Timestamp>,
    pub(crate) now: Timestamp,
}

impl Refused<'_> {
    /// The rules that explain it: those of its text, or else its age, or else the history.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let broken = self.by_text();
        if !broken.is_empty() {
            return broken;
        }
        let too_soon = self.too_soon().filter(|_| self.is_change);
        let reused = (self.is_change && self.rules.history > 0).then_some(Violation::Reused {});
        vec![too_soon.or(reused).unwrap_or(Violation::Directory {})]
    }

    /// The rules of its text that it breaks.
    pub(crate) fn by_text(&self) -> Vec<Violation> {
        let DirectoryRules { min_length, min_classes, forbid_names } = self.rules.directory;
        let names = self.person.display_name.split(|c: char| !c.is_alphanumeric()).filter(|_| forbid_names);
        let forbidden_words =
            names.filter(|name| name.chars().count() >= regain_policy::MIN_CONTEXT_LENGTH).map(str::to_owned).collect();
        let policy = PasswordPolicy {
            min_length,
            max_length: u32::MAX,
            min_classes,
            forbid_user_id: forbid_names,
            forbidden_words,
            ..PasswordPolicy::default()
        };
        regain_policy::violations(&policy, self.person.user_id.as_str(), self.password.expose())
    }

    /// The violation of the minimum age, where it is not over.
    pub(crate) fn too_soon(&self) -> Option<Violation> {
        let retry_at = self.set_at?.checked_add(self.rules.min_age).ok()?;
        // The next whole second: at the time that is told it has passed.
        let retry_at = Timestamp::from_second(retry_at.as_second() + 1).ok()?;
        (retry_at > self.now).then(|| Violation::TooSoon { retry_at: retry_at.to_string() })
    }
}
