//! The replies that only the full build draws: the registered methods, and what an authenticator app is set up with.

use regain_protocol::{
    AllowedMethod, AuthenticatorSetup, FlowKind, PredefinedQuestion, QuestionsOffer, RegisteredMethod, Secret, StepBody,
};

use super::reader::{Json, Reader, method_kind, role_of};

pub(super) fn security_info<J: Json>(json: &Reader<J>) -> StepBody {
    StepBody::SecurityInfo {
        methods: json.list("methods", registered),
        required: json.small("required"),
        allowed: json.list("allowed", |json| AllowedMethod { kind: method_kind(json), role: role_of(json) }),
        questions: offer(&json.object("questions")),
        reconfirm: json.set("reconfirm"),
        new_codes: json.member("new_codes").and_then(|it| it.items()).map(|codes| {
            let codes = codes.iter().filter_map(Json::text);
            codes.map(Secret::new).collect()
        }),
    }
}

fn registered<J: Json>(json: &Reader<J>) -> RegisteredMethod {
    RegisteredMethod {
        id: json.text("id"),
        kind: method_kind(json),
        role: role_of(json),
        masked: json.maybe("masked"),
        registered: json.flag("registered"),
        verified: json.flag("verified"),
        left: json.member("left").map(|_| json.small("left")),
    }
}

fn offer<J: Json>(json: &Reader<J>) -> Option<QuestionsOffer> {
    json.json.as_ref()?;
    Some(QuestionsOffer {
        predefined: json.list("predefined", |json| PredefinedQuestion { id: json.text("id"), text: json.text("text") }),
        own_allowed: json.flag("own_allowed"),
        to_register: json.small("to_register"),
        to_answer: json.small("to_answer"),
    })
}

pub(super) fn setup<J: Json>(json: &Reader<J>) -> Option<AuthenticatorSetup> {
    json.json.as_ref()?;
    Some(AuthenticatorSetup { secret: Secret::new(json.text("secret")), uri: Secret::new(json.text("uri")) })
}

/// The kinds of flow that are switched on, of those that this widget knows.
pub(super) fn flows<J: Json>(json: &Reader<J>) -> Vec<FlowKind> {
    let kinds = json.member("flows").and_then(|it| it.items()).unwrap_or_default();
    kinds.iter().filter_map(|kind| FlowKind::from_text(&kind.text()?)).collect()
}
