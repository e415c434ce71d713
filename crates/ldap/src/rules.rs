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

impl Rules {
    /// The minimum age in words; `None` where there is none.
    pub(crate) fn min_age_text(&self) -> Option<String> {
        let seconds = Some(self.min_age.as_secs()).filter(|seconds| *seconds > 0)?;
        let in_units = |(unit, name): (i64, &str)| (seconds % unit == 0).then(|| (seconds / unit, name.to_owned()));
        let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
        let (count, unit) = units.into_iter().find_map(in_units)?;
        Some(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
    }
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
        let min_age = Some(self.rules.min_age).filter(|age| !age.is_zero())?;
        let retry_at = self.set_at?.checked_add(min_age).ok()?;
        // The next whole second: at the time that is told it has passed.
        let retry_at = Timestamp::from_second(retry_at.as_second() + 1).ok()?;
        (retry_at > self.now).then(|| Violation::TooSoon { retry_at: retry_at.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use regain_values::UserId;

    use super::*;

    #[test]
    fn a_minimum_age_is_told_in_its_unit() {
        for (seconds, text) in [
            (0, None),
            (86_400, Some("1 day")),
            (172_800, Some("2 days")),
            (5_400, Some("90 minutes")),
            (1, Some("1 second")),
        ] {
            let rules = Rules { min_age: SignedDuration::from_secs(seconds), ..Rules::default() };
            assert_eq!(rules.min_age_text().as_deref(), text);
        }
    }

    #[test]
    fn t8_a_refusal_is_explained_by_what_is_known() {
        let person = Person {
            user_id: UserId::of_directory("ada@example.com".to_owned()),
            display_name: "Ada Lovelace".to_owned(),
            ..Person::default()
        };
        let now: Timestamp = "2026-11-30T15:00:00Z".parse().expect("a time");
        let complex = DirectoryRules { min_length: 8, min_classes: 3, forbid_names: true };
        let rules = |min_age, history| Rules {
            directory: complex,
            min_age: SignedDuration::from_hours(min_age),
            history,
            ..Rules::default()
        };
        let set_at = Some(now - SignedDuration::from_hours(1));
        let too_soon = Violation::TooSoon { retry_at: "2026-12-01T14:00:01Z".to_owned() };
        for (rules, password, is_change, expected) in [
            (rules(0, 3), "Short-1", true, Violation::TooShort { min: 8 }),
            (rules(0, 3), "longer than that", false, Violation::TooFewClasses { min: 3 }),
            (rules(0, 3), "Mrs-Lovelace-1", false, Violation::ContainsForbiddenWord { word: "Lovelace".to_owned() }),
            (rules(24, 3), "Good-Enough-1", true, too_soon),
            (rules(24, 3), "Good-Enough-1", false, Violation::Directory {}),
            (rules(1, 3), "Good-Enough-1", true, Violation::TooSoon { retry_at: "2026-11-30T15:00:01Z".to_owned() }),
            (rules(0, 3), "Good-Enough-1", true, Violation::Reused {}),
            (rules(0, 3), "Good-Enough-1", false, Violation::Directory {}),
            (rules(0, 0), "Good-Enough-1", true, Violation::Directory {}),
        ] {
            let password = Secret::from(password);
            let refused = Refused { rules, person: &person, password: &password, is_change, set_at, now };
            assert_eq!(refused.violations(), [expected], "{:?} {is_change}", password.expose());
        }
    }
}
