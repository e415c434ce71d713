//! The administrators: a form to write to them, or the way to their page.

use regain_protocol::Contact;

use super::context::Context;
use super::element::{Element, element};
use super::fields::{control, field, input};
use super::help::help;
use super::parts::{actions, button, cancel, form, full_button, screen as begin, submit};
use crate::announce::characters_left;
use crate::i18n::{self, Text};
use regain_flow::{ContactView, Event, Field, FieldError, FullEvent, FullScreen, LONGEST_MESSAGE, View};

pub(super) fn screen(context: &Context, contact: &ContactView) -> Element {
    let words = match &*contact.reason {
        "disabled" => Text::ContactDisabled,
        "second_gate" => Text::ContactSecondGate,
        _ => Text::ContactAsked,
    };
    // A person who came here by choice may think again, and loses nothing by it.
    let back = if contact.can_go_back {
        full_button("secondary", context, FullEvent::WentBack).say(Text::Back)
    } else if contact.reason == "asked" {
        button("secondary", context, || Event::StartedAgain).say(Text::StartAgain)
    } else {
        cancel(context)
    };
    let screen = begin(Text::ContactHeading, words);
    match &contact.contact {
        Contact::Form {} => screen.child(request(context, contact, back)),
        Contact::Url { url } => screen.child(actions(
            element("a")
                .part("primary")
                .at("href", url)
                .at("target", "_blank")
                .at("rel", "noopener noreferrer")
                .say(Text::ContactPage),
            back,
        )),
        Contact::Unknown => screen.child(help()).child(element("div").at("class", "actions").child(back)),
    }
}

fn request(context: &Context, contact: &ContactView, back: Element) -> Element {
    let message = control("textarea", context, Field::Message, wrong).at("rows", "4").at("dir", "auto");
    let mut form = form(context);
    if contact.needs_user_id {
        let user =
            input(context, Field::UserId, wrong).at("type", "text").at("autocomplete", "username").at("dir", "ltr");
        form = form.child(field(Field::UserId, Text::UserId, plain, user, wrong));
    }
    form.child(field(Field::Message, Text::Message, left, message, wrong))
        .child(actions(submit(|_| Text::SendRequest), back))
}

fn left(view: &View) -> String {
    let left = match view.screen.full() {
        Some(FullScreen::ContactAdministrator(contact)) => contact.characters_left,
        _ => 0,
    };
    match u32::try_from(left) {
        Ok(LONGEST_MESSAGE) => i18n::text(Text::MessageHint).to_owned(),
        Ok(left) => characters_left(left),
        Err(_) => i18n::counted(Text::MessageOver, left.unsigned_abs(), ""),
    }
}

fn plain(_: &View) -> String {
    i18n::text(Text::UserIdPlain).to_owned()
}

fn wrong(view: &View, field: Field) -> Option<String> {
    let Some(FullScreen::ContactAdministrator(contact)) = view.screen.full() else { return None };
    let (at, error) = contact.error?;
    let text = match (at, error) {
        (Field::UserId, FieldError::Missing) => Text::UserIdMissing,
        (Field::UserId, _) => Text::UserIdUnusable,
        (_, FieldError::TooLong) => Text::MessageTooLong,
        _ => Text::MessageUnusable,
    };
    (at == field).then(|| i18n::text(text).to_owned())
}
