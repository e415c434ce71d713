//! The registered ways to prove who one is, to be added to and removed from. Begins when the person has
//! proved who they are; ends when the server takes it as finished. Adding an address leads through
//! [`EnterCode`](super::EnterCode) or [`AnswerCall`](super::AnswerCall) and back here.
//!
//! Which form of this step is open is the widget's own affair, so it is kept here and the server hears
//! nothing of it.

mod destination;
mod questions;
mod view;

use std::sync::Arc;

use regain_protocol::{Answer, MethodKind, ProblemCode, QuestionsOffer, RegisteredMethod, Role, Secret, StepBody};

use super::{Field, FieldError};
use destination::Destination;
pub use questions::Chosen;
use questions::QuestionsForm;
pub use view::{DestinationView, MethodView, OverviewView, QuestionsFormView, RemovalView, RowView, SecurityInfoView};

/// Something that can be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A mail address.
    Email(Option<Role>),
    /// A phone, by text or by call.
    Phone(Option<Role>),
    /// The security questions, all together.
    Questions,
    /// An authenticator app.
    Authenticator,
    /// The recovery codes, all together.
    RecoveryCodes,
}

impl Way {
    /// What a method is registered as; `None` for a kind that this widget does not know.
    pub fn of(kind: MethodKind, role: Option<Role>) -> Option<Self> {
        Some(match kind {
            MethodKind::Email => Self::Email(role),
            MethodKind::Sms | MethodKind::Call => Self::Phone(role),
            MethodKind::Questions => Self::Questions,
            MethodKind::Authenticator => Self::Authenticator,
            MethodKind::RecoveryCodes => Self::RecoveryCodes,
            MethodKind::Unknown => return None,
        })
    }

    fn role(self) -> Option<Role> {
        match self {
            Self::Email(role) | Self::Phone(role) => role,
            Self::Questions | Self::Authenticator | Self::RecoveryCodes => None,
        }
    }
}

/// The request for new recovery codes: the server makes them.
const NEW_CODES: Answer = Answer::Add { kind: MethodKind::RecoveryCodes, role: None, value: None };

/// What the person does here beside typing and sending forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Open the form for this.
    Begin(Way),
    /// Ask whether the method at that place is to be removed.
    BeginRemoval(usize),
    /// Back to the overview.
    GiveUp,
}

/// New recovery codes, to be kept by the person.
pub type Codes = Arc<[Secret<String>]>;

/// Which form is open.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Open {
    /// None: what is registered.
    Overview,
    /// For a mail address or a phone.
    Destination(Destination),
    /// For the security questions.
    Questions(QuestionsForm),
    /// The question whether this is to be removed.
    Removal(RegisteredMethod),
    /// The question whether new recovery codes are to take the place of those that there are.
    Renewal,
    /// New recovery codes. They are nowhere else, and gone from here once the person is done with them.
    Codes(Codes),
}

/// The security info as the server has it, and the form that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityInfo {
    methods: Vec<RegisteredMethod>,
    required: u8,
    allowed: Vec<(Way, Vec<MethodKind>)>,
    questions: Option<Arc<QuestionsOffer>>,
    reconfirm: bool,
    open: Open,
    /// What is wrong with the whole of it.
    error: Option<FieldError>,
}

impl SecurityInfo {
    pub(super) fn new(body: StepBody) -> Option<Self> {
        let StepBody::SecurityInfo { methods, required, allowed, questions, reconfirm, new_codes } = body else {
            return None;
        };
        let mut ways: Vec<(Way, Vec<MethodKind>)> = Vec::new();
        for it in allowed {
            let Some(way) = Way::of(it.kind, it.role).filter(|way| *way != Way::Questions) else { continue };
            match ways.iter_mut().find(|known| known.0 == way) {
                Some((_, kinds)) => kinds.push(it.kind),
                None => ways.push((way, vec![it.kind])),
            }
        }
        if questions.as_ref().is_some_and(QuestionsForm::can_ask) {
            ways.push((Way::Questions, vec![MethodKind::Questions]));
        }
        // A stand-in for the others comes after them.
        ways.sort_by_key(|known| known.0 == Way::RecoveryCodes);
        let questions = questions.map(Arc::new);
        let open = new_codes.filter(|codes| !codes.is_empty()).map_or(Open::Overview, |it| Open::Codes(it.into()));
        Some(Self { methods, required, allowed: ways, questions, reconfirm, open, error: None })
    }

    /// The same step as the server has it now; whether it is to be drawn anew. What is typed in a form stays.
    /// New codes come with a step of their own, so that those in this one were shown already.
    pub(super) fn refresh(&mut self, mut new: Self) -> bool {
        let open = std::mem::replace(&mut self.open, Open::Overview);
        new.open = Open::Overview;
        let error = self.error.take();
        let overview = open == Open::Overview;
        let stays = match &open {
            Open::Removal(method) => new.methods.contains(method),
            Open::Overview | Open::Destination(_) | Open::Questions(_) | Open::Renewal | Open::Codes(_) => true,
        };
        let changed = *self != new;
        *self = Self { open: if stays { open } else { Open::Overview }, error, ..new };
        !stays || (overview && changed)
    }

    /// The server took the answer: back to the overview. Whether that is another screen.
    pub(super) fn accepted(&mut self) -> bool {
        self.error = None;
        // These came with the answer.
        if let Open::Codes(_) = self.open {
            return false;
        }
        std::mem::replace(&mut self.open, Open::Overview) != Open::Overview
    }

    /// How many ways there are that count.
    pub fn count(&self) -> u8 {
        u8::try_from(self.methods.iter().filter(|method| method.verified).count()).unwrap_or(u8::MAX)
    }

    /// How many more the organisation asks for.
    pub fn missing(&self) -> u8 {
        self.required.saturating_sub(self.count())
    }

    /// Opens or closes a form. Whether anything changed; an authenticator app and the first recovery codes need no
    /// form, their registration begins at once.
    pub(super) fn change(&mut self, change: Change) -> Result<bool, Answer> {
        let open = match change {
            Change::GiveUp => Open::Overview,
            Change::BeginRemoval(place) => match self.methods.get(place) {
                Some(method) if method.registered => Open::Removal(method.clone()),
                _ => return Ok(false),
            },
            Change::Begin(way) => match (way, self.allowed.iter().find(|known| known.0 == way), &self.questions) {
                (Way::Authenticator, Some(_), _) => {
                    return Err(Answer::Add { kind: MethodKind::Authenticator, role: None, value: None });
                }
                (Way::RecoveryCodes, Some(_), _) if self.registered(way).is_none() => return Err(NEW_CODES),
                (Way::RecoveryCodes, Some(_), _) => Open::Renewal,
                (Way::Questions, Some(_), Some(offer)) => Open::Questions(QuestionsForm::new(Arc::clone(offer))),
                (Way::Email(_) | Way::Phone(_), Some((way, kinds)), _) => {
                    Open::Destination(Destination::new(*way, kinds.clone()))
                }
                _ => return Ok(false),
            },
        };
        self.error = None;
        let changed = self.open != open;
        self.open = open;
        Ok(changed)
    }

    /// Whether this is the last way to prove who one is: without it, nobody gets back in by themselves.
    fn is_last(&self, method: &RegisteredMethod) -> bool {
        method.verified && self.count() == 1
    }

    pub(super) fn typed(&mut self, field: Field, text: Secret<String>) {
        match &mut self.open {
            Open::Destination(form) if field == Field::Destination => form.typed(text),
            Open::Questions(form) => form.typed(field, text),
            Open::Destination(_) | Open::Overview | Open::Removal(_) | Open::Renewal | Open::Codes(_) => {}
        }
    }

    pub(super) fn chose(&mut self, place: usize) {
        if let Open::Destination(form) = &mut self.open {
            form.chose(place);
        }
    }

    /// `None` where there is nothing to be sent.
    pub(super) fn submit(&mut self) -> Result<Option<Answer>, Field> {
        Ok(Some(match &mut self.open {
            Open::Overview => Answer::Finish {},
            Open::Destination(form) => form.submit()?,
            Open::Questions(form) => form.submit()?,
            Open::Removal(method) => Answer::Remove { method: method.id.clone() },
            Open::Renewal => NEW_CODES,
            Open::Codes(_) => return Ok(None),
        }))
    }

    /// The new recovery codes, while they are shown.
    pub(super) fn codes(&self) -> Option<Codes> {
        match &self.open {
            Open::Codes(codes) => Some(Arc::clone(codes)),
            _ => None,
        }
    }

    pub(super) fn refused(&mut self, code: ProblemCode, pointer: &str) -> Option<Field> {
        if code != ProblemCode::Invalid {
            return None;
        }
        match &mut self.open {
            Open::Overview if pointer == "/do" => {
                // What counts is the server's affair: where it says that something is missing, something is.
                self.error = Some(FieldError::Unfinished { missing: self.missing().max(1) });
                Some(Field::Methods)
            }
            Open::Destination(form) if pointer.is_empty() || pointer == "/value" => Some(form.refused()),
            Open::Questions(form) => Some(form.refused(pointer)),
            Open::Overview | Open::Destination(_) | Open::Removal(_) | Open::Renewal | Open::Codes(_) => None,
        }
    }

    /// What is typed, to see that nothing is lost.
    #[cfg(test)]
    pub(super) fn contents(&self) -> Vec<String> {
        match &self.open {
            Open::Overview | Open::Removal(_) | Open::Renewal | Open::Codes(_) => vec![],
            Open::Destination(form) => vec![form.value.expose().clone()],
            Open::Questions(form) => form.contents(),
        }
    }
}

#[cfg(test)]
mod tests;
