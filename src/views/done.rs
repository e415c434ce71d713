//! A flow that worked.

use regain_protocol::{FlowKind, Outcome};

use super::context::Context;
use super::element::{Element, HERE, element};
use super::parts::{button, heading, lead};
use regain_flow::full::IS_FULL;
use regain_flow::{DoneView, Event};

use crate::i18n::{self, Text};

pub(super) fn screen(context: &Context, done: &DoneView) -> Element {
    let &DoneView { outcome, notified, due, signed_in, elsewhere, can_return, .. } = done;
    let account = done
        .account
        .as_deref()
        .map(|account| element("p").part("lead").around(&i18n::fill(Text::DoneAccount, &[HERE]), account));
    let (title, words) = match outcome {
        Outcome::Reset => (Text::DoneReset, Text::DoneLead),
        Outcome::FirstPassword => (Text::DoneFirst, Text::DoneLead),
        outcome if IS_FULL && !elsewhere => full(outcome, signed_in),
        _ if elsewhere => (Text::DoneInOtherTab, Text::DoneOtherLead),
        _ => (Text::DoneOther, Text::DoneOtherLead),
    };
    // The server ends sessions after a reset, and nothing else does.
    let elsewhere = notified && matches!(outcome, Outcome::Reset | Outcome::FirstPassword);
    let back = if IS_FULL && signed_in {
        // They are where they want to be.
        button("primary", context, || Event::Cancelled).say(Text::DoneClose)
    } else if !can_return {
        // No button that leads nowhere.
        element("p").part("hint").say(Text::ClosePage)
    } else {
        button("primary", context, || Event::WentToSignIn).say(Text::BackToSignIn)
    };
    let mut screen = element("div")
        .at("class", "screen finished")
        .child(element("span").part("tick").at("aria-hidden", "true"))
        .child(heading(title));
    if let Some(account) = account {
        screen = screen.child(account);
    }
    screen = screen
        .child(lead(words))
        .child(element("p").part("note").has("hidden", !notified).say(Text::DoneNotified))
        .child(element("p").part("note").has("hidden", !elsewhere).say(Text::DoneElsewhere))
        .child(element("div").at("class", "actions").child(back));
    if due {
        screen = screen.child(
            element("div")
                .at("class", "more")
                .child(element("p").part("note").say(Text::SecurityInfoDue))
                .child(button("link", context, || Event::WentTo(FlowKind::Register)).say(Text::ToSecurityInfo)),
        );
    }
    screen
}

/// The words for an outcome that only the full build comes to.
fn full(outcome: Outcome, signed_in: bool) -> (Text, Text) {
    match outcome {
        Outcome::Changed if signed_in => (Text::DoneChanged, Text::DoneChangedLead),
        Outcome::Changed => (Text::DoneChanged, Text::DoneLead),
        Outcome::Registered => (Text::DoneRegistered, Text::DoneRegisteredLead),
        Outcome::Unlocked => (Text::DoneUnlocked, Text::DoneUnlockedLead),
        Outcome::NotLocked => (Text::DoneNotLocked, Text::DoneNotLockedLead),
        Outcome::RequestSent => (Text::DoneRequest, Text::DoneRequestLead),
        _ => (Text::DoneOther, Text::DoneOtherLead),
    }
}
