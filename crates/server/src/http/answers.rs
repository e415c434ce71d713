//! `POST /v1/answers`: the one address of all answers, so that a browser asks for leave once and not at every step.
//!
//! A request is looked at in this order: whether it has a token at all, its media type and size, its JSON as far as
//! it names the flow, its token, its `Idempotency-Key`, the rest of its JSON, then the flow. Who has no flow's token
//! learns nothing about any.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use regain_protocol::{Answer, AnswerRequest, ProblemCode, Secret};
use regain_values::{FlowId, StepId};
use serde::Deserialize;

use super::{
    body,
    flows::{IDEMPOTENCY, bearer, detached, idempotency_key},
    openapi::AnswerProblems,
    request_time::RequestTime,
    respond::{self, Illustrated, answered},
};
use crate::{
    app::App,
    client::Client,
    flows::{AnswerCommand, Fault, IdempotencyKey, InvalidIdempotencyKey, Reply, StoredReply},
};

/// `POST /v1/answers`
#[utoipa::path(
    post,
    path = "/v1/answers",
    operation_id = "answerStep",
    tag = "Flows",
    summary = "Say what the person did at a step",
    params(
        (
            "Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY,
            nullable = false, min_length = 1, max_length = 255, pattern = "^[!-~]+$"
        ),
    ),
    security(("flow" = [])),
    request_body = ref("#/components/schemas/AnswerRequest"),
    responses(
        (status = 200, description = "The flow as it now stands", body = ref("#/components/schemas/FlowAnswered")),
        AnswerProblems,
    )
)]
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    time: RequestTime,
    client: Client,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(token) = bearer(&headers) else { return Reply::unauthorized().into_response() };
    let bytes = match body::read(&headers, body).await {
        Ok(bytes) => bytes,
        Err((code, detail)) => return Reply::problem(code, Some(detail), None).into_response(),
    };
    let shared = Arc::clone(&app);
    let work = async move {
        let Ok(Addressed { flow, step }) = serde_json::from_slice(bytes.expose()) else {
            let detail = "not the JSON that this endpoint takes: it names a flow and a step";
            return Ok(Reply::problem(ProblemCode::Malformed, Some(detail), None).into());
        };
        let asked = Asked { id: flow, step_id: step, token, client, time };
        take(&shared, asked, &headers, bytes.expose(), |bytes| {
            body::parse(bytes).map(|AnswerRequest { answer, .. }| answer)
        })
        .await
    };
    answered(&app, detached(work).await, time).await
}

/// The members of a body that say what it is for.
#[derive(Deserialize)]
struct Addressed {
    flow: FlowId,
    step: StepId,
}

/// `POST /v1/flows/{id}/steps/{step_id}`: the address of answers before version 0.2. Widgets that were loaded before an
/// upgrade go on asking it.
pub(super) async fn answer_step(
    State(app): State<Arc<App>>,
    path: Result<Path<(FlowId, StepId)>, PathRejection>,
    time: RequestTime,
    client: Client,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (Ok(Path((id, step_id))), Some(token)) = (path, bearer(&headers)) else {
        return Reply::unauthorized().into_response();
    };
    let bytes = match body::read(&headers, body).await {
        Ok(bytes) => bytes,
        Err((code, detail)) => return Reply::problem(code, Some(detail), None).into_response(),
    };
    let shared = Arc::clone(&app);
    let work = async move {
        take(&shared, Asked { id, step_id, token, client, time }, &headers, bytes.expose(), body::parse).await
    };
    answered(&app, detached(work).await, time).await
}

/// The sender of an answer, and the step that it is for.
struct Asked {
    id: FlowId,
    step_id: StepId,
    token: Secret<String>,
    client: Client,
    time: RequestTime,
}

async fn take(
    app: &App,
    asked: Asked,
    headers: &HeaderMap,
    bytes: &[u8],
    parse: impl FnOnce(&[u8]) -> Result<Answer, body::Refused>,
) -> Result<Illustrated, Fault> {
    let flows = app.flows();
    let RequestTime(now) = asked.time;
    let key = asked.idempotency_key(app, headers, bytes);
    let Some(row) = flows.authentic(&asked.id, &asked.token).await? else {
        // It may still be the repeat of a request whose first answer voided its token.
        return Ok(match flows.kept(key.ok().flatten().as_ref(), now).await? {
            Some(StoredReply::Answer(reply)) => reply.into(),
            _ => Reply::unauthorized().into(),
        });
    };
    let Ok(key) = key else {
        let detail = InvalidIdempotencyKey.to_string();
        return Ok(flows.malformed(&row, None, ProblemCode::Invalid, &detail, now).await?.into());
    };
    match parse(bytes) {
        Ok(answer) => {
            let place = match leads_to_challenge(&answer).then(|| respond::place(app)).transpose() {
                Ok(place) => place.flatten(),
                Err(error) => return Ok(respond::not_drawn(error).into()),
            };
            let Asked { id: flow_id, step_id, token, client, .. } = asked;
            let command = AnswerCommand { flow_id, token, step_id, answer, key, client, now };
            Ok(Illustrated { reply: flows.answer(&command, row).await?, place })
        }
        Err((code, detail)) => Ok(flows.malformed(&row, key.as_ref(), code, detail, now).await?.into()),
    }
}

/// Tells if the flow may show another challenge after an answer.
const fn leads_to_challenge(answer: &Answer) -> bool {
    matches!(answer, Answer::Identify { .. } | Answer::NewCaptcha {} | Answer::SignIn { .. } | Answer::GoBack {})
}

impl Asked {
    fn idempotency_key(
        &self,
        app: &App,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Option<IdempotencyKey>, InvalidIdempotencyKey> {
        let parts = [
            b"POST",
            self.id.as_str().as_bytes(),
            self.step_id.as_str().as_bytes(),
            self.token.expose().as_bytes(),
            body,
        ];
        idempotency_key(app, headers, &format!("flow:{}", self.id), &parts)
    }
}
