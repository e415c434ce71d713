//! Callbacks of the telephony provider: status of calls, pressed keys, status of text messages.
//!
//! The caller of these routes holds the account's auth token, which the signature proves; it is made over the
//! address as configured, so that no header of a request has a say in it. A signature may be played again:
//! that is why an event that is repeated, late or about another call changes nothing (see
//! [`CallListener`]), and is answered politely.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use prometheus_client::metrics::counter::Counter;
use regain_protocol::Secret;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    callback::{OnTheLine, SMS, VOICE},
    signature,
    twiml::{self, Say},
};
use crate::{
    flows::Reply,
    http::{CallbackProblems, body, headers},
    keys::Keys,
    mails::{call_words, language},
    ports::{CallEvent, CallInstruction, CallListener},
};

/// The header that the signature is in.
const SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-signature");

/// The language of the little that is said in a call that is none of ours.
const NO_CALL: &str = "en";

/// State of the hooks.
#[derive(Clone)]
pub struct Hooks {
    /// Address that the provider calls back, as it was told: without a slash at its end.
    pub public_url: String,
    /// The key of the provider's signature.
    pub auth_token: Secret<String>,
    /// Keys that open the references of calls.
    pub keys: Keys,
    /// The organisation's name, for the voice.
    pub organisation: String,
    /// Notified of events in calls.
    pub calls: Arc<dyn CallListener>,
    /// Counts the texts that were not delivered.
    pub undelivered: Counter,
}

/// Serves the hooks.
pub fn routes(hooks: Hooks) -> Router {
    api().with_state(Arc::new(hooks)).layer(headers::api()).into()
}

/// The hooks with their description.
pub(crate) fn api() -> OpenApiRouter<Arc<Hooks>> {
    OpenApiRouter::default().routes(routes!(voice)).routes(routes!(sms))
}

/// A request whose signature was right.
struct Signed {
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
}

impl Signed {
    /// Reads a request to one of the hooks; the response, where it is not taken.
    async fn read(
        hooks: &Hooks,
        path: &str,
        query: Option<String>,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Self, Response> {
        let bytes = body::collect(body)
            .await
            .map_err(|(code, detail)| Reply::problem(code, Some(detail), None).into_response())?;
        let form = pairs(bytes.expose());
        let mut address = format!("{}{path}", hooks.public_url);
        if let Some(query) = &query {
            address.push('?');
            address.push_str(query);
        }
        let mut signatures = headers.get_all(SIGNATURE).iter();
        let right = match (signatures.next(), signatures.next()) {
            (Some(one), None) => signature::is_right(&hooks.auth_token, &address, &form, one.as_bytes()),
            _ => false,
        };
        if right {
            return Ok(Self { query: pairs(query.unwrap_or_default().as_bytes()), form });
        }
        tracing::warn!(path, "a callback without the provider's signature was refused");
        Err(StatusCode::FORBIDDEN.into_response())
    }

    /// The value of a name in the address.
    fn asked(&self, name: &str) -> Option<&str> {
        value(&self.query, name)
    }

    /// The value of a name in the form.
    fn said(&self, name: &str) -> Option<&str> {
        value(&self.form, name)
    }
}

/// `POST /v1/hooks/voice`: what to say in a call that was answered or in which a key was pressed; with
/// `status` in the address, how a call stands.
#[utoipa::path(
    post,
    path = VOICE,
    operation_id = "hearOfCall",
    tag = "Telephony",
    summary = "State of a call, and what the voice says next",
    description = "Without `status` somebody is on the line: they answered, or pressed a key (`Digits`); the answer says \
                   what the voice does next. With it, `CallStatus` says how the call stands. What is repeated, late or \
                   about no call of ours changes nothing.",
    params(
        ("call" = String, Query, description = "The call, sealed by the server when it asked for it"),
        ("status" = Option<String>, Query, description = "Present where the request says how the call stands"),
    ),
    security(("provider" = [])),
    request_body(content = HashMap<String, String>, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The provider's markup for what is said", body = String, content_type = "text/xml"),
        (status = 204, description = "Noted"),
        (status = 403, description = "The signature is not the provider's"),
        CallbackProblems,
    )
)]
async fn voice(State(hooks): State<Arc<Hooks>>, RawQuery(query): RawQuery, headers: HeaderMap, body: Body) -> Response {
    let signed = match Signed::read(&hooks, VOICE, query, &headers, body).await {
        Ok(signed) => signed,
        Err(response) => return response,
    };
    let line = OnTheLine::open(&hooks.keys, signed.asked("call").unwrap_or_default());
    match (signed.asked("status"), line) {
        (None, Ok(line)) => hooks.speak(&line, signed.said("Digits")).await,
        (Some(_), Ok(line)) => hooks.note(&line, signed.said("CallStatus")).await,
        // Placed before the server key was changed, say.
        (None, Err(_)) => hooks.says(Say::Goodbye, NO_CALL),
        (Some(_), Err(_)) => StatusCode::NO_CONTENT.into_response(),
    }
}

impl Hooks {
    /// Somebody is on the line: takes in what they did, and says what follows.
    async fn speak(&self, line: &OnTheLine, digits: Option<&str>) -> Response {
        let key = digits.and_then(|digits| digits.chars().next());
        let heard = self.calls.on_event(&line.call, key.map_or(CallEvent::Answered, CallEvent::Key)).await;
        let say = match (heard, key) {
            (Ok(CallInstruction::Listening), None) => Say::Greeting,
            (Ok(CallInstruction::Listening), Some(_)) => Say::Again,
            (Ok(CallInstruction::WrongKey), _) => Say::WrongKey,
            (Ok(CallInstruction::Proved), _) => Say::Thanks,
            (Ok(CallInstruction::Over), _) => Say::Goodbye,
            // The person on the line is asked (again): by then the server may be well.
            (Err(error), key) => {
                tracing::warn!(%error, "an event of a call");
                if key.is_some() { Say::Again } else { Say::Greeting }
            }
        };
        self.says(say, &line.locale)
    }

    fn says(&self, say: Say, locale: &str) -> Response {
        let locale = if twiml::speaks(language(locale)) { locale } else { "en" };
        let words = call_words(locale, &self.organisation);
        ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], twiml::document(say, language(locale), &words))
            .into_response()
    }

    /// The provider says how a call stands.
    async fn note(&self, line: &OnTheLine, status: Option<&str>) -> Response {
        let event = match status.unwrap_or_default() {
            "ringing" => CallEvent::Ringing,
            "in-progress" => CallEvent::Answered,
            "busy" | "no-answer" | "canceled" | "completed" => CallEvent::Over,
            // It is about this number, and a made-up one never fails so.
            "failed" => CallEvent::Withheld,
            // `queued`, `initiated`, and whatever else there may be one day.
            _ => return StatusCode::NO_CONTENT.into_response(),
        };
        match self.calls.on_event(&line.call, event).await {
            Ok(_) => StatusCode::NO_CONTENT.into_response(),
            Err(error) => {
                tracing::warn!(%error, "an event of a call");
                Reply::unavailable().into_response()
            }
        }
    }
}

/// `POST /v1/hooks/sms`: what became of a text message. It goes to the log and the metrics and nowhere
/// else: what the person sees must not depend on it, because a made-up number is never undeliverable.
#[utoipa::path(
    post,
    path = SMS,
    operation_id = "hearOfText",
    tag = "Telephony",
    summary = "Delivery of a text message",
    description = "It is logged and counted; nothing that a person sees depends on it.",
    params(("message" = String, Query, description = "The message, as the server's log names it")),
    security(("provider" = [])),
    request_body(content = HashMap<String, String>, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 204, description = "Noted"),
        (status = 403, description = "The signature is not the provider's"),
        CallbackProblems,
    )
)]
async fn sms(State(hooks): State<Arc<Hooks>>, RawQuery(query): RawQuery, headers: HeaderMap, body: Body) -> Response {
    let signed = match Signed::read(&hooks, SMS, query, &headers, body).await {
        Ok(signed) => signed,
        Err(response) => return response,
    };
    if let Some(status @ ("undelivered" | "failed")) = signed.said("MessageStatus") {
        hooks.undelivered.inc();
        let error: Option<u32> = signed.said("ErrorCode").and_then(|code| code.parse().ok());
        tracing::warn!(message = signed.asked("message"), status, error, "a text message was not delivered");
    }
    StatusCode::NO_CONTENT.into_response()
}

/// Names and values, as forms and addresses write them.
fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests;
