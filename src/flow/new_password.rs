//! Choose a new password. Begins when identity is proved; ends when the server takes the password.

use regain_protocol::{Answer, PasswordPolicy, ProblemCode, Secret, StepBody, Violation};

use super::{Announcement, Field, FieldError};

/// The new password being typed.
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
    /// How many rules were met when it was last said.
    said: usize,
}

impl NewPassword {
    pub(super) fn new(body: StepBody) -> Option<Self> {
        let StepBody::NewPassword { policy, user_id, first, needs_current } = body else {
            return None;
        };
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
            said: 0,
        };
        step.said = step.met();
        Some(step)
    }

    /// The same step as the server has it now: what was typed stays.
    pub(super) fn refresh(&mut self, new: Self) {
        let old = std::mem::replace(self, new);
        self.current = old.current;
        self.password = old.password;
        self.confirm = old.confirm;
        self.refused = old.refused;
        self.error = old.error;
        self.said = old.said;
    }

    pub(super) fn typed(&mut self, field: Field, text: Secret<String>) -> Option<Announcement> {
        match field {
            Field::Current => self.current = text,
            Field::Confirm => self.confirm = text,
            _ => {
                self.password = text;
                self.refused.clear();
            }
        }
        // Correcting one of the two makes the complaint about their difference stale.
        if self.error.as_ref().is_some_and(|(at, error)| *at == field || *error == FieldError::Different) {
            self.error = None;
        }
        let met = self.met();
        if met == self.said {
            return None;
        }
        self.said = met;
        let number = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Some(Announcement::RulesMet { met: number(met), of: number(self.checks().len()) })
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

    fn met(&self) -> usize {
        self.checks().iter().filter(|check| check.met).count()
    }

    pub(super) fn submit(&mut self) -> Result<Answer, Field> {
        let (field, error) = if self.needs_current && self.current.expose().is_empty() {
            (Field::Current, FieldError::Missing)
        } else if self.password.expose().is_empty() {
            (Field::Password, FieldError::Missing)
        } else if self.met() < self.checks().len() {
            (Field::Password, FieldError::BreaksRules)
        } else if self.confirm.expose().is_empty() {
            (Field::Confirm, FieldError::Missing)
        } else if self.confirm != self.password {
            (Field::Confirm, FieldError::Different)
        } else {
            self.error = None;
            let current = self.needs_current.then(|| self.current.clone());
            return Ok(Answer::SetPassword { password: self.password.clone(), current });
        };
        self.error = Some((field, error));
        Err(field)
    }

    pub(super) fn refused(&mut self, code: ProblemCode, violations: Vec<Violation>) -> Option<Field> {
        let (field, error) = match code {
            ProblemCode::PasswordRefused => {
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
}
