//! Reads the server's replies, member by member.
//!
//! `serde`'s derived readers of tagged and flattened enums cost a small widget as much as Leptos
//! does: one POST came to 21.7 kB (brotli) with its answer as text, to 39.3 kB with the answer read
//! by `serde_json`. These read only the steps that the widget can draw; every other one is
//! [`StepBody::Unknown`]. The tests hold them against `serde_json`, which is what the server writes
//! with.

mod full;
mod reader;

use regain_flow::{DIGITS, full::IS_FULL};
use regain_protocol::{
    AccountType, CallStatus, Captcha, Config, Contact, EndReason, Flow, FlowAnswered, FlowKind, Gate, Help, Method,
    Notice, NoticeCode, Outcome, PasswordPolicy, Problem, ProblemCode, Question, Secret, ServerCheck, Step, StepBody,
    UnlockOutcome, Violation,
};

pub(crate) use reader::Json;
use reader::{Reader, itself, method_kind, role_of, whole};

/// The answer to `POST /v1/flows` and to an answer: a flow, with its token where it is new.
pub(crate) fn answered(json: &impl Json) -> Option<FlowAnswered> {
    let token = json.get("token").and_then(|token| token.text());
    Some(FlowAnswered { flow: flow(&json.get("flow")?)?, token: token.map(Secret::new) })
}

/// A flow as it stands.
pub(crate) fn flow(json: &impl Json) -> Option<Flow> {
    whole(json, |json| {
        let (gate, notice, step) = (json.object("gate"), json.object("notice"), json.object("step"));
        Flow {
            id: json.text("id"),
            kind: json.need(FlowKind::from_text(&json.text("kind")), FlowKind::Reset),
            reference: if IS_FULL { json.maybe("reference").unwrap_or_default() } else { String::new() },
            user_id: json.maybe("user_id"),
            expires_at: json.text("expires_at"),
            gate: gate.json.is_some().then(|| Gate { index: gate.small("index"), of: gate.small("of") }),
            notice: notice
                .json
                .is_some()
                .then(|| Notice { code: NoticeCode::from_text(&notice.text("code")).unwrap_or(NoticeCode::Unknown) }),
            step: Step { id: step.text("id"), body: step_body(&step) },
        }
    })
}

fn step_body<J: Json>(json: &Reader<J>) -> StepBody {
    match &*json.text("name") {
        "identify" => StepBody::Identify { captcha: captcha(&json.object("captcha")) },
        "contact_administrator" if IS_FULL => StepBody::ContactAdministrator {
            reason: json.text("reason"),
            contact: contact(&json.object("contact")),
            needs_user_id: json.set("needs_user_id"),
            back: json.set("back"),
        },
        "choose_method" => StepBody::ChooseMethod { methods: json.list("methods", method) },
        // Codes with letters are for few, those under attack and those who saved some: they are typed in the full build.
        "enter_code" if !IS_FULL && json.small("length") > DIGITS => StepBody::Unknown,
        "enter_code" => StepBody::EnterCode {
            method: method(&json.object("method")),
            length: json.small("length"),
            expires_at: json.text("expires_at"),
            resend_at: json.text("resend_at"),
            resends_left: json.small("resends_left"),
            tries_left: json.small("tries_left"),
            setup: if IS_FULL { full::setup(&json.object("setup")) } else { None },
        },
        "answer_call" if IS_FULL => StepBody::AnswerCall {
            method: method(&json.object("method")),
            status: CallStatus::from_text(&json.text("status")).unwrap_or(CallStatus::Unknown),
            calls_left: json.small("calls_left"),
            call_again_at: json.maybe("call_again_at"),
        },
        "answer_questions" if IS_FULL => StepBody::AnswerQuestions {
            questions: json.list("questions", |json| Question { id: json.text("id"), text: json.text("text") }),
            tries_left: json.small("tries_left"),
        },
        "choose_outcome" if IS_FULL => StepBody::ChooseOutcome {
            outcomes: json
                .list("outcomes", |json| UnlockOutcome::from_text(&itself(json)).unwrap_or(UnlockOutcome::Unknown)),
        },
        "new_password" => StepBody::NewPassword {
            policy: policy(&json.object("policy")),
            user_id: json.text("user_id"),
            first: json.flag("first"),
            needs_current: json.flag("needs_current"),
        },
        "done" => StepBody::Done {
            outcome: Outcome::from_text(&json.text("outcome")).unwrap_or(Outcome::Unknown),
            user_id: json.text("user_id"),
            notified: json.flag("notified"),
            continue_url: json.maybe("continue_url"),
        },
        "sign_in" if IS_FULL => {
            StepBody::SignIn { user_id: json.maybe("user_id"), captcha: captcha(&json.object("captcha")) }
        }
        "security_info" if IS_FULL => full::security_info(json),
        "ended" => StepBody::Ended {
            reason: EndReason::from_text(&json.text("reason")).unwrap_or(EndReason::Unknown),
            retry_at: json.maybe("retry_at"),
        },
        _ => StepBody::Unknown,
    }
}

fn contact<J: Json>(json: &Reader<J>) -> Contact {
    match &*json.text("kind") {
        "form" => Contact::Form {},
        "url" => Contact::Url { url: json.text("url") },
        _ => Contact::Unknown,
    }
}

fn captcha<J: Json>(json: &Reader<J>) -> Option<Captcha> {
    json.json.as_ref()?;
    Some(match &*json.text("kind") {
        // All but the default, work for the browser, are unknown in the lean build, which has the full one go on there.
        "image" if IS_FULL => {
            Captcha::Image { id: json.text("id"), image: json.text("image"), audio: json.text("audio") }
        }
        "proof_of_work" => Captcha::ProofOfWork {
            algorithm: json.text("algorithm"),
            salt: json.text("salt"),
            challenge: json.text("challenge"),
            max_number: json.count("max_number").into(),
            signature: json.text("signature"),
        },
        "turnstile" if IS_FULL => Captcha::Turnstile { site_key: json.text("site_key") },
        "hcaptcha" if IS_FULL => Captcha::Hcaptcha { site_key: json.text("site_key") },
        _ => Captcha::Unknown,
    })
}

fn method<J: Json>(json: &Reader<J>) -> Method {
    Method {
        id: json.text("id"),
        kind: method_kind(json),
        role: role_of(json),
        masked: json.maybe("masked"),
        confirm: json.flag("confirm"),
    }
}

fn policy<J: Json>(json: &Reader<J>) -> PasswordPolicy {
    PasswordPolicy {
        min_length: json.count("min_length"),
        max_length: json.count("max_length"),
        min_classes: json.small("min_classes"),
        min_different: json.member("min_different").map_or(0, |_| json.small("min_different")),
        min_score: json.member("min_score").map_or(0, |_| json.small("min_score")),
        forbid_user_id: json.flag("forbid_user_id"),
        forbidden_words: json.list("forbidden_words", itself),
        server_checks: json
            .list("server_checks", |json| ServerCheck::from_text(&itself(json)).unwrap_or(ServerCheck::Unknown)),
    }
}

/// A problem; its texts for developers stay behind.
pub(crate) fn problem(json: &impl Json) -> Option<Problem> {
    let violations = json.get("violations").and_then(|list| list.items()).unwrap_or_default();
    Some(Problem {
        kind: String::new(),
        title: String::new(),
        status: 0,
        detail: None,
        code: ProblemCode::from_text(&json.get("code")?.text()?).unwrap_or(ProblemCode::Unknown),
        flow: json.get("flow").and_then(|it| flow(&it)),
        violations: violations.iter().filter_map(|it| whole(it, violation)).collect(),
        pointer: if IS_FULL { json.get("pointer").and_then(|it| it.text()) } else { None },
    })
}

fn violation<J: Json>(json: &Reader<J>) -> Violation {
    match &*json.text("rule") {
        "too_short" => Violation::TooShort { min: json.count("min") },
        "too_long" => Violation::TooLong { max: json.count("max") },
        "too_few_classes" => Violation::TooFewClasses { min: json.small("min") },
        "too_few_different" => Violation::TooFewDifferent { min: json.small("min") },
        "contains_user_id" => Violation::ContainsUserId {},
        "contains_forbidden_word" => Violation::ContainsForbiddenWord { word: json.text("word") },
        "contains_banned_word" => Violation::ContainsBannedWord {},
        "common" => Violation::Common {},
        "breached" => Violation::Breached {},
        "too_guessable" => Violation::TooGuessable { min: json.small("min") },
        "reused" => Violation::Reused {},
        "too_soon" => Violation::TooSoon { retry_at: json.text("retry_at") },
        "directory" => Violation::Directory {},
        _ => Violation::Unknown,
    }
}

/// The server's public configuration: of it, the part that the widget shows.
pub(crate) fn config(json: &impl Json) -> Option<Config> {
    whole(json, |json| {
        let help = json.object("help");
        Config {
            name: json.text("name"),
            logo: None,
            account_types: json.list("account_types", account_type),
            flows: if IS_FULL { full::flows(json) } else { Vec::new() },
            locales: Vec::new(),
            help: Help { email: help.maybe("email"), phone: help.maybe("phone"), url: help.maybe("url") },
            user_id_hint: json.maybe("user_id_hint"),
            ask_administrator: json.set("ask_administrator"),
        }
    })
}

fn account_type<J: Json>(json: &Reader<J>) -> AccountType {
    AccountType { id: json.text("id"), label: json.text("label"), href: json.maybe("href") }
}

/// The codes that the widget treats differently; the HTTP status says enough about the others.
#[cfg(test)]
mod tests;
