//! Who are you?

use leptos::prelude::*;

use super::captcha;
use super::parts::{Context, button, element, field, form, heading, input, lead, submit};
use crate::flow::{Event, Field, FieldError, Screen, View};
use crate::i18n::{self, Text};

pub(super) fn screen(context: Context, user_id: String) -> AnyView {
    let user = input(context, Field::UserId, wrong)
        .at("type", "text")
        .at("inputmode", "email")
        .at("autocomplete", "username")
        .at("dir", "ltr")
        .with("value", user_id);
    element("div")
        .at("class", "screen")
        .child(heading(Text::IdentifyHeading))
        .child(lead(Text::IdentifyLead))
        .child(element("p").part("note").say(Text::IdentifyWho))
        .child(
            form(context)
                .child(field(context, Field::UserId, Text::UserId, hint, user, wrong))
                .child(captcha::part(context))
                .child(
                    element("div")
                        .at("class", "actions")
                        .child(submit(context, Text::Next))
                        .child(button("secondary", context, || Event::Cancelled).say(Text::Cancel)),
                ),
        )
        .done()
}

fn hint(context: Context) -> String {
    context.read(|view| match &view.screen {
        Screen::Identify { hint: Some(hint), .. } => i18n::fill(Text::UserIdHint, &[hint]),
        _ => i18n::text(Text::UserIdPlain).to_owned(),
    })
}

fn wrong(view: &View, field: Field) -> Option<String> {
    let text = match &view.screen {
        Screen::Identify { error: Some((at, _)), .. } if *at != field => return None,
        Screen::Identify { error: Some((_, FieldError::Missing)), .. } => Text::UserIdMissing,
        Screen::Identify { error: Some(_), .. } => Text::UserIdUnusable,
        _ => return None,
    };
    Some(i18n::text(text).to_owned())
}
