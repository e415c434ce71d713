//! Answers that acts are.

use regain_protocol::{Answer, QuestionAnswer};
use totp_rs::Builder;

use super::{Drive, Queued};
use crate::{
    Stage,
    properties::{
        act::Act,
        people::{KEY, RECOVERY_CODE},
    },
};

impl Drive {
    /// The answer of an act, right or wrong, by what was queued.
    pub(super) fn answer(&self, act: &Act) -> Answer {
        let code = |queued: Option<&Queued>| Answer::Verify {
            code: queued.map_or_else(|| "000000".into(), |queued| queued.code.clone()),
        };
        match act {
            Act::Identify(user_id) => Answer::Identify { user_id: (*user_id).into(), captcha: None },
            Act::Choose(index) => {
                let methods = self.state.stage.subject().into_iter().flat_map(|subject| &subject.methods);
                let id = methods.map(|method| method.id.clone()).nth(*index);
                Answer::Choose { method: id.unwrap_or_default(), destination: None }
            }
            Act::ChooseNonsense => Answer::Choose { method: "nonsense".into(), destination: Some("x".into()) },
            Act::VerifyRight => code(self.codes.last()),
            Act::VerifyFormer => code(self.codes.iter().rev().nth(1)),
            Act::VerifyWrong => Answer::Verify { code: "no code".into() },
            Act::VerifyApp { seconds_ago } => {
                let at = u64::try_from(self.now.as_second() - seconds_ago).expect("after 1970");
                let app = Builder::new().with_secret(KEY.to_vec()).build_noncompliant();
                Answer::Verify { code: app.generate(at).to_string().into() }
            }
            Act::Resend => Answer::Resend {},
            Act::ChooseAnother => Answer::ChooseAnother {},
            Act::CallAgain => Answer::CallAgain {},
            Act::AnswerAll { .. } | Act::AnswerSome => {
                let asked = match &self.state.stage {
                    Stage::AnswerQuestions(step) => step.asked.as_slice(),
                    _ => &[],
                };
                let some = if matches!(act, Act::AnswerSome) { 1 } else { asked.len() };
                let answers = asked.iter().take(some);
                let answers = answers
                    .map(|question| QuestionAnswer { question: question.id.clone(), answer: "an answer".into() });
                Answer::Answer { answers: answers.collect() }
            }
            Act::Unlock => Answer::Unlock {},
            Act::Reset => Answer::Reset {},
            Act::SetPassword(password) => Answer::SetPassword { password: (*password).into(), current: None },
            Act::Ask => Answer::AskAdministrator { user_id: None },
            Act::GoBack => Answer::GoBack {},
            Act::MoreTime => Answer::MoreTime {},
            Act::VerifySaved => Answer::Verify { code: RECOVERY_CODE.into() },
            Act::SendRequest => Answer::SendRequest { message: Some("please".into()), user_id: None },
            Act::Stale(_)
            | Act::Cancel
            | Act::Other
            | Act::Wait(_)
            | Act::CallInstruction(_)
            | Act::HeardOfFormer(_) => Answer::Finish {},
        }
    }
}
