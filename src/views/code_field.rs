//! The field for a code, and the way to another code.

use regain_flow::full::{IS_FULL, is_saved};
use regain_flow::{CodeEvent, CodeView, DIGITS, Field, FieldError, Screen, View};
use regain_protocol::MethodKind;

use super::context::Context;
use super::element::{Element, Time, element};
use super::fields::{hinted, input};
use super::parts::button;
use crate::i18n::{self, Text};

/// The field for the code.
pub(super) fn code_field(context: &Context, code: &CodeView) -> Element {
    let (keys, look) = if IS_FULL && code.length > DIGITS { ("text", "long") } else { ("numeric", "") };
    // No message that comes has a saved one.
    let autocomplete = if is_saved(code.kind) { "off" } else { "one-time-code" };
    let code = input(context, Field::Code, wrong)
        .at("type", "text")
        .at("inputmode", keys)
        .at("autocomplete", autocomplete)
        // Room for whatever is pasted around the code.
        .at("maxlength", "64")
        .at("dir", "ltr")
        .at("data-code", look);
    let hint = element("p").timed(expires_in);
    hinted(Field::Code, element("label").say(Text::Code), hint, code, wrong)
}

/// Tells if a code comes by itself: an app always has a new one, and those that were saved are there.
fn is_at_hand(kind: MethodKind) -> bool {
    kind == MethodKind::Authenticator || is_saved(kind)
}

/// For a code that does not come.
pub(super) fn another_code(context: &Context, kind: MethodKind) -> Element {
    let wait = if kind == MethodKind::Email { Text::CodeWaitMail } else { Text::CodeWait };
    element("div").at("class", "more").has("hidden", is_at_hand(kind)).child(element("p").part("note").say(wait)).child(
        button("link", context, || CodeEvent::Resent.into())
            .aria("aria-disabled", |view| !of(view, |code| code.can_resend))
            .timed(resend),
    )
}

fn of<T: Default>(view: &View, read: fn(&CodeView) -> T) -> T {
    match &view.screen {
        Screen::EnterCode(code) => read(code),
        _ => T::default(),
    }
}

fn expires_in(view: &View, time: Time) -> String {
    let Screen::EnterCode(code) = &view.screen else { return String::new() };
    match (code.kind, code.expires_in) {
        (MethodKind::Authenticator, _) => i18n::text(Text::CodeByAppHint).to_owned(),
        (MethodKind::RecoveryCodes, _) if IS_FULL => length_of(code.length),
        (_, 0) => i18n::text(Text::CodeGone).to_owned(),
        (_, left) => i18n::fill(Text::CodeGoodFor, &[&time(left, false)]),
    }
}

fn resend(view: &View, time: Time) -> String {
    let Screen::EnterCode(code) = &view.screen else { return String::new() };
    match (code.resends_left, code.resend_in) {
        (0, _) => i18n::text(Text::NoMoreResends).to_owned(),
        (_, 0) => i18n::text(Text::Resend).to_owned(),
        (_, left) => i18n::fill(Text::ResendIn, &[&time(left, true)]),
    }
}

fn length_of(length: u8) -> String {
    i18n::fill(Text::RecoveryLength, &[&i18n::digits(length.into())])
}

fn wrong(view: &View, _: Field) -> Option<String> {
    let Screen::EnterCode(CodeView { error: Some(error), .. }) = &view.screen else { return None };
    let text = match error {
        FieldError::Missing => Text::CodeMissing,
        FieldError::CodeLength { length } if of(view, |code| is_saved(code.kind)) => return Some(length_of(*length)),
        FieldError::CodeLength { length } => {
            return Some(i18n::fill(Text::CodeLength, &[&i18n::digits((*length).into())]));
        }
        FieldError::Wrong { tries_left: 0 } => Text::CodeWrong,
        FieldError::Wrong { tries_left } => {
            return Some(i18n::counted(Text::CodeWrongTries, (*tries_left).into(), ""));
        }
        FieldError::CodeExpired => Text::CodeExpired,
        _ => Text::CodeUnusable,
    };
    Some(i18n::text(text).to_owned())
}
