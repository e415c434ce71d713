//! The page of the people who can sign in.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use maud::{Markup, html};
use regain_protocol::Secret;
use regain_server::{
    adapters::{MailRole, NewPerson, PhoneRole},
    languages, totp,
};
use serde::Serialize;

use super::Demo;

/// Lists the people: how they differ, their passwords to begin with, and with what they prove who they
/// are.
pub(super) async fn page(State(demo): State<Arc<Demo>>) -> Response {
    let now = demo.app.ports().clock.now();
    let head = html! {
        script src="/demo/people.js" defer {}
    };
    let content = html! {
        main.wide {
            h1 { "People" }
            p.lead {
                "They work at " (demo.organisation()) ", which is made up. Forget a password for one of them on the "
                a href="/" { "sign-in page" } " and read " a href="/demo/outbox" { "their mail" } "."
            }
            ul.people {
                @for person in &demo.people.people { (card(person, now)) }
            }
            p.quiet { "A first password stays good until it is reset. Starting the demo with " code { "--fresh" } " brings all of them back." }
        }
    };
    demo.page("People", "", head, &content)
}

fn card(person: &NewPerson, now: Timestamp) -> Markup {
    html! {
        li.card {
            h2 { (person.name) }
            p.what { (what_differs(person)) }
            p.what { a href=(format!("/?user={}", person.user_id)) { "Sign in as " (person.name) } }
            dl {
                dt { "User ID" } dd { code { (person.user_id) } }
                dt { "First password" }
                dd {
                    @match &person.password {
                        Some(password) => code { (password.expose()) },
                        None => "none",
                    }
                }
                @for mail in &person.mails {
                    dt {
                        @match mail.role {
                            MailRole::Alternate => "Alternate mail",
                            MailRole::Authentication => "Authentication mail",
                        }
                    }
                    dd { code { (mail.address) } }
                }
                @for phone in &person.phones {
                    dt {
                        @match phone.role {
                            PhoneRole::Mobile => "Mobile phone",
                            PhoneRole::Authentication => "Authentication phone",
                            PhoneRole::Office => "Office phone",
                        }
                    }
                    dd { code { (phone.number) } }
                }
                @for question in &person.questions {
                    dt { (words(question.id.as_deref(), question.own.as_deref())) }
                    dd { code { (question.answer.expose()) } }
                }
                @if let Some(secret) = &person.authenticator {
                    dt { "Authenticator app, its key" }
                    dd { code { (secret.expose()) } }
                    @if let Some(code) = code(secret, now) {
                        dt { "The code it shows now" }
                        dd { code data-authenticator-of=(person.user_id) { (code.expose()) } }
                    }
                }
                @if !person.recovery_codes.is_empty() {
                    dt { "Saved recovery codes, each good once" }
                    dd { @for code in &person.recovery_codes { code { (code.expose()) } " " } }
                }
                @if !person.groups.is_empty() {
                    dt { "Groups" } dd { code { (person.groups.join(", ")) } }
                }
            }
        }
    }
}

/// The words of a question; its id where it is one of the organisation's own.
fn words<'a>(id: Option<&'a str>, own: Option<&'a str>) -> &'a str {
    let predefined = id.and_then(|id| languages::question(id, "en"));
    predefined.or(own).or(id).unwrap_or_default()
}

/// The code that an app with this key shows.
fn code(secret: &Secret<String>, now: Timestamp) -> Option<Secret<String>> {
    Some(totp::code(&totp::key_from_base32(secret)?, totp::step_at(now)))
}

/// The case that the person is there to show.
fn what_differs(person: &NewPerson) -> &'static str {
    let mut kinds = BTreeSet::new();
    kinds.extend((!person.mails.is_empty()).then_some("mail"));
    kinds.extend(person.phones.iter().map(|phone| if phone.role == PhoneRole::Office { "call" } else { "text" }));
    kinds.extend((!person.questions.is_empty()).then_some("questions"));
    kinds.extend(person.authenticator.as_ref().map(|_| "authenticator"));
    let mut kinds = kinds.into_iter();
    match (kinds.next(), kinds.next(), kinds.next()) {
        _ if !person.enabled => "The account is disabled: it looks as if a code were sent, and none comes.",
        _ if person.locked => {
            "The account is locked: the right password is refused until the account is unlocked or a new password is \
             chosen."
        }
        _ if person.password.is_none() => "No password yet: the first one is chosen in the same way as a new one.",
        (None, ..) => "No way to be reached: it looks as if a code were sent, and none comes. Sign in to register one.",
        (Some(_), None, _) if !person.groups.is_empty() => {
            "In a group of whom two proofs can be asked, and able to give one: after it, only an administrator helps."
        }
        (Some("mail"), None, _) if person.mails.len() == 1 => "One mail address.",
        (Some("mail"), None, _) => "More than one mail address: there is a choice.",
        (Some("text"), None, _) => "A mobile phone only: for a text message or a call.",
        (Some("call"), None, _) => "An office phone only: for a call.",
        (Some("questions"), None, _) => "Security questions only.",
        (Some(_), None, _) => "An authenticator app only.",
        (Some(_), Some(_), None) => "Two ways of different kinds: enough where two proofs are asked for.",
        (Some(_), Some(_), Some(_)) => "Every way there is.",
    }
}

/// The codes that the authenticator apps show at the moment.
#[derive(Serialize)]
struct JsonCodes {
    codes: Vec<JsonCode>,
    good_until: Timestamp,
}

#[derive(Serialize)]
struct JsonCode {
    user_id: String,
    code: String,
}

/// The codes of the authenticator apps for programs.
pub(super) async fn authenticators(State(demo): State<Arc<Demo>>) -> Response {
    let now = demo.app.ports().clock.now();
    let mut codes = Vec::new();
    for person in &demo.people.people {
        if let Some(code) = person.authenticator.as_ref().and_then(|secret| code(secret, now)) {
            codes.push(JsonCode { user_id: person.user_id.clone(), code: code.expose().clone() });
        }
    }
    let next = (totp::step_at(now) + 1) * totp::STEP_SECONDS;
    let good_until = Timestamp::from_second(next).unwrap_or(now);
    ([(header::CACHE_CONTROL, "no-store")], Json(JsonCodes { codes, good_until })).into_response()
}

/// Keeps the codes on the page current.
pub(super) async fn script(headers: HeaderMap) -> Response {
    super::base::script(include_str!("people.js"), &headers)
}
