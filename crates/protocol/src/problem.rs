//! Problems: RFC 9457 `application/problem+json`.

use serde::{Deserialize, Serialize};

use crate::{Flow, Violation, text_enum::text_enum};

/// A problem in the form of RFC 9457, told from others by `code`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// `urn:regain:problem:<code>`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The problem in a few English words, for developers.
    #[serde(default)]
    pub title: String,
    /// The HTTP status.
    #[serde(default)]
    pub status: u16,
    /// The problem in detail, in English, for developers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The problem as a stable word, for programs.
    pub code: ProblemCode,
    /// The flow as it now stands, where there is one and the caller may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<Flow>,
    /// With `password_refused`: every rule that refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// With `invalid`: the member at fault, as a JSON Pointer (RFC 6901).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

text_enum! {
    /// The problems that the API knows.
    pub enum ProblemCode {
        /// 400: not JSON, or not the JSON that this endpoint takes.
        Malformed = "malformed",
        /// 401: no such flow, or not its token.
        Unauthorized = "unauthorized",
        /// 404: no such address.
        NotFound = "not_found",
        /// 405: the address does not take this method.
        MethodNotAllowed = "method_not_allowed",
        /// 409: the step is not the current one, or does not take this answer.
        StepPassed = "step_passed",
        /// 410: the flow has ended.
        FlowEnded = "flow_ended",
        /// 413: the body is over 16 KiB.
        TooLarge = "too_large",
        /// 415: the body is not `application/json`.
        UnsupportedMediaType = "unsupported_media_type",
        /// 422: not the code that was sent.
        WrongCode = "wrong_code",
        /// 422: the code's time is up.
        CodeExpired = "code_expired",
        /// 422: not the registered answers.
        WrongAnswers = "wrong_answers",
        /// 422: not the current password.
        WrongPassword = "wrong_password",
        /// 422: the challenge was not solved.
        CaptchaFailed = "captcha_failed",
        /// 422: the organisation's rules refuse the password.
        PasswordRefused = "password_refused",
        /// 422: well-formed, but a member's value cannot be used.
        Invalid = "invalid",
        /// 429: too many requests; `Retry-After` says how long to wait, in seconds.
        RateLimited = "rate_limited",
        /// 503: something that the server depends on does not answer.
        Unavailable = "unavailable",
        _ => Unknown
    }
}

impl ProblemCode {
    /// The HTTP status that goes with the code.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unauthorized => 401,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::StepPassed => 409,
            Self::FlowEnded => 410,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::WrongCode
            | Self::CodeExpired
            | Self::WrongAnswers
            | Self::WrongPassword
            | Self::CaptchaFailed
            | Self::PasswordRefused
            | Self::Invalid => 422,
            Self::RateLimited => 429,
            Self::Unavailable => 503,
            Self::Unknown => 500,
        }
    }
}
