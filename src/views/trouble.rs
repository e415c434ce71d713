//! The surroundings of a screen: a failure with the way on, and the end of the flow coming near.

use super::context::Context;
use super::element::{Element, element};
use super::parts::button;
use crate::i18n::{self, Text};
use regain_flow::{Event, Fault, Trouble, View};

/// The last failure. The region is always there, so that what appears in it is spoken.
pub(super) fn trouble(context: &Context) -> Element {
    element("div")
        .part("trouble")
        .when("hidden", |view| view.trouble.is_none())
        .child(
            element("p")
                .at("role", "alert")
                .at("class", "alert")
                .shows(|view| view.trouble.map(words).unwrap_or_default()),
        )
        .child(
            element("p")
                .at("class", "wait")
                .when("hidden", |view| wait(view).is_none())
                .shows(|view| wait(view).unwrap_or_default()),
        )
        .child(
            button("secondary", context, || Event::Retried)
                .when("hidden", |view| !view.trouble.is_some_and(|trouble| trouble.can_retry))
                .say(Text::TryAgain),
        )
        .child(
            button("secondary", context, || Event::StartedAgain)
                .when("hidden", |view| !view.trouble.is_some_and(|trouble| trouble.can_start_again))
                .say(Text::StartAgain),
        )
}

/// Said once: nothing in it counts, or it would be said every second.
fn words(trouble: Trouble) -> String {
    let text = match trouble.fault {
        Fault::Offline => Text::Offline,
        Fault::Unreachable => Text::Unreachable,
        Fault::Server => Text::ServerFault,
        Fault::Busy if trouble.wait.is_some() => Text::Busy,
        Fault::Busy => Text::BusyOver,
        Fault::Refused => Text::Refused,
    };
    i18n::text(text).to_owned()
}

fn wait(view: &View) -> Option<String> {
    let trouble = view.trouble?;
    let text = if trouble.fault == Fault::Busy { Text::BusyIn } else { Text::RetryIn };
    Some(i18n::fill(text, &[&i18n::span(trouble.wait?)]))
}

/// The end of the flow, in its last two minutes, with the way to go on.
pub(super) fn ending(context: &Context) -> Element {
    element("div")
        .part("ending")
        .when("hidden", |view| view.ending.is_none())
        .child(
            element("progress")
                .at("class", "time")
                .at("aria-hidden", "true")
                .at("max", "120")
                .live_at("value", |view| view.ending.map(i18n::digits)),
        )
        .child(
            element("p")
                .timed(|view, time| i18n::fill(Text::FlowEnding, &[&time(view.ending.unwrap_or_default(), false)])),
        )
        .child(
            button("secondary", context, || Event::MoreTimeRequested)
                .when("hidden", |view| !view.can_extend)
                .say(Text::MoreTime),
        )
}
