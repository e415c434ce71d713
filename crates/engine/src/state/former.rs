//! The stored shape of version 0.1's first releases: flows that were open when the server was upgraded go on.
//!
//! It kept the subject beside the stage, and a method as one struct whose members meant different things by kind.

use jiff::Timestamp;
use regain_protocol::{EndReason, MethodKind, Outcome, Question, Role};
use regain_values::{StepId, UserId};
use serde::Deserialize;

use super::{
    method::{self, AskedQuestions, Authenticator, Calls, Delivery, Destination, How, Offered, SentCode},
    stage::{
        self, AnswerCall, AnswerQuestions, ChooseMethod, ChooseOutcome, ContactAdministrator, ContactReason, EnterCode,
        Identify, NewPassword, PlacedCall, SignIn,
    },
    subject::{self, KnownAccount, ProvedPerson, Whose},
};
use crate::captcha::Challenge;

/// A flow.
#[derive(Deserialize)]
pub(crate) struct State {
    locale: String,
    subject: Option<Subject>,
    step_id: StepId,
    stage: Stage,
    #[serde(default)]
    applying_since: Option<Timestamp>,
    #[serde(default)]
    rotate_due: bool,
}

#[derive(Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
enum Stage {
    Identify {
        #[serde(default)]
        challenge: Option<Challenge>,
    },
    SignIn {
        user_id: Option<UserId>,
        tries_left: u8,
    },
    ContactAdministrator {
        reason: ContactReason,
    },
    ChooseMethod {},
    EnterCode {
        method: String,
        resent: bool,
    },
    AnswerCall {
        method: String,
        call: PlacedCall,
    },
    AnswerQuestions {
        method: String,
        asked: Vec<Question>,
    },
    ChooseOutcome {},
    NewPassword {
        current_tries_left: Option<u8>,
    },
    SecurityInfo {},
    Done {
        outcome: Outcome,
        user_id: UserId,
        notified: bool,
        #[serde(default)]
        info_due: bool,
    },
    Ended {
        reason: EndReason,
        retry_at: Option<Timestamp>,
    },
}

#[derive(Deserialize)]
struct Subject {
    user_id: UserId,
    account_key: String,
    account: Option<KnownAccount>,
    methods: Vec<Method>,
    #[serde(default)]
    pending: Option<Method>,
    #[serde(default)]
    changed: bool,
    proved: Vec<MethodKind>,
    required: u8,
}

#[derive(Deserialize)]
struct Method {
    shown: Shown,
    destination: String,
    tries_left: u8,
    resends_left: u8,
    sent: Option<SentCode>,
    reaches: bool,
    call_again_at: Option<Timestamp>,
    questions: Vec<Question>,
    after_a_proof: bool,
}

#[derive(Deserialize)]
struct Shown {
    id: String,
    kind: MethodKind,
    role: Option<Role>,
    masked: Option<String>,
    confirm: bool,
}

impl Method {
    /// The method at its place; `None` for a kind that was never stored.
    fn at(self, index: usize, is_new: bool) -> Option<method::Method> {
        let to = |role| Destination {
            role,
            masked: self.shown.masked.clone().unwrap_or_default(),
            address: self.destination.clone(),
            confirm: self.shown.confirm,
            reaches: self.reaches,
        };
        let delivery = |role| Delivery { to: to(role), resends_left: self.resends_left, sent: self.sent.clone() };
        let how = match (self.shown.kind, self.shown.role) {
            (MethodKind::Email, Some(role)) => How::Email(delivery(role)),
            (MethodKind::Sms, Some(role)) => How::Sms(delivery(role)),
            (MethodKind::Call, Some(role)) => {
                How::Call(Calls { to: to(role), calls_left: self.resends_left, call_again_at: self.call_again_at })
            }
            (MethodKind::Questions, _) => How::Questions(AskedQuestions { questions: self.questions }),
            (MethodKind::Authenticator, _) => {
                How::Authenticator(Authenticator { new_key: is_new.then(|| self.destination.clone()) })
            }
            _ => return None,
        };
        Some(method::Method {
            id: self.shown.id,
            index: u8::try_from(index).unwrap_or(u8::MAX),
            tries_left: self.tries_left,
            offered: if self.after_a_proof { Offered::AfterAProof } else { Offered::Always },
            how,
        })
    }
}

impl Subject {
    fn person(self) -> Option<ProvedPerson> {
        let Self { user_id, account_key, account, proved, changed, .. } = self;
        account.map(|account| ProvedPerson { user_id, account_key, account, proved, changed })
    }

    fn subject(self) -> subject::Subject {
        let methods = self.methods.into_iter().enumerate().filter_map(|(index, method)| method.at(index, false));
        subject::Subject {
            user_id: self.user_id,
            account_key: self.account_key,
            account: self.account,
            methods: methods.collect(),
            proved: self.proved,
            required: self.required,
            current_due: false,
        }
    }

    /// The one who uses a method, and the method.
    fn with_method(mut self, id: &str) -> Option<(Whose, method::Method)> {
        if let Some(pending) = self.pending.take_if(|pending| pending.shown.id == id) {
            return Some((Whose::Adding { person: self.person()? }, pending.at(0, true)?));
        }
        let mut subject = self.subject();
        let index = subject.methods.iter().position(|method| method.id == id)?;
        let method = subject.methods.remove(index);
        Some((Whose::Proving { subject }, method))
    }
}

impl State {
    fn stage(stage: Stage, subject: Option<Subject>) -> Option<stage::Stage> {
        Some(match stage {
            Stage::Identify { challenge } => stage::Stage::Identify(Identify { challenge }),
            Stage::SignIn { user_id, tries_left } => {
                let asserted = subject.and_then(|subject| subject.account).map(|account| account.id);
                stage::Stage::SignIn(SignIn { user_id, tries_left, asserted, challenge: None })
            }
            Stage::ContactAdministrator { reason } => {
                let subject = subject.map(Subject::subject);
                let (user_id, account_key, proved) = match subject {
                    Some(subject) => (Some(subject.user_id), Some(subject.account_key), subject.proved),
                    None => (None, None, Vec::new()),
                };
                let step = ContactAdministrator { reason, user_id, account_key, proved, back: None };
                stage::Stage::ContactAdministrator(step)
            }
            Stage::ChooseMethod {} => stage::Stage::ChooseMethod(ChooseMethod { subject: subject?.subject() }),
            Stage::EnterCode { method, resent } => {
                let (whose, method) = subject?.with_method(&method)?;
                stage::Stage::EnterCode(EnterCode { whose, method, resent })
            }
            Stage::AnswerCall { method, call } => {
                let (whose, method) = subject?.with_method(&method)?;
                stage::Stage::AnswerCall(AnswerCall { whose, method, call })
            }
            Stage::AnswerQuestions { method, asked } => match subject?.with_method(&method)? {
                (Whose::Proving { subject }, method) => {
                    stage::Stage::AnswerQuestions(AnswerQuestions { subject, method, asked })
                }
                (Whose::Adding { .. }, _) => return None,
            },
            Stage::ChooseOutcome {} => stage::Stage::ChooseOutcome(ChooseOutcome { person: subject?.person()? }),
            Stage::NewPassword { current_tries_left } => {
                stage::Stage::NewPassword(NewPassword { person: subject?.person()?, current_tries_left })
            }
            Stage::SecurityInfo {} => stage::Stage::SecurityInfo(stage::SecurityInfo::of(subject?.person()?)),
            Stage::Done { outcome, user_id, notified, info_due } => {
                stage::Stage::Done(stage::Done { outcome, user_id, notified, info_due })
            }
            Stage::Ended { reason, retry_at } => stage::Stage::Ended(stage::Ended { reason, retry_at }),
        })
    }
}

impl From<State> for super::State {
    /// A shape that was never stored is a flow that is over.
    fn from(former: State) -> Self {
        let stage = State::stage(former.stage, former.subject);
        let over = || stage::Stage::Ended(stage::Ended { reason: EndReason::Expired, retry_at: None });
        let mut state = Self::new(former.locale, former.step_id, stage.unwrap_or_else(over));
        state.applying_since = former.applying_since;
        state.rotate_due = former.rotate_due;
        state
    }
}
