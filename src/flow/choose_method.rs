//! How do you want to prove it? Begins when the server knows the user ID, or when the person asks
//! for another way; ends when the server takes the choice.

use regain_protocol::{Answer, Method, ProblemCode, Secret};

use super::{Field, FieldError};

/// The methods on offer and the choice so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChooseMethod {
    /// What is on offer.
    pub methods: Vec<Method>,
    /// The place of the chosen one in the list.
    pub chosen: Option<usize>,
    /// The whole destination as typed, for a method that asks for it.
    pub destination: Secret<String>,
    /// What is wrong, and where.
    pub error: Option<(Field, FieldError)>,
}

impl ChooseMethod {
    pub(super) fn new(methods: Vec<Method>) -> Self {
        // One method needs no choice; among several, none is better than another.
        let chosen = (methods.len() == 1).then_some(0);
        Self { methods, chosen, destination: Secret::from(""), error: None }
    }

    /// Takes what is on offer now; what was chosen and typed stays where it still can.
    pub(super) fn refresh(&mut self, methods: Vec<Method>) {
        if methods != self.methods {
            let kept = self.method().and_then(|chosen| methods.iter().position(|method| method.id == chosen.id));
            let fresh = Self::new(methods);
            let chosen = kept.or(fresh.chosen);
            *self = Self { chosen, destination: self.destination.clone(), ..fresh };
        }
    }

    pub(super) fn chose(&mut self, place: usize) {
        if place < self.methods.len() {
            self.chosen = Some(place);
            self.error = None;
        }
    }

    pub(super) fn typed(&mut self, destination: Secret<String>) {
        self.destination = destination;
        self.error = None;
    }

    /// The chosen method.
    pub fn method(&self) -> Option<&Method> {
        self.methods.get(self.chosen?)
    }

    pub(super) fn submit(&mut self) -> Result<Answer, Field> {
        let fail = |field| (Some((field, FieldError::Missing)), Err(field));
        let destination = self.destination.expose().trim();
        let (error, result) = match self.method() {
            None => fail(Field::Method),
            Some(method) if method.confirm && destination.is_empty() => fail(Field::Destination),
            Some(method) => {
                let destination = method.confirm.then(|| Secret::from(destination));
                (None, Ok(Answer::Choose { method: method.id.clone(), destination }))
            }
        };
        self.error = error;
        result
    }

    pub(super) fn refused(&mut self, code: ProblemCode) -> Option<Field> {
        if code != ProblemCode::Invalid {
            return None;
        }
        let field = if self.method().is_some_and(|method| method.confirm) { Field::Destination } else { Field::Method };
        self.error = Some((field, FieldError::Unusable));
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use regain_protocol::{MethodKind, Role};

    use super::*;

    fn method(id: &str) -> Method {
        Method { id: id.into(), kind: MethodKind::Email, role: Some(Role::Alternate), masked: None, confirm: true }
    }

    #[test]
    fn other_methods_leave_what_was_typed_and_the_choice_that_is_still_there() {
        let mut step = ChooseMethod::new(vec![method("a"), method("b")]);
        step.chose(1);
        step.typed("ada@example.com".into());
        step.refresh(vec![method("b"), method("c")]);
        assert_eq!((step.chosen, step.destination.expose().as_str()), (Some(0), "ada@example.com"));
        step.refresh(vec![method("c"), method("d")]);
        assert_eq!((step.chosen, step.destination.expose().as_str()), (None, "ada@example.com"));
    }
}
