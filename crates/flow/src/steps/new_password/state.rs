//! The new password being typed.

use regain_protocol::{Answer, PasswordPolicy, ProblemCode, Secret, StepBody, Violation};

use super::assistance::{Breach, Matching, Strength, Suggestion};
use crate::clock::{Millis, parse_utc};
use crate::effect::{Announcement, Effect, Ticket};
use crate::field::{Field, FieldError};
use crate::full::IS_FULL;
use crate::step::{Context, Outcome, Refusal, StepState};

/// The new password being typed.
#[expect(clippy::struct_excessive_bools, reason = "facts that hold each by itself, not states of one thing")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewPassword {
    pub(super) policy: PasswordPolicy,
    pub(super) user_id: String,
    /// True where the account never had one.
    pub(super) first: bool,
    /// True where the current one must be given too.
    pub(super) needs_current: bool,
    /// The current one as typed.
    pub(crate) current: Secret<String>,
    /// The new one as typed.
    pub(crate) password: Secret<String>,
    /// The new one as typed again.
    pub(crate) confirm: Secret<String>,
    /// The rules by which the server refused the password as it is.
    pub(super) refused: Vec<Violation>,
    pub(super) error: Option<(Field, FieldError)>,
    /// Names the password as it is now: findings about another one are dropped.
    pub(super) text: Ticket,
    /// The last verdict about the password's strength, and the password that it was about.
    pub(super) strength: Option<(Ticket, Strength)>,
    pub(super) breach: Breach,
    pub(super) matching: Matching,
    /// True while the passwords can be seen.
    pub(super) shown: bool,
    /// The field in which something is typed with Caps Lock on.
    pub(super) caps_lock: Option<Field>,
    pub(super) suggestion: Suggestion,
    /// True where suggestions are made of words.
    pub(super) words: bool,
    /// True once typing pauses.
    pub(super) paused: bool,
    /// The score that was announced last.
    pub(super) announced_score: Option<u8>,
    /// The number of rules that were met when it was announced last.
    announced_met: usize,
}

impl NewPassword {
    pub(crate) fn new(body: StepBody) -> Option<Self> {
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
            breach: Breach::Unchecked,
            matching: Matching::Unknown,
            shown: false,
            caps_lock: None,
            suggestion: Suggestion::None,
            words: true,
            paused: false,
            announced_score: None,
            announced_met: 0,
        };
        step.announced_met = step.met();
        Some(step)
    }

    /// The words that make a password weak: those of the account and of the organisation.
    pub(crate) fn weak_words(&self) -> Vec<String> {
        let mut words = vec![self.user_id.clone()];
        words.extend_from_slice(&self.policy.forbidden_words);
        words
    }

    /// Tells if the field holds that anyway: fields are read again when the form is sent.
    pub(super) fn holds(&self, field: Field, text: &Secret<String>) -> bool {
        let held = match field {
            Field::Current => &self.current,
            Field::Confirm => &self.confirm,
            _ => &self.password,
        };
        held == text
    }

    /// Takes what was typed.
    pub(super) fn write(&mut self, field: Field, text: Secret<String>) -> Option<Announcement> {
        match field {
            Field::Current => self.current = text,
            Field::Confirm => self.confirm = text,
            _ => self.replace(text),
        }
        // Correcting one of the two makes the complaint about their difference stale.
        if self.error.as_ref().is_some_and(|(at, error)| *at == field || *error == FieldError::Different) {
            self.error = None;
        }
        if field == Field::Current {
            return None;
        }
        // A suggestion that is still being made would write over this.
        self.suggestion = Suggestion::None;
        if let Some(announcement) = self.compare(field == Field::Confirm) {
            return Some(announcement);
        }
        let met = self.met();
        if met == self.announced_met {
            return None;
        }
        self.announced_met = met;
        let number = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Some(Announcement::RulesMet { met: number(met), of: number(self.checks().len()) })
    }

    /// Compares the two, and announces what is news. What is still being typed is not called wrong.
    pub(super) fn compare(&mut self, complete: bool) -> Option<Announcement> {
        let (password, confirm) = (self.password.expose(), self.confirm.expose());
        let now = if confirm.is_empty() {
            Matching::Unknown
        } else if confirm == password {
            Matching::Same
        } else if complete && confirm.len() >= password.len() {
            Matching::Different
        } else {
            Matching::Unknown
        };
        self.matched(now)
    }

    pub(super) fn matched(&mut self, now: Matching) -> Option<Announcement> {
        let changed = std::mem::replace(&mut self.matching, now) != now;
        (changed && now != Matching::Unknown).then_some(Announcement::Matching(now == Matching::Same))
    }

    /// Takes another password, of which nothing is known yet.
    pub(super) fn replace(&mut self, password: Secret<String>) {
        self.password = password;
        self.refused.clear();
        self.paused = false;
        self.breach = Breach::Unchecked;
        if self.password.expose().is_empty() {
            self.strength = None;
        }
    }

    /// Has the password scored.
    pub(super) fn score(&self, context: &mut Context) {
        if !self.password.expose().is_empty() {
            context.push(Effect::ScorePassword(self.text, self.password.clone()));
        }
    }

    pub(super) fn answer(&mut self) -> Result<Answer, Field> {
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
        self.matching = Matching::Unknown;
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
}

impl StepState for NewPassword {
    const NAME: &'static str = "new_password";

    fn input(&mut self, field: Field, text: Secret<String>, context: &mut Context) -> Outcome {
        // Fields are read once more when the form is sent.
        if !matches!(field, Field::Current | Field::Password | Field::Confirm) || self.holds(field, &text) {
            return Outcome::UNCHANGED;
        }
        let announcement = self.write(field, text);
        context.announce(announcement);
        if field == Field::Password {
            self.text = context.ticket();
            self.score(context);
        }
        Outcome::EDITED
    }

    fn submit(&mut self, context: &mut Context) -> Outcome {
        let answer = self.answer();
        context.submit(answer)
    }

    fn refused(&mut self, Refusal { code, violations, .. }: Refusal) -> Option<Field> {
        let (field, error) = match code {
            ProblemCode::PasswordRefused => {
                if violations.iter().any(|violation| matches!(violation, Violation::Breached {})) {
                    self.breach = Breach::Found;
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

    fn refresh(&mut self, new: Self, _: &mut Context) {
        self.policy = new.policy;
        self.user_id = new.user_id;
        self.first = new.first;
        self.needs_current = new.needs_current;
    }
}
