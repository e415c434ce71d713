//! The answers that only the full build has.

use regain_protocol::{Answer, QuestionAnswer, Role};

use super::object::{Object, solution};

/// Writes the members of an answer; none for one that both builds have.
pub(super) fn answer(object: &mut Object, answer: &Answer) {
    match answer {
        Answer::SendRequest { message, user_id } => {
            object.text("do", "send_request");
            object.optional("message", message.as_deref());
            object.optional("user_id", user_id.as_deref());
        }
        Answer::GoBack {} => object.text("do", "go_back"),
        Answer::CallAgain {} => object.text("do", "call_again"),
        Answer::Answer { answers } => {
            object.text("do", "answer");
            object.raw("answers", &question_answers(answers));
        }
        Answer::SignIn { user_id, password, captcha } => {
            object.text("do", "sign_in");
            object.text("user_id", user_id);
            object.text("password", password.expose());
            if let Some(captcha) = captcha {
                object.raw("captcha", &solution(captcha));
            }
        }
        Answer::Unlock {} => object.text("do", "unlock"),
        Answer::Reset {} => object.text("do", "reset"),
        Answer::Add { kind, role, value } => {
            object.text("do", "add");
            object.text("kind", kind.as_str());
            object.optional("role", role.map(Role::as_str));
            object.optional("value", value.as_ref().map(|secret| &**secret.expose()));
        }
        Answer::Remove { method } => {
            object.text("do", "remove");
            object.text("method", method);
        }
        Answer::SetQuestions { answers } => {
            object.text("do", "set_questions");
            object.raw("answers", &question_answers(answers));
        }
        Answer::Finish {} => object.text("do", "finish"),
        Answer::NewCaptcha {} => object.text("do", "new_captcha"),
        Answer::Identify { .. }
        | Answer::Choose { .. }
        | Answer::Verify { .. }
        | Answer::Resend {}
        | Answer::ChooseAnother {}
        | Answer::SetPassword { .. }
        | Answer::AskAdministrator { .. }
        | Answer::MoreTime {} => {}
    }
}

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
