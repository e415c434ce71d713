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
                "They work at " (demo.organisation()) ", a made-up company. Reset a password for one of them on the "
                a href="/" { "sign-in page" } " and read " a href="/demo/outbox" { "their email" } "."
            }
            ul.people {
                @for person in &demo.people.people { (card(person, now)) }
            }
            p.quiet { "The passwords below work until you reset them. To bring everyone back, start the demo with " code { "--fresh" } "." }
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
                            MailRole::Alternate => "Alternate email",
                            MailRole::Authentication => "Authentication email",
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
                    dt { "Authenticator app key" }
                    dd { code { (secret.expose()) } }
                    @if let Some(code) = code(secret, now) {
                        dt { "Current code" }
                        dd { code data-authenticator-of=(person.user_id) { (code.expose()) } }
                    }
                }
                @if !person.recovery_codes.is_empty() {
                    dt { "Recovery codes, one use each" }
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
        _ if !person.enabled => "Disabled account. A code seems to be sent, but none arrives.",
        _ if person.locked => {
            "Locked account. The right password is refused until the account is unlocked or a new password is \
             chosen."
        }
        _ if person.password.is_none() => "No password yet. The first one is set just like a new one.",
        (None, ..) => "No method registered. A code seems to be sent, but none arrives. Sign in to register one.",
        (Some(_), None, _) if !person.groups.is_empty() => {
            "Needs two verifications but has one method. After the first, only an administrator can help."
        }
        (Some("mail"), None, _) if person.mails.len() == 1 => "One email address.",
        (Some("mail"), None, _) => "Several email addresses to choose from.",
        (Some("text"), None, _) => "A mobile phone only, by text message or call.",
        (Some("call"), None, _) => "An office phone only, by call.",
        (Some("questions"), None, _) => "Security questions only.",
        (Some(_), None, _) => "An authenticator app only.",
        (Some(_), Some(_), None) => "Two different methods, enough for two verifications.",
        (Some(_), Some(_), Some(_)) => "Every method.",
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
