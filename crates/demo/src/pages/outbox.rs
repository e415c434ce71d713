//! The page of the people's mail and phones.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
};
use jiff::Timestamp;
use maud::{Markup, html};
use regain_outbox::{CallStatus, JsonEntry, OutboxCall, OutboxEntry, OutboxMail, OutboxText, spoken};
use regain_server::engine;

use super::Demo;

/// Number of entries that the page shows whole; older ones are folded.
const UNFOLDED: usize = 1;

/// The keys that a person can press: the right one, and a few others to be wrong with.
const KEYS: [char; 4] = ['#', '1', '5', '*'];

/// Shows everything, newest first.
pub(super) async fn page(State(demo): State<Arc<Demo>>) -> Response {
    let entries = demo.outbox.entries();
    let head = html! {
        // The forms are to say where they come from, which the server's own policy would keep from them.
        meta name="referrer" content="same-origin";
        // Without the script the page comes again by itself, less politely.
        noscript { meta http-equiv="refresh" content="10"; }
        script src="/demo/outbox.js" defer {}
    };
    let content = html! {
        main.wide #outbox {
            h1 { "Email and phone" }
            p.lead { "Every email, text message and call, newest first. New ones appear on their own." }
            p.visually-hidden role="status" #news {}
            @if entries.is_empty() {
                p.card.empty {
                    "Nothing yet. Follow " a href="/" { "\u{201c}Can't access your account?\u{201d}" } " for one of the "
                    a href="/demo" { "people" } "."
                }
            }
            @for (index, entry) in entries.iter().enumerate() {
                @match entry {
                    OutboxEntry::Mail(mail) => (one_mail(mail, index < UNFOLDED)),
                    OutboxEntry::Text(text) => (one_text(text, index < UNFOLDED)),
                    OutboxEntry::Call(call) => (one_call(call, demo.organisation())),
                }
            }
        }
    };
    demo.page("Email and phone", "../", head, &content)
}

fn one_mail(OutboxMail { at, message }: &OutboxMail, open: bool) -> Markup {
    html! {
        details.card.mail open[open] data-testid="mail" data-entry=(message.id) {
            summary {
                span.subject { (message.subject.expose()) }
                span.quiet { "to " bdi { (message.to) } }
                (time(*at))
            }
            iframe title=(message.subject.expose()) sandbox="" loading="lazy" src=(format!("/demo/outbox/{}", message.id)) {}
            details.text {
                summary { "Plain text" }
                pre dir="auto" { (message.text.expose()) }
            }
        }
    }
}

fn one_text(OutboxText { at, message }: &OutboxText, open: bool) -> Markup {
    html! {
        details.card.mail open[open] data-testid="sms" data-entry=(message.id) {
            summary {
                span.subject { "Text message" }
                span.quiet { "to " bdi dir="ltr" { (message.to) } }
                (time(*at))
            }
            p.bubble dir="auto" { (message.text.expose()) }
        }
    }
}

fn one_call(call: &OutboxCall, organisation: &str) -> Markup {
    let reference = &call.call.reference.call_id;
    html! {
        section.card.call data-testid="call" data-entry=(reference) data-status=(call.status.as_str()) {
            div.line {
                h2.subject { "Call: " (status(call.status)) }
                span.quiet { "to " bdi dir="ltr" { (call.call.to) } }
                (time(call.at))
            }
            @if !call.said.is_empty() {
                ul.said aria-label="Spoken text" {
                    @for words in spoken(call, organisation) { li dir="auto" { "\u{201c}" (words) "\u{201d}" } }
                }
            }
            @match call.status {
                CallStatus::Ringing => (buttons(reference, &[("answer", "Answer"), ("ignore", "Don't answer")])),
                CallStatus::Answered => {
                    (keys(reference))
                    (buttons(reference, &[("hang_up", "Hang up")]))
                }
                CallStatus::NotAnswered | CallStatus::Ended => {}
            }
        }
    }
}

/// Buttons that do something with a call.
fn buttons(call: &str, buttons: &[(&str, &str)]) -> Markup {
    html! {
        form.row method="post" action=(format!("/demo/calls/{call}")) {
            @for (act, label) in buttons {
                button type="submit" name="do" value=(act) .second[*act != "answer"] { (label) }
            }
        }
    }
}

/// The keys of the phone.
fn keys(call: &str) -> Markup {
    html! {
        form.row method="post" action=(format!("/demo/calls/{call}")) {
            input type="hidden" name="do" value="key";
            @for key in KEYS {
                button type="submit" name="key" value=(key) aria-label=(format!("Press {key}")) .second[key != '#'] { (key) }
            }
        }
    }
}

/// State of a call in words.
const fn status(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Ringing => "ringing",
        CallStatus::Answered => "answered",
        CallStatus::NotAnswered => "not answered",
        CallStatus::Ended => "over",
    }
}

fn time(at: Timestamp) -> Markup {
    html! { time.quiet datetime=(at) { (at.strftime("%-d %B, %H:%M:%S UTC")) } }
}

/// The HTML part of one mail, for a frame: it may have its own styles and nothing else.
pub(super) async fn mail(State(demo): State<Arc<Demo>>, Path(id): Path<String>) -> Response {
    let Some(mail) = demo.outbox.mails().into_iter().find(|mail| mail.message.id == id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; sandbox";
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Html(mail.message.html.expose().clone())).into_response()
}

/// The digits of a picture, for programs that drive the demonstration: they cannot see them.
pub(super) async fn captcha(State(demo): State<Arc<Demo>>, Path(sealed): Path<String>) -> Response {
    match engine::revealed(demo.app.keys(), &sealed) {
        Some(digits) => ([(header::CACHE_CONTROL, "no-store")], digits).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Everything for programs, newest first.
pub(super) async fn json(State(demo): State<Arc<Demo>>) -> Response {
    let entries = demo.outbox.entries().into_iter().map(|entry| JsonEntry::of(entry, demo.organisation()));
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (no_store, Json(entries.collect::<Vec<_>>())).into_response()
}

/// Looks for what is new.
pub(super) async fn script(headers: HeaderMap) -> Response {
    super::base::script(include_str!("outbox.js"), &headers)
}
