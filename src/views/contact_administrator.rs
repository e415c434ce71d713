//! The administrators: a form to write to them, or the way to their page.

use leptos::prelude::*;
use regain_protocol::Contact;

use super::help::help;
use super::parts::{Context, Element, actions, button, cancel, control, element, field, form, screen as begin, submit};
use crate::announce::characters_left;
use crate::i18n::{self, Text};
use regain_flow::{ContactView, Event, Field, FieldError, FullScreen, LONGEST_MESSAGE, View};

pub(super) fn screen(context: Context, contact: &ContactView) -> AnyView {
    let words = match &*contact.reason {
        "disabled" => Text::ContactDisabled,
        "second_gate" => Text::ContactSecondGate,
        _ => Text::ContactAsked,
    };
    // A person who came here by choice may think again.
    let back = if contact.reason == "asked" {
        button("secondary", context, || Event::StartedAgain).say(Text::StartAgain)
    } else {
        cancel(context)
    };
    let screen = begin(Text::ContactHeading, words);
    match &contact.contact {
        Contact::Form {} => screen.child(request(context, back)),
        Contact::Url { url } => screen.child(actions(
            element("a")
                .part("primary")
                .with("href", url.clone())
                .at("target", "_blank")
                .at("rel", "noopener noreferrer")
                .say(Text::ContactPage),
            back,
        )),
        Contact::Unknown => screen.child(help(context)).child(element("div").at("class", "actions").child(back)),
    }
    .done()
}

fn request(context: Context, back: Element) -> Element {
    let message = control("textarea", context, Field::Message, wrong).at("rows", "4").at("dir", "auto");
    form(context)
        .child(field(context, Field::Message, Text::Message, left, message, wrong))
        .child(actions(submit(context, |_| Text::SendRequest), back))
}

fn left(context: Context) -> String {
    let left = context.read(|view| match view.screen.full() {
        Some(FullScreen::ContactAdministrator(contact)) => contact.characters_left,
        _ => 0,
    });
    match u32::try_from(left) {
        Ok(LONGEST_MESSAGE) => i18n::text(Text::MessageHint).to_owned(),
        Ok(left) => characters_left(left),
        Err(_) => i18n::counted(Text::MessageOver, left.unsigned_abs(), ""),
    }
}

fn wrong(view: &View, _: Field) -> Option<String> {
    let text = match view.screen.full() {
        Some(FullScreen::ContactAdministrator(ContactView { error: Some(FieldError::TooLong), .. })) => {
            Text::MessageTooLong
        }
        Some(FullScreen::ContactAdministrator(ContactView { error: Some(_), .. })) => Text::MessageUnusable,
        _ => return None,
    };
    Some(i18n::text(text).to_owned())
}
