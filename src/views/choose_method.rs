//! The methods, to choose from.

use leptos::prelude::event_target;
use regain_protocol::{Gate, Method, MethodKind, NoticeCode, Role};
use wasm_bindgen::JsCast;

use super::context::Context;
use super::element::{Element, element, ltr};
use super::fields::{choice, choices, error, hinted, input};
use super::parts::{actions, cancel, form, heading as title, screen as begin, submit};
use crate::i18n::{self, Text};
use regain_flow::{Field, FieldError, MethodsView, Screen, View};

pub(super) fn screen(
    context: &Context,
    methods: &MethodsView,
    notice: Option<NoticeCode>,
    gate: Option<Gate>,
) -> Element {
    let destination =
        input(context, Field::Destination, wrong).at("type", "text").at("autocomplete", "off").at("dir", "ltr");
    let label = element("label").says(|view| match chosen(view) {
        Some(MethodKind::Email) => Text::EmailAddress,
        _ => Text::PhoneNumber,
    });
    let hint = element("p").say(Text::DestinationHint);
    let single = match &methods.methods[..] {
        [method] => Some(method),
        _ => None,
    };
    let mut screen = if single.is_some() {
        element("div").at("class", "screen").child(title(Text::MethodsHeading))
    } else {
        begin(Text::MethodsHeading, Text::MethodsLead)
    };
    if notice == Some(NoticeCode::AnotherProofNeeded) {
        screen = screen.child(proofs(gate.unwrap_or(Gate { index: 2, of: 2 })));
    }
    let offer = match single {
        // One method is no choice.
        Some(method) => element("div")
            .child(
                element("p")
                    .at("class", "choice")
                    .at("part", "method")
                    .at("data-kind", method.kind.as_str())
                    .child(words(method)),
            )
            .child(error(Field::Method, wrong)),
        None => {
            grouped(context, methods).child(error(Field::Method, wrong)).on("change", |event| by_the_chosen(&event))
        }
    };
    screen.child(
        form(context)
            .child(offer)
            .child(hinted(Field::Destination, label, hint, destination, wrong).when(
                "hidden",
                |view| !matches!(&view.screen, Screen::ChooseMethod(methods) if methods.asks_destination),
            ))
            .child(actions(submit(next), cancel(context))),
    )
}

/// Moves the field for the whole destination below the method that was chosen.
fn by_the_chosen(event: &web_sys::Event) {
    let choice = event_target::<web_sys::Element>(event).closest(".choice").ok().flatten();
    let form = choice.as_ref().and_then(|choice| choice.closest("form").ok().flatten());
    if let (Some(choice), Some(form)) = (choice, form)
        && let Ok(Some(field)) = form.query_selector(".field")
    {
        let _ = choice.after_with_node_1(&field);
    }
}

/// A method with its destination.
fn words(method: &Method) -> Element {
    let words = element("span").at("class", "words").child(element("span").say(name(method)));
    match &method.masked {
        Some(masked) => words.child(ltr(masked)),
        None => words,
    }
}

/// The proofs that are done, and those that are still needed.
fn proofs(gate: Gate) -> Element {
    let mut list = element("ul").part("rules");
    for index in 1..=gate.of {
        let done = index < gate.index;
        let words = if done { Text::GateDone } else { Text::GateOpen };
        list = list.child(
            element("li")
                .at("data-is", if done { "met" } else { "open" })
                .words(&i18n::fill(words, &[&i18n::digits(index.into())])),
        );
    }
    list
}

/// The most methods that are all shown at once; of more, those of the first kinds.
const ALL: usize = 5;
const FIRST: usize = 3;

/// The methods of a kind together, the kinds in the order in which the server begins with them.
fn grouped(context: &Context, methods: &MethodsView) -> Element {
    let mut list = choices(Field::Method);
    let mut kinds = Vec::new();
    for method in &methods.methods {
        if !kinds.contains(&method.kind) {
            kinds.push(method.kind);
        }
    }
    let mut shown = 0;
    let mut rest = None;
    for kind in &kinds {
        // A chosen method is never out of sight.
        if rest.is_none() && shown >= FIRST && methods.methods.len() > ALL && methods.chosen.is_none() {
            rest = Some(element("div").part("group").has("hidden", true));
        }
        let of_kind = || methods.methods.iter().enumerate().filter(|(_, method)| method.kind == *kind);
        // The name of a single method says its kind, and a group without a name says nothing.
        let mut group = if kinds.len() > 1 && of_kind().nth(1).is_some() {
            element("fieldset").part("group").child(element("legend").part("kind").say(heading(*kind)))
        } else {
            element("div").part("group")
        };
        for (place, method) in of_kind() {
            group = group.child(choice(context, Field::Method, place, methods.chosen, kind.as_str(), words(method)));
            shown += 1;
        }
        match rest.take() {
            Some(more) => rest = Some(more.child(group)),
            None => list = list.child(group),
        }
    }
    match rest {
        Some(rest) => {
            let more = element("button").part("link").at("type", "button").at("aria-expanded", "false");
            list.child(more.say(Text::MoreMethods).on("click", |event| reveal(&event))).child(rest)
        }
        None => list,
    }
}

/// Shows the rest of the methods in place of the button, with the focus on the first of them.
fn reveal(event: &web_sys::Event) {
    let more = event_target::<web_sys::Element>(event);
    if let Some(rest) = more.next_element_sibling() {
        let _ = rest.remove_attribute("hidden");
        if let Ok(Some(first)) = rest.query_selector("input") {
            let _ = first.unchecked_into::<web_sys::HtmlElement>().focus();
        }
        more.remove();
    }
}

fn heading(kind: MethodKind) -> Text {
    match kind {
        MethodKind::Email => Text::KindEmail,
        MethodKind::Sms => Text::KindSms,
        MethodKind::Call => Text::KindCall,
        MethodKind::Questions => Text::KindQuestions,
        MethodKind::Authenticator => Text::KindAuthenticator,
        MethodKind::RecoveryCodes => Text::KindRecovery,
        MethodKind::Unknown => Text::OtherMethod,
    }
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
        (MethodKind::Call, Some(Role::Authentication)) => Text::CallAuthentication,
        (MethodKind::Call, Some(Role::Office)) => Text::CallOffice,
        (MethodKind::Call, _) => Text::Call,
        (MethodKind::Questions, _) => Text::Questions,
        (MethodKind::Authenticator, _) => Text::Authenticator,
        (MethodKind::RecoveryCodes, _) => Text::Recovery,
        (MethodKind::Unknown, _) => Text::OtherMethod,
    }
}

/// The kind of the chosen method; of all of them, where they are of one kind.
fn chosen(view: &View) -> Option<MethodKind> {
    let Screen::ChooseMethod(MethodsView { methods, chosen, .. }) = &view.screen else { return None };
    let of_a_kind = || methods.first().filter(|first| methods.iter().all(|method| method.kind == first.kind));
    chosen.and_then(|place| methods.get(place)).or_else(of_a_kind).map(|method| method.kind)
}

/// The next step, as far as it is clear.
fn next(view: &View) -> Text {
    match chosen(view) {
        Some(MethodKind::Email) => Text::SendCode,
        Some(MethodKind::Sms) => Text::Sms,
        Some(MethodKind::Call) => Text::Call,
        Some(MethodKind::Questions) => Text::AnswerThem,
        _ => Text::Next,
    }
}

fn wrong(view: &View, field: Field) -> Option<String> {
    let Screen::ChooseMethod(methods) = &view.screen else { return None };
    let (at, error) = methods.error?;
    let text = match (at, error) {
        (Field::Method, _) => Text::ChoiceMissing,
        (_, FieldError::Missing) => Text::DestinationMissing,
        _ => Text::DestinationUnusable,
    };
    (at == field).then(|| i18n::text(text).to_owned())
}
