//! The contract of a step.

use regain_protocol::{Answer, FlowKind, Method, ProblemCode, Secret, Violation};

use crate::clock::Millis;
use crate::effect::{Announcement, ChangeKind, Effect, Effects, Focus, Ticket};
use crate::field::Field;
use crate::full::IS_FULL;

/// The end of a step's update.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The step goes on.
    Continue {
        /// True where what would be sent has changed: a failure of what was sent before is stale then.
        edited: bool,
    },
    /// The step is answered: the server says what comes next.
    Complete(Intent, Answer),
}

impl Outcome {
    /// The step goes on as it was.
    pub(crate) const UNCHANGED: Self = Self::Continue { edited: false };
    /// The step goes on with something else to be sent.
    pub(crate) const EDITED: Self = Self::Continue { edited: true };
}

/// Intent of an answer, for what its reply leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    /// The form is sent.
    Submit,
    /// Another challenge.
    NewChallenge,
    /// Another code.
    NewCode,
    /// More time.
    MoreTime,
    /// Anything that needs no care of its own.
    Other,
}

/// The surroundings of a step while it takes something in.
pub(crate) struct Context<'a> {
    /// The time at the server.
    pub(crate) server_now: Millis,
    /// True while a request is on its way for which the person waits.
    pub(crate) busy: bool,
    /// The number of tickets so far.
    pub(crate) tickets: &'a mut u32,
    /// Another number is another screen.
    pub(crate) revision: &'a mut u32,
    /// Effects, in order.
    pub(crate) effects: &'a mut Effects,
}

impl Context<'_> {
    /// A new ticket.
    pub(crate) fn ticket(&mut self) -> Ticket {
        *self.tickets += 1;
        Ticket(*self.tickets)
    }

    pub(crate) fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    #[inline(never)]
    pub(crate) fn announce(&mut self, announcement: Option<Announcement>) {
        if let Some(announcement) = announcement {
            self.push(Effect::Announce(announcement));
        }
    }

    /// Draws another screen.
    pub(crate) fn redraw(&mut self) {
        *self.revision += 1;
        self.push(Effect::Focus(Focus::Heading));
    }

    /// Goes on at the field that is at fault.
    #[inline(never)]
    pub(crate) fn focus(&mut self, field: Field) -> Outcome {
        self.push(Effect::Focus(Focus::Field(field)));
        Outcome::UNCHANGED
    }

    /// Sends an answer, or goes on at the field that is at fault.
    pub(crate) fn submit(&mut self, answer: Result<Answer, Field>) -> Outcome {
        match answer {
            Ok(answer) => Outcome::Complete(Intent::Submit, answer),
            Err(field) => self.focus(field),
        }
    }
}

/// The server's refusal of an answer.
pub(crate) struct Refusal {
    pub(crate) code: ProblemCode,
    /// The part of the answer that is at fault, as a JSON pointer.
    pub(crate) pointer: String,
    /// The rules that a password breaks.
    pub(crate) violations: Vec<Violation>,
}

/// The surroundings of a step while it is drawn.
#[expect(clippy::struct_excessive_bools, reason = "facts that hold each by itself, not states of one thing")]
pub(crate) struct Surroundings<'a> {
    /// The destination as it was typed in this flow, where it is to be registered.
    pub(crate) typed_destination: Option<&'a str>,
    /// The time at the server.
    pub(crate) server_now: Millis,
    /// The last change of the security info.
    pub(crate) changed: Option<ChangeKind>,
    /// True while nothing can be asked for.
    pub(crate) blocked: bool,
    /// The kind of flow.
    pub(crate) kind: FlowKind,
    /// True where a code or a call is about something to be registered.
    pub(crate) registers: bool,
    /// True where the organisation offers resets.
    pub(crate) can_reset: bool,
    /// True where passwords can be scored.
    pub(crate) scores: bool,
}

impl Surroundings<'_> {
    /// The destination of a method: in full where it was typed in this flow, else with most of it hidden.
    pub(crate) fn shown(&self, method: &Method) -> Option<String> {
        match self.typed_destination {
            Some(typed) if IS_FULL && self.registers => Some(typed.to_owned()),
            _ => method.masked.clone(),
        }
    }
}

/// A step, by what it has in common with the others.
pub(crate) trait StepState: Sized {
    /// Its name in the API.
    const NAME: &'static str;

    /// Takes the content of a field.
    fn input(&mut self, _field: Field, _text: Secret<String>, _context: &mut Context) -> Outcome {
        Outcome::UNCHANGED
    }

    /// Takes a choice, by its place in the list.
    fn choose(&mut self, _place: usize) -> Outcome {
        Outcome::UNCHANGED
    }

    /// Sends the form, where it can be sent.
    fn submit(&mut self, _context: &mut Context) -> Outcome {
        Outcome::UNCHANGED
    }

    /// Takes a refusal; gives the field that is at fault, if one is.
    fn refused(&mut self, _refusal: Refusal) -> Option<Field> {
        None
    }

    /// Learns that the server took an answer and that the step goes on.
    fn accepted(&mut self, _context: &mut Context) {}

    /// Takes the same step as the server has it now: what was typed stays.
    fn refresh(&mut self, new: Self, context: &mut Context);
}

/// Does something to a step, for tests that want nothing of its surroundings.
#[cfg(test)]
pub(crate) fn in_context<T>(run: impl FnOnce(&mut Context) -> T) -> T {
    let (mut tickets, mut revision, mut effects) = (0, 0, Effects::default());
    run(&mut Context {
        server_now: 0,
        busy: false,
        tickets: &mut tickets,
        revision: &mut revision,
        effects: &mut effects,
    })
}
