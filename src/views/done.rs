//! It worked.

use leptos::prelude::*;
use regain_protocol::Outcome;

use super::parts::{Context, button, element, heading, lead};
use crate::flow::Event;
use crate::i18n::Text;

pub(super) fn screen(context: Context, outcome: Outcome, notified: bool) -> AnyView {
    let (title, words) = match outcome {
        Outcome::Reset => (Text::DoneReset, Text::DoneLead),
        Outcome::Changed => (Text::DoneChanged, Text::DoneLead),
        Outcome::Unlocked => (Text::DoneUnlocked, Text::DoneUnlockedLead),
        Outcome::RequestSent => (Text::DoneRequest, Text::DoneRequestLead),
        _ => (Text::DoneOther, Text::DoneOtherLead),
    };
    let elsewhere = notified && matches!(outcome, Outcome::Reset | Outcome::Changed);
    element("div")
        .at("class", "screen finished")
        .child(element("span").part("tick").at("aria-hidden", "true"))
        .child(heading(title))
        .child(lead(words))
        .child(element("p").part("note").has("hidden", !notified).say(Text::DoneNotified))
        .child(element("p").part("note").has("hidden", !elsewhere).say(Text::DoneElsewhere))
        .child(
            element("div")
                .at("class", "actions")
                .child(button("primary", context, || Event::WentToSignIn).say(Text::BackToSignIn)),
        )
        .done()
}
