//! HTTP: the API, and beside it the widget's files and the hosted pages.

mod answers;
mod asset;
pub(crate) mod body;
mod captcha;
mod client;
mod cors;
pub mod files;
mod flows;
pub(crate) mod headers;
pub mod hosted;
mod meta;
mod openapi;
pub mod page;
mod range;
mod request_time;
mod respond;
mod watch;

use std::sync::Arc;

#[cfg(not(target_family = "wasm"))]
use axum::error_handling::HandleErrorLayer;
use axum::{
    Extension, Router,
    extract::Request,
    http::{Uri, uri::PathAndQuery},
    middleware::from_fn_with_state,
    routing::{get, post},
};
use tower::ServiceExt as _;
#[cfg(not(target_family = "wasm"))]
use tower::timeout::TimeoutLayer;
use tower_http::catch_panic::CatchPanicLayer;

pub use asset::Asset;
pub use openapi::document as openapi_document;

pub(crate) use openapi::CallbackProblems;

use crate::{
    adapters::twilio::hooks::{self, Hooks},
    app::App,
    config::PhoneKind,
};

/// The API, and beside it `pages`: whatever else this server serves, which brings its own headers.
pub fn router(app: &Arc<App>, pages: Router) -> Router {
    let api = openapi::api().route("/v1/flows/{id}/steps/{step_id}", post(answers::answer_step));
    let contract = Extension(meta::Contract(openapi::document_below));
    let api: Router = api.with_state(Arc::clone(app)).layer((headers::api(), contract)).into();
    let hooks = match app.config().phone.kind {
        PhoneKind::Twilio => hooks::routes(provider_hooks(app)),
        PhoneKind::Off | PhoneKind::Supplied => Router::new(),
    };
    let server = Router::new()
        .merge(api)
        .merge(hooks)
        .merge(range::routes(app))
        .merge(pages)
        .fallback(respond::not_found)
        .method_not_allowed_fallback(respond::method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(app), hosted::pages_for_people))
        .layer(CatchPanicLayer::custom(respond::panicked));
    // A browser's one thread has no timers, and its clock is not the standard library's.
    #[cfg(not(target_family = "wasm"))]
    let server = server
        .layer((HandleErrorLayer::new(respond::timed_out), TimeoutLayer::new(app.config().server.request_timeout())));
    let server = server
        .layer(from_fn_with_state(Arc::clone(app), cors::allow))
        .layer(headers::everywhere())
        .layer(from_fn_with_state(Arc::clone(app), request_time::date))
        .layer(from_fn_with_state(Arc::clone(app), watch::count));
    #[cfg(not(target_family = "wasm"))]
    let server = server.layer(watch::trace());
    match app.config().server.path() {
        path if path.is_empty() => server,
        // A proxy may take the path off or leave it on.
        path => Router::new().fallback_service(server.map_request(move |request| without(&path, request))),
    }
}

/// The hooks of the telephony provider, over this server.
fn provider_hooks(app: &App) -> Hooks {
    let config = app.config();
    Hooks {
        public_url: config.server.public_url.clone(),
        auth_token: config.phone.auth_token.clone().unwrap_or_else(|| "".into()),
        keys: app.keys().clone(),
        organisation: config.organisation.name.clone(),
        calls: Arc::new(app.flows().clone()),
        undelivered: app.metrics().undelivered_texts(),
    }
}

/// Takes the path off that people reach the server below.
fn without(path: &str, mut request: Request) -> Request {
    let whole = request.uri().path_and_query().map_or("", PathAndQuery::as_str);
    let rest = whole.strip_prefix(path).filter(|rest| rest.starts_with('/')).and_then(|rest| rest.parse().ok());
    if let Some(rest) = rest {
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = Some(rest);
        *request.uri_mut() = Uri::from_parts(parts).expect("an address with another path is one");
    }
    request
}

/// Routes for the organisation's monitoring alone: metrics say how much goes on, so they are not for everybody.
pub fn metrics_router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/metrics", get(meta::metrics))
        .with_state(Arc::clone(app))
        .layer(headers::api())
        .fallback(respond::not_found)
        .method_not_allowed_fallback(respond::method_not_allowed)
        .layer(headers::everywhere())
        .layer(from_fn_with_state(Arc::clone(app), request_time::date))
}
