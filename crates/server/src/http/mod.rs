//! HTTP: the API, and beside it the widget's files and the hosted pages.

mod answers;
mod asset;
mod body;
mod captcha;
mod client;
mod cors;
pub mod files;
mod flows;
mod headers;
pub mod hooks;
pub mod hosted;
mod meta;
mod openapi;
pub mod page;
mod range;
mod respond;
mod watch;

use std::sync::Arc;

use axum::{Router, error_handling::HandleErrorLayer, middleware::from_fn_with_state, routing::post};
use tower::timeout::TimeoutLayer;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use asset::Asset;
use hooks::Hooks;
pub use openapi::document as openapi_document;

use crate::{app::App, config::PhoneKind};

/// The API, and beside it `pages`: whatever else this server serves, which brings its own headers.
pub fn router(app: &Arc<App>, pages: Router) -> Router {
    let api = api().route("/v1/flows/{id}/steps/{step_id}", post(answers::answer_step));
    let api: Router = api.with_state(Arc::clone(app)).layer(headers::api()).into();
    let hooks = match app.config().phone.kind {
        PhoneKind::Twilio => hooks::routes(Hooks::of(app)),
        PhoneKind::Off | PhoneKind::Supplied => Router::new(),
    };
    Router::new()
        .merge(api)
        .merge(hooks)
        .merge(range::routes(app))
        .merge(pages)
        .fallback(respond::not_found)
        .method_not_allowed_fallback(respond::method_not_allowed)
        .layer(CatchPanicLayer::custom(respond::panicked))
        .layer((HandleErrorLayer::new(respond::timed_out), TimeoutLayer::new(app.config().server.request_timeout())))
        .layer(from_fn_with_state(Arc::clone(app), cors::allow))
        .layer(headers::everywhere())
        .layer(from_fn_with_state(Arc::clone(app), watch::count))
        .layer(watch::trace())
}

/// The API's routes with their descriptions; hooks and ranges, which few servers have, bring their own.
fn api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(meta::config))
        .routes(routes!(flows::create))
        .routes(routes!(flows::show, flows::cancel))
        .routes(routes!(answers::answer))
        .routes(routes!(captcha::spoken))
        .routes(routes!(meta::openapi))
        .routes(routes!(meta::healthy))
        .routes(routes!(meta::ready))
        .routes(routes!(meta::metrics))
}
