//! User ID and current password.

use leptos::prelude::*;
use regain_protocol::FlowKind;

use super::captcha;
use super::context::Context;
use super::element::{Element, element};
use super::fields::{field, input, no_hint};
use super::parts::{actions, button, cancel, form, screen as begin, submit};
use crate::i18n::{self, Text};
use regain_flow::{Event, Field, FieldError, FullScreen, SignInView, View};

pub(super) fn screen(context: &Context, sign_in: &SignInView) -> Element {
    let (title, words, label) = match sign_in.kind {
        FlowKind::Change => (Text::SignInChangeHeading, Text::SignInChangeLead, Text::SignInCurrent),
        _ => (Text::SignInRegisterHeading, Text::SignInRegisterLead, Text::SignInPassword),
    };
    // Read only where it is known; a field all the same, so that password managers see whose it is.
    let user = input(context, Field::UserId, wrong)
        .at("type", "text")
        .at("inputmode", "email")
        .at("autocomplete", "username")
        .at("dir", "ltr")
        .has("readonly", sign_in.known)
        .at("value", &sign_in.user_id);
    // Its own, and no owner's: the effect that draws this clears what it had made at its former run.
    let shown = ArcRwSignal::new(false);
    let (toggled, sent) = (shown.clone(), shown.clone());
    let password = input(context, Field::Current, wrong)
        .at("autocomplete", "current-password")
        .at("dir", "ltr")
        .live_at("type", move |_| Some(if shown.get() { "text" } else { "password" }.to_owned()));
    let toggle = element("label")
        .part("toggle")
        .child(element("input").at("type", "checkbox").on("change", move |_| toggled.update(|shown| *shown = !*shown)))
        .child(element("span").say(Text::SignInShow));
    begin(title, words)
        .child(
            form(context)
                // Hidden again before a password manager, or anybody else, looks.
                .on("submit", move |_| sent.set(false))
                .child(field(Field::UserId, Text::UserId, hint, user, wrong))
                .child(field(Field::Current, label, no_hint, password, wrong))
                .child(toggle)
                .child(captcha::part(context))
                .child(actions(
                    submit(|view| if of(view, |sign_in| sign_in.waiting) { Text::Working } else { Text::Next }),
                    cancel(context),
                )),
        )
        .child(
            element("div")
                .at("class", "more")
                .when("hidden", |view| !of(view, |sign_in| sign_in.can_reset))
                .child(button("link", context, || Event::WentTo(FlowKind::Reset)).say(Text::SignInForgot)),
        )
}

fn of<T: Default>(view: &View, read: fn(&SignInView) -> T) -> T {
    match view.screen.full() {
        Some(FullScreen::SignIn(sign_in)) => read(sign_in),
        _ => T::default(),
    }
}

fn hint(view: &View) -> String {
    match &view.config.user_id_hint {
        Some(hint) if !of(view, |sign_in| sign_in.known) => i18n::fill(Text::UserIdHint, &[hint]),
        _ => String::new(),
    }
}

fn wrong(view: &View, field: Field) -> Option<String> {
    let Some(FullScreen::SignIn(sign_in)) = view.screen.full() else { return None };
    let (at, error) = sign_in.error.filter(|(at, _)| *at != Field::Captcha)?;
    let text = match (at, error) {
        (Field::UserId, FieldError::Missing) => Text::UserIdMissing,
        (Field::UserId, _) => Text::UserIdUnusable,
        (_, FieldError::Missing) => Text::SignInMissing,
        _ if sign_in.known => Text::SignInWrongPassword,
        _ => Text::SignInWrong,
    };
    (at == field).then(|| i18n::text(text).to_owned())
}
