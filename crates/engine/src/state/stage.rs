//! The steps, as a flow keeps them: what each of them needs, and nothing of what it does.

use jiff::Timestamp;
use regain_ports::AccountId;
use regain_protocol::{CallStatus, EndReason, MethodKind, Outcome, Question};
use regain_values::UserId;
use serde::{Deserialize, Serialize};

use super::{
    method::Method,
    subject::{ProvedPerson, Subject, Whose},
};
use crate::captcha::Challenge;

/// The step that a person is at, with everything that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Stage {
    /// Entered at the beginning; left by `identify` with the challenge solved.
    Identify(Identify),
    /// Entered at the beginning of a flow that asks for the password; left by the right one, or by one
    /// wrong one too many.
    SignIn(SignIn),
    /// Entered where only the administrators can help, or when the person asks for them; left by
    /// `send_request` or back.
    ContactAdministrator(ContactAdministrator),
    /// Entered when the person is named or wants another method; left by `choose`.
    ChooseMethod(ChooseMethod),
    /// Entered when a code was sent or an app is asked; left by the right code, by one wrong code too many, or back.
    EnterCode(EnterCode),
    /// Entered when a call was placed; left by `#` in that call, by one wrong key too many, or back.
    AnswerCall(AnswerCall),
    /// Entered when the person chose to answer; left by the right answers, by one wrong set too many, or back.
    AnswerQuestions(AnswerQuestions),
    /// Entered when identity is proved and the account may be unlocked; left by `unlock`, when the
    /// directory has done it, or by `reset`.
    ChooseOutcome(ChooseOutcome),
    /// Entered when identity is proved; left when the directory has the new password.
    NewPassword(NewPassword),
    /// Entered when identity is proved in a flow that registers, and after each change; left by `finish`.
    SecurityInfo(SecurityInfo),
    /// It worked.
    Done(Done),
    /// Over without success.
    Ended(Ended),
}

impl Stage {
    /// Tells if nothing can follow.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Ended(_))
    }

    /// The subject, while identity is not proved.
    pub const fn subject(&self) -> Option<&Subject> {
        match self {
            Self::ChooseMethod(step) => Some(&step.subject),
            Self::EnterCode(step) => step.whose.subject(),
            Self::AnswerCall(step) => step.whose.subject(),
            Self::AnswerQuestions(step) => Some(&step.subject),
            _ => None,
        }
    }

    /// Makes the subject one who only looks like an account's. What they were shown stays.
    pub(crate) fn forget_account(&mut self) {
        match self {
            Self::ChooseMethod(step) => step.subject.account = None,
            Self::EnterCode(step) => step.whose.forget_account(),
            Self::AnswerCall(step) => step.forget_account(),
            Self::AnswerQuestions(step) => step.subject.account = None,
            Self::ContactAdministrator(step) => {
                if let Some(back) = &mut step.back {
                    back.forget_account();
                }
            }
            // There nobody is named, or everything is proved.
            Self::Identify(_)
            | Self::SignIn(_)
            | Self::ChooseOutcome(_)
            | Self::NewPassword(_)
            | Self::SecurityInfo(_)
            | Self::Done(_)
            | Self::Ended(_) => {}
        }
    }

    /// The person, once identity is proved.
    pub const fn person(&self) -> Option<&ProvedPerson> {
        match self {
            Self::EnterCode(step) => step.whose.person(),
            Self::AnswerCall(step) => step.whose.person(),
            Self::ChooseOutcome(step) => Some(&step.person),
            Self::NewPassword(step) => Some(&step.person),
            Self::SecurityInfo(step) => Some(&step.person),
            _ => None,
        }
    }

    /// The user ID as it was typed, where one was.
    pub fn user_id(&self) -> Option<&UserId> {
        let typed = || match self {
            Self::SignIn(step) => step.user_id.as_ref(),
            Self::ContactAdministrator(step) => step.user_id.as_ref(),
            Self::Done(done) => Some(&done.user_id).filter(|user_id| !user_id.as_str().is_empty()),
            _ => None,
        };
        let subject = self.subject().map(|subject| &subject.user_id);
        subject.or_else(|| self.person().map(|person| &person.user_id)).or_else(typed)
    }

    /// The account's key in counters and in the log, once somebody was named.
    pub fn account_key(&self) -> Option<&str> {
        let asked = || match self {
            Self::ContactAdministrator(step) => step.account_key.as_deref(),
            _ => None,
        };
        let subject = self.subject().map(|subject| &*subject.account_key);
        subject.or_else(|| self.person().map(|person| &*person.account_key)).or_else(asked)
    }

    /// The kinds of proof that were given.
    pub fn proved(&self) -> &[MethodKind] {
        let asked = || match self {
            Self::ContactAdministrator(step) => step.proved.as_slice(),
            _ => &[],
        };
        let subject = self.subject().map(|subject| subject.proved.as_slice());
        subject.or_else(|| self.person().map(|person| person.proved.as_slice())).unwrap_or_else(asked)
    }
}

/// Step `identify`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identify {
    /// The challenge; `None` where the organisation sets none.
    pub challenge: Option<Challenge>,
}

/// Step `sign_in`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The user ID that the flow was begun with.
    pub user_id: Option<UserId>,
    /// The number of wrong passwords that are still forgiven.
    pub tries_left: u8,
    /// The directory's name for the account that the host page has said it is: then it is nobody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asserted: Option<AccountId>,
    /// The challenge; `None` where the organisation sets none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Challenge>,
}

/// Step `contact_administrator`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactAdministrator {
    /// The reason.
    pub reason: ContactReason,
    /// The user ID as typed, where one was.
    pub user_id: Option<UserId>,
    /// The account's key in counters, where a user ID was typed.
    pub account_key: Option<String>,
    /// The kinds of proof that were given.
    pub proved: Vec<MethodKind>,
    /// The step to go back to, where the person asked for the administrators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Box<Stage>>,
}

/// The reason why only the administrators can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactReason {
    /// The organisation has self-service off.
    Disabled,
    /// One proof was given, and the account has no way to give another.
    SecondGate,
    /// The person asked for them.
    Asked,
    /// The directory does not let us change this account.
    NotAllowed,
}

impl ContactReason {
    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::SecondGate => "second_gate",
            Self::Asked => "asked",
            Self::NotAllowed => "not_allowed",
        }
    }
}

impl ContactAdministrator {
    /// The step of a subject for whom there is nothing else.
    pub(crate) fn only(reason: ContactReason, subject: &Subject) -> Self {
        Self {
            reason,
            user_id: Some(subject.user_id.clone()),
            account_key: Some(subject.account_key.clone()),
            proved: subject.proved.clone(),
            back: None,
        }
    }

    /// The step of a person for whom there is nothing else.
    pub(crate) fn after(reason: ContactReason, person: &ProvedPerson) -> Self {
        Self {
            reason,
            user_id: Some(person.user_id.clone()),
            account_key: Some(person.account_key.clone()),
            proved: person.proved.clone(),
            back: None,
        }
    }
}

/// Step `choose_method`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChooseMethod {
    /// The subject.
    pub subject: Subject,
}

/// Step `enter_code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnterCode {
    /// The one who enters it.
    pub whose: Whose,
    /// The method.
    pub method: Method,
    /// The last thing that happened is that another code was sent.
    pub resent: bool,
}

/// Step `answer_call`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerCall {
    /// The one who is called.
    pub whose: Whose,
    /// The method.
    pub method: Method,
    /// The call.
    pub call: PlacedCall,
}

impl AnswerCall {
    /// Tells if the call rings anywhere: not without an account, not where another number than the stored one was typed,
    /// and not where a budget is spent. Nothing may show which of them it is, or that it is one of them.
    pub(crate) fn rings(&self) -> bool {
        (self.whose.exists() || self.call.voided)
            && !self.call.withheld
            && self.method.destination().is_some_and(|to| to.reaches)
    }

    fn forget_account(&mut self) {
        self.call.voided = self.rings();
        self.whose.forget_account();
    }
}

/// A call on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedCall {
    /// The call's name to the phone; no client ever sees it.
    pub call_id: String,
    /// The time at which it was asked for.
    pub placed_at: Timestamp,
    /// The status that the last event gave it.
    pub status: CallStatus,
    /// The time of that event.
    #[serde(alias = "heard_at")]
    pub changed_at: Timestamp,
    /// It is not placed, because a budget is spent. It goes like a call to nobody.
    #[serde(default, skip_serializing_if = "is_false")]
    pub withheld: bool,
    /// Another flow of the account has succeeded since it was placed: it goes on ringing, and proves nothing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub voided: bool,
}

/// Step `answer_questions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerQuestions {
    /// The subject, without the method.
    pub subject: Subject,
    /// The method.
    pub method: Method,
    /// The questions, in the order in which they are asked.
    pub asked: Vec<Question>,
}

/// Step `choose_outcome`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChooseOutcome {
    /// The person.
    pub person: ProvedPerson,
}

/// Step `new_password`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPassword {
    /// The person.
    pub person: ProvedPerson,
    /// The number of wrong current passwords that are still forgiven, where the current one must be given too.
    pub current_tries_left: Option<u8>,
}

/// Step `security_info`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityInfo {
    /// The person.
    pub person: ProvedPerson,
    /// New recovery codes, sealed, to be shown until the next answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_codes: Option<String>,
}

impl SecurityInfo {
    /// The step of a person.
    pub(crate) const fn of(person: ProvedPerson) -> Self {
        Self { person, new_codes: None }
    }
}

/// A flow that worked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The outcome.
    pub outcome: Outcome,
    /// The account's user ID, or what was typed.
    pub user_id: UserId,
    /// Confirmations were queued.
    pub notified: bool,
    /// The person should look at their security info.
    #[serde(default)]
    pub info_due: bool,
}

/// A flow that is over without success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The reason.
    pub reason: EndReason,
    /// The time from which a new attempt makes sense.
    pub retry_at: Option<Timestamp>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
