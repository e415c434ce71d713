//! The overview: the registered methods, those that the organisation asks for, and those that can be added.

use regain_flow::{Field, FieldError, MethodView, OverviewView, SecurityInfoEvent, SecurityInfoView, View};

use super::parts::{form_button, meaning, name, name_of, sign};
use crate::announce::info_changed;
use crate::i18n::{self, Text};
use crate::views::context::Context;
use crate::views::element::{Element, element, ltr};
use crate::views::fields::error;
use crate::views::parts::{form, lead, screen as begin, submit};

pub(super) fn screen(context: &Context, info: &OverviewView) -> Element {
    let mut screen = begin(Text::InfoHeading, Text::InfoLead);
    if info.reconfirm {
        screen = screen.child(lead(Text::InfoReconfirm));
    }
    if let Some(kind) = info.changed {
        screen = screen.child(lead(info_changed(kind)));
    }
    let mut list = element("ul").part("methods");
    for method in &info.methods {
        list = list.child(row(context, method));
    }
    let add = if info.methods.is_empty() { Text::InfoAddFirst } else { Text::InfoAddHeading };
    let mut more = element("div").part("group").child(element("h3").part("kind").say(add));
    for way in &info.addable {
        let words = element("span").at("class", "words").child(element("span").say(name(Some(*way))));
        let words = words.child(element("span").part("hint").say(meaning(*way)));
        let choice = form_button("choice", context, SecurityInfoEvent::Opened(*way)).at("data-kind", sign(*way));
        more = more.child(choice.child(words));
    }
    screen
        .child(tally(info))
        .child(list.has("hidden", info.methods.is_empty()))
        .child(more.has("hidden", info.addable.is_empty()))
        .child(form(context).child(element("div").at("class", "actions").child(submit(|view| {
            match view.screen.security_info() {
                Some(SecurityInfoView::Overview(info)) if info.reconfirm && info.missing == 0 => Text::InfoAllRight,
                _ => Text::InfoFinish,
            }
        }))))
}

/// The number that the organisation asks for, the number that there are, and the difference.
fn tally(info: &OverviewView) -> Element {
    let asked = match info.required {
        0 if info.count == 0 => i18n::text(Text::InfoNone).to_owned(),
        0 => String::new(),
        required => i18n::counted(Text::InfoTally, required.into(), &i18n::digits(info.count.into())),
    };
    let so = match info.missing {
        0 if info.required == 0 => String::new(),
        0 => i18n::text(Text::InfoEnough).to_owned(),
        missing => i18n::counted(Text::InfoMissing, missing.into(), ""),
    };
    element("div")
        .at("part", "tally")
        .at("class", if info.missing > 0 { "ending" } else { "note" })
        .at("id", "regain-methods")
        .at("tabindex", "-1")
        .at("aria-describedby", "regain-methods-error")
        .has("hidden", asked.is_empty())
        .child(element("p").words(&asked))
        .child(element("p").has("hidden", so.is_empty()).child(element("strong").words(&so)))
        .child(error(Field::Methods, wrong))
}

fn row(context: &Context, method: &MethodView) -> Element {
    let MethodView { place, method, replaced_by } = method;
    let what = name_of(method.kind, method.role);
    let mut words = element("span").at("class", "words").child(element("span").say(what));
    if let Some(masked) = &method.masked {
        words = words.child(ltr(masked));
    }
    let remark = match (method.left, method.registered, method.verified) {
        (Some(left), ..) => i18n::fill(Text::RecoveryLeft, &[&i18n::digits(left.into())]),
        (None, false, _) => i18n::text(Text::InfoByOrganisation).to_owned(),
        (None, true, false) => i18n::text(Text::InfoUnverified).to_owned(),
        (None, true, true) => String::new(),
    };
    if !remark.is_empty() {
        words = words.child(element("span").part("hint").words(&remark));
    }
    // Each says which one it is about, for those who hear one button after the other.
    let about = |text: Text| {
        let masked = method.masked.as_deref().unwrap_or_default();
        [i18n::text(text), ": ", i18n::text(what), " ", masked].concat().trim_end().to_owned()
    };
    let action = |text: Text, change| form_button("link", context, change).at("aria-label", &about(text)).say(text);
    let mut ways = element("span").at("class", "ways");
    if let Some(way) = replaced_by {
        ways = ways.child(action(Text::InfoReplace, SecurityInfoEvent::Opened(*way)));
    }
    if method.registered {
        ways = ways.child(action(Text::InfoRemove, SecurityInfoEvent::RemovalOpened(*place)));
    }
    element("li").part("method").child(words).child(ways)
}

/// The fault: something is missing, as nothing is typed here.
fn wrong(view: &View, _: Field) -> Option<String> {
    let Some(SecurityInfoView::Overview(info)) = view.screen.security_info() else { return None };
    let Some(FieldError::Unfinished { missing }) = info.error else { return None };
    Some(i18n::counted(Text::InfoUnfinished, missing.into(), ""))
}
