//! Answers as HTTP responses.

use std::any::Any;

use axum::{
    BoxError,
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use regain_protocol::ProblemCode;

use crate::flows::{Fault, Reply};

/// The media type of a problem, RFC 9457.
const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// The media type of everything else.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl IntoResponse for Reply {
    fn into_response(self) -> Response<Body> {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        if self.body.is_some() {
            headers.insert(header::CONTENT_TYPE, if status.is_success() { JSON } else { PROBLEM });
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(location) = self.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
            headers.insert(header::LOCATION, location);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(body) = self.body {
            *response.body_mut() = Body::from(body.expose().clone());
        }
        response
    }
}

/// The response to a request, or to the fault that kept it from being carried out, which the log hears.
pub(super) fn answered(result: Result<Reply, Fault>) -> Response<Body> {
    result
        .unwrap_or_else(|fault| {
            tracing::error!(%fault, "a request could not be carried out");
            Reply::unavailable()
        })
        .into_response()
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
