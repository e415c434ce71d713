//! The new password, to draw.

use regain_protocol::{FlowKind, Violation};

use super::assistance::{Matching, Strength, Suggestion};
use super::checklist::Item;
use super::state::NewPassword;
use crate::clock::seconds_until;
use crate::field::{Field, FieldError};
use crate::step::Surroundings;

/// The lowest score whose words praise.
const PRAISE: u8 = 2;

/// The new password, to draw.
#[expect(clippy::struct_excessive_bools, reason = "facts that hold each by itself, not states of one thing")]
#[derive(Debug, Clone)]
pub struct PasswordView {
    /// The user ID of the account.
    pub user_id: String,
    /// True where the account never had one.
    pub first: bool,
    /// True where the current one must be given too.
    pub needs_current: bool,
    /// True where it takes the place of one that still works.
    pub changes: bool,
    /// The checklist.
    pub items: Vec<Item>,
    /// The password's strength, where that can be told.
    pub strength: Option<Strength>,
    /// The comparison of the two.
    pub matching: Matching,
    /// True while the passwords can be seen.
    pub shown: bool,
    /// The field in which something is typed with Caps Lock on.
    pub caps_lock: Option<Field>,
    /// The state of a suggestion.
    pub suggestion: Suggestion,
    /// True where suggestions are made of words.
    pub words: bool,
    /// The rules by which the server refused it as it is.
    pub refused: Vec<Violation>,
    /// Seconds until the directory lets it be changed, where it was refused for that.
    pub too_soon_for: u32,
    /// The field at fault, and its fault.
    pub error: Option<(Field, FieldError)>,
    /// The fewest characters, for password generators.
    pub min_length: u32,
    /// The most characters, for password generators.
    pub max_length: u32,
    /// The number of the four classes that must occur, for password generators.
    pub min_classes: u8,
}

impl NewPassword {
    /// The strength to show: the lowest, and no praise, for a password that a rule or a breach refuses.
    pub(super) fn shown_strength(&self) -> Option<Strength> {
        let (_, strength) = self.strength.as_ref()?;
        if strength.score < PRAISE || !self.is_refused() {
            return Some(strength.clone());
        }
        Some(Strength::default())
    }

    pub(crate) fn view(&self, surroundings: &Surroundings) -> PasswordView {
        PasswordView {
            user_id: self.user_id.clone(),
            first: self.first,
            needs_current: self.needs_current,
            changes: surroundings.kind == FlowKind::Change,
            items: self.items(surroundings.scores),
            strength: self.shown_strength(),
            matching: self.matching,
            shown: self.shown,
            caps_lock: self.caps_lock,
            suggestion: self.suggestion,
            words: self.words,
            refused: self.refused.clone(),
            too_soon_for: self.refused_until().map_or(0, |at| seconds_until(at, surroundings.server_now)),
            error: self.error,
            min_length: self.policy.min_length,
            max_length: self.policy.max_length,
            min_classes: self.policy.min_classes,
        }
    }
}
