//! Writes what the person says, as JSON text: flat objects of strings, escaped by RFC 8259. The
//! tests hold it against `serde_json`.

use regain_protocol::{Answer, CaptchaSolution, CreateFlow, Secret};
#[cfg(feature = "full")]
use regain_protocol::{QuestionAnswer, Role};

/// The body of `POST /v1/flows`.
pub(crate) fn create_flow(create: &CreateFlow) -> Secret<String> {
    let mut object = Object::new();
    object.text("kind", create.kind.as_str());
    object.optional("locale", create.locale.as_deref());
    object.optional("user_id", create.user_id.as_deref());
    object.optional("assertion", create.assertion.as_ref().map(|secret| &**secret.expose()));
    if let Some(with_config) = create.with_config {
        object.raw("with_config", if with_config { "true" } else { "false" });
    }
    Secret::new(object.end())
}

/// The body of `POST /v1/answers`.
pub(crate) fn answer(flow: &str, step: &str, answer: &Answer) -> Secret<String> {
    let mut object = Object::new();
    object.text("flow", flow);
    object.text("step", step);
    let named = |object: &mut Object, name| object.text("do", name);
    match answer {
        Answer::Identify { user_id, captcha } => {
            named(&mut object, "identify");
            object.text("user_id", user_id);
            if let Some(captcha) = captcha {
                object.raw("captcha", &solution(captcha));
            }
        }
        Answer::NewCaptcha {} => named(&mut object, "new_captcha"),
        #[cfg(feature = "full")]
        Answer::SendRequest { message, user_id } => {
            named(&mut object, "send_request");
            object.optional("message", message.as_deref());
            object.optional("user_id", user_id.as_deref());
        }
        #[cfg(feature = "full")]
        Answer::GoBack {} => named(&mut object, "go_back"),
        Answer::Choose { method, destination } => {
            named(&mut object, "choose");
            object.text("method", method);
            object.optional("destination", destination.as_ref().map(|secret| &**secret.expose()));
        }
        Answer::Verify { code } => {
            named(&mut object, "verify");
            object.text("code", code.expose());
        }
        Answer::Resend {} => named(&mut object, "resend"),
        Answer::ChooseAnother {} => named(&mut object, "choose_another"),
        #[cfg(feature = "full")]
        Answer::CallAgain {} => named(&mut object, "call_again"),
        #[cfg(feature = "full")]
        Answer::Answer { answers } => {
            named(&mut object, "answer");
            object.raw("answers", &question_answers(answers));
        }
        #[cfg(feature = "full")]
        Answer::SignIn { user_id, password, captcha } => {
            named(&mut object, "sign_in");
            object.text("user_id", user_id);
            object.text("password", password.expose());
            if let Some(captcha) = captcha {
                object.raw("captcha", &solution(captcha));
            }
        }
        #[cfg(feature = "full")]
        Answer::Unlock {} => named(&mut object, "unlock"),
        #[cfg(feature = "full")]
        Answer::Reset {} => named(&mut object, "reset"),
        Answer::SetPassword { password, current } => {
            named(&mut object, "set_password");
            object.text("password", password.expose());
            object.optional("current", current.as_ref().map(|secret| &**secret.expose()));
        }
        #[cfg(feature = "full")]
        Answer::Add { kind, role, value } => {
            named(&mut object, "add");
            object.text("kind", kind.as_str());
            object.optional("role", role.map(Role::as_str));
            object.optional("value", value.as_ref().map(|secret| &**secret.expose()));
        }
        #[cfg(feature = "full")]
        Answer::Remove { method } => {
            named(&mut object, "remove");
            object.text("method", method);
        }
        #[cfg(feature = "full")]
        Answer::SetQuestions { answers } => {
            named(&mut object, "set_questions");
            object.raw("answers", &question_answers(answers));
        }
        #[cfg(feature = "full")]
        Answer::Finish {} => named(&mut object, "finish"),
        Answer::AskAdministrator { user_id } => {
            named(&mut object, "ask_administrator");
            object.optional("user_id", user_id.as_deref());
        }
        #[cfg(feature = "full")]
        Answer::MoreTime {} => named(&mut object, "more_time"),
        // The lean widget has no screen that leads to any of these.
        #[cfg(not(feature = "full"))]
        Answer::SendRequest { .. }
        | Answer::GoBack {}
        | Answer::CallAgain {}
        | Answer::Answer { .. }
        | Answer::SignIn { .. }
        | Answer::Unlock {}
        | Answer::Reset {}
        | Answer::Add { .. }
        | Answer::Remove { .. }
        | Answer::SetQuestions { .. }
        | Answer::Finish {}
        | Answer::MoreTime {} => {}
    }
    Secret::new(object.end())
}

fn solution(captcha: &CaptchaSolution) -> String {
    let mut object = Object::new();
    object.optional("id", captcha.id.as_deref());
    object.text("solution", &captcha.solution);
    object.end()
}

#[cfg(feature = "full")]
fn question_answers(answers: &[QuestionAnswer]) -> String {
    let mut list = String::from("[");
    for QuestionAnswer { question, answer } in answers {
        if list.len() > 1 {
            list.push(',');
        }
        let mut object = Object::new();
        object.text("question", question);
        object.text("answer", answer.expose());
        list.push_str(&object.end());
    }
    list.push(']');
    list
}

/// A JSON object being written.
struct Object(String);

impl Object {
    fn new() -> Self {
        // Room for a long password, so that growing leaves no copies of it behind.
        let mut text = String::with_capacity(1024);
        text.push('{');
        Self(text)
    }

    /// A member whose value is already JSON.
    fn raw(&mut self, name: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        quote(&mut self.0, name);
        self.0.push(':');
        self.0.push_str(json);
    }

    fn text(&mut self, name: &str, value: &str) {
        self.raw(name, "");
        quote(&mut self.0, value);
    }

    fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn quote(into: &mut String, text: &str) {
    into.push('"');
    for c in text.chars() {
        if c == '"' || c == '\\' {
            into.push('\\');
            into.push(c);
        } else if c < ' ' {
            into.push_str("\\u00");
            for digit in [c as u32 >> 4, c as u32 & 15] {
                into.push(char::from_digit(digit, 16).unwrap_or('0'));
            }
        } else {
            into.push(c);
        }
    }
    into.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regain_protocol::{AnswerRequest, FlowKind, MethodKind};
    #[cfg(not(feature = "full"))]
    use regain_protocol::{QuestionAnswer, Role};
    use serde_json::Value;

    fn same(written: &Secret<String>, value: &impl serde::Serialize) {
        let ours: Value = serde_json::from_str(written.expose()).expect("what we write is JSON");
        assert_eq!(ours, serde_json::to_value(value).expect("the protocol's types are JSON"));
    }

    fn all(text: &str) -> Vec<Answer> {
        let secret = || Secret::from(text);
        let plain = || text.to_owned();
        let answers = || vec![QuestionAnswer { question: plain(), answer: secret() }; 2];
        let mut all = vec![
            Answer::Identify { user_id: plain(), captcha: None },
            Answer::Identify {
                user_id: plain(),
                captcha: Some(CaptchaSolution { id: Some(plain()), solution: plain() }),
            },
            Answer::NewCaptcha {},
            Answer::Choose { method: plain(), destination: None },
            Answer::Choose { method: plain(), destination: Some(secret()) },
            Answer::Verify { code: secret() },
            Answer::Resend {},
            Answer::ChooseAnother {},
            Answer::SetPassword { password: secret(), current: Some(secret()) },
            Answer::AskAdministrator { user_id: None },
            Answer::AskAdministrator { user_id: Some(plain()) },
        ];
        if cfg!(feature = "full") {
            all.extend([
                Answer::SendRequest { message: Some(plain()), user_id: None },
                Answer::SendRequest { message: None, user_id: Some(plain()) },
                Answer::GoBack {},
                Answer::CallAgain {},
                Answer::Answer { answers: answers() },
                Answer::Unlock {},
                Answer::Reset {},
                Answer::MoreTime {},
                Answer::SignIn { user_id: plain(), password: secret(), captcha: None },
                Answer::SignIn {
                    user_id: plain(),
                    password: secret(),
                    captcha: Some(CaptchaSolution { id: None, solution: plain() }),
                },
                Answer::Add { kind: MethodKind::Sms, role: Some(Role::Mobile), value: Some(secret()) },
                Answer::Add { kind: MethodKind::Authenticator, role: None, value: None },
                Answer::Add { kind: MethodKind::RecoveryCodes, role: None, value: None },
                Answer::Remove { method: plain() },
                Answer::SetQuestions { answers: answers() },
                Answer::Finish {},
            ]);
        }
        all
    }

    proptest! {
        #[test]
        fn writes_what_serde_writes(text in any::<String>()) {
            for answered in all(&text) {
                let request = AnswerRequest { flow: "f".into(), step: text.clone(), answer: answered };
                same(&answer(&request.flow, &request.step, &request.answer), &request);
            }
            for with_config in [None, Some(true), Some(false)] {
                let create = CreateFlow {
                    kind: FlowKind::Reset,
                    locale: Some(text.clone()),
                    user_id: None,
                    assertion: Some(Secret::from(&*text)),
                    with_config,
                };
                same(&create_flow(&create), &create);
            }
        }
    }
}
