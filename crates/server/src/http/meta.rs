//! What is not about a flow: the public configuration, the contract, health, metrics.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use regain_protocol::Config;
use serde_json::json;

use super::openapi;
use crate::{app::App, flows::Reply};

/// `GET /v1/config`
pub(super) async fn config(State(app): State<Arc<App>>) -> Json<Config> {
    let config = app.config();
    let organisation = &config.organisation;
    Json(Config {
        name: organisation.name.clone(),
        logo: organisation.logo.clone(),
        account_types: organisation.account_types(),
        flows: config.flows.kinds(),
        locales: organisation.locales.clone(),
        help: organisation.help(),
        user_id_hint: organisation.user_id_hint.clone(),
        ask_administrator: config.contact.contact().is_some(),
    })
}

/// `GET /openapi.json`
pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi::document()).into_response()
}

/// `GET /healthz`: the process runs.
pub(super) async fn healthy() -> Json<serde_json::Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /readyz`: what it depends on answers.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    let (store, directory) = tokio::join!(app.parts().store.check(), app.parts().directory.check());
    let store = store.err().map(|error| error.to_string());
    let directory = directory.err().map(|error| error.to_string());
    if store.is_none() && directory.is_none() {
        return (StatusCode::OK, Json(json!({ "status": "ok" }))).into_response();
    }
    tracing::warn!(?store, ?directory, "not ready");
    Reply::unavailable().into_response()
}

/// `GET /metrics`: how many requests were answered how, as Prometheus reads it.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics().to_string()).into_response()
}
