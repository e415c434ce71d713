//! Writes the person's answers, as JSON text: flat objects of strings, escaped by RFC 8259. The
//! tests hold it against `serde_json`.

mod full;
mod object;

use regain_flow::full::IS_FULL;
use regain_protocol::{Answer, CreateFlow, Secret};

use object::{Object, solution};

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
    match answer {
        Answer::Identify { user_id, captcha } => {
            object.text("do", "identify");
            object.text("user_id", user_id);
            if let Some(captcha) = captcha {
                object.raw("captcha", &solution(captcha));
            }
        }
        Answer::Choose { method, destination } => {
            object.text("do", "choose");
            object.text("method", method);
            object.optional("destination", destination.as_ref().map(|secret| &**secret.expose()));
        }
        Answer::Verify { code } => {
            object.text("do", "verify");
            object.text("code", code.expose());
        }
        Answer::Resend {} => object.text("do", "resend"),
        Answer::ChooseAnother {} => object.text("do", "choose_another"),
        Answer::SetPassword { password, current } => {
            object.text("do", "set_password");
            object.text("password", password.expose());
            object.optional("current", current.as_ref().map(|secret| &**secret.expose()));
        }
        Answer::AskAdministrator { user_id } => {
            object.text("do", "ask_administrator");
            object.optional("user_id", user_id.as_deref());
        }
        Answer::MoreTime {} => object.text("do", "more_time"),
        // The lean widget has no screen that leads to any other.
        answer if IS_FULL => full::answer(&mut object, answer),
        _ => {}
    }
    Secret::new(object.end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regain_protocol::{AnswerRequest, CaptchaSolution, FlowKind, MethodKind, QuestionAnswer, Role};
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
            Answer::Choose { method: plain(), destination: None },
            Answer::Choose { method: plain(), destination: Some(secret()) },
            Answer::Verify { code: secret() },
            Answer::Resend {},
            Answer::ChooseAnother {},
            Answer::SetPassword { password: secret(), current: Some(secret()) },
            Answer::MoreTime {},
            Answer::AskAdministrator { user_id: None },
            Answer::AskAdministrator { user_id: Some(plain()) },
        ];
        if IS_FULL {
            all.extend([
                Answer::SendRequest { message: Some(plain()), user_id: None },
                Answer::SendRequest { message: None, user_id: Some(plain()) },
                Answer::GoBack {},
                Answer::NewCaptcha {},
                Answer::CallAgain {},
                Answer::Answer { answers: answers() },
                Answer::Unlock {},
                Answer::Reset {},
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
