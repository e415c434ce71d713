//! Actions as answers of the API, and the codes that are typed and sent.

use regain_engine::{Stage, State};
use regain_protocol::{Answer, MethodKind, QuestionAnswer, Secret, StepBody};
use regain_values::{questions::PREDEFINED, recovery_code, totp};

use crate::{
    action::{Action, Confirmed, Current, Place, Typed, kept},
    node::Node,
    turn::World,
    world::{APP_KEY, GOOD, RIGHT, SAVED},
};

impl World {
    /// The answer that an action is.
    pub(crate) fn spoken(&self, node: &Node, action: &Action) -> Answer {
        match action {
            Action::Identify(user) => Answer::Identify { user_id: user.to_string(), captcha: None },
            Action::NewCaptcha => Answer::NewCaptcha {},
            Action::SignIn(user, right) => Answer::SignIn {
                user_id: user.to_string(),
                password: if *right { RIGHT } else { "wrong" }.into(),
                captcha: None,
            },
            Action::Choose(at, confirmed) => chosen(&node.state, *at, *confirmed),
            Action::ChooseNonsense => Answer::Choose { method: "nonsense".into(), destination: None },
            Action::Verify(typed) => Answer::Verify { code: self.code(node, *typed) },
            Action::Resend => Answer::Resend {},
            Action::ChooseAnother => Answer::ChooseAnother {},
            Action::CallAgain => Answer::CallAgain {},
            Action::Answer(_) | Action::AnswerSome => {
                let asked = match &node.state.stage {
                    Stage::AnswerQuestions(step) => step.asked.as_slice(),
                    _ => &[],
                };
                let some = if *action == Action::AnswerSome { 1 } else { asked.len() };
                let answers = asked.iter().take(some);
                let answers = answers
                    .map(|question| QuestionAnswer { question: question.id.clone(), answer: "an answer".into() });
                Answer::Answer { answers: answers.collect() }
            }
            Action::Unlock => Answer::Unlock {},
            Action::Reset => Answer::Reset {},
            Action::SetPassword { good, current } => Answer::SetPassword {
                password: if *good { GOOD } else { "short" }.into(),
                current: match current {
                    Current::Missing => None,
                    Current::Right => Some(RIGHT.into()),
                    Current::Wrong => Some("wrong".into()),
                },
            },
            Action::Add(kind, role) => {
                let value = match kind {
                    MethodKind::Email => Some("new@example.org".into()),
                    MethodKind::Sms | MethodKind::Call => Some("+14255550177".into()),
                    _ => None,
                };
                Answer::Add { kind: *kind, role: *role, value }
            }
            Action::Remove(at) => {
                let methods = match self.body(node) {
                    StepBody::SecurityInfo { methods, .. } => methods.as_slice(),
                    _ => &[],
                };
                Answer::Remove { method: methods.get(*at).map(|method| method.id.clone()).unwrap_or_default() }
            }
            Action::SetQuestions => {
                let answers = PREDEFINED[..2].iter().zip(["one answer", "another answer"]);
                let answers =
                    answers.map(|(id, answer)| QuestionAnswer { question: (*id).into(), answer: answer.into() });
                Answer::SetQuestions { answers: answers.collect() }
            }
            Action::AskAdministrator(user) => Answer::AskAdministrator { user_id: user.map(|user| user.to_string()) },
            Action::GoBack => Answer::GoBack {},
            Action::SendRequest(user) => {
                Answer::SendRequest { message: None, user_id: user.map(|user| user.to_string()) }
            }
            Action::MoreTime => Answer::MoreTime {},
            _ => Answer::Finish {},
        }
    }

    fn code(&self, node: &Node, typed: Typed) -> Secret<String> {
        let now = self.at(node.now);
        let code = match typed {
            Typed::Newest(place) => node.ledger.codes(place).map(|codes| codes.newest.as_str().into()),
            Typed::Former(place) => node.ledger.codes(place).and_then(|codes| codes.former.as_deref()).map(Into::into),
            Typed::App(ago) => Some(totp::code(&Secret::new(APP_KEY.to_vec()), totp::step_at(now) - i64::from(ago))),
            Typed::NewApp => match self.body(node) {
                StepBody::EnterCode { setup: Some(setup), .. } => {
                    totp::key_from_base32(&setup.secret).map(|key| totp::code(&key, totp::step_at(now)))
                }
                _ => None,
            },
            Typed::Saved(at) => Some(SAVED[usize::from(at)].into()),
            Typed::Wrong => None,
        };
        let is_saved =
            matches!(&node.state.stage, Stage::EnterCode(step) if step.method.kind() == MethodKind::RecoveryCodes);
        let wrong = if is_saved { "Z".repeat(recovery_code::LENGTH) } else { "999999".to_owned() };
        code.unwrap_or_else(|| wrong.into())
    }
}

fn chosen(state: &State, at: usize, confirmed: Confirmed) -> Answer {
    let method = kept(state).get(at);
    let destination = method.and_then(|method| match confirmed {
        Confirmed::No => None,
        Confirmed::Right => method.destination().map(|to| to.address.as_str().into()),
        Confirmed::Wrong => Some("someone@example.org".into()),
    });
    Answer::Choose { method: method.map(|method| method.id.clone()).unwrap_or_default(), destination }
}

/// The place that a code goes to after an action.
pub(crate) fn place_of(node: &Node, action: &Action) -> Option<Place> {
    match action {
        Action::Choose(at, _) => {
            kept(&node.state).get(*at).map(|method| Place { kind: method.kind(), role: method.role(), is_new: false })
        }
        Action::Add(kind, role) => Some(Place { kind: *kind, role: *role, is_new: true }),
        Action::Resend => match &node.state.stage {
            Stage::EnterCode(step) => {
                let is_new = node.ledger.adding.is_some();
                Some(Place { kind: step.method.kind(), role: step.method.role(), is_new })
            }
            _ => None,
        },
        _ => None,
    }
}

/// The next code of the place that an action sends one to: none of the two before it.
pub(crate) fn next_code(node: &Node, action: &Action) -> u32 {
    let Some(place) = place_of(node, action) else { return 0 };
    let codes = node.ledger.codes(place);
    let is_free =
        |code: &String| codes.is_none_or(|codes| codes.newest != *code && codes.former.as_ref() != Some(code));
    (0..3).map(|number| place.code(number)).find(is_free).and_then(|code| code.parse().ok()).unwrap_or(0)
}
