//! Choose a new password. Begins when identity is proved; ends when the server takes the password.
//!
//! What helps with choosing one (strength, suggestions, the look into known leaks) is in [`super::aids`].

use regain_protocol::{Answer, PasswordPolicy, ProblemCode, Secret, ServerCheck, StepBody, Violation};

use super::aids::{Leak, Matching, Suggested};
use super::{Announcement, Field, FieldError, Strength, Ticket};
use crate::clock::{Millis, parse_utc};
use crate::full::IS_FULL;

/// The new password being typed.
#[expect(clippy::struct_excessive_bools, reason = "facts that hold each by itself, not states of one thing")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPassword {
    /// The organisation's rules.
    pub policy: PasswordPolicy,
    /// Whose password it is.
    pub user_id: String,
    /// Whether the account never had one.
    pub first: bool,
    /// Whether the current one must be given too.
    pub needs_current: bool,
    /// The current one as typed.
    pub current: Secret<String>,
    /// The new one as typed.
    pub password: Secret<String>,
    /// The new one as typed again.
    pub confirm: Secret<String>,
    /// The rules by which the server refused the password as it is.
    pub refused: Vec<Violation>,
    /// What is wrong, and where.
    pub error: Option<(Field, FieldError)>,
    /// Names the password as it is now: what is found out about another one is dropped.
    pub(super) text: Ticket,
    /// The last verdict about the password's strength, and which password it was about.
    pub(super) strength: Option<(Ticket, Strength)>,
    /// What is known of it in known leaks.
    pub(super) leak: Leak,
    /// What can be said of the two being the same.
    pub matching: Matching,
    /// Whether what is typed can be seen.
    pub shown: bool,
    /// Where something is typed with Caps Lock on.
    pub caps_lock: Option<Field>,
    /// How a suggestion comes along.
    pub suggested: Suggested,
    /// Whether suggestions are made of words.
    pub words: bool,
    /// Typing rests.
    pub(super) rests: bool,
    /// The score that was last said.
    pub(super) said_score: Option<u8>,
    /// How many rules were met when it was last said.
    said: usize,
}

/// A point of the checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The rule, as the violation that breaking it would be.
    pub rule: Violation,
    /// How the password stands to it.
    pub standing: Standing,
}

/// How a password stands to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does not keep it yet.
    Open,
    /// It keeps it.
    Met,
    /// Only the server can say.
    Later,
    /// It is being looked up.
    Looking,
    /// It breaks it, and no more typing will help.
    Broken,
}

impl NewPassword {
    pub(super) fn new(body: StepBody) -> Option<Self> {
        let StepBody::NewPassword { policy, user_id, first, needs_current } = body else {
            return None;
        };
        // A change of a known password was handed over before.
        if needs_current && !IS_FULL {
            return None;
        }
        let mut step = Self {
            policy,
            user_id,
            first,
            needs_current,
            current: Secret::from(""),
            password: Secret::from(""),
            confirm: Secret::from(""),
            refused: Vec::new(),
            error: None,
            text: Ticket(0),
            strength: None,
            leak: Leak::Unasked,
            matching: Matching::Unsaid,
            shown: false,
            caps_lock: None,
            suggested: Suggested::None,
            words: true,
            rests: false,
            said_score: None,
            said: 0,
        };
        step.said = step.met();
        Some(step)
    }

    /// The same step as the server has it now: what was typed stays.
    pub(super) fn refresh(&mut self, new: Self) {
        self.policy = new.policy;
        self.user_id = new.user_id;
        self.first = new.first;
        self.needs_current = new.needs_current;
    }

    /// Whether that is what the field holds anyway: fields are read again when the form is sent.
    pub(super) fn holds(&self, field: Field, text: &Secret<String>) -> bool {
        let held = match field {
            Field::Current => &self.current,
            Field::Confirm => &self.confirm,
            _ => &self.password,
        };
        held == text
    }

    /// Takes what was typed.
    pub(super) fn typed(&mut self, field: Field, text: Secret<String>) -> Option<Announcement> {
        match field {
            Field::Current => self.current = text,
            Field::Confirm => self.confirm = text,
            _ => self.is_now(text),
        }
        // Correcting one of the two makes the complaint about their difference stale.
        if self.error.as_ref().is_some_and(|(at, error)| *at == field || *error == FieldError::Different) {
            self.error = None;
        }
        if field == Field::Current {
            return None;
        }
        // What comes of a suggestion that is still being made would write over this.
        self.suggested = Suggested::None;
        if let Some(said) = self.match_up(field == Field::Confirm) {
            return Some(said);
        }
        let met = self.met();
        if met == self.said {
            return None;
        }
        self.said = met;
        let number = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Some(Announcement::RulesMet { met: number(met), of: number(self.checks().len()) })
    }

    /// Another password: nothing is known of it yet.
    pub(super) fn is_now(&mut self, password: Secret<String>) {
        self.password = password;
        self.refused.clear();
        self.rests = false;
        self.leak = Leak::Unasked;
        if self.password.expose().is_empty() {
            self.strength = None;
        }
    }

    /// The rules that can be judged here, in the order to show them, and whether each is met. Before
    /// the first key nothing is met: an empty password that "does not contain your name" is no
    /// achievement.
    pub fn checks(&self) -> Vec<regain_policy::Check> {
        let mut checks = regain_policy::checklist(&self.policy, &self.user_id, self.password.expose());
        if self.password.expose().is_empty() {
            for check in &mut checks {
                check.met = false;
            }
        }
        checks
    }

    /// The checklist: first what is judged here, then what is looked up while the person types, last
    /// what the server keeps to itself. It depends on the policy only how many there are, and which.
    /// `scores` says whether verdicts about the strength can be had.
    pub(super) fn items(&self, scores: bool) -> Vec<Item> {
        let mut items = Vec::new();
        for check in self.checks() {
            items.push(Item { rule: check.rule, standing: if check.met { Standing::Met } else { Standing::Open } });
        }
        let min = self.policy.min_score;
        if min > 0 {
            // Between a key and its verdict the one before stands: a mark that flickers says less.
            let standing = match &self.strength {
                None if !scores => Standing::Later,
                Some((_, strength)) if strength.score >= min => Standing::Met,
                _ => Standing::Open,
            };
            items.push(Item { rule: Violation::TooGuessable { min }, standing });
        }
        let mut others = false;
        for check in &self.policy.server_checks {
            if *check == ServerCheck::Breached {
                items.push(Item { rule: Violation::Breached {}, standing: self.leak.standing() });
            } else {
                others = true;
            }
        }
        if others {
            items.push(Item { rule: Violation::Unknown, standing: Standing::Later });
        }
        items
    }

    fn met(&self) -> usize {
        self.checks().iter().filter(|check| check.met).count()
    }

    /// Whether everything that can be judged here is as it should be.
    pub(super) fn keeps_rules(&self) -> bool {
        // A verdict counts that is about this very password; where there is none, the server judges.
        let guessable = match &self.strength {
            Some((text, strength)) => *text == self.text && strength.score < self.policy.min_score,
            None => false,
        };
        !guessable && self.met() == self.checks().len()
    }

    pub(super) fn submit(&mut self) -> Result<Answer, Field> {
        let (field, error) = if self.needs_current && self.current.expose().is_empty() {
            (Field::Current, FieldError::Missing)
        } else if self.password.expose().is_empty() {
            (Field::Password, FieldError::Missing)
        } else if !self.keeps_rules() {
            (Field::Password, FieldError::BreaksRules)
        } else if self.confirm.expose().is_empty() {
            (Field::Confirm, FieldError::Missing)
        } else if self.confirm != self.password {
            (Field::Confirm, FieldError::Different)
        } else {
            self.error = None;
            // Password managers look at what the form held for fields that hide what they hold.
            self.shown = false;
            let current = self.needs_current.then(|| self.current.clone());
            return Ok(Answer::SetPassword { password: self.password.clone(), current });
        };
        // The reason stands at the field now.
        self.matching = Matching::Unsaid;
        self.error = Some((field, error));
        Err(field)
    }

    /// The time from which the directory lets the password be changed, if it was refused for that.
    pub(super) fn refused_until(&self) -> Option<Millis> {
        self.refused.iter().find_map(|violation| match violation {
            Violation::TooSoon { retry_at } => parse_utc(retry_at),
            _ => None,
        })
    }

    pub(super) fn refused(&mut self, code: ProblemCode, violations: Vec<Violation>) -> Option<Field> {
        let (field, error) = match code {
            ProblemCode::PasswordRefused => {
                if violations.iter().any(|violation| matches!(violation, Violation::Breached {})) {
                    self.leak = Leak::Found;
                }
                self.refused = violations;
                (Field::Password, FieldError::Refused)
            }
            ProblemCode::WrongPassword if self.needs_current => (Field::Current, FieldError::Unusable),
            ProblemCode::Invalid => (Field::Password, FieldError::Unusable),
            _ => return None,
        };
        self.error = Some((field, error));
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step() -> NewPassword {
        NewPassword::new(StepBody::NewPassword {
            policy: PasswordPolicy {
                min_length: 15,
                max_length: 64,
                forbid_user_id: true,
                ..PasswordPolicy::default()
            },
            user_id: "ada@example.com".into(),
            first: false,
            needs_current: false,
        })
        .expect("it is that step")
    }

    #[test]
    fn both_must_be_the_same() {
        let mut step = step();
        step.typed(Field::Password, Secret::from("a long enough one"));
        assert_eq!(step.submit().err(), Some(Field::Confirm));
        step.typed(Field::Confirm, Secret::from("a long enough two"));
        assert_eq!(step.submit().err(), Some(Field::Confirm));
        assert_eq!(step.error, Some((Field::Confirm, FieldError::Different)));
        step.typed(Field::Confirm, Secret::from("a long enough one"));
        assert!(step.submit().is_ok());
    }

    #[test]
    fn what_the_rules_refuse_is_not_sent() {
        let mut step = step();
        step.typed(Field::Password, Secret::from("short"));
        step.typed(Field::Confirm, Secret::from("short"));
        assert_eq!(step.submit().err(), Some(Field::Password));
        assert_eq!(step.error, Some((Field::Password, FieldError::BreaksRules)));
    }

    #[test]
    fn a_server_refusal_lasts_until_the_password_changes() {
        let mut step = step();
        step.typed(Field::Password, Secret::from("correct horse battery"));
        assert_eq!(step.refused(ProblemCode::PasswordRefused, vec![Violation::Common {}]), Some(Field::Password));
        assert_eq!(step.refused, [Violation::Common {}]);
        step.typed(Field::Password, Secret::from("correct horse batteries"));
        assert!(step.refused.is_empty() && step.error.is_none());
    }

    #[test]
    fn progress_is_said_only_when_it_changes() {
        let mut step = step();
        let said: Vec<_> = ["a", "ab", "ada@example.com", "a long enough one"]
            .map(|text| step.typed(Field::Password, Secret::from(text)))
            .into();
        let rules = |met| Some(Announcement::RulesMet { met, of: 3 });
        assert_eq!(said, [rules(2), None, None, rules(3)]);
    }

    #[test]
    fn a_match_is_said_at_once_and_a_mismatch_when_the_second_one_is_complete() {
        let mut step = step();
        let mut types = |field, text: &str| {
            step.typed(field, Secret::from(text)).filter(|said| matches!(said, Announcement::Matching(_)))
        };
        let (same, different) = (Some(Announcement::Matching(true)), Some(Announcement::Matching(false)));
        assert_eq!(types(Field::Password, "correct horse"), None);
        assert_eq!(types(Field::Confirm, "corrupt"), None, "it is still being typed");
        assert_eq!(types(Field::Confirm, "corrupt horse"), different);
        assert_eq!(types(Field::Confirm, "corrupt horses"), None, "that is known");
        assert_eq!(types(Field::Confirm, "correct horse"), same);
        assert_eq!(types(Field::Password, "correct horse b"), None, "the first one is being typed now");
        assert_eq!(step.matching, Matching::Unsaid);
        assert_eq!(step.typed(Field::Password, Secret::from("correct horse")), same);
    }

    #[test]
    fn leaving_a_field_says_that_they_differ() {
        let mut step = step();
        step.typed(Field::Password, Secret::from("correct horse"));
        assert_eq!(step.left(Field::Password), None, "the second one is still empty");
        step.typed(Field::Confirm, Secret::from("corr"));
        assert_eq!(step.left(Field::Confirm), Some(Announcement::Matching(false)));
        assert_eq!(step.left(Field::Confirm), None, "once");
    }
}
