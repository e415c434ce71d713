//! Choose a method: begins when the server knows the user ID, or when the person asks for another method; ends when the
//! server takes the choice.

use regain_folding::trimmed;
use regain_protocol::{Answer, Method, ProblemCode, Secret};

use crate::field::{Field, FieldError};
use crate::step::{Context, Outcome, Refusal, StepState};

/// The methods on offer and the choice so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChooseMethod {
    methods: Vec<Method>,
    /// The place of the chosen one in the list.
    chosen: Option<usize>,
    /// The whole destination as typed, for a method that asks for it.
    pub(crate) destination: Secret<String>,
    error: Option<(Field, FieldError)>,
}

/// The methods to draw.
#[derive(Debug, Clone)]
pub struct MethodsView {
    /// In the server's order.
    pub methods: Vec<Method>,
    /// The place of the chosen one.
    pub chosen: Option<usize>,
    /// True where the whole destination must be typed for it.
    pub asks_destination: bool,
    /// The field at fault, and its fault.
    pub error: Option<(Field, FieldError)>,
}

impl ChooseMethod {
    pub(crate) fn new(methods: Vec<Method>) -> Self {
        // One method needs no choice; among several, none is better than another.
        let chosen = (methods.len() == 1).then_some(0);
        Self { methods, chosen, destination: Secret::from(""), error: None }
    }

    /// The chosen method.
    fn method(&self) -> Option<&Method> {
        self.methods.get(self.chosen?)
    }

    pub(crate) fn view(&self) -> MethodsView {
        MethodsView {
            methods: self.methods.clone(),
            chosen: self.chosen,
            asks_destination: self.method().is_some_and(|method| method.confirm),
            error: self.error,
        }
    }

    fn answer(&mut self) -> Result<Answer, Field> {
        let fail = |field| (Some((field, FieldError::Missing)), Err(field));
        let destination = trimmed(self.destination.expose());
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
}

impl StepState for ChooseMethod {
    const NAME: &'static str = "choose_method";

    fn input(&mut self, field: Field, destination: Secret<String>, _: &mut Context) -> Outcome {
        if field != Field::Destination {
            return Outcome::UNCHANGED;
        }
        self.destination = destination;
        self.error = None;
        Outcome::EDITED
    }

    fn choose(&mut self, place: usize) -> Outcome {
        if place < self.methods.len() {
            self.chosen = Some(place);
            self.error = None;
        }
        Outcome::EDITED
    }

    fn submit(&mut self, context: &mut Context) -> Outcome {
        let answer = self.answer();
        context.submit(answer)
    }

    fn refused(&mut self, refusal: Refusal) -> Option<Field> {
        if refusal.code != ProblemCode::Invalid {
            return None;
        }
        let field = if self.method().is_some_and(|method| method.confirm) { Field::Destination } else { Field::Method };
        self.error = Some((field, FieldError::Unusable));
        Some(field)
    }

    /// The choice and what was typed stay where they still can.
    fn refresh(&mut self, Self { methods, .. }: Self, _: &mut Context) {
        if methods != self.methods {
            let chosen = self.method().and_then(|chosen| methods.iter().position(|method| method.id == chosen.id));
            let fresh = Self::new(methods);
            let chosen = chosen.or(fresh.chosen);
            *self = Self { chosen, destination: self.destination.clone(), ..fresh };
        }
    }
}

#[cfg(test)]
mod tests {
    use regain_protocol::{MethodKind, Role};

    use super::*;
    use crate::step::in_context;

    fn method(id: &str) -> Method {
        Method { id: id.into(), kind: MethodKind::Email, role: Some(Role::Alternate), masked: None, confirm: true }
    }

    #[test]
    fn other_methods_leave_what_was_typed_and_the_choice_that_is_still_there() {
        let mut step = ChooseMethod::new(vec![method("a"), method("b")]);
        step.choose(1);
        step.destination = "ada@example.com".into();
        in_context(|context| step.refresh(ChooseMethod::new(vec![method("b"), method("c")]), context));
        assert_eq!((step.chosen, step.destination.expose().as_str()), (Some(0), "ada@example.com"));
        in_context(|context| step.refresh(ChooseMethod::new(vec![method("c"), method("d")]), context));
        assert_eq!((step.chosen, step.destination.expose().as_str()), (None, "ada@example.com"));
    }
}
