//! How do you want to prove it?

use leptos::prelude::*;
use regain_protocol::{Method, MethodKind, NoticeCode, Role};

use super::parts::{Context, Element, button, element, error, field, form, heading, input, lead, ltr, submit};
use crate::flow::{Event, Field, FieldError, MethodsView, Screen, View};
use crate::i18n::{self, Text};

pub(super) fn screen(context: Context, methods: &MethodsView, notice: Option<NoticeCode>) -> AnyView {
    let another = notice == Some(NoticeCode::AnotherProofNeeded);
    let destination =
        input(context, Field::Destination, wrong).at("type", "text").at("autocomplete", "off").at("dir", "ltr");
    let mut choices = element("fieldset")
        .part("choices")
        .at("aria-describedby", "regain-method-error")
        .child(element("legend").part("label").say(Text::MethodsLegend));
    for (place, method) in methods.methods.iter().enumerate() {
        choices = choices.child(choice(context, place, method, methods.chosen == Some(place)));
    }
    choices = choices.child(error(context, Field::Method, wrong));
    element("div")
        .at("class", "screen")
        .child(heading(Text::MethodsHeading))
        .child(lead(if another { Text::MethodsAnother } else { Text::MethodsLead }))
        .child(
            form(context)
                .child(choices)
                .child(field(context, Field::Destination, Text::Destination, hint, destination, wrong).flag(
                    "hidden",
                    move || {
                        !context.read(
                            |view| matches!(&view.screen, Screen::ChooseMethod(methods) if methods.asks_destination),
                        )
                    },
                ))
                .child(
                    element("div")
                        .at("class", "actions")
                        .child(submit(context, Text::SendCode))
                        .child(button("secondary", context, || Event::Cancelled).say(Text::Cancel)),
                ),
        )
        .done()
}

fn choice(context: Context, place: usize, method: &Method, chosen: bool) -> Element {
    let mut radio = element("input")
        .at("type", "radio")
        .at("name", "method")
        .with("value", method.id.clone())
        .flag("checked", move || chosen)
        .on("change", move |_| context.send(Event::Chose(place)));
    if place == 0 {
        radio = radio.at("id", "regain-method");
    }
    let mut words = element("span").at("class", "words").child(element("span").say(name(method)));
    if let Some(masked) = &method.masked {
        words = words.child(ltr(masked.clone()));
    }
    element("label").part("choice").child(radio).child(words)
}

fn name(method: &Method) -> Text {
    match (method.kind, method.role) {
        (MethodKind::Email, Some(Role::Alternate)) => Text::EmailAlternate,
        (MethodKind::Email, Some(Role::Authentication)) => Text::EmailAuthentication,
        (MethodKind::Email, _) => Text::Email,
        (MethodKind::Sms, Some(Role::Mobile)) => Text::SmsMobile,
        (MethodKind::Sms, Some(Role::Authentication)) => Text::SmsAuthentication,
        (MethodKind::Sms, _) => Text::Sms,
        (MethodKind::Call, Some(Role::Mobile)) => Text::CallMobile,
        (MethodKind::Call, Some(Role::Office)) => Text::CallOffice,
        (MethodKind::Call, _) => Text::Call,
        (MethodKind::Questions, _) => Text::Questions,
        (MethodKind::Authenticator, _) => Text::Authenticator,
        (MethodKind::Unknown, _) => Text::OtherMethod,
    }
}

fn hint(_: Context) -> String {
    i18n::text(Text::DestinationHint).to_owned()
}

fn wrong(view: &View, field: Field) -> Option<String> {
    let Screen::ChooseMethod(methods) = &view.screen else { return None };
    let (at, error) = methods.error?;
    let text = match (at, error) {
        (Field::Method, _) => Text::MethodMissing,
        (_, FieldError::Missing) => Text::DestinationMissing,
        _ => Text::DestinationUnusable,
    };
    (at == field).then(|| i18n::text(text).to_owned())
}
