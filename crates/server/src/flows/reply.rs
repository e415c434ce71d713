//! What the API answers, before it becomes HTTP; a kept answer is one of these, sealed.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use regain_protocol::{Config, Flow, FlowAnswered, FlowCreated, Problem, ProblemCode, Secret};
use serde::{Deserialize, Serialize};

use super::RETRY_UNAVAILABLE_S;
use crate::engine::{self, Refusal};

/// A whole answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The `Location` header.
    pub location: Option<String>,
    /// The `Retry-After` header, in seconds.
    pub retry_after: Option<u64>,
    /// The JSON body; may hold a token.
    pub body: Option<Secret<String>>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Reply {
    fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).expect("wire types have only text keys").into();
        Self { status, location: None, retry_after: None, body: Some(body) }
    }

    pub(super) const fn nothing() -> Self {
        Self { status: 204, location: None, retry_after: None, body: None }
    }

    pub(super) fn flow(flow: &Flow) -> Self {
        Self::json(200, flow)
    }

    pub(super) fn created(flow: Flow, token: Secret<String>, config: Option<Config>) -> Self {
        let location = Some(format!("/v1/flows/{}", flow.id));
        Self { location, ..Self::json(201, &FlowCreated { flow, token, config }) }
    }

    pub(super) fn decided(reply: &engine::Reply, flow: Flow, token: Option<Secret<String>>) -> Self {
        match reply {
            engine::Reply::Accepted => Self::json(200, &FlowAnswered { flow, token }),
            engine::Reply::WrongCode => Self::problem(ProblemCode::WrongCode, None, Some(flow)),
            engine::Reply::WrongAnswers => Self::problem(ProblemCode::WrongAnswers, None, Some(flow)),
            engine::Reply::WrongPassword => Self::problem(ProblemCode::WrongPassword, None, Some(flow)),
            engine::Reply::CaptchaFailed => Self::problem(ProblemCode::CaptchaFailed, None, Some(flow)),
            engine::Reply::PasswordRefused(violations) => {
                let mut problem = problem(ProblemCode::PasswordRefused, None, Some(flow));
                problem.violations.clone_from(violations);
                Self::json(problem.status, &problem)
            }
            engine::Reply::Ended => Self::problem(ProblemCode::FlowEnded, None, Some(flow)),
            engine::Reply::Unavailable => Self {
                retry_after: Some(RETRY_UNAVAILABLE_S),
                ..Self::problem(ProblemCode::Unavailable, None, Some(flow))
            },
        }
    }

    pub(super) fn refused(refusal: &Refusal, flow: Option<Flow>, now: Timestamp) -> Self {
        let (code, detail) = match refusal {
            Refusal::StepPassed => (ProblemCode::StepPassed, None),
            Refusal::Ended => (ProblemCode::FlowEnded, None),
            Refusal::CodeExpired => (ProblemCode::CodeExpired, None),
            Refusal::PasswordRefused(_) => (ProblemCode::PasswordRefused, None),
            Refusal::Invalid { detail, .. } => (ProblemCode::Invalid, Some(*detail)),
            Refusal::RateLimited { retry_at } => return Self::rate_limited(*retry_at, now, flow),
            Refusal::Busy => {
                return Self {
                    retry_after: Some(RETRY_UNAVAILABLE_S),
                    ..Self::problem(ProblemCode::Unavailable, None, flow)
                };
            }
        };
        let mut problem = problem(code, detail, flow);
        match refusal {
            Refusal::Invalid { pointer, .. } => problem.pointer = Some((*pointer).to_owned()),
            Refusal::PasswordRefused(violations) => problem.violations.clone_from(violations),
            _ => {}
        }
        Self::json(problem.status, &problem)
    }

    /// 422 `invalid`, for a member.
    pub fn invalid(pointer: &str, detail: &str) -> Self {
        let problem =
            Problem { pointer: Some(pointer.to_owned()), ..problem(ProblemCode::Invalid, Some(detail), None) };
        Self::json(problem.status, &problem)
    }

    /// 429: to be tried again at that time.
    pub fn rate_limited(retry_at: Timestamp, now: Timestamp, flow: Option<Flow>) -> Self {
        // Rounded up, and never "at once": who comes back then is not too early again.
        let wait = retry_at.duration_since(now).max(SignedDuration::from_secs(1));
        let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
        Self { retry_after: u64::try_from(seconds).ok(), ..Self::problem(ProblemCode::RateLimited, None, flow) }
    }

    /// 401: the same for an unknown flow as for a wrong token.
    pub fn unauthorized() -> Self {
        Self::problem(ProblemCode::Unauthorized, None, None)
    }

    /// 422: the key came with another request before.
    pub(super) fn key_reused(flow: Option<Flow>) -> Self {
        Self::problem(ProblemCode::Invalid, Some("this Idempotency-Key came with another request before"), flow)
    }

    /// 503: something that the server depends on does not answer.
    pub fn unavailable() -> Self {
        Self { retry_after: Some(RETRY_UNAVAILABLE_S), ..Self::problem(ProblemCode::Unavailable, None, None) }
    }

    /// A problem.
    pub fn problem(code: ProblemCode, detail: Option<&str>, flow: Option<Flow>) -> Self {
        let problem = problem(code, detail, flow);
        Self::json(problem.status, &problem)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an answer has only text keys")
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

fn problem(code: ProblemCode, detail: Option<&str>, flow: Option<Flow>) -> Problem {
    let word = serde_json::to_value(code).ok();
    Problem {
        kind: format!("urn:regain:problem:{}", word.as_ref().and_then(|word| word.as_str()).unwrap_or("unknown")),
        title: title(code).to_owned(),
        status: code.status(),
        detail: detail.map(str::to_owned),
        code,
        flow,
        violations: Vec::new(),
        pointer: None,
    }
}

/// A problem in a few words, for developers.
const fn title(code: ProblemCode) -> &'static str {
    match code {
        ProblemCode::Malformed => "Not the JSON that this endpoint takes",
        ProblemCode::Unauthorized => "No such flow, or not its token",
        ProblemCode::NotFound => "No such address",
        ProblemCode::MethodNotAllowed => "The address does not take this method",
        ProblemCode::StepPassed => "The step has passed, or does not take this answer",
        ProblemCode::FlowEnded => "The flow has ended",
        ProblemCode::TooLarge => "The body is too large",
        ProblemCode::UnsupportedMediaType => "The body is not application/json",
        ProblemCode::WrongCode => "Not the code that was sent",
        ProblemCode::CodeExpired => "The code's time is up",
        ProblemCode::WrongAnswers => "Not the registered answers",
        ProblemCode::WrongPassword => "Not the current password",
        ProblemCode::CaptchaFailed => "The challenge was not solved",
        ProblemCode::PasswordRefused => "The rules refuse the password",
        ProblemCode::Invalid => "A value cannot be used",
        ProblemCode::RateLimited => "Too many requests",
        ProblemCode::Unavailable => "Something that the server depends on does not answer",
        ProblemCode::Unknown => "Something went wrong",
    }
}
