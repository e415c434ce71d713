//! A person's actions in a call of the outbox: answers it, presses keys, hangs up.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{Demo, guard::is_from_here};
use crate::{CallAct, NotOnTheLine};

/// The form that a button sends.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Act {
    Answer,
    Key { key: char },
    HangUp,
    Ignore,
}

/// Does it, and leads back to the page.
pub(super) async fn act(
    State(demo): State<Arc<Demo>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Result<Form<Act>, FormRejection>,
) -> Response {
    if !is_from_here(&headers) {
        return (StatusCode::FORBIDDEN, "Only the demonstration's own page may do that.\n").into_response();
    }
    let act = match form {
        Ok(Form(Act::Answer)) => CallAct::Answer,
        Ok(Form(Act::Key { key })) if key.is_ascii_digit() || matches!(key, '#' | '*') => CallAct::Key(key),
        Ok(Form(Act::HangUp | Act::Ignore)) => CallAct::HangUp,
        Ok(Form(Act::Key { .. })) => return (StatusCode::BAD_REQUEST, "A phone has no such key.\n").into_response(),
        Err(rejection) => return rejection.into_response(),
    };
    match demo.outbox.act(&id, act).await {
        // A person who was too late sees on the page how the call stands.
        Ok(()) | Err(NotOnTheLine::TooLate) => Redirect::to("/demo/outbox").into_response(),
        Err(NotOnTheLine::Unknown) => StatusCode::NOT_FOUND.into_response(),
        Err(NotOnTheLine::EventNotTaken(error)) => {
            tracing::warn!(%error, "the demo's phone");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
