//! The security info as the server has it, and the form that is open.

use std::sync::Arc;

use regain_protocol::{Answer, MethodKind, ProblemCode, QuestionsOffer, RegisteredMethod, Secret, StepBody};

use super::destination::Destination;
use super::enrolment::{Change, Enrolment, SecurityInfoEvent};
use super::questions::QuestionsForm;
use crate::effect::{ChangeKind, Codes, Effect, FullEffect};
use crate::field::{Field, FieldError};
use crate::full::Full;
use crate::step::{Context, Intent, Outcome, Refusal, StepState};

/// The request for new recovery codes: the server makes them.
const NEW_CODES: Answer = Answer::Add { kind: MethodKind::RecoveryCodes, role: None, value: None };

/// The form that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Open {
    /// None: what is registered.
    Overview,
    /// For a mail address or a phone.
    Destination(Destination),
    /// For the security questions.
    Questions(QuestionsForm),
    /// For the removal of this.
    Removal(RegisteredMethod),
    /// For the replacement of the recovery codes.
    Renewal,
    /// New recovery codes. They are nowhere else, and gone from here once the person is done with them.
    Codes(Codes),
}

/// The security info as the server has it, and the form that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecurityInfo {
    pub(super) methods: Vec<RegisteredMethod>,
    pub(super) required: u8,
    pub(super) allowed: Vec<(Enrolment, Vec<MethodKind>)>,
    questions: Option<Arc<QuestionsOffer>>,
    pub(super) reconfirm: bool,
    pub(super) open: Open,
    /// The fault of the whole of it.
    pub(super) error: Option<FieldError>,
}

impl SecurityInfo {
    pub(crate) fn new(body: StepBody) -> Option<Self> {
        let StepBody::SecurityInfo { methods, required, allowed, questions, reconfirm, new_codes } = body else {
            return None;
        };
        let mut ways: Vec<(Enrolment, Vec<MethodKind>)> = Vec::new();
        for it in allowed {
            let Some(way) = Enrolment::new(it.kind, it.role).filter(|way| *way != Enrolment::Questions) else {
                continue;
            };
            match ways.iter_mut().find(|known| known.0 == way) {
                Some((_, kinds)) => kinds.push(it.kind),
                None => ways.push((way, vec![it.kind])),
            }
        }
        if questions.as_ref().is_some_and(QuestionsForm::can_ask) {
            ways.push((Enrolment::Questions, vec![MethodKind::Questions]));
        }
        // A stand-in for the others comes after them.
        ways.sort_by_key(|known| known.0 == Enrolment::RecoveryCodes);
        let questions = questions.map(Arc::new);
        let open = new_codes.filter(|codes| !codes.is_empty()).map_or(Open::Overview, |it| Open::Codes(it.into()));
        Some(Self { methods, required, allowed: ways, questions, reconfirm, open, error: None })
    }

    /// The number of methods that count.
    pub(super) fn count(&self) -> u8 {
        u8::try_from(self.methods.iter().filter(|method| method.verified).count()).unwrap_or(u8::MAX)
    }

    /// The number of methods that the organisation still asks for.
    pub(super) fn missing(&self) -> u8 {
        self.required.saturating_sub(self.count())
    }

    /// Tells if this is the last method: without it, nobody gets back in by themselves.
    pub(super) fn is_last(&self, method: &RegisteredMethod) -> bool {
        method.verified && self.count() == 1
    }

    /// The new recovery codes, while they are shown.
    pub(super) fn codes(&self) -> Option<Codes> {
        match &self.open {
            Open::Codes(codes) => Some(Arc::clone(codes)),
            _ => None,
        }
    }

    /// The content of the open form, to see that nothing is lost.
    #[cfg(test)]
    pub(crate) fn contents(&self) -> Vec<String> {
        match &self.open {
            Open::Overview | Open::Removal(_) | Open::Renewal | Open::Codes(_) => vec![],
            Open::Destination(form) => vec![form.value.expose().clone()],
            Open::Questions(form) => form.contents(),
        }
    }

    /// The change that an answer asks for.
    pub(crate) fn change(&self, answer: &Answer) -> Option<Change> {
        let (kind, destination) = match answer {
            Answer::Add { kind, role, value } => {
                let replaces = Enrolment::new(*kind, *role).is_some_and(|it| self.registered(it).is_some());
                (if replaces { ChangeKind::Replaced } else { ChangeKind::Added }, value.clone())
            }
            Answer::SetQuestions { .. } => {
                let replaces = self.registered(Enrolment::Questions).is_some();
                (if replaces { ChangeKind::Replaced } else { ChangeKind::Added }, None)
            }
            Answer::Remove { .. } => (ChangeKind::Removed, None),
            _ => return None,
        };
        Some(Change { kind, destination })
    }

    pub(crate) fn update(&mut self, event: SecurityInfoEvent, context: &mut Context) -> Outcome {
        if let SecurityInfoEvent::CodesExported(export) = event {
            let effect = self.codes().and_then(|codes| Full::new(FullEffect::ExportCodes(export, codes)));
            if let Some(effect) = effect {
                context.push(Effect::Full(effect));
            }
            return Outcome::UNCHANGED;
        }
        if context.busy {
            return Outcome::UNCHANGED;
        }
        match self.open(event) {
            Ok(true) => {
                context.redraw();
                // A failure was about the form before.
                Outcome::EDITED
            }
            Ok(false) => Outcome::EDITED,
            Err(answer) => Outcome::Complete(Intent::Other, answer),
        }
    }

    /// Opens or closes a form, and tells if anything changed; an authenticator app and the first recovery codes need no
    /// form, their registration begins at once.
    pub(super) fn open(&mut self, event: SecurityInfoEvent) -> Result<bool, Answer> {
        let open = match event {
            SecurityInfoEvent::CodesExported(_) => return Ok(false),
            SecurityInfoEvent::FormClosed => Open::Overview,
            SecurityInfoEvent::RemovalOpened(place) => match self.methods.get(place) {
                Some(method) if method.registered => Open::Removal(method.clone()),
                _ => return Ok(false),
            },
            SecurityInfoEvent::Opened(way) => {
                match (way, self.allowed.iter().find(|known| known.0 == way), &self.questions) {
                    (Enrolment::Authenticator, Some(_), _) => {
                        return Err(Answer::Add { kind: MethodKind::Authenticator, role: None, value: None });
                    }
                    (Enrolment::RecoveryCodes, Some(_), _) if self.registered(way).is_none() => return Err(NEW_CODES),
                    (Enrolment::RecoveryCodes, Some(_), _) => Open::Renewal,
                    (Enrolment::Questions, Some(_), Some(offer)) => {
                        Open::Questions(QuestionsForm::new(Arc::clone(offer)))
                    }
                    (Enrolment::Email(_) | Enrolment::Phone(_), Some((way, kinds)), _) => {
                        Open::Destination(Destination::new(*way, kinds.clone()))
                    }
                    _ => return Ok(false),
                }
            }
        };
        self.error = None;
        let changed = self.open != open;
        self.open = open;
        Ok(changed)
    }

    /// Takes the step as the server has it now, and tells if it is to be drawn anew. What is typed in a form stays.
    /// New codes come with a step of their own, so that those in this one were shown already.
    pub(super) fn renew(&mut self, mut new: Self) -> bool {
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

    /// Goes back to the overview, and tells if that is another screen.
    pub(super) fn close(&mut self) -> bool {
        self.error = None;
        // These came with the answer.
        if let Open::Codes(_) = self.open {
            return false;
        }
        std::mem::replace(&mut self.open, Open::Overview) != Open::Overview
    }

    /// `None` where there is nothing to be sent.
    pub(super) fn answer(&mut self) -> Result<Option<Answer>, Field> {
        Ok(Some(match &mut self.open {
            Open::Overview => Answer::Finish {},
            Open::Destination(form) => form.submit()?,
            Open::Questions(form) => form.submit()?,
            Open::Removal(method) => Answer::Remove { method: method.id.clone() },
            Open::Renewal => NEW_CODES,
            Open::Codes(_) => return Ok(None),
        }))
    }
}

impl StepState for SecurityInfo {
    const NAME: &'static str = "security_info";

    fn input(&mut self, field: Field, text: Secret<String>, _: &mut Context) -> Outcome {
        match &mut self.open {
            Open::Destination(form) if field == Field::Destination => form.typed(text),
            Open::Questions(form) => form.typed(field, text),
            Open::Destination(_) | Open::Overview | Open::Removal(_) | Open::Renewal | Open::Codes(_) => {}
        }
        Outcome::EDITED
    }

    fn choose(&mut self, place: usize) -> Outcome {
        if let Open::Destination(form) = &mut self.open {
            form.chose(place);
        }
        Outcome::EDITED
    }

    fn submit(&mut self, context: &mut Context) -> Outcome {
        match self.answer() {
            Ok(Some(answer)) => Outcome::Complete(Intent::Submit, answer),
            Ok(None) => Outcome::UNCHANGED,
            Err(field) => context.focus(field),
        }
    }

    fn refused(&mut self, Refusal { code, pointer, .. }: Refusal) -> Option<Field> {
        if code != ProblemCode::Invalid {
            return None;
        }
        match &mut self.open {
            Open::Overview if pointer == "/do" => {
                // The count is the server's affair: where it says that something is missing, something is.
                self.error = Some(FieldError::Unfinished { missing: self.missing().max(1) });
                Some(Field::Methods)
            }
            Open::Destination(form) if pointer.is_empty() || pointer == "/value" => Some(form.refused()),
            Open::Questions(form) => Some(form.refused(&pointer)),
            Open::Overview | Open::Destination(_) | Open::Removal(_) | Open::Renewal | Open::Codes(_) => None,
        }
    }

    fn accepted(&mut self, context: &mut Context) {
        if self.close() {
            context.redraw();
        }
    }

    fn refresh(&mut self, new: Self, context: &mut Context) {
        if self.renew(new) {
            context.redraw();
        }
    }
}
