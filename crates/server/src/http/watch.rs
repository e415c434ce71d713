//! Watching over requests: their time is limited, and the log and the metrics hear of each. Neither
//! hears a path, a query, an id or a token: only the router's own pattern.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::metrics;
use crate::{app::App, flows::Reply};

/// Logs and counts.
pub(super) async fn watch(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.as_deref().unwrap_or("none");
    let begun = Instant::now();
    let response = next.run(request).await;
    let took = begun.elapsed();
    app.metrics().count(&method, route, response.status(), took);
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let method = metrics::known(&method);
    tracing::info!(method, route, status = response.status().as_u16(), milliseconds, "answered");
    response
}

/// Gives up on requests that take too long.
pub(super) async fn time_out(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let limit = app.config().server.request_timeout();
    tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
        tracing::warn!("a request took too long");
        Reply::unavailable().into_response()
    })
}
