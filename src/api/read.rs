//! Reads what the server says, member by member.
//!
//! `serde`'s derived readers of tagged and flattened enums cost a small widget as much as Leptos
//! does: one POST came to 21.7 kB (brotli) with its answer as text, to 39.3 kB with the answer read
//! by `serde_json`. These read only the steps that the widget can draw; every other one is
//! [`StepBody::Unknown`]. The tests hold them against `serde_json`, which is what the server writes
//! with.

use regain_protocol::{
    AccountType, CallStatus, Captcha, Config, Contact, EndReason, Flow, FlowAnswered, FlowKind, Gate, Help, Method,
    MethodKind, Notice, NoticeCode, Outcome, PasswordPolicy, Problem, ProblemCode, Question, Role, Secret, ServerCheck,
    Step, StepBody, UnlockOutcome, Violation,
};

/// A JSON value, whoever parsed it: the browser in the widget, `serde_json` in the tests.
pub(crate) trait Json: Sized {
    /// The member of that name; `None` where it is absent or null, or this is no object.
    fn get(&self, name: &str) -> Option<Self>;
    /// The text, where it is one.
    fn text(&self) -> Option<String>;
    /// The number, where it is one.
    fn number(&self) -> Option<f64>;
    /// The truth value, where it is one.
    fn flag(&self) -> Option<bool>;
    /// The elements, where it is an array.
    fn items(&self) -> Option<Vec<Self>>;
}

fn text(json: &impl Json, name: &str) -> Option<String> {
    json.get(name)?.text()
}

fn flag(json: &impl Json, name: &str) -> Option<bool> {
    json.get(name)?.flag()
}

/// A count: a float-to-integer cast in Rust saturates, so nonsense becomes the nearest count.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a saturating cast is what is meant")]
fn count(json: &impl Json, name: &str) -> Option<u32> {
    json.get(name)?.number().map(|number| number as u32)
}

fn small(json: &impl Json, name: &str) -> Option<u8> {
    count(json, name).map(|number| u8::try_from(number).unwrap_or(u8::MAX))
}

/// All the elements, or nothing where one of them is not what it should be.
fn list<J: Json, T>(json: &J, name: &str, read: impl Fn(&J) -> Option<T>) -> Option<Vec<T>> {
    json.get(name)?.items()?.iter().map(read).collect()
}

/// The answer to `POST /v1/flows` and to an answer: a flow, with its token where it is new.
pub(crate) fn answered(json: &impl Json) -> Option<FlowAnswered> {
    Some(FlowAnswered { flow: flow(&json.get("flow")?)?, token: text(json, "token").map(Secret::new) })
}

/// A flow as it stands.
pub(crate) fn flow(json: &impl Json) -> Option<Flow> {
    let gate = match json.get("gate") {
        Some(gate) => Some(Gate { index: small(&gate, "index")?, of: small(&gate, "of")? }),
        None => None,
    };
    let notice = match json.get("notice") {
        Some(notice) => Some(Notice { code: notice_code(&text(&notice, "code")?) }),
        None => None,
    };
    let step = json.get("step")?;
    Some(Flow {
        id: text(json, "id")?,
        kind: flow_kind(&text(json, "kind")?)?,
        expires_at: text(json, "expires_at")?,
        gate,
        notice,
        step: Step { id: text(&step, "id")?, body: step_body(&step)? },
    })
}

/// A step that says it is one that we know but lacks what that one must have is `None`.
fn step_body(json: &impl Json) -> Option<StepBody> {
    Some(match &*text(json, "name")? {
        "identify" => StepBody::Identify {
            captcha: match json.get("captcha") {
                Some(challenge) => Some(captcha(&challenge)?),
                None => None,
            },
        },
        "contact_administrator" => {
            let contact = json.get("contact")?;
            StepBody::ContactAdministrator {
                reason: text(json, "reason")?,
                contact: match &*text(&contact, "kind")? {
                    "form" => Contact::Form {},
                    "url" => Contact::Url { url: text(&contact, "url")? },
                    _ => Contact::Unknown,
                },
            }
        }
        "choose_method" => StepBody::ChooseMethod { methods: list(json, "methods", method)? },
        "enter_code" => StepBody::EnterCode {
            method: method(&json.get("method")?)?,
            length: small(json, "length")?,
            expires_at: text(json, "expires_at")?,
            resend_at: text(json, "resend_at")?,
            resends_left: small(json, "resends_left")?,
            tries_left: small(json, "tries_left")?,
        },
        "answer_call" => StepBody::AnswerCall {
            method: method(&json.get("method")?)?,
            status: call_status(&text(json, "status")?),
            calls_left: small(json, "calls_left")?,
        },
        "answer_questions" => StepBody::AnswerQuestions {
            questions: list(json, "questions", |it| Some(Question { id: text(it, "id")?, text: text(it, "text")? }))?,
            tries_left: small(json, "tries_left")?,
        },
        "choose_outcome" => StepBody::ChooseOutcome {
            outcomes: list(json, "outcomes", |it| {
                Some(match &*it.text()? {
                    "unlock" => UnlockOutcome::Unlock,
                    "reset" => UnlockOutcome::Reset,
                    _ => UnlockOutcome::Unknown,
                })
            })?,
        },
        "new_password" => StepBody::NewPassword {
            policy: policy(&json.get("policy")?)?,
            user_id: text(json, "user_id")?,
            first: flag(json, "first")?,
            needs_current: flag(json, "needs_current")?,
        },
        "done" => StepBody::Done {
            outcome: outcome(&text(json, "outcome")?),
            user_id: text(json, "user_id")?,
            notified: flag(json, "notified")?,
            continue_url: text(json, "continue_url"),
        },
        "ended" => StepBody::Ended { reason: end_reason(&text(json, "reason")?), retry_at: text(json, "retry_at") },
        _ => StepBody::Unknown,
    })
}

fn captcha(json: &impl Json) -> Option<Captcha> {
    let part = |name| text(json, name);
    Some(match &*part("kind")? {
        "image" => Captcha::Image { id: part("id")?, image: part("image")?, audio: part("audio")? },
        "proof_of_work" => Captcha::ProofOfWork {
            algorithm: part("algorithm")?,
            salt: part("salt")?,
            challenge: part("challenge")?,
            max_number: count(json, "max_number")?.into(),
            signature: part("signature")?,
        },
        "turnstile" => Captcha::Turnstile { site_key: part("site_key")? },
        "hcaptcha" => Captcha::Hcaptcha { site_key: part("site_key")? },
        _ => Captcha::Unknown,
    })
}

fn method(json: &impl Json) -> Option<Method> {
    Some(Method {
        id: text(json, "id")?,
        kind: method_kind(&text(json, "kind")?),
        role: text(json, "role").map(|name| role(&name)),
        masked: text(json, "masked"),
        confirm: flag(json, "confirm")?,
    })
}

fn policy(json: &impl Json) -> Option<PasswordPolicy> {
    Some(PasswordPolicy {
        min_length: count(json, "min_length")?,
        max_length: count(json, "max_length")?,
        min_classes: small(json, "min_classes")?,
        forbid_user_id: flag(json, "forbid_user_id")?,
        forbidden_words: list(json, "forbidden_words", Json::text)?,
        server_checks: list(json, "server_checks", |check| Some(server_check(&check.text()?)))?,
    })
}

/// A problem; its texts for developers stay behind.
pub(crate) fn problem(json: &impl Json) -> Option<Problem> {
    let violations = json.get("violations").and_then(|list| list.items()).unwrap_or_default();
    Some(Problem {
        kind: String::new(),
        title: String::new(),
        status: 0,
        detail: None,
        code: problem_code(&text(json, "code")?),
        flow: json.get("flow").and_then(|it| flow(&it)),
        violations: violations.iter().filter_map(violation).collect(),
        pointer: None,
    })
}

fn violation(json: &impl Json) -> Option<Violation> {
    Some(match &*text(json, "rule")? {
        "too_short" => Violation::TooShort { min: count(json, "min")? },
        "too_long" => Violation::TooLong { max: count(json, "max")? },
        "too_few_classes" => Violation::TooFewClasses { min: small(json, "min")? },
        "contains_user_id" => Violation::ContainsUserId {},
        "contains_forbidden_word" => Violation::ContainsForbiddenWord { word: text(json, "word")? },
        "common" => Violation::Common {},
        "breached" => Violation::Breached {},
        "reused" => Violation::Reused {},
        _ => Violation::Unknown,
    })
}

/// What anyone may know about the server: of it, what the widget shows.
pub(crate) fn config(json: &impl Json) -> Option<Config> {
    let help = json.get("help");
    let part = |name| help.as_ref().and_then(|help| text(help, name));
    Some(Config {
        name: text(json, "name")?,
        logo: None,
        account_types: list(json, "account_types", account_type).unwrap_or_default(),
        // A kind of flow for another version of the widget is none that this one could begin.
        flows: list(json, "flows", |kind| Some(flow_kind(&kind.text()?)))
            .map(|kinds| kinds.into_iter().flatten().collect())
            .unwrap_or_default(),
        locales: Vec::new(),
        help: Help { email: part("email"), phone: part("phone"), url: part("url") },
        user_id_hint: text(json, "user_id_hint"),
        ask_administrator: flag(json, "ask_administrator").unwrap_or_default(),
    })
}

fn account_type(json: &impl Json) -> Option<AccountType> {
    Some(AccountType { id: text(json, "id")?, label: text(json, "label")?, href: text(json, "href") })
}

fn flow_kind(name: &str) -> Option<FlowKind> {
    Some(match name {
        "reset" => FlowKind::Reset,
        "unlock" => FlowKind::Unlock,
        "change" => FlowKind::Change,
        "register" => FlowKind::Register,
        _ => return None,
    })
}

fn notice_code(name: &str) -> NoticeCode {
    match name {
        "code_resent" => NoticeCode::CodeResent,
        "another_proof_needed" => NoticeCode::AnotherProofNeeded,
        _ => NoticeCode::Unknown,
    }
}

fn method_kind(name: &str) -> MethodKind {
    match name {
        "email" => MethodKind::Email,
        "sms" => MethodKind::Sms,
        "call" => MethodKind::Call,
        "questions" => MethodKind::Questions,
        "authenticator" => MethodKind::Authenticator,
        _ => MethodKind::Unknown,
    }
}

fn role(name: &str) -> Role {
    match name {
        "alternate" => Role::Alternate,
        "authentication" => Role::Authentication,
        "mobile" => Role::Mobile,
        "office" => Role::Office,
        _ => Role::Unknown,
    }
}

fn call_status(name: &str) -> CallStatus {
    match name {
        "calling" => CallStatus::Calling,
        "ringing" => CallStatus::Ringing,
        "answered" => CallStatus::Answered,
        "no_answer" => CallStatus::NoAnswer,
        "wrong_key" => CallStatus::WrongKey,
        "failed" => CallStatus::Failed,
        _ => CallStatus::Unknown,
    }
}

fn server_check(name: &str) -> ServerCheck {
    match name {
        "common" => ServerCheck::Common,
        "breached" => ServerCheck::Breached,
        "history" => ServerCheck::History,
        _ => ServerCheck::Unknown,
    }
}

fn outcome(name: &str) -> Outcome {
    match name {
        "reset" => Outcome::Reset,
        "unlocked" => Outcome::Unlocked,
        "changed" => Outcome::Changed,
        "registered" => Outcome::Registered,
        "request_sent" => Outcome::RequestSent,
        _ => Outcome::Unknown,
    }
}

fn end_reason(name: &str) -> EndReason {
    match name {
        "expired" => EndReason::Expired,
        "too_many_attempts" => EndReason::TooManyAttempts,
        "cancelled" => EndReason::Cancelled,
        _ => EndReason::Unknown,
    }
}

/// The codes that the widget treats differently; the HTTP status says enough about the others.
fn problem_code(name: &str) -> ProblemCode {
    match name {
        "wrong_code" => ProblemCode::WrongCode,
        "wrong_answers" => ProblemCode::WrongAnswers,
        "captcha_failed" => ProblemCode::CaptchaFailed,
        "code_expired" => ProblemCode::CodeExpired,
        "wrong_password" => ProblemCode::WrongPassword,
        "password_refused" => ProblemCode::PasswordRefused,
        "invalid" => ProblemCode::Invalid,
        "flow_ended" => ProblemCode::FlowEnded,
        "step_passed" => ProblemCode::StepPassed,
        "unauthorized" => ProblemCode::Unauthorized,
        "rate_limited" => ProblemCode::RateLimited,
        "unavailable" => ProblemCode::Unavailable,
        _ => ProblemCode::Unknown,
    }
}

#[cfg(test)]
mod tests;
