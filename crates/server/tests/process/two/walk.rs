//! A reset as its person goes through it, whichever server is asked.

use serde_json::{Value, json};

/// The password that a person chooses.
pub(super) fn password(person: usize) -> String {
    format!("a river that runs north {person}")
}

/// A request. Its key makes it safe to repeat.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) path: &'static str,
    pub(super) token: Option<String>,
    pub(super) key: String,
    pub(super) body: Value,
}

/// A flow of which the last answer is known.
pub(super) struct Walk {
    pub(super) id: String,
    pub(super) token: String,
    person: usize,
    step: Value,
    answers: usize,
}

impl Walk {
    /// The request that begins a flow.
    pub(super) fn begin(person: usize) -> Request {
        Request { path: "/v1/flows", token: None, key: format!("begin{person}"), body: json!({ "kind": "reset" }) }
    }

    /// The flow that was begun.
    pub(super) fn begun(person: usize, got: &Value) -> Self {
        let id = got["flow"]["id"].as_str().expect("an id").to_owned();
        let token = got["token"].as_str().expect("a token").to_owned();
        Self { id, token, person, step: got["flow"]["step"].clone(), answers: 0 }
    }

    /// The name of the step.
    pub(super) fn step(&self) -> &str {
        self.step["name"].as_str().expect("a name")
    }

    /// The next request of somebody who gets on. Without a code, which was with a process that died, another one is asked for.
    pub(super) fn next(&self, code: Option<&str>) -> Request {
        let answer = match (self.step(), code) {
            ("identify", _) => json!({ "do": "identify", "user_id": format!("person{}", self.person) }),
            ("choose_method", _) => json!({ "do": "choose", "method": self.step["methods"][0]["id"] }),
            ("enter_code", Some(code)) => json!({ "do": "verify", "code": code }),
            ("enter_code", None) => json!({ "do": "resend" }),
            ("new_password", _) => json!({ "do": "set_password", "password": password(self.person) }),
            (other, _) => panic!("person {} is at {other}: {}", self.person, self.step),
        };
        self.request(format!("answer{}", self.answers), answer)
    }

    /// An answer to the step.
    pub(super) fn request(&self, key: String, answer: Value) -> Request {
        let mut body = answer;
        (body["flow"], body["step"]) = (self.id.as_str().into(), self.step["id"].clone());
        Request { path: "/v1/answers", token: Some(self.token.clone()), key, body }
    }

    /// Goes to where the server's answer leads.
    pub(super) fn take(&mut self, got: &Value) {
        if let Some(rotated) = got["token"].as_str() {
            rotated.clone_into(&mut self.token);
        }
        self.step = got["flow"]["step"].clone();
        self.answers += 1;
    }
}
