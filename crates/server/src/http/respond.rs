//! Answers as HTTP responses.

use std::any::Any;

use axum::{
    BoxError,
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use regain_protocol::{Problem, ProblemCode};
use serde::Serialize;

use super::request_time::RequestTime;
use crate::{
    app::App,
    drawings::{self, DrawingError, Place},
    engine::CaptchaRules,
    flows::{Fault, ProblemContent, Reply, ReplyContent},
};

/// The media type of a problem, RFC 9457.
pub(super) const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// The media type of everything else.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl IntoResponse for Reply {
    fn into_response(mut self) -> Response<Body> {
        debug_assert!(self.flow_mut().and_then(drawings::undrawn).is_none(), "a flow is sent by `answered`");
        let (status, body) = match &*self.content {
            ReplyContent::Nothing => (StatusCode::NO_CONTENT, None),
            ReplyContent::Flow(flow) => (StatusCode::OK, Some(json(flow))),
            ReplyContent::Answered(answered) => (StatusCode::OK, Some(json(answered))),
            ReplyContent::Created(created) => (StatusCode::CREATED, Some(json(created))),
            ReplyContent::Problem(content) => (status(content.code), Some(json(&problem(content)))),
        };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, if status.is_success() { JSON } else { PROBLEM });
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(body) = body {
            *response.body_mut() = Body::from(body);
        }
        response
    }
}

fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("wire types have only text keys")
}

fn status(code: ProblemCode) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The problem as RFC 9457 has it.
fn problem(content: &ProblemContent) -> Problem {
    let code = content.code;
    let word = serde_json::to_value(code).ok();
    Problem {
        kind: format!("urn:regain:problem:{}", word.as_ref().and_then(|word| word.as_str()).unwrap_or("unknown")),
        title: title(code).to_owned(),
        status: code.status(),
        detail: content.detail.clone(),
        code,
        flow: content.flow.clone(),
        violations: content.violations.clone(),
        pointer: content.pointer.clone(),
    }
}

/// A reply, with the place that was taken for its picture.
pub(super) struct Illustrated {
    pub(super) reply: Reply,
    pub(super) place: Option<Place>,
}

impl From<Reply> for Illustrated {
    fn from(reply: Reply) -> Self {
        Self { reply, place: None }
    }
}

/// The response to a request, or to the fault that kept it from being carried out, which the log hears. A flow that comes
/// along has its picture.
pub(super) async fn answered(
    app: &App,
    result: Result<Illustrated, Fault>,
    RequestTime(now): RequestTime,
) -> Response<Body> {
    let Illustrated { mut reply, place } = result.unwrap_or_else(|fault| {
        tracing::error!(%fault, "a request could not be carried out");
        Reply::unavailable().into()
    });
    if let Some(flow) = reply.flow_mut()
        && let Err(error) = app.drawings().illustrate(flow, place, now).await
    {
        return not_drawn(error).into_response();
    }
    reply.into_response()
}

/// The place for the picture of a challenge, before something is done that may lead to one; `None` where pictures are none of
/// the challenges.
pub(super) fn place(app: &App) -> Result<Option<Place>, DrawingError> {
    let has_pictures = matches!(app.flows().rules().captcha, CaptchaRules::Image { .. });
    has_pictures.then(|| app.drawings().place()).transpose()
}

/// A picture or sound that could not be made now.
pub(super) fn not_drawn(error: DrawingError) -> Reply {
    tracing::warn!(%error, "a challenge is not shown");
    Reply::unavailable()
}

/// No such address.
pub(super) async fn not_found() -> Reply {
    Reply::problem(ProblemCode::NotFound, None, None)
}

/// The address does not take the method; the router adds `Allow`.
pub(super) async fn method_not_allowed() -> Reply {
    Reply::problem(ProblemCode::MethodNotAllowed, None, None)
}

/// Answers a request that was given up because it took too long.
pub(super) async fn timed_out(_: BoxError) -> Reply {
    tracing::warn!("a request took too long");
    Reply::unavailable()
}

/// A fault of ours. What it says stays in the log.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response<Body> {
    tracing::error!("a request ended in a panic");
    Reply::unavailable().into_response()
}

/// A problem in a few words, for developers.
const fn title(code: ProblemCode) -> &'static str {
    match code {
        ProblemCode::Malformed => "Not the JSON that this endpoint takes",
        ProblemCode::Unauthorized => "No such flow, or not its token",
        ProblemCode::NotFound => "No such address",
        ProblemCode::MethodNotAllowed => "The address does not take this method",
        ProblemCode::StepPassed => "The step has passed, or does not take this answer",
        ProblemCode::FlowEnded => "The flow has ended",
        ProblemCode::TooLarge => "The body is too large",
        ProblemCode::UnsupportedMediaType => "The body is not application/json",
        ProblemCode::WrongCode => "Not the code that was sent",
        ProblemCode::CodeExpired => "The code's time is up",
        ProblemCode::WrongAnswers => "Not the registered answers",
        ProblemCode::WrongPassword => "Not the current password",
        ProblemCode::CaptchaFailed => "The challenge was not solved",
        ProblemCode::PasswordRefused => "The rules refuse the password",
        ProblemCode::Invalid => "A value cannot be used",
        ProblemCode::RateLimited => "Too many requests",
        ProblemCode::Unavailable => "Something that the server depends on does not answer",
        ProblemCode::Unknown => "Something went wrong",
    }
}
