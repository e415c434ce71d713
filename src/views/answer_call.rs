//! A call, to be answered.

use super::context::Context;
use super::element::{Element, HERE, Time, element};
use super::parts::{actions, another_method, full_button, heading};
use crate::announce::call_status;
use crate::i18n::{self, Text};
use regain_flow::{CallView, FullEvent, FullScreen, View};

pub(super) fn screen(context: &Context, call: &CallView) -> Element {
    let (lead, back) = if call.registers {
        (Text::ConfirmCall, super::security_info::back_without_adding(context))
    } else {
        (Text::CallLead, another_method(context))
    };
    let mut screen =
        element("div").at("class", "screen").child(heading(Text::CallHeading)).child(with_key(i18n::text(lead)));
    if let Some(masked) = &call.masked {
        screen = screen.child(element("p").part("lead").around(&i18n::fill(Text::CallTo, &[HERE]), masked));
    }
    screen
        .child(
            element("p")
                .part("status")
                .when("data-over", is_over)
                .child(element("span").shows(|view| of(view, |call| i18n::text(call_status(call.status)).to_owned())))
                .child(element("span").at("class", "spinner").at("aria-hidden", "true").when("hidden", is_over)),
        )
        .child(actions(
            full_button("primary", context, FullEvent::CallAgain)
                .when("hidden", |view| of(view, |call| !call.offers_call))
                .aria("aria-disabled", |view| of(view, |call| !call.can_call))
                .timed(again),
            back,
        ))
}

/// Words with the key that is to be pressed.
fn with_key(words: &str) -> Element {
    let (before, after) = words.split_once('#').unwrap_or((words, ""));
    element("p").part("lead").words(before).child(element("kbd").at("dir", "ltr").words("#")).words(after)
}

fn again(view: &View, time: Time) -> String {
    let again = i18n::text(Text::CallAgain);
    match of(view, |call| call.call_in) {
        0 => again.to_owned(),
        wait => [again, " (", &time(wait, true), ")"].concat(),
    }
}

fn is_over(view: &View) -> bool {
    of(view, |call| call.is_over)
}

fn of<T: Default>(view: &View, read: fn(&CallView) -> T) -> T {
    match view.screen.full() {
        Some(FullScreen::AnswerCall(call)) => read(call),
        _ => T::default(),
    }
}
