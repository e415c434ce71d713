//! CORS: the configured origins, exactly, may call the API from their pages. There are no cookies,
//! so no credentials are allowed, and nothing is allowed to everyone.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

use crate::app::App;

/// Answers preflights and names the origin that may read the response.
pub(super) async fn allow(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/v1/") {
        return next.run(request).await;
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = origin.filter(|origin| {
        app.config().server.allowed_origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes())
    });
    let mut response = match asked_headers(&request) {
        Some(headers) => preflight(allowed.is_some().then_some(headers)),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Date, Location, Retry-After"));
    }
    response
}

/// The headers that a preflight asks for, as it names them; `None` for any other request.
pub(super) fn asked_headers(request: &Request) -> Option<HeaderValue> {
    let headers = request.headers();
    let is_preflight = request.method() == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let none = HeaderValue::from_static("");
    is_preflight.then(|| headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned().unwrap_or(none))
}

/// Answers a preflight: for an allowed origin with the headers that it asks for, because the monitoring of many pages puts
/// some of its own on every request. The server reads none of them.
fn preflight(asked: Option<HeaderValue>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    if let Some(asked) = asked {
        let ours = HeaderValue::from_static("Authorization, Content-Type, Idempotency-Key");
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ours);
        if !asked.is_empty() {
            headers.append(header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
        }
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        headers.append(header::VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
    }
    response
}
