//! The page of the people's mail.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
};
use jiff::Timestamp;
use maud::html;
use serde::Serialize;

use super::{super::asset::Asset, Demo};

/// How many mails the page shows whole; older ones are folded.
const UNFOLDED: usize = 1;

/// A mail as programs read it.
#[derive(Serialize)]
struct JsonMail {
    id: String,
    to: String,
    subject: String,
    text: String,
    html: String,
    at: Timestamp,
}

/// Shows the mails, newest first.
pub(super) async fn page(State(demo): State<Arc<Demo>>) -> Response {
    let mails = demo.outbox.mails();
    let head = html! {
        // Without the script the page comes again by itself, less politely.
        noscript { meta http-equiv="refresh" content="10"; }
        script src="/demo/outbox.js" defer {}
    };
    let content = html! {
        main.wide #outbox data-newest=[mails.first().map(|mail| &mail.message.id)] {
            h1 { "Mail" }
            p.lead { "Everything that would have been sent, newest first. New mail appears by itself." }
            p.visually-hidden role="status" #news {}
            @if mails.is_empty() {
                p.card.empty {
                    "Nothing yet. Follow " a href="/" { "\u{201c}Can't access your account?\u{201d}" } " for one of the "
                    a href="/demo" { "people" } "."
                }
            }
            @for (index, mail) in mails.iter().enumerate() {
                details.card.mail open[index < UNFOLDED] data-testid="mail" {
                    summary {
                        span.subject { (mail.message.subject) }
                        span.quiet { "to " bdi { (mail.message.to) } }
                        time.quiet datetime=(mail.at) { (mail.at.strftime("%-d %B, %H:%M:%S UTC")) }
                    }
                    iframe title=(mail.message.subject) sandbox="" loading="lazy" src=(format!("/demo/outbox/{}", mail.message.id)) {}
                    details.text {
                        summary { "As text" }
                        pre dir="auto" { (mail.message.text.expose()) }
                    }
                }
            }
        }
    };
    demo.page("Mail", "../", head, &content)
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

/// The mails for programs, newest first.
pub(super) async fn json(State(demo): State<Arc<Demo>>) -> Response {
    let mails = demo.outbox.mails().into_iter().map(|mail| JsonMail {
        id: mail.message.id,
        to: mail.message.to,
        subject: mail.message.subject,
        text: mail.message.text.expose().clone(),
        html: mail.message.html.expose().clone(),
        at: mail.at,
    });
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (no_store, Json(mails.collect::<Vec<_>>())).into_response()
}

/// Looks for new mail.
pub(super) async fn script(headers: HeaderMap) -> Response {
    Asset::new("text/javascript; charset=utf-8", "no-cache", include_str!("outbox.js").as_bytes()).respond(&headers)
}
