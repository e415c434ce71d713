//! The parts that the screens have in common: heading, words, the form and its buttons.

use regain_flow::{Event, FullEvent, StepEvent, View};

use super::context::Context;
use super::element::{Element, element};
use crate::i18n::Text;

/// The step's heading: takes the focus when the step begins.
pub(super) fn heading(text: Text) -> Element {
    element("h2").part("heading").at("id", "regain-heading").at("tabindex", "-1").say(text)
}

/// A paragraph.
pub(super) fn lead(text: Text) -> Element {
    element("p").part("lead").say(text)
}

/// A screen with its first words.
#[inline(never)]
pub(super) fn screen(title: Text, words: Text) -> Element {
    element("div").at("class", "screen").child(heading(title)).child(lead(words))
}

/// The actions, the most likely first.
#[inline(never)]
pub(super) fn actions(first: Element, second: Element) -> Element {
    element("div").at("class", "actions").child(first).child(second)
}

/// The step's form: Enter and the submit button send it, the browser's own bubbles stay away. A copy of it that a page
/// keeps has none of our handlers, and by this method goes nowhere either.
pub(super) fn form(context: &Context) -> Element {
    let context = context.clone();
    element("form").at("novalidate", "").at("class", "form").at("method", "dialog").on("submit", move |event| {
        event.prevent_default();
        context.send(StepEvent::Submitted.into());
    })
}

/// The one button that goes on. While it can't, it keeps the focus.
pub(super) fn submit(text: fn(&View) -> Text) -> Element {
    element("button")
        .part("primary")
        .at("type", "submit")
        .aria("aria-disabled", |view| !view.can_submit)
        .aria("aria-busy", |view| view.busy)
        .says(text)
}

/// A button for an event of a step that only the full build has.
pub(super) fn full_button(class: &str, context: &Context, event: FullEvent) -> Element {
    let context = context.clone();
    element("button").part(class).at("type", "button").on("click", move |_| context.send_full(event))
}

/// A button for anything else.
#[inline(never)]
pub(super) fn button(class: &str, context: &Context, event: fn() -> Event) -> Element {
    let context = context.clone();
    element("button").part(class).at("type", "button").on("click", move |_| context.send(event()))
}

/// Back to the choice of methods.
pub(super) fn another_method(context: &Context) -> Element {
    button("secondary", context, || StepEvent::AnotherMethodRequested.into()).say(Text::AnotherWay)
}

/// Out of here.
pub(super) fn cancel(context: &Context) -> Element {
    button("secondary", context, || Event::Cancelled).say(Text::Cancel)
}
