//! `GET /v1/range/{prefix}`: breached passwords for browsers, in the form of Have I Been Pwned, so that a
//! person hears of it before they submit. The browser sends five of the forty digits of a hash, and looks
//! for the rest itself; nothing is kept about who asked for what.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use tokio::sync::Semaphore;

use super::respond;
use crate::{
    app::App,
    breached::{self, Prefix},
    flows::Reply,
    ports::{Breached, Rng},
};

/// How many ranges are looked up at a time. A browser that is turned away goes on without.
const AT_A_TIME: usize = 16;

/// For how long an answer may be kept, a day: the lists grow a few times a year.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// What the endpoint needs.
struct Ranges {
    breached: Arc<dyn Breached>,
    rng: Arc<dyn Rng>,
    permits: Semaphore,
}

/// The endpoint; no address where breached passwords are not looked up.
pub(super) fn routes(app: &App) -> Router {
    let parts = app.parts();
    let Some(breached) = parts.breached.clone() else { return Router::new() };
    let ranges = Ranges { breached, rng: Arc::clone(&parts.rng), permits: Semaphore::new(AT_A_TIME) };
    Router::new().route("/v1/range/{prefix}", get(range)).with_state(Arc::new(ranges))
}

/// `GET /v1/range/{prefix}`
async fn range(State(ranges): State<Arc<Ranges>>, Path(prefix): Path<String>) -> Response {
    let Some(prefix) = Prefix::parse(&prefix) else { return respond::not_found().await.into_response() };
    let Ok(_permit) = ranges.permits.try_acquire() else { return Reply::unavailable().into_response() };
    match ranges.breached.range(prefix).await {
        Ok(range) => {
            let headers: [(HeaderName, HeaderValue); 3] = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
                (header::CACHE_CONTROL, KEPT),
                (
                    header::CONTENT_SECURITY_POLICY,
                    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
                ),
            ];
            (headers, breached::padded(&range, &*ranges.rng)).into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "a browser goes on without");
            Reply::unavailable().into_response()
        }
    }
}
