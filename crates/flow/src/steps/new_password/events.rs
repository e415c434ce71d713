//! Events of a new password: the findings of the assistance, and the person's wishes beside typing.

use regain_protocol::{Secret, ServerCheck};

use super::assistance::{Breach, Matching, Strength, Suggestion};
use super::state::NewPassword;
use crate::digits::digits;
use crate::effect::{Announcement, Effect, Ticket};
use crate::field::Field;
use crate::step::{Context, Outcome};

/// Something that happens to a new password.
#[derive(Debug, Clone)]
pub enum PasswordEvent {
    /// The scoring is ready, or cannot be had.
    StrengthReady(bool),
    /// The password of that ticket has that strength.
    Scored(Ticket, Strength),
    /// A moment has gone by since the password of that ticket was typed.
    TypingPaused(Ticket),
    /// The number of times that the password of that ticket is in known breaches; below zero where nobody knows.
    BreachChecked(Ticket, i32),
    /// The person asks for a suggestion: of the same kind as before (at first, of words), or of the other.
    SuggestionRequested {
        /// True for the same kind.
        same_kind: bool,
    },
    /// The suggestion of that ticket, or none; true where there is a clipboard for it.
    Suggested(Ticket, Option<Secret<String>>, bool),
    /// The person asks for a copy.
    CopyRequested,
    /// It was copied, or not.
    Copied(bool),
    /// The passwords are to be shown, or hidden again.
    VisibilityToggled,
    /// Something is typed in that field with Caps Lock on, or in none.
    CapsLock(Option<Field>),
    /// The focus went on from a field.
    Left(Field),
}

impl NewPassword {
    pub(crate) fn update(&mut self, event: PasswordEvent, context: &mut Context) -> Outcome {
        let announcement = match event {
            PasswordEvent::StrengthReady(ready) => {
                if !ready {
                    self.strength = None;
                }
                self.score(context);
                None
            }
            PasswordEvent::Scored(text, strength) if text == self.text => {
                // A score that was shown in between makes the announced one news again.
                if self.announced_score != Some(strength.score) {
                    self.announced_score = None;
                }
                self.strength = Some((text, strength));
                self.strength_announcement()
            }
            PasswordEvent::TypingPaused(text) if text == self.text => {
                self.paused = true;
                if self.breach == Breach::Unchecked
                    && self.policy.server_checks.contains(&ServerCheck::Breached)
                    && self.keeps_rules()
                {
                    self.breach = Breach::Checking;
                    context.push(Effect::CheckBreached(text, self.password.clone()));
                }
                self.strength_announcement()
            }
            PasswordEvent::BreachChecked(text, count) if text == self.text && self.breach == Breach::Checking => {
                self.breach = match count {
                    ..0 => Breach::Unknown,
                    0 => Breach::NotFound,
                    1.. => Breach::Found,
                };
                (self.breach == Breach::Found).then_some(Announcement::Breached)
            }
            PasswordEvent::SuggestionRequested { same_kind } => {
                let ticket = context.ticket();
                self.words ^= !same_kind;
                self.suggestion = Suggestion::Waiting(ticket);
                context.push(Effect::SuggestPassword(ticket, self.suggestion_values()));
                None
            }
            PasswordEvent::Suggested(ticket, password, can_copy) if self.suggestion == Suggestion::Waiting(ticket) => {
                return self.suggested(password, can_copy, context);
            }
            PasswordEvent::CopyRequested => {
                context.push(Effect::Copy(self.password.clone()));
                None
            }
            PasswordEvent::Copied(true) => {
                if matches!(self.suggestion, Suggestion::Given { .. }) {
                    self.suggestion = Suggestion::Copied;
                }
                Some(Announcement::Copied)
            }
            // They can still do it by hand.
            PasswordEvent::Copied(false) => {
                self.shown = true;
                return context.focus(Field::Password);
            }
            PasswordEvent::VisibilityToggled => {
                self.shown = !self.shown;
                Some(Announcement::Shown(self.shown))
            }
            PasswordEvent::CapsLock(field) => {
                let changed = std::mem::replace(&mut self.caps_lock, field) != field;
                (changed && field.is_some()).then_some(Announcement::CapsLock)
            }
            PasswordEvent::Left(field) => self.left(field),
            _ => None,
        };
        context.announce(announcement);
        Outcome::UNCHANGED
    }

    /// The person went on from a field: what is in it now is meant.
    pub(super) fn left(&mut self, field: Field) -> Option<Announcement> {
        self.caps_lock = None;
        let differ = field != Field::Current && !self.confirm.expose().is_empty() && self.confirm != self.password;
        if differ && self.error.is_none() { self.matched(Matching::Different) } else { None }
    }

    /// The strength to announce: once typing pauses, and only if the score changed since the last announcement.
    fn strength_announcement(&mut self) -> Option<Announcement> {
        let (text, _) = self.strength.as_ref()?;
        if !self.paused || *text != self.text {
            return None;
        }
        let strength = self.shown_strength()?;
        if self.announced_score.replace(strength.score) == Some(strength.score) || strength.words.is_empty() {
            return None;
        }
        Some(Announcement::Strength(strength.words))
    }

    /// The values that a suggestion must keep to, in the order of `embed/generate.js`.
    fn suggestion_values(&self) -> Vec<String> {
        let policy = &self.policy;
        let mut values = Vec::new();
        for &number in &[
            self.words.into(),
            policy.min_length,
            policy.max_length,
            policy.min_classes.into(),
            policy.min_different.into(),
            policy.forbid_user_id.into(),
        ] {
            values.push(digits(number));
        }
        values.extend(self.weak_words());
        values
    }

    /// Takes a suggestion, where it is one.
    fn suggested(&mut self, password: Option<Secret<String>>, can_copy: bool, context: &mut Context) -> Outcome {
        let Some(password) = password else {
            self.suggestion = Suggestion::Failed;
            context.announce(Some(Announcement::NoSuggestion));
            return Outcome::UNCHANGED;
        };
        context.push(Effect::Fill(Field::Password, password.clone()));
        context.push(Effect::Fill(Field::Confirm, password.clone()));
        self.confirm = password.clone();
        self.replace(password);
        self.text = context.ticket();
        self.error = None;
        self.shown = true;
        self.matching = Matching::Same;
        self.suggestion = Suggestion::Given { can_copy };
        context.announce(Some(Announcement::Suggested));
        self.score(context);
        Outcome::EDITED
    }
}
