//! Choose a new password.

use leptos::prelude::*;
use regain_protocol::Violation;

use super::parts::{Context, Element, element, field, form, input, no_hint, screen as begin, submit};
use crate::flow::{Field, FieldError, PasswordView, Screen, View};
use crate::i18n::{self, Text};

pub(super) fn screen(context: Context, password: &PasswordView) -> AnyView {
    let shown = RwSignal::new(false);
    let secret = move |at: Field, autocomplete: &'static str| {
        input(context, at, wrong)
            .at("autocomplete", autocomplete)
            .at("dir", "ltr")
            .live_at("type", move || Some(if shown.get() { "text" } else { "password" }.to_owned()))
    };
    let secret_field = move |at: Field, label: Text, autocomplete: &'static str| {
        field(context, at, label, no_hint, secret(at, autocomplete), wrong)
    };
    let new = secret(Field::Password, "new-password").with("passwordrules", generator_rules(password));
    let toggle = element("label")
        .part("toggle")
        .child(element("input").at("type", "checkbox").on("change", move |_| shown.update(|shown| *shown = !*shown)))
        .child(element("span").say(Text::ShowLabel));
    // For password managers: they save the password under the name that stands beside it.
    let user = element("input")
        .at("class", "unseen")
        .at("type", "text")
        .at("name", Field::UserId.name())
        .at("autocomplete", "username")
        .at("readonly", "")
        .at("tabindex", "-1")
        .at("aria-hidden", "true")
        .with("value", password.user_id.clone());
    let mut fields = form(context).on("submit", move |_| shown.set(false)).child(user);
    if password.needs_current {
        fields = fields.child(secret_field(Field::Current, Text::CurrentPassword, "current-password"));
    }
    let title = if password.first { Text::PasswordFirstHeading } else { Text::PasswordHeading };
    begin(title, Text::PasswordLead)
        .child(
            fields
                .child(field(context, Field::Password, Text::NewPassword, no_hint, new, wrong))
                .child(rules(context, password))
                .child(secret_field(Field::Confirm, Text::ConfirmPassword, "new-password"))
                .child(toggle)
                .child(element("div").at("class", "actions").child(submit(context, |_| Text::Finish))),
        )
        .done()
}

/// The organisation's rules as a list that ticks itself off while the person types.
fn rules(context: Context, password: &PasswordView) -> Element {
    let mut list = element("ul").part("rules");
    for (place, check) in password.checks.iter().enumerate() {
        let met = move || {
            context.read(|view| match &view.screen {
                Screen::NewPassword(password) => password.checks.get(place).is_some_and(|check| check.met),
                _ => false,
            })
        };
        list = list.child(
            element("li")
                .flag("data-met", met)
                .child(
                    element("span")
                        .at("class", "unseen")
                        .live(move || i18n::text(if met() { Text::RuleMet } else { Text::RuleOpen }).to_owned()),
                )
                .child(element("span").words(rule(&check.rule))),
        );
    }
    if password.server_checks {
        list = list.child(element("li").at("data-later", "").say(Text::RuleServer));
    }
    element("div").at("class", "field").child(element("p").part("hint").say(Text::RulesHeading)).child(list)
}

fn rule(rule: &Violation) -> String {
    match rule {
        Violation::TooShort { min } => i18n::fill(Text::RuleMin, &[&i18n::digits(*min)]),
        Violation::TooLong { max } => i18n::fill(Text::RuleMax, &[&i18n::digits(*max)]),
        Violation::TooFewClasses { min } => i18n::fill(Text::RuleClasses, &[&i18n::digits((*min).into())]),
        Violation::TooFewDifferent { min } => i18n::fill(Text::RuleDifferent, &[&i18n::digits((*min).into())]),
        Violation::ContainsUserId {} => i18n::text(Text::RuleUserId).to_owned(),
        Violation::ContainsForbiddenWord { word } => i18n::fill(Text::RuleWord, &[word]),
        _ => i18n::text(Text::RuleServer).to_owned(),
    }
}

fn refusal(violation: &Violation) -> String {
    let text = match violation {
        Violation::ContainsBannedWord {} => Text::RuleBanned,
        Violation::Common {} => Text::RuleCommon,
        Violation::Breached {} => Text::RuleBreached,
        Violation::Reused {} => Text::RuleReused,
        Violation::Unknown => Text::RuleOther,
        judged_here => return i18n::fill(Text::RuleRefused, &[&rule(judged_here)]),
    };
    i18n::text(text).to_owned()
}

fn wrong(view: &View, field: Field) -> Option<String> {
    let Screen::NewPassword(password) = &view.screen else { return None };
    let (at, error) = password.error?;
    if at != field {
        return None;
    }
    let text = match (at, error) {
        (_, FieldError::Refused) if !password.refused.is_empty() => {
            return Some(password.refused.iter().map(refusal).collect::<Vec<_>>().join(" "));
        }
        (Field::Current, FieldError::Missing) => Text::CurrentMissing,
        (Field::Current, _) => Text::CurrentWrong,
        (Field::Confirm, FieldError::Missing) => Text::ConfirmMissing,
        (Field::Confirm, _) => Text::Different,
        (_, FieldError::Missing) => Text::PasswordMissing,
        (_, FieldError::BreaksRules) => Text::BreaksRules,
        _ => Text::RuleOther,
    };
    Some(i18n::text(text).to_owned())
}

/// What a password generator should keep to, in the form of the `passwordrules` attribute.
fn generator_rules(password: &PasswordView) -> String {
    let lengths =
        ["minlength: ", &i18n::digits(password.min_length), "; maxlength: ", &i18n::digits(password.max_length)];
    let classes = if password.min_classes > 0 {
        "; required: lower; required: upper; required: digit; required: [-];"
    } else {
        "; allowed: unicode;"
    };
    lengths.concat() + classes
}
