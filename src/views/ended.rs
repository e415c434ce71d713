//! It is over without success: why, and what to do next.

use leptos::prelude::*;
use regain_protocol::EndReason;

use super::help::help;
use super::parts::{Context, actions, button, cancel, element, screen as begin};
use crate::flow::{End, Event, Screen};
use crate::i18n::{self, Text};

pub(super) fn screen(context: Context, why: End) -> AnyView {
    let (title, words) = match why {
        End::Reason(EndReason::Expired) => (Text::EndedExpired, Text::EndedExpiredLead),
        End::Reason(EndReason::TooManyAttempts) => (Text::EndedAttempts, Text::EndedAttemptsLead),
        End::Reason(_) => (Text::EndedCancelled, Text::EndedCancelledLead),
        End::SessionOver => (Text::EndedSession, Text::EndedSessionLead),
    };
    let wait = move || {
        context.read(|view| match &view.screen {
            Screen::Ended(ended) => ended.wait,
            _ => 0,
        })
    };
    begin(title, words)
        .child(
            element("p")
                .part("lead")
                .flag("hidden", move || wait() == 0)
                .live(move || i18n::fill(Text::EndedAttemptsWait, &[&i18n::span(wait())])),
        )
        .child(actions(
            button("primary", context, || Event::StartedAgain).flag("hidden", move || wait() > 0).say(Text::StartAgain),
            cancel(context),
        ))
        .child(help(context))
        .done()
}
