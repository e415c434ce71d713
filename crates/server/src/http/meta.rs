//! Endpoints apart from flows: the public configuration, the contract, health, metrics.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use regain_protocol::Config;
use schemars::JsonSchema;
use serde::Serialize;

use super::openapi::ServerProblems;
use crate::{app::App, flows::Reply};

/// `GET /v1/config`
#[utoipa::path(
    get,
    path = "/v1/config",
    operation_id = "getConfig",
    tag = "Server",
    summary = "The public configuration",
    responses(
        (status = 200, description = "What the first screen needs", body = ref("#/components/schemas/Config")),
        ServerProblems,
    )
)]
pub(super) async fn config(State(app): State<Arc<App>>) -> Json<Config> {
    Json(public(&app))
}

/// The public configuration.
pub(super) fn public(app: &App) -> Config {
    let config = app.config();
    let organisation = &config.organisation;
    Config {
        name: organisation.name.clone(),
        logo: organisation.logo.as_ref().map(ToString::to_string),
        account_types: organisation.account_types(),
        flows: app.flows().rules().kinds.clone(),
        locales: organisation.locales.clone(),
        help: organisation.help(),
        user_id_hint: organisation.user_id_hint.clone(),
        ask_administrator: config.contact.contact().is_some(),
    }
}

/// The API's description as a server below a path has it. It is made of the routes, so whoever has those puts it here.
#[derive(Clone, Copy)]
pub(super) struct Contract(pub(super) fn(&str) -> String);

/// `GET /openapi.json`
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "getContract",
    tag = "Server",
    summary = "This document",
    responses(
        (status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json"),
        ServerProblems,
    )
)]
pub(super) async fn openapi(State(app): State<Arc<App>>, Extension(contract): Extension<Contract>) -> Response {
    let document = (contract.0)(&app.config().server.path());
    ([(header::CONTENT_TYPE, "application/json")], document).into_response()
}

/// Health of the server, where it is well.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub(super) struct Health {
    /// Always `ok`.
    #[schemars(extend("const" = "ok"))]
    status: &'static str,
}

const HEALTHY: Json<Health> = Json(Health { status: "ok" });

/// `GET /healthz`: the process runs.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "getHealth",
    tag = "Server",
    summary = "Liveness of the process",
    responses(
        (status = 200, description = "It runs", body = ref("#/components/schemas/Health")),
        ServerProblems,
    )
)]
pub(super) async fn healthy() -> Json<Health> {
    HEALTHY
}

/// `GET /readyz`: what it depends on answers.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "getReadiness",
    tag = "Server",
    summary = "Readiness: the store takes writes and the directory answers",
    responses(
        (status = 200, description = "They do", body = ref("#/components/schemas/Health")),
        ServerProblems,
    )
)]
pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    let ill = app.readiness().faults(app.ports()).await;
    if ill.is_empty() { HEALTHY.into_response() } else { Reply::not_ready(&ill.join("; ")).into_response() }
}

/// `GET /metrics`: how many requests were answered how, as Prometheus reads it; on a listener of its own.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics().to_string()).into_response()
}
