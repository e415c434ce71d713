//! Answer the phone and press #.

use leptos::prelude::*;
use regain_protocol::CallStatus;

use super::parts::{Context, HERE, actions, another_way, button, element, screen as begin};
use crate::flow::{CallView, Event, Screen, View};
use crate::i18n::{self, Text};

pub(super) fn screen(context: Context, call: &CallView) -> AnyView {
    #[cfg(feature = "full")]
    let (lead, back) = if call.registers {
        (Text::ConfirmCall, super::security_info::back_without_adding(context))
    } else {
        (Text::CallLead, another_way(context))
    };
    #[cfg(not(feature = "full"))]
    let (lead, back) = (Text::CallLead, another_way(context));
    let mut screen = begin(Text::CallHeading, lead);
    if let Some(masked) = &call.masked {
        screen = screen.child(element("p").part("lead").around(&i18n::fill(Text::CallTo, &[HERE]), masked));
    }
    screen
        .child(
            element("p")
                .part("status")
                .when("data-over", context, is_over)
                .child(
                    element("span").shows(context, |view| of(view, |call| i18n::text(status(call.status)).to_owned())),
                )
                .child(
                    element("span").at("class", "spinner").at("aria-hidden", "true").when("hidden", context, is_over),
                ),
        )
        .child(actions(
            button("primary", context, || Event::AskedForAnotherCall)
                .aria("aria-disabled", context, |view| of(view, |call| !call.can_call))
                .shows(context, |view| {
                    of(view, |call| {
                        i18n::text(if call.calls_left > 0 { Text::CallAgain } else { Text::NoMoreCalls }).to_owned()
                    })
                }),
            back,
        ))
        .done()
}

fn is_over(view: &View) -> bool {
    of(view, |call| call.is_over)
}

fn of<T: Default>(view: &View, read: fn(&CallView) -> T) -> T {
    match &view.screen {
        Screen::AnswerCall(call) => read(call),
        _ => T::default(),
    }
}

/// How the call goes, for the eye and for the ear.
pub(crate) fn status(status: CallStatus) -> Text {
    match status {
        CallStatus::Calling | CallStatus::Unknown => Text::Calling,
        CallStatus::Ringing => Text::CallRinging,
        CallStatus::Answered => Text::CallAnswered,
        CallStatus::NoAnswer => Text::CallNoAnswer,
        CallStatus::WrongKey => Text::CallWrongKey,
        CallStatus::Failed => Text::CallFailed,
    }
}
