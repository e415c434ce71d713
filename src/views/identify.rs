//! The user ID, to be typed.

use regain_protocol::FlowKind;

use super::captcha;
use super::context::Context;
use super::element::{Element, element};
use super::fields::{field, input};
use super::parts::{actions, cancel, form, screen as begin, submit};
use crate::i18n::{self, Text};
use regain_flow::{Field, FieldError, IdentifyView, Screen, View};

pub(super) fn screen(context: &Context, identify: &IdentifyView) -> Element {
    let user = input(context, Field::UserId, wrong)
        .at("type", "text")
        .at("inputmode", "email")
        .at("autocomplete", "username")
        .at("dir", "ltr")
        .at("value", &identify.user_id);
    let (title, who) = match identify.kind {
        FlowKind::Unlock => (Text::UnlockHeading, Text::UnlockWho),
        _ => (Text::IdentifyHeading, Text::IdentifyWho),
    };
    begin(title, Text::IdentifyLead).child(element("p").part("note").say(who)).child(
        form(context)
            .child(field(Field::UserId, Text::UserId, hint, user, wrong))
            .anew(context, View::challenge_place, captcha::part)
            .child(actions(
                submit(|view| match &view.screen {
                    Screen::Identify(IdentifyView { waiting: true, .. }) => Text::Working,
                    _ => Text::Next,
                }),
                cancel(context),
            )),
    )
}

fn hint(view: &View) -> String {
    match &view.config.user_id_hint {
        Some(hint) => i18n::fill(Text::UserIdHint, &[hint]),
        None => i18n::text(Text::UserIdPlain).to_owned(),
    }
}

fn wrong(view: &View, field: Field) -> Option<String> {
    let text = match &view.screen {
        Screen::Identify(IdentifyView { error: Some((at, _)), .. }) if *at != field => return None,
        Screen::Identify(IdentifyView { error: Some((_, FieldError::Missing)), .. }) => Text::UserIdMissing,
        Screen::Identify(IdentifyView { error: Some(_), .. }) => Text::UserIdUnusable,
        _ => return None,
    };
    Some(i18n::text(text).to_owned())
}
