//! The end without success: the reason, and what to do next.

use regain_protocol::EndReason;

use super::context::Context;
use super::element::{Element, element};
use super::help::help;
use super::parts::{actions, button, cancel, screen as begin};
use crate::i18n::{self, Text};
use regain_flow::{End, Event, Screen, View};

pub(super) fn screen(context: &Context, reason: End) -> Element {
    let (title, words) = match reason {
        End::Reason(EndReason::Expired) => (Text::EndedExpired, Text::EndedExpiredLead),
        End::Reason(EndReason::TooManyAttempts) => (Text::EndedAttempts, Text::EndedAttemptsLead),
        End::Reason(_) => (Text::EndedCancelled, Text::EndedCancelledLead),
        End::SessionOver => (Text::EndedSession, Text::EndedSessionLead),
    };
    begin(title, words)
        .child(
            element("p")
                .part("lead")
                .when("hidden", |view| wait(view) == 0)
                .shows(|view| i18n::fill(Text::EndedAttemptsWait, &[&i18n::span(wait(view))])),
        )
        .child(actions(
            button("primary", context, || Event::StartedAgain)
                .when("hidden", |view| wait(view) > 0)
                .say(Text::StartAgain),
            cancel(context),
        ))
        .child(help())
}

fn wait(view: &View) -> u32 {
    match &view.screen {
        Screen::Ended(ended) => ended.wait,
        _ => 0,
    }
}
