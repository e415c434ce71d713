//! The endpoints of flows, but for [answers](super::answers).

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse as _, Response},
};
use regain_protocol::{CreateFlow, ProblemCode, Secret};
use regain_values::FlowId;
use tracing::Instrument as _;

use super::{
    body, meta,
    openapi::{CreateProblems, FlowProblems},
    request_time::RequestTime,
    respond::{self, Illustrated, answered},
};
use crate::{
    app::App,
    client::Client,
    flows::{Fault, IdempotencyKey, InvalidIdempotencyKey, Reply, ReplyContent},
    runtime::spawn,
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

pub(super) const IDEMPOTENCY: &str = "\
Unique for what the person did. A repeat of the same request with the same key gets the first answer and acts once; \
another request with it is refused.";

/// `POST /v1/flows`
#[utoipa::path(
    post,
    path = "/v1/flows",
    operation_id = "createFlow",
    tag = "Flows",
    summary = "Begin a flow",
    params(
        (
            "Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY,
            nullable = false, min_length = 1, max_length = 255, pattern = "^[!-~]+$"
        ),
    ),
    request_body = ref("#/components/schemas/CreateFlow"),
    responses(
        (
            status = 201, description = "The flow at its first step, and its token",
            body = ref("#/components/schemas/FlowCreated"),
            headers(("Location" = String, description = "The flow's address")),
        ),
        CreateProblems,
    )
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    time: RequestTime,
    client: Client,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let bytes = match body::read(&headers, body).await {
        Ok(bytes) => bytes,
        Err((code, detail)) => return Reply::problem(code, Some(detail), None).into_response(),
    };
    let path = app.config().server.path();
    let shared = Arc::clone(&app);
    let result = detached(async move { begin(&shared, time, client, &headers, bytes.expose()).await }).await;
    let location = result.as_ref().ok().and_then(|Illustrated { reply, .. }| match &*reply.content {
        ReplyContent::Created(created) => format!("{path}/v1/flows/{}", created.flow.id).try_into().ok(),
        _ => None,
    });
    let mut response = answered(&app, result, time).await;
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

async fn begin(
    app: &App,
    RequestTime(now): RequestTime,
    client: Client,
    headers: &HeaderMap,
    bytes: &[u8],
) -> Result<Illustrated, Fault> {
    // The network is part of the scope: two people who happen to use the same key get two flows.
    let network = client.network().map(|network| network.to_string()).unwrap_or_default();
    let scope = format!("create:{}", app.keys().idempotency_hash(&[network.as_bytes()]));
    let Ok(key) = idempotency_key(app, headers, &scope, &[b"POST /v1/flows", bytes]) else {
        return Ok(bad_key().into());
    };
    match body::parse::<CreateFlow>(bytes) {
        Ok(create) => {
            let config = (create.with_config == Some(true)).then(|| meta::public(app));
            let place = match respond::place(app) {
                Ok(place) => place,
                Err(error) => return Ok(respond::not_drawn(error).into()),
            };
            let reply = app.flows().create(&create, config, key.as_ref(), &client, now).await?;
            Ok(Illustrated { reply, place })
        }
        Err((code, detail)) => Ok(Reply::problem(code, Some(detail), None).into()),
    }
}

/// `GET /v1/flows/{id}`
#[utoipa::path(
    get,
    path = "/v1/flows/{id}",
    operation_id = "getFlow",
    tag = "Flows",
    summary = "Look at a flow, to go on with it after a reload",
    params(("id" = String, Path, description = "The flow's `id`")),
    security(("flow" = [])),
    responses(
        (status = 200, description = "The flow as it stands", body = ref("#/components/schemas/Flow")),
        FlowProblems,
    )
)]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    time: RequestTime,
    path: Result<Path<FlowId>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    let (Ok(Path(id)), Some(token)) = (path, bearer(&headers)) else { return Reply::unauthorized().into_response() };
    let found = app.flows().authentic(&id, &token).await;
    let shown =
        found.and_then(|row| row.map_or_else(|| Ok(Reply::unauthorized()), |row| app.flows().show(&row, time.0)));
    answered(&app, shown.map(Illustrated::from), time).await
}

/// `DELETE /v1/flows/{id}`
#[utoipa::path(
    delete,
    path = "/v1/flows/{id}",
    operation_id = "cancelFlow",
    tag = "Flows",
    summary = "End a flow",
    params(("id" = String, Path, description = "The flow's `id`")),
    security(("flow" = [])),
    responses((status = 204, description = "It is over"), FlowProblems)
)]
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    path: Result<Path<FlowId>, PathRejection>,
    time: RequestTime,
    client: Client,
    headers: HeaderMap,
) -> Response {
    let (Ok(Path(id)), Some(token)) = (path, bearer(&headers)) else { return Reply::unauthorized().into_response() };
    let shared = Arc::clone(&app);
    let work = async move { shared.flows().cancel(&id, &token, &client, time.0).await.map(Illustrated::from) };
    answered(&app, detached(work).await, time).await
}

pub(super) fn idempotency_key(
    app: &App,
    headers: &HeaderMap,
    scope: &str,
    parts: &[&[u8]],
) -> Result<Option<IdempotencyKey>, InvalidIdempotencyKey> {
    let mut keys = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (keys.next(), keys.next()) {
        (None, _) => Ok(None),
        (Some(key), None) => IdempotencyKey::new(app.keys(), key.as_bytes(), scope, parts).map(Some),
        (Some(_), Some(_)) => Err(InvalidIdempotencyKey),
    }
}

fn bad_key() -> Reply {
    Reply::problem(ProblemCode::Invalid, Some(&InvalidIdempotencyKey.to_string()), None)
}

/// The bearer token, RFC 6750 section 2.1.
pub(super) fn bearer(headers: &HeaderMap) -> Option<Secret<String>> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim_start_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.into())
}

/// Carries a request out to its end, even when its client goes away in the middle. Its body was read before: once the
/// request is given up, nothing more is taken from its client.
pub(super) async fn detached<F>(work: F) -> Result<Illustrated, Fault>
where
    F: Future<Output = Result<Illustrated, Fault>> + Send + 'static,
{
    spawn(work.in_current_span()).await.unwrap_or_else(|_| {
        tracing::error!("a request ended in a panic");
        Ok(Reply::unavailable().into())
    })
}
