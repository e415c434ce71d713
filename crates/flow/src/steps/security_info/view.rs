//! The security info, to draw. What is typed is in it only where a form drawn anew has to show it again; answers to questions
//! are not.

use std::sync::Arc;

use regain_protocol::{MethodKind, QuestionsOffer, RegisteredMethod};

use super::enrolment::Enrolment;
use super::questions::QuestionChoice;
use super::state::{Open, SecurityInfo};
use crate::effect::{ChangeKind, Codes};
use crate::field::{Field, FieldError};

/// The registered methods, or the form that is open.
#[derive(Debug, Clone)]
pub enum SecurityInfoView {
    /// The registered methods.
    Overview(OverviewView),
    /// The form for a mail address or a phone.
    Destination(DestinationView),
    /// The form for the security questions.
    Questions(QuestionsFormView),
    /// The confirmation of a removal.
    Removal(RemovalView),
    /// The confirmation that new recovery codes are made.
    Renewal,
    /// New recovery codes.
    Codes(Codes),
}

/// The registered methods, and those that can be added.
#[derive(Debug, Clone)]
pub struct OverviewView {
    /// The registered methods, the same kinds together.
    pub methods: Vec<MethodView>,
    /// The enrolments that can be added.
    pub addable: Vec<Enrolment>,
    /// The number of methods that count.
    pub count: u8,
    /// The number that the organisation asks for.
    pub required: u8,
    /// The number that is still needed.
    pub missing: u8,
    /// True where the organisation asks for a look at all of it.
    pub reconfirm: bool,
    /// The last change.
    pub changed: Option<ChangeKind>,
    /// The fault that keeps it from being finished.
    pub error: Option<FieldError>,
}

/// A registered method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodView {
    /// Its place in the server's list, by which its removal is asked for.
    pub place: usize,
    /// The method itself.
    pub method: RegisteredMethod,
    /// Its replacement, where that can be registered here.
    pub replaced_by: Option<Enrolment>,
}

/// The form for a mail address or a phone.
#[derive(Debug, Clone)]
pub struct DestinationView {
    /// The enrolment.
    pub way: Enrolment,
    /// The one whose place it takes, with most of it hidden.
    pub replaces: Option<String>,
    /// The kinds of method by which it can be confirmed.
    pub kinds: Vec<MethodKind>,
    /// The place of the kind that was chosen.
    pub chosen: usize,
    /// As typed.
    pub value: String,
    /// Its fault.
    pub error: Option<FieldError>,
}

/// The form for the security questions.
#[derive(Debug, Clone)]
pub struct QuestionsFormView {
    /// The questions to choose from.
    pub offer: Arc<QuestionsOffer>,
    /// The rows.
    pub rows: Vec<RowView>,
    /// True where there are some already, which these replace.
    pub replaces: bool,
    /// The field at fault, and its fault.
    pub error: Option<(Field, FieldError)>,
}

/// A row of that form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowView {
    /// Its question.
    pub chosen: Option<QuestionChoice>,
    /// The person's own words for it.
    pub own: String,
}

/// A method that is to be removed.
#[derive(Debug, Clone)]
pub struct RemovalView {
    /// The method.
    pub method: RegisteredMethod,
    /// True where no other is left then.
    pub is_last: bool,
    /// True where it leaves fewer than the organisation asks for.
    pub too_few: bool,
}

impl SecurityInfo {
    /// `changed` is what was done with it last, to be shown in the overview.
    pub(crate) fn view(&self, changed: Option<ChangeKind>) -> SecurityInfoView {
        match &self.open {
            Open::Overview => SecurityInfoView::Overview(OverviewView { changed, ..self.overview() }),
            Open::Destination(form) => SecurityInfoView::Destination(DestinationView {
                way: form.way,
                replaces: self.registered(form.way).and_then(|method| method.masked.clone()),
                kinds: form.kinds.clone(),
                chosen: form.chosen,
                value: form.value.expose().clone(),
                error: form.error,
            }),
            Open::Questions(form) => SecurityInfoView::Questions(QuestionsFormView {
                offer: Arc::clone(&form.offer),
                rows: form.rows.iter().map(|row| RowView { chosen: row.chosen, own: row.own.clone() }).collect(),
                replaces: self.registered(Enrolment::Questions).is_some(),
                error: form.error,
            }),
            Open::Removal(method) => SecurityInfoView::Removal(RemovalView {
                is_last: self.is_last(method),
                too_few: method.verified && self.count() <= self.required,
                method: method.clone(),
            }),
            Open::Renewal => SecurityInfoView::Renewal,
            Open::Codes(codes) => SecurityInfoView::Codes(Arc::clone(codes)),
        }
    }

    fn overview(&self) -> OverviewView {
        let is_allowed = |way: &Enrolment| self.allowed.iter().any(|known| known.0 == *way);
        let mut methods: Vec<MethodView> = Vec::new();
        for (place, method) in self.methods.iter().enumerate() {
            let replaced_by =
                Enrolment::new(method.kind, method.role).filter(|way| method.registered && is_allowed(way));
            methods.push(MethodView { place, method: method.clone(), replaced_by });
        }
        let kinds = [MethodKind::Email, MethodKind::Sms, MethodKind::Call, MethodKind::Authenticator];
        methods.sort_by_key(|it| kinds.iter().position(|kind| *kind == it.method.kind).unwrap_or(kinds.len()));
        let is_free = |way: &Enrolment| self.registered(*way).is_none();
        OverviewView {
            methods,
            addable: self.allowed.iter().map(|known| known.0).filter(is_free).collect(),
            count: self.count(),
            required: self.required,
            missing: self.missing(),
            reconfirm: self.reconfirm,
            changed: None,
            error: self.error,
        }
    }

    pub(super) fn registered(&self, way: Enrolment) -> Option<&RegisteredMethod> {
        self.methods.iter().find(|method| method.registered && Enrolment::new(method.kind, method.role) == Some(way))
    }
}
