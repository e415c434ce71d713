//! The proof that what is to be registered is the person's: the code that was sent to it, or the code that an
//! authenticator app shows once it has the key.

use regain_flow::{CodeView, FullEvent, StepEvent};
use regain_protocol::{AuthenticatorSetup, NoticeCode};

use super::qr;
use crate::i18n::{self, Text};
use crate::views::code_field::{another_code, code_field};
use crate::views::context::Context;
use crate::views::element::{Element, HERE, element};
use crate::views::parts::{actions, button, form, full_button, heading, lead, submit};

/// Back to the security info, which stays as it was.
pub(in crate::views) fn back_without_adding(context: &Context) -> Element {
    button("secondary", context, || StepEvent::AnotherMethodRequested.into()).say(Text::BackWithoutAdding)
}

pub(in crate::views) fn confirm_code(context: &Context, code: &CodeView) -> Element {
    let length = i18n::digits(code.length.into());
    let screen = element("div").at("class", "screen");
    let screen = match (&code.setup, &code.masked) {
        (Some(setup), _) => screen
            .child(heading(Text::AppHeading))
            .child(key(context, setup))
            .child(element("p").part("lead").words(&i18n::fill(Text::AppThen, &[&length]))),
        (None, masked) => {
            let sent = element("p").part("lead");
            let sent = match masked {
                Some(masked) => sent.around(&i18n::fill(Text::ConfirmCodeSentTo, &[&length, HERE]), masked),
                None => sent.words(&i18n::fill(Text::ConfirmCodeSent, &[&length])),
            };
            screen
                .child(heading(Text::CodeHeading))
                .child(sent)
                .child(lead(Text::CodeResent).when("hidden", |view| view.notice != Some(NoticeCode::CodeResent)))
        }
    };
    screen
        .child(
            form(context)
                .child(code_field(context, code))
                .child(actions(submit(|_| Text::Verify), back_without_adding(context))),
        )
        .child(another_code(context, code.kind))
}

/// The key: to be scanned, to be opened, to be typed.
fn key(context: &Context, setup: &AuthenticatorSetup) -> Element {
    let uri = setup.uri.expose();
    let mut screen = element("div").at("class", "setup").child(lead(Text::AppScan));
    if let Some(picture) = qr::picture(uri) {
        screen = screen.child(picture);
    }
    if uri.starts_with("otpauth://") {
        let open = element("a").part("link").at("href", uri).say(Text::AppOpen);
        screen = screen.child(element("p").part("note").child(open));
    }
    screen.child(
        element("div")
            .at("class", "field")
            .child(element("span").part("label").say(Text::AppCannotScan))
            .child(element("span").part("hint").say(Text::AppType))
            .child(
                element("span")
                    .at("class", "ways")
                    .child(element("code").part("key").at("dir", "ltr").words(&grouped(setup.secret.expose())))
                    .child(full_button("link", context, FullEvent::KeyCopyRequested).say(Text::AppCopy)),
            ),
    )
}

/// In groups of four, which is how apps and people read it.
fn grouped(key: &str) -> String {
    let mut grouped = String::with_capacity(key.len() * 5 / 4 + 1);
    for (at, character) in key.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(character);
    }
    grouped
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_key_is_read_in_groups_of_four() {
        assert_eq!(super::grouped("JBSWY3DPEHPK3PXP2"), "JBSW Y3DP EHPK 3PXP 2");
    }
}
