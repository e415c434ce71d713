//! A new password, to be chosen.

use js_sys::Function;
use regain_flow::full::IS_FULL;
use regain_flow::{Field, FieldError, Matching, PasswordEvent, PasswordView, View};
use wasm_bindgen::{JsCast, JsValue};

use super::checklist::{self, refusals};
use super::context::Context;
use super::element::{Element, element};
use super::fields::{Wrong, field, input, typed};
use super::parts::{form, screen as begin, submit};
use super::{password_rules, strength, suggestion};
use crate::i18n::{self, Text};
use crate::member::member;

pub(super) fn screen(context: &Context, password: &PasswordView) -> Element {
    // For password managers: they save the password under the name that stands beside it.
    let user = element("input")
        .at("class", "unseen")
        .at("type", "text")
        .at("name", Field::UserId.name())
        .at("autocomplete", "username")
        .at("readonly", "")
        .at("tabindex", "-1")
        .at("aria-hidden", "true")
        .at("value", &password.user_id);
    let mut fields = form(context).child(user);
    if IS_FULL && password.needs_current {
        let current = secret(context, Field::Current, "current-password");
        fields = fields.child(field(Field::Current, Text::CurrentPassword, hint::<0>, current, WRONG));
    }
    let new = secret(context, Field::Password, "new-password").at("passwordrules", &password_rules::of(password));
    let again = secret(context, Field::Confirm, "new-password")
        .when("data-same", |view| view.screen.password().is_some_and(|password| password.matching == Matching::Same));
    let title = match (password.first, password.changes) {
        (true, _) => Text::PasswordFirstHeading,
        (_, true) if IS_FULL => Text::ChangeHeading,
        _ => Text::PasswordHeading,
    };
    let send = |view: &View| match view.screen.password() {
        Some(PasswordView { first: false, changes: true, .. }) if IS_FULL => Text::ChangeButton,
        _ => Text::Finish,
    };
    begin(title, Text::PasswordLead).child(
        fields
            .child(
                field(Field::Password, Text::NewPassword, hint::<1>, new, WRONG)
                    .child(suggestion::row(context))
                    .child(strength::meter())
                    .child(checklist::list(password)),
            )
            .child(field(Field::Confirm, Text::ConfirmPassword, hint::<2>, again, WRONG))
            .child(element("div").at("class", "actions").child(submit(send))),
    )
}

/// A field for a password, to be shown or hidden with the others. Password managers fill it with events
/// of one kind or the other.
fn secret(context: &Context, at: Field, autocomplete: &'static str) -> Element {
    let shown = |view: &View| {
        let shown = view.screen.password().is_some_and(|password| password.shown);
        Some(if shown { "text" } else { "password" }.to_owned())
    };
    let (keys, leaving) = (context.clone(), context.clone());
    input(context, at, WRONG)
        .at("autocomplete", autocomplete)
        .at("dir", "ltr")
        .live_at("type", shown)
        .on("change", typed(context, at))
        .on("keyup", move |event| watch_caps_lock(&keys, at, &event))
        .on("blur", move |_| leaving.send(PasswordEvent::Left(at).into()))
}

/// Caps Lock shows only in keys; what fills a form sends some that say nothing of it.
fn watch_caps_lock(context: &Context, field: Field, event: &JsValue) {
    let asked = member(event, "getModifierState").and_then(|ask| ask.dyn_into::<Function>().ok());
    let Some(Ok(on)) = asked.map(|ask| ask.call1(event, &"CapsLock".into())) else { return };
    let on = on.is_truthy().then_some(field);
    if context.view().screen.password().is_some_and(|password| password.caps_lock != on) {
        context.send(PasswordEvent::CapsLock(on).into());
    }
}

/// The remark at a field that is not at fault.
fn hint<const PLACE: usize>(view: &View) -> String {
    const FIELDS: [Field; 3] = [Field::Current, Field::Password, Field::Confirm];
    remark(view, FIELDS[PLACE])
}

fn remark(view: &View, field: Field) -> String {
    let Some(password) = view.screen.password() else { return String::new() };
    let text = match password.matching {
        _ if password.caps_lock == Some(field) => Text::CapsLock,
        Matching::Same if field == Field::Confirm => Text::Same,
        Matching::Different if field == Field::Confirm => Text::Different,
        _ => return String::new(),
    };
    i18n::text(text).to_owned()
}

const WRONG: Wrong = wrong;

fn wrong(view: &View, field: Field) -> Option<String> {
    let password = view.screen.password()?;
    let (at, error) = password.error?;
    if at != field {
        return None;
    }
    let text = match (at, error) {
        (_, FieldError::Refused) if !password.refused.is_empty() => {
            return Some(refusals(password));
        }
        (Field::Current, FieldError::Missing) if IS_FULL => Text::CurrentMissing,
        (Field::Current, _) if IS_FULL => Text::CurrentWrong,
        (Field::Confirm, FieldError::Missing) => Text::ConfirmMissing,
        (Field::Confirm, _) => Text::Different,
        (_, FieldError::Missing) => Text::PasswordMissing,
        (_, FieldError::BreaksRules) => Text::BreaksRules,
        _ => Text::RuleOther,
    };
    Some(i18n::text(text).to_owned())
}
