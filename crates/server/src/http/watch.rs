//! The log's line about each request, and its count. Neither has a path, a query, an id or a token: only the
//! router's own pattern.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use tower_http::{
    classify::{ServerErrorsAsFailures, SharedClassifier},
    trace::TraceLayer,
};
use tracing::Span;

use crate::{app::App, metrics, runtime::Instant};

/// Logs by spans of ours; of the layer's own lines, which may quote a request, none is written.
type Trace = TraceLayer<
    SharedClassifier<ServerErrorsAsFailures>,
    fn(&Request) -> Span,
    (),
    fn(&Response<Body>, Duration, &Span),
    (),
    (),
    (),
>;

/// Logs each response, in a span that whatever is logged on the way to it is in too.
pub(super) fn trace() -> Trace {
    TraceLayer::new_for_http()
        .make_span_with(span as fn(&Request) -> Span)
        .on_request(())
        .on_response(answered as fn(&Response<Body>, Duration, &Span))
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
}

fn span(request: &Request) -> Span {
    tracing::info_span!("request", method = metrics::known(request.method()), route = route(request))
}

fn answered(response: &Response<Body>, took: Duration, _: &Span) {
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(status = response.status().as_u16(), milliseconds, "answered");
}

/// Counts each request.
pub(super) async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (method, route) = (request.method().clone(), route(&request).to_owned());
    let begun = Instant::now();
    let response = next.run(request).await;
    app.metrics().count(&method, &route, response.status(), begun.elapsed());
    response
}

/// The router's pattern for a request, or `none`.
fn route(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str)
}
