//! Who are you? Begins when a flow is created; ends when the server takes the user ID.

use regain_protocol::{Answer, ProblemCode};

use super::{Field, FieldError};

/// The user ID being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identify {
    /// As typed, or as the host page's own field had it.
    pub user_id: String,
    /// What is wrong with it.
    pub error: Option<FieldError>,
}

impl Identify {
    pub(super) fn new(user_id: String) -> Self {
        Self { user_id, error: None }
    }

    pub(super) fn typed(&mut self, text: &str) {
        text.clone_into(&mut self.user_id);
        self.error = None;
    }

    pub(super) fn submit(&mut self) -> Result<Answer, Field> {
        let user_id = self.user_id.trim();
        if user_id.is_empty() {
            self.error = Some(FieldError::Missing);
            return Err(Field::UserId);
        }
        Ok(Answer::Identify { user_id: user_id.to_owned(), captcha: None })
    }

    pub(super) fn refused(&mut self, code: ProblemCode) -> Option<Field> {
        (code == ProblemCode::Invalid).then(|| {
            self.error = Some(FieldError::Unusable);
            Field::UserId
        })
    }
}
