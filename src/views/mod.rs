//! The views: draw what the flow core says; one file for each screen, and the frame around them.

mod account_type;
mod answer_call;
mod answer_questions;
mod captcha;
mod checklist;
mod choose_method;
mod choose_outcome;
mod code_field;
mod contact_administrator;
mod context;
mod done;
mod element;
mod ended;
mod enter_code;
mod fields;
mod full;
mod help;
mod identify;
mod new_password;
mod parts;
mod password_rules;
mod security_info;
mod sign_in;
mod strength;
mod suggestion;
mod trouble;

use regain_flow::full::IS_FULL;
use regain_flow::{Event, Screen, View};
use regain_protocol::Gate;

use crate::i18n::{self, Text};
pub(crate) use context::Context;
use element::{Element, element};
use parts::{button, heading};

/// The whole widget: the frame stays, the screen in it changes.
pub(crate) fn widget(context: &Context) -> Element {
    let close = button("close", context, || Event::Cancelled)
        .at("aria-label", i18n::text(Text::Close))
        .child(element("span").at("aria-hidden", "true").words("×"));
    element("div")
        .part("root")
        .at("lang", i18n::language())
        .at("dir", i18n::direction())
        .child(
            element("section")
                .part("card")
                .at("aria-labelledby", "regain-heading")
                .child(
                    element("div")
                        .at("class", "top")
                        .child(element("p").part("organisation").shows(organisation))
                        .child(close),
                )
                .child(trouble::ending(context))
                // Above the form, where it is in sight.
                .child(trouble::trouble(context))
                .child(identity(context))
                .anew(context, |view| view.key, screen)
                .child(
                    // At the same place on every screen (WCAG 3.2.6).
                    element("p")
                        .at("class", "ask")
                        .when("hidden", |view| !view.can_ask_administrator)
                        .child(button("link", context, || Event::HelpRequested).say(Text::AskAdministrator)),
                ),
        )
        .child(
            // The live region; `region.rs` writes into it.
            element("p").at("role", "status").at("class", "unseen"),
        )
        .in_step(context.display())
}

/// The user ID that all of it is about, with the way to another one.
fn identity(context: &Context) -> Element {
    let not_you = button("link", context, || Event::StartedAgain).say(Text::NotYou);
    element("p")
        .part("identity")
        .when("hidden", |view| view.identity.is_none())
        .child(
            element("bdi")
                .part("value")
                .at("dir", "ltr")
                .at("translate", "no")
                .shows(|view| view.identity.clone().unwrap_or_default()),
        )
        .child(if IS_FULL { not_you.when("hidden", |view| !view.can_correct_identity) } else { not_you })
}

/// The organisation and, where there are several proofs, which one is asked for.
fn organisation(view: &View) -> String {
    let name = &*view.config.name;
    match view.gate {
        Some(Gate { index, of }) if of > 1 => {
            let gate = i18n::fill(Text::Gate, &[&i18n::digits(index.into()), &i18n::digits(of.into())]);
            if name.is_empty() { gate } else { [name, " · ", &gate].concat() }
        }
        _ => name.to_owned(),
    }
}

fn screen(context: &Context) -> Element {
    let view = context.view();
    match &view.screen {
        Screen::Loading => element("div")
            .at("class", "screen loading")
            .child(heading(Text::Loading))
            .child(element("span").at("class", "spinner").at("aria-hidden", "true")),
        Screen::Failed => {
            element("div").at("class", "screen").child(heading(Text::FailedHeading)).child(help::page(context))
        }
        Screen::AccountType => account_type::screen(context, &view.config.account_types),
        Screen::Identify(identify) => identify::screen(context, identify),
        Screen::ChooseMethod(methods) => choose_method::screen(context, methods, view.notice, view.gate),
        Screen::EnterCode(code) => enter_code::screen(context, code),
        Screen::NewPassword(password) => new_password::screen(context, password),
        Screen::Full(screen) => full::screen(context, screen),
        Screen::Done(done) => done::screen(context, done),
        Screen::Ended(ended) => ended::screen(context, ended.reason),
        Screen::Unknown => help::screen(context),
    }
}
