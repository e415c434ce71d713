//! Fields of forms: what is typed or chosen, with its label, its hint and its fault.

use leptos::prelude::event_target_value;
use regain_flow::{Field, StepEvent, View};

use super::context::Context;
use super::element::{Element, element, yes};
use crate::i18n::{self, Text};

/// The fault of a field, in words.
pub(super) type Wrong = fn(&View, Field) -> Option<String>;

/// An `<input>` with what every field has.
pub(super) fn input(context: &Context, field: Field, wrong: Wrong) -> Element {
    control("input", context, field, wrong)
        .at("autocapitalize", "none")
        .at("autocorrect", "off")
        .at("spellcheck", "false")
        .at("aria-required", "true")
}

/// A control that something is typed into.
#[inline(never)]
pub(super) fn control(tag: &str, context: &Context, field: Field, wrong: Wrong) -> Element {
    let id = ["regain-", field.name()].concat();
    // A step that begins in its field is told of by the field.
    let heading = if matches!(field, Field::UserId | Field::Code) { "regain-heading " } else { "" };
    element(tag)
        .part("input")
        .at("name", field.name())
        .at("id", &id)
        .at("aria-describedby", &[heading, &*id, "-hint ", &id, "-error"].concat())
        .live_at("aria-invalid", move |view| yes(wrong(view, field).is_some()))
        .on("input", typed(context, field))
}

/// Takes what a field holds.
pub(super) fn typed(context: &Context, field: Field) -> impl FnMut(web_sys::Event) + use<> {
    let context = context.clone();
    move |event| context.send(StepEvent::Input(field, event_target_value(&event).into()).into())
}

/// A labelled field with its hint and what is wrong with it.
pub(super) fn field(field: Field, label: Text, hint: fn(&View) -> String, input: Element, wrong: Wrong) -> Element {
    labelled(field, i18n::text(label), hint, input, wrong)
}

/// No hint.
pub(super) fn no_hint(_: &View) -> String {
    String::new()
}

/// The same with a label of the server's.
#[inline(never)]
pub(super) fn labelled(field: Field, label: &str, hint: fn(&View) -> String, input: Element, wrong: Wrong) -> Element {
    hinted(field, element("label").words(label), element("p").shows(hint), input, wrong)
}

/// A field with its label and its hint.
#[inline(never)]
pub(super) fn hinted(field: Field, label: Element, hint: Element, input: Element, wrong: Wrong) -> Element {
    let id = ["regain-", field.name()].concat();
    element("div")
        .at("class", "field")
        .child(label.part("label").at("for", &id))
        .child(input)
        .child(hint.part("hint").at("id", &[&*id, "-hint"].concat()))
        .child(error(field, wrong))
}

/// The fault of a field, beside it.
pub(super) fn error(field: Field, wrong: Wrong) -> Element {
    element("p")
        .part("error")
        .at("id", &["regain-", field.name(), "-error"].concat())
        .flag("hidden", move |view| wrong(view, field).is_none())
        .live(move |view| wrong(view, field).unwrap_or_default())
}

/// Choices of which one is taken; the fault of the choice stands below them.
pub(super) fn choices(field: Field) -> Element {
    element("fieldset")
        .part("choices")
        .at("aria-describedby", &["regain-", field.name(), "-error"].concat())
        .child(element("legend").part("label").say(Text::ChoicesLegend))
}

/// One of them, with its words.
#[inline(never)]
pub(super) fn choice(
    context: &Context,
    field: Field,
    place: usize,
    chosen: Option<usize>,
    kind: &str,
    words: Element,
) -> Element {
    let context = context.clone();
    let mut radio = element("input")
        .at("type", "radio")
        .at("name", field.name())
        .has("checked", chosen == Some(place))
        .on("change", move |_| context.send(StepEvent::Chosen(place).into()));
    if place == 0 {
        radio = radio.at("id", &["regain-", field.name()].concat());
    }
    // The kind is its sign: see the stylesheet.
    element("label").part("choice").at("data-kind", kind).child(radio).child(words)
}
