//! The service's replies, before they become HTTP; a reply that is kept for an `Idempotency-Key` is one of these, sealed.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use regain_protocol::{Config, Flow, FlowAnswered, FlowCreated, Problem, ProblemCode, Secret, Violation};
use serde::{Deserialize, Serialize};

use crate::engine::{self, Refusal};

/// The time for a client to wait before it repeats a request that found a dependency missing, in seconds.
const RETRY_UNAVAILABLE_S: u64 = 5;

/// A whole reply.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reply {
    /// The content.
    pub content: Box<ReplyContent>,
    /// The time to wait before asking again, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

/// The content of a reply.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyContent {
    /// Nothing.
    Nothing,
    /// A flow that was looked at.
    Flow(Flow),
    /// A flow that was begun.
    Created(FlowCreated),
    /// A flow after an answer.
    Answered(FlowAnswered),
    /// A problem.
    Problem(ProblemContent),
}

/// The content of a problem.
#[derive(Clone, Serialize, Deserialize)]
pub struct ProblemContent {
    /// The problem as a stable word.
    pub code: ProblemCode,
    /// More about it, for developers.
    pub detail: Option<String>,
    /// The member at fault, as a JSON Pointer.
    pub pointer: Option<String>,
    /// The rules that refused a password.
    pub violations: Vec<Violation>,
    /// The flow as it now stands, where there is one.
    pub flow: Option<Flow>,
}

/// A token may be in it.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("retry_after", &self.retry_after).finish_non_exhaustive()
    }
}

impl Reply {
    fn of(content: ReplyContent) -> Self {
        Self { content: Box::new(content), retry_after: None }
    }

    pub(super) fn nothing() -> Self {
        Self::of(ReplyContent::Nothing)
    }

    pub(super) fn flow(flow: Flow) -> Self {
        Self::of(ReplyContent::Flow(flow))
    }

    pub(super) fn created(flow: Flow, token: Secret<String>, config: Option<Config>) -> Self {
        Self::of(ReplyContent::Created(FlowCreated { flow, token, config }))
    }

    pub(super) fn decided(reply: &engine::Reply, flow: Flow, token: Option<Secret<String>>) -> Self {
        let code = match reply {
            engine::Reply::Accepted => return Self::of(ReplyContent::Answered(FlowAnswered { flow, token })),
            engine::Reply::PasswordRefused(violations) => return Self::password_refused(violations, Some(flow)),
            engine::Reply::WrongCode => ProblemCode::WrongCode,
            engine::Reply::CodeExpired => ProblemCode::CodeExpired,
            engine::Reply::WrongAnswers => ProblemCode::WrongAnswers,
            engine::Reply::WrongPassword => ProblemCode::WrongPassword,
            engine::Reply::CaptchaFailed => ProblemCode::CaptchaFailed,
            engine::Reply::Ended => ProblemCode::FlowEnded,
            engine::Reply::Unavailable => ProblemCode::Unavailable,
        };
        Self::problem(code, None, Some(flow))
    }

    pub(super) fn refused(refusal: &Refusal, flow: Option<Flow>, now: Timestamp) -> Self {
        let code = match refusal {
            Refusal::Invalid { pointer, detail } => return Self::invalid(pointer, detail).with(flow),
            Refusal::RateLimited { retry_at } => return Self::rate_limited(*retry_at, now, flow),
            Refusal::PasswordRefused(violations) => return Self::password_refused(violations, flow),
            Refusal::StepPassed => ProblemCode::StepPassed,
            Refusal::Ended => ProblemCode::FlowEnded,
            Refusal::CodeExpired => ProblemCode::CodeExpired,
            Refusal::Busy => ProblemCode::Unavailable,
        };
        Self::problem(code, None, flow)
    }

    fn password_refused(violations: &[Violation], flow: Option<Flow>) -> Self {
        let fault =
            ProblemContent { violations: violations.to_vec(), ..fault(ProblemCode::PasswordRefused, None, flow) };
        Self::of(ReplyContent::Problem(fault))
    }

    fn with(mut self, flow: Option<Flow>) -> Self {
        if let ReplyContent::Problem(fault) = &mut *self.content {
            fault.flow = flow;
        }
        self
    }

    /// The flow that comes along.
    pub fn flow_mut(&mut self) -> Option<&mut Flow> {
        match &mut *self.content {
            ReplyContent::Nothing => None,
            ReplyContent::Flow(flow) => Some(flow),
            ReplyContent::Created(created) => Some(&mut created.flow),
            ReplyContent::Answered(answered) => Some(&mut answered.flow),
            ReplyContent::Problem(content) => content.flow.as_mut(),
        }
    }

    /// A member whose value cannot be used.
    pub fn invalid(pointer: &str, detail: &str) -> Self {
        let fault =
            ProblemContent { pointer: Some(pointer.to_owned()), ..fault(ProblemCode::Invalid, Some(detail), None) };
        Self::of(ReplyContent::Problem(fault))
    }

    /// Too early: to be tried again at that time.
    pub fn rate_limited(retry_at: Timestamp, now: Timestamp, flow: Option<Flow>) -> Self {
        // Rounded up, and never "at once": who comes back then is not too early again.
        let wait = retry_at.duration_since(now).max(SignedDuration::from_secs(1));
        let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
        Self { retry_after: u64::try_from(seconds).ok(), ..Self::problem(ProblemCode::RateLimited, None, flow) }
    }

    /// The same for an unknown flow as for a wrong token.
    pub fn unauthorized() -> Self {
        Self::problem(ProblemCode::Unauthorized, None, None)
    }

    /// The key came with another request before.
    pub(super) fn key_reused(flow: Option<Flow>) -> Self {
        Self::problem(ProblemCode::Invalid, Some("this Idempotency-Key came with another request before"), flow)
    }

    /// A dependency of the server does not answer.
    pub fn unavailable() -> Self {
        Self::problem(ProblemCode::Unavailable, None, None)
    }

    /// Not every part that requests need is well; `fault` names those that are not, without a cause.
    pub fn not_ready(fault: &str) -> Self {
        Self::problem(ProblemCode::Unavailable, Some(fault), None)
    }

    /// A problem.
    pub fn problem(code: ProblemCode, detail: Option<&str>, flow: Option<Flow>) -> Self {
        let retry_after = (code == ProblemCode::Unavailable).then_some(RETRY_UNAVAILABLE_S);
        Self { retry_after, ..Self::of(ReplyContent::Problem(fault(code, detail, flow))) }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a reply has only text keys")
    }

    /// Reads a kept reply, of this version or of a former one.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().or_else(|| former(bytes))
    }
}

fn fault(code: ProblemCode, detail: Option<&str>, flow: Option<Flow>) -> ProblemContent {
    ProblemContent { code, detail: detail.map(str::to_owned), pointer: None, violations: Vec::new(), flow }
}

/// Reads a reply as version 0.1 kept it: as the HTTP response that it became.
fn former(bytes: &[u8]) -> Option<Reply> {
    #[derive(Deserialize)]
    struct Response {
        status: u16,
        retry_after: Option<u64>,
        body: Option<Secret<String>>,
    }
    let Response { status, retry_after, body } = serde_json::from_slice(bytes).ok()?;
    let content = match body {
        None => ReplyContent::Nothing,
        Some(body) if status == 201 => ReplyContent::Created(serde_json::from_str(body.expose()).ok()?),
        Some(body) if status == 200 => ReplyContent::Answered(serde_json::from_str(body.expose()).ok()?),
        Some(body) => {
            let Problem { code, detail, pointer, violations, flow, .. } = serde_json::from_str(body.expose()).ok()?;
            ReplyContent::Problem(ProblemContent { code, detail, pointer, violations, flow })
        }
    };
    Some(Reply { content: Box::new(content), retry_after })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repeat of a request gets after an upgrade the answer that the former version gave.
    #[test]
    fn replies_that_version_0_1_kept_are_read() {
        let flow = r#"{"id":"f","kind":"reset","expires_at":"2026-11-30T10:00:00Z","gate":null,"notice":null,"step":{"id":"s","name":"identify","captcha":null}}"#;
        let kept = |status: u16, body: &str| {
            serde_json::json!({ "status": status, "location": null, "retry_after": 7, "body": body }).to_string()
        };
        let created = kept(201, &format!(r#"{{"flow":{flow},"token":"t"}}"#));
        let created = Reply::from_bytes(created.as_bytes()).expect("reads");
        assert!(matches!(&*created.content, ReplyContent::Created(created) if created.token.expose() == "t"));
        assert_eq!(created.retry_after, Some(7));
        let answered = Reply::from_bytes(kept(200, &format!(r#"{{"flow":{flow}}}"#)).as_bytes()).expect("reads");
        assert!(matches!(&*answered.content, ReplyContent::Answered(answered) if answered.flow.id == "f"));
        let refused = kept(422, &format!(r#"{{"status":422,"code":"wrong_code","flow":{flow}}}"#));
        let refused = Reply::from_bytes(refused.as_bytes()).expect("reads");
        assert!(matches!(&*refused.content, ReplyContent::Problem(fault) if fault.code == ProblemCode::WrongCode));
        for reply in [created, answered, refused] {
            assert!(Reply::from_bytes(&reply.to_bytes()).is_some(), "and written and read as this version does");
        }
        assert!(Reply::from_bytes(b"{}").is_none());
    }
}
