//! Step `choose_method`: how do you want to prove it?
//!
//! Takes `choose`, and goes on to the step of the method's kind.

use regain_protocol::{Answer, MethodKind, Secret, StepBody};
use regain_values::{E164, MailAddress};

use crate::{
    decision::{Decision, Refusal},
    lookups::Findings,
    methods,
    state::{ChooseMethod, Method},
    turn::{Step, Turn},
};

/// The longest destination that is looked at, in characters.
const MAX_DESTINATION: usize = 320;

impl Step for ChooseMethod {
    fn answer(&self, turn: Turn<'_>, answer: &Answer, _: &Findings) -> Result<Decision, Refusal> {
        let Answer::Choose { method: id, destination } = answer else { return Err(Refusal::StepPassed) };
        let mut subject = self.subject.clone();
        let mut method = subject.take(id).ok_or(NOT_ON_OFFER)?;
        let reaches = reaches(&method, destination.as_ref())?;
        if let Some(to) = method.destination_mut() {
            to.reaches = reaches;
        }
        methods::of_kind(method.kind()).ok_or(NOT_ON_OFFER)?.choose(turn, subject, method)
    }

    fn view(&self, _: Turn<'_>) -> StepBody {
        StepBody::ChooseMethod { methods: self.subject.on_offer().map(Method::shown).collect() }
    }
}

const NOT_ON_OFFER: Refusal = Refusal::invalid("/method", "not one of the methods on offer");

/// Tells if anything is sent: where the whole destination is asked for, only when it is the right one.
/// A wrong one is answered like a right one, so that nobody can find out an address or a number, or
/// that there is an account, by trying.
fn reaches(method: &Method, typed: Option<&Secret<String>>) -> Result<bool, Refusal> {
    const TYPE_IT: Refusal = Refusal::invalid("/destination", "type the whole address or number");
    let to = method.destination().filter(|to| to.confirm);
    match (typed, to) {
        (None, None) => Ok(true),
        (Some(_), None) => Err(Refusal::invalid("/destination", "this method asks for no destination")),
        (None, Some(_)) => Err(TYPE_IT),
        (Some(typed), Some(to)) => {
            let typed = typed.expose().trim();
            if typed.is_empty() || typed.chars().count() > MAX_DESTINATION {
                return Err(TYPE_IT);
            }
            Ok(match method.kind() {
                MethodKind::Email => MailAddress::parse(&to.address).is_ok_and(|address| address.is_typed_as(typed)),
                _ => E164::parse(&to.address).is_ok_and(|number| number.is_typed_as(typed)),
            })
        }
    }
}
