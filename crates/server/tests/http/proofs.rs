//! The ways to prove who one is, from the side of the person who uses them.

use axum::http::StatusCode;
use regain_protocol::Secret;
use regain_server::{
    messages::{Content, OutboundMessage},
    ports::{CallEvent, CallInstruction, CallListener as _, CallRef},
    totp,
};
use serde_json::{Value, json};

use crate::{
    people::{ANSWERS, APP_KEY},
    world::{Got, Session, World, merged},
};

/// Everything on; administrators need two proofs, and are mailed by a form.
pub(crate) const EVERYTHING: &str = r#"
    [server]
    public_url = "https://recover.example.com"
    [organisation]
    administrators = ["it@example.com", "security@example.com"]
    [methods]
    sms = true
    call_mobile = true
    call_office = true
    questions = true
    [phone]
    kind = "twilio"
    account_sid = "AC00000000000000000000000000000001"
    auth_token = "a token of the provider"
    from = "+14255550100"
    countries = ["+1"]
    [gates.groups]
    admins = 2
"#;

/// Everything on, with these sections over it.
pub(crate) fn everything_and(sections: &str) -> String {
    merged(EVERYTHING, sections)
}

/// Only these kinds on. Two proofs of administrators need two kinds.
pub(crate) fn only(kinds: &[&str]) -> String {
    let keys = [
        ("email", "email"),
        ("sms", "sms"),
        ("call_mobile", "call"),
        ("call_office", "call"),
        ("questions", "questions"),
        ("authenticator", "authenticator"),
        ("recovery_codes", "recovery_codes"),
    ];
    let keys: Vec<_> = keys.iter().map(|(key, kind)| format!("{key} = {}", kinds.contains(kind))).collect();
    everything_and(&format!("[methods]\n{}\n[gates.groups]\nadmins = {}\n", keys.join("\n"), kinds.len().min(2)))
}

impl Session {
    /// The offered methods of a kind.
    pub(crate) fn of_kind(&self, kind: &str) -> Vec<Value> {
        let methods = self.step()["methods"].as_array().expect("methods are on offer");
        methods.iter().filter(|method| method["kind"] == kind).cloned().collect()
    }

    /// The kinds on offer, in order, each once.
    pub(crate) fn kinds(&self) -> Vec<String> {
        let methods = self.step()["methods"].as_array().expect("methods are on offer");
        let mut kinds: Vec<_> = methods.iter().filter_map(|method| method["kind"].as_str()).collect();
        kinds.dedup();
        kinds.into_iter().map(str::to_owned).collect()
    }

    /// Chooses the first method of a kind.
    pub(crate) async fn choose(&mut self, world: &World, kind: &str) -> Got {
        let method = self.of_kind(kind).first().expect("the kind is on offer")["id"].clone();
        self.answer(world, json!({ "do": "choose", "method": method })).await
    }

    pub(crate) async fn verify(&mut self, world: &World, code: &str) -> Got {
        self.answer(world, json!({ "do": "verify", "code": code })).await
    }

    /// Looks again, as a widget does while a phone rings.
    pub(crate) async fn look(&mut self, world: &World) -> &str {
        let got = self.show(world).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
        self.flow = got.body;
        self.step_name()
    }

    /// The status of the call.
    pub(crate) async fn call_status(&mut self, world: &World) -> String {
        self.look(world).await;
        self.step()["status"].as_str().expect("the step is a call").to_owned()
    }

    /// Answers to the questions that are asked: what `answered` says to the id of each.
    pub(crate) fn answers(&self, answered: impl Fn(&str) -> String) -> Value {
        let questions = self.step()["questions"].as_array().expect("questions are asked");
        let ids = questions.iter().filter_map(|question| question["id"].as_str());
        let answers: Vec<_> = ids.map(|id| json!({ "question": id, "answer": answered(id) })).collect();
        json!({ "do": "answer", "answers": answers })
    }

    /// Proves it in the way of a kind, as one who can.
    pub(crate) async fn prove(&mut self, world: &World, kind: &str) {
        // Only what is queued from now on is looked at.
        world.mail().await;
        let got = self.choose(world, kind).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
        match kind {
            "email" | "sms" => {
                let code = world.code().await.expect("a code is queued");
                self.verify(world, &code).await;
            }
            "authenticator" => {
                self.verify(world, &app_code(world, 0)).await;
            }
            "questions" => {
                self.answer(world, self.answers(registered)).await;
            }
            "call" => {
                let call = world.call().await;
                assert_eq!(world.hears(&call, CallEvent::Key('#')).await, CallInstruction::Proved);
                self.look(world).await;
            }
            other => panic!("no way to prove by {other}"),
        }
        assert_ne!(self.step()["id"], got.body["flow"]["step"]["id"], "the step is passed: {:?}", self.flow);
    }
}

impl World {
    /// The call that was queued.
    pub(crate) async fn call(&self) -> CallRef {
        let calls = self.mail().await.into_iter().filter_map(called).collect::<Vec<_>>();
        let [(_, call)] = &*calls else { panic!("one call is queued, not {}", calls.len()) };
        call.clone()
    }

    /// The provider says what becomes of a call.
    pub(crate) async fn hears(&self, call: &CallRef, event: CallEvent) -> CallInstruction {
        self.app.flows().on_event(call, event).await.expect("it is taken in")
    }

    /// A person who is named and whose phone rings.
    pub(crate) async fn called(&self, user_id: &str) -> (Session, CallRef) {
        let mut session = self.identified(user_id).await;
        let got = session.choose(self, "call").await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
        (session, self.call().await)
    }

    /// A person who is named and has chosen a way.
    pub(crate) async fn chosen(&self, user_id: &str, kind: &str) -> Session {
        let mut session = self.identified(user_id).await;
        let got = session.choose(self, kind).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
        session
    }

    /// The words of the audit log about a flow, in order.
    pub(crate) async fn events(&self, session: &Session) -> Vec<String> {
        let log = self.app.ports().store.audit(&session.id.as_str().into()).await.expect("answers");
        log.into_iter().map(|entry| entry.event).collect()
    }
}

/// The number that a call is placed to, and the call's reference.
pub(crate) fn called(outgoing: OutboundMessage) -> Option<(Option<String>, CallRef)> {
    match outgoing.content {
        Content::Call { reference } => Some((outgoing.to, reference)),
        _ => None,
    }
}

/// The registered answer to a question, the same for all who have any.
pub(crate) fn registered(question: &str) -> String {
    let answer = ANSWERS.iter().find(|(id, _)| *id == question);
    answer.expect("a registered question").1.to_owned()
}

/// The code that an app shows so many steps from now.
pub(crate) fn app_code(world: &World, steps: i64) -> String {
    let key = Secret::new(APP_KEY.to_vec());
    totp::code(&key, totp::step_at(world.now()) + steps).expose().clone()
}
