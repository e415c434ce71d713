//! HTTP: the API, and beside it the widget's files, the hosted page and the demo.

mod asset;
mod body;
mod captcha;
mod client;
mod cors;
pub mod demo;
pub mod files;
mod flows;
mod headers;
pub mod hooks;
pub mod hosted;
mod meta;
mod metrics;
mod openapi;
mod page;
mod range;
mod respond;
mod watch;

use std::sync::Arc;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use tower_http::catch_panic::CatchPanicLayer;

use hooks::Hooks;
pub use metrics::Metrics;
pub use openapi::document as openapi_document;

use crate::{app::App, config::PhoneKind};

/// The API, and beside it `pages`: whatever else this server serves, which brings its own headers.
pub fn router(app: &Arc<App>, pages: Router) -> Router {
    let api = Router::new()
        .route("/v1/config", get(meta::config))
        .route("/v1/flows", post(flows::create))
        .route("/v1/flows/{id}", get(flows::show).delete(flows::cancel))
        .route("/v1/flows/{id}/steps/{step_id}", post(flows::answer))
        .route("/v1/captcha/{file}", get(captcha::spoken))
        .route("/openapi.json", get(meta::openapi))
        .route("/healthz", get(meta::healthy))
        .route("/readyz", get(meta::ready))
        .route("/metrics", get(meta::metrics))
        .with_state(Arc::clone(app))
        .layer(from_fn(headers::api));
    let hooks = match app.config().phone.kind {
        PhoneKind::Twilio => hooks::routes(Hooks::of(app)),
        PhoneKind::Off | PhoneKind::Outbox => Router::new(),
    };
    Router::new()
        .merge(api)
        .merge(hooks)
        .merge(range::routes(app))
        .merge(pages)
        .fallback(respond::not_found)
        .method_not_allowed_fallback(respond::method_not_allowed)
        .layer(CatchPanicLayer::custom(respond::panicked))
        .layer(from_fn_with_state(Arc::clone(app), watch::time_out))
        .layer(from_fn_with_state(Arc::clone(app), cors::allow))
        .layer(from_fn(headers::everywhere))
        .layer(from_fn_with_state(Arc::clone(app), watch::watch))
}
