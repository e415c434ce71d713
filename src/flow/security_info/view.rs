//! What there is to draw of the security info. What is typed is in it only where a form drawn anew has to
//! show it again; answers to questions are not.

use std::sync::Arc;

use regain_protocol::{MethodKind, QuestionsOffer, RegisteredMethod};

use super::{Chosen, Codes, Open, SecurityInfo, Way};
use crate::flow::{Field, FieldError};

/// What is registered, or the form that is open.
#[derive(Debug, Clone)]
pub enum SecurityInfoView {
    /// What is registered.
    Overview(OverviewView),
    /// The form for a mail address or a phone.
    Destination(DestinationView),
    /// The form for the security questions.
    Questions(QuestionsFormView),
    /// The question whether one is to be removed.
    Removal(RemovalView),
    /// The question whether new recovery codes are to be made.
    Renewal,
    /// New recovery codes.
    Codes(Codes),
}

/// What is registered, and what can be.
#[derive(Debug, Clone)]
pub struct OverviewView {
    /// What is registered, the same kinds together.
    pub methods: Vec<MethodView>,
    /// What can be added.
    pub addable: Vec<Way>,
    /// How many ways there are that count.
    pub count: u8,
    /// How many the organisation asks for.
    pub required: u8,
    /// How many more are needed.
    pub missing: u8,
    /// Whether the organisation asks for a look at all of it.
    pub reconfirm: bool,
    /// Why it can't be finished.
    pub error: Option<FieldError>,
}

/// A registered method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodView {
    /// Its place in the server's list, by which its removal is asked for.
    pub place: usize,
    /// Itself.
    pub method: RegisteredMethod,
    /// What takes its place, where that can be registered here.
    pub replaced_by: Option<Way>,
}

/// The form for a mail address or a phone.
#[derive(Debug, Clone)]
pub struct DestinationView {
    /// What it is to be.
    pub way: Way,
    /// The one whose place it takes, with most of it hidden.
    pub replaces: Option<String>,
    /// How it can be confirmed.
    pub kinds: Vec<MethodKind>,
    /// The place of the kind that was chosen.
    pub chosen: usize,
    /// As typed.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<FieldError>,
}

/// The form for the security questions.
#[derive(Debug, Clone)]
pub struct QuestionsFormView {
    /// The questions to choose from.
    pub offer: Arc<QuestionsOffer>,
    /// What stands in each row.
    pub rows: Vec<RowView>,
    /// Whether there are some already, which these replace.
    pub replaces: bool,
    /// What is wrong, and where.
    pub error: Option<(Field, FieldError)>,
}

/// A row of that form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowView {
    /// Its question.
    pub chosen: Option<Chosen>,
    /// The person's own words for it.
    pub own: String,
}

/// Whether one is to be removed.
#[derive(Debug, Clone)]
pub struct RemovalView {
    /// Which.
    pub method: RegisteredMethod,
    /// Whether no other is left then.
    pub is_last: bool,
    /// Whether it leaves fewer than the organisation asks for.
    pub too_few: bool,
}

impl SecurityInfo {
    /// What to draw.
    pub fn view(&self) -> SecurityInfoView {
        match &self.open {
            Open::Overview => SecurityInfoView::Overview(self.overview()),
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
                replaces: self.registered(Way::Questions).is_some(),
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
        let is_allowed = |way: &Way| self.allowed.iter().any(|known| known.0 == *way);
        let mut methods: Vec<MethodView> = Vec::new();
        for (place, method) in self.methods.iter().enumerate() {
            let replaced_by = Way::of(method.kind, method.role).filter(|way| method.registered && is_allowed(way));
            methods.push(MethodView { place, method: method.clone(), replaced_by });
        }
        let kinds = [MethodKind::Email, MethodKind::Sms, MethodKind::Call, MethodKind::Authenticator];
        methods.sort_by_key(|it| kinds.iter().position(|kind| *kind == it.method.kind).unwrap_or(kinds.len()));
        let is_free = |way: &Way| self.registered(*way).is_none();
        OverviewView {
            methods,
            addable: self.allowed.iter().map(|known| known.0).filter(is_free).collect(),
            count: self.count(),
            required: self.required,
            missing: self.missing(),
            reconfirm: self.reconfirm,
            error: self.error,
        }
    }

    pub(super) fn registered(&self, way: Way) -> Option<&RegisteredMethod> {
        self.methods.iter().find(|method| method.registered && Way::of(method.kind, method.role) == Some(way))
    }
}
