//! It worked.

use leptos::prelude::*;
use regain_protocol::{FlowKind, Outcome};

use super::parts::{Context, button, element, heading, lead};
use crate::flow::{Event, Screen};
use crate::i18n::Text;

pub(super) fn screen(context: Context, screen: &Screen) -> AnyView {
    let Screen::Done { outcome, notified, due, .. } = screen else { return ().into_any() };
    let (outcome, notified, due) = (*outcome, *notified, *due);
    let (title, words) = match outcome {
        Outcome::Reset | Outcome::FirstPassword => (Text::DoneReset, Text::DoneLead),
        #[cfg(feature = "full")]
        Outcome::Changed if is_signed_in(screen) => (Text::DoneChanged, Text::DoneChangedLead),
        #[cfg(feature = "full")]
        Outcome::Changed => (Text::DoneChanged, Text::DoneLead),
        #[cfg(feature = "full")]
        Outcome::Registered => (Text::DoneRegistered, Text::DoneRegisteredLead),
        #[cfg(feature = "full")]
        Outcome::Unlocked => (Text::DoneUnlocked, Text::DoneUnlockedLead),
        #[cfg(feature = "full")]
        Outcome::NotLocked => (Text::DoneNotLocked, Text::DoneNotLockedLead),
        #[cfg(feature = "full")]
        Outcome::RequestSent => (Text::DoneRequest, Text::DoneRequestLead),
        _ => (Text::DoneOther, Text::DoneOtherLead),
    };
    // The server ends sessions after a reset, and nothing else does.
    let elsewhere = notified && matches!(outcome, Outcome::Reset | Outcome::FirstPassword);
    #[cfg(feature = "full")]
    let back = if is_signed_in(screen) {
        // They are where they want to be.
        button("primary", context, || Event::Cancelled).say(Text::DoneClose)
    } else {
        button("primary", context, || Event::WentToSignIn).say(Text::BackToSignIn)
    };
    #[cfg(not(feature = "full"))]
    let back = button("primary", context, || Event::WentToSignIn).say(Text::BackToSignIn);
    let mut done = element("div")
        .at("class", "screen finished")
        .child(element("span").part("tick").at("aria-hidden", "true"))
        .child(heading(title))
        .child(lead(words))
        .child(element("p").part("note").has("hidden", !notified).say(Text::DoneNotified))
        .child(element("p").part("note").has("hidden", !elsewhere).say(Text::DoneElsewhere))
        .child(element("div").at("class", "actions").child(back));
    if due {
        done = done.child(
            element("div")
                .at("class", "more")
                .child(element("p").part("note").say(Text::SecurityInfoDue))
                .child(button("link", context, || Event::WentTo(FlowKind::Register)).say(Text::ToSecurityInfo)),
        );
    }
    done.done()
}

#[cfg(feature = "full")]
fn is_signed_in(screen: &Screen) -> bool {
    matches!(screen, Screen::Done { signed_in: true, .. })
}
