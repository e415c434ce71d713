//! Methods: the ways to prove who one is. A kind of proof is a file with a [`Kind`]; [`ALL`] lists them in the order in
//! which they are shown.

mod authenticator;
mod call;
mod delivery;
mod email;
mod phone;
mod questions;
mod recovery_codes;
mod sms;

use jiff::Timestamp;
use regain_ports::{Account, Registration};
use regain_protocol::{AuthenticatorSetup, MethodKind, Role, Secret};
use regain_values::E164;
use serde::{Deserialize, Serialize};

pub use authenticator::Authenticator;
pub(crate) use authenticator::one_use;
pub use call::Calls;
pub(crate) use call::place as place_call;
pub(crate) use delivery::send_another;
pub use delivery::{Delivery, Destination, SentCode};
pub use questions::AskedQuestions;
pub(crate) use questions::{check_answers, comparison_cost, offer as questions_offer, register as register_questions};
pub use recovery_codes::RecoveryCodes;
pub(crate) use recovery_codes::{open as open_recovery_codes, seal as seal_recovery_codes};

use crate::{
    Context, Engine, Rules,
    decision::{Decision, Refusal},
    security_info::{Entry, SecurityInfo},
    steps::Turn,
    subject::{ProvedPerson, Subject},
};

/// A way to prove identity, with what was made of it in this flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// The public id: the same in every flow of the account.
    pub id: String,
    /// The place among the account's methods, from 0.
    pub index: u8,
    /// The number of wrong proofs that are still forgiven. Neither another code nor going back refills it.
    pub tries_left: u8,
    /// The proofs before or after which it is offered.
    #[serde(default, skip_serializing_if = "Offered::is_always")]
    pub offered: Offered,
    /// The kind, with what only this kind keeps.
    pub how: How,
}

/// The proofs before or after which a method is offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offered {
    /// Before the first proof and after it.
    #[default]
    Always,
    /// Only after a proof: it would tell that there is such an account.
    AfterAProof,
    /// Only before a proof: everybody is offered it, so that it tells nothing, but this account has none.
    BeforeAProof,
}

impl Offered {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    const fn is_always(&self) -> bool {
        matches!(self, Self::Always)
    }
}

/// A kind of proof, with what only this kind keeps of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum How {
    /// A code by mail.
    Email(Delivery),
    /// A code by text message.
    Sms(Delivery),
    /// A call in which `#` is pressed.
    Call(Calls),
    /// The security questions.
    Questions(AskedQuestions),
    /// A code of an authenticator app.
    Authenticator(Authenticator),
    /// One of the saved recovery codes.
    RecoveryCodes(RecoveryCodes),
}

impl Method {
    /// The kind, as the API names it.
    pub const fn kind(&self) -> MethodKind {
        match self.how {
            How::Email(_) => MethodKind::Email,
            How::Sms(_) => MethodKind::Sms,
            How::Call(_) => MethodKind::Call,
            How::Questions(_) => MethodKind::Questions,
            How::Authenticator(_) => MethodKind::Authenticator,
            How::RecoveryCodes(_) => MethodKind::RecoveryCodes,
        }
    }

    /// The destination, where there is one.
    pub const fn destination(&self) -> Option<&Destination> {
        match &self.how {
            How::Email(delivery) | How::Sms(delivery) => Some(&delivery.to),
            How::Call(calls) => Some(&calls.to),
            How::Questions(_) | How::Authenticator(_) | How::RecoveryCodes(_) => None,
        }
    }

    /// The destination, to note what was typed for it.
    pub(crate) const fn destination_mut(&mut self) -> Option<&mut Destination> {
        match &mut self.how {
            How::Email(delivery) | How::Sms(delivery) => Some(&mut delivery.to),
            How::Call(calls) => Some(&mut calls.to),
            How::Questions(_) | How::Authenticator(_) | How::RecoveryCodes(_) => None,
        }
    }

    /// The role of its destination.
    pub fn role(&self) -> Option<Role> {
        self.destination().map(|to| to.role)
    }

    /// The method as the person is shown it.
    pub fn shown(&self) -> regain_protocol::Method {
        regain_protocol::Method {
            id: self.id.clone(),
            kind: self.kind(),
            role: self.role(),
            masked: self.destination().map(|to| to.masked.clone()),
            confirm: self.destination().is_some_and(|to| to.confirm),
        }
    }

    /// The code that was sent last is void.
    pub(crate) fn forget_code(&mut self) {
        if let How::Email(delivery) | How::Sms(delivery) = &mut self.how {
            delivery.sent = None;
        }
    }
}

impl How {
    /// Tells if the code that was sent last is a long one, whose guesses need no count.
    pub const fn has_long_code(&self) -> bool {
        match self {
            Self::Email(Delivery { sent: Some(sent), .. }) | Self::Sms(Delivery { sent: Some(sent), .. }) => {
                sent.is_long
            }
            _ => false,
        }
    }
}

/// The account that methods are made for.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) cx: Context<'a>,
    pub(crate) account_key: &'a str,
    pub(crate) exists: bool,
    pub(crate) locale: &'a str,
}

/// A method before it has its place and its id.
pub(crate) struct NewMethod {
    pub(crate) offered: Offered,
    pub(crate) how: How,
}

impl NewMethod {
    const fn always(how: How) -> Self {
        Self { offered: Offered::Always, how }
    }
}

/// A kind of proof.
pub(crate) trait Kind: Sync {
    /// The kind, as the API names it.
    fn kind(&self) -> MethodKind;

    /// The roles in which people add it by themselves, where the organisation has it on.
    fn addable(&self) -> &'static [Option<Role>];

    /// Tells if the organisation has it on.
    fn is_on(&self, rules: &Rules, role: Option<Role>) -> bool;

    /// The methods of this kind that an account has, real or made up, of those that are on.
    fn methods(&self, at: &At<'_>, account: &Account) -> Vec<NewMethod>;

    /// Tells if the account can begin a recovery with it: that it has one which is offered before any proof.
    fn can_begin(&self, account: &Account, rules: &Rules) -> bool;

    /// The step that follows when somebody chooses it. `subject` is without the method.
    fn choose(&self, turn: Turn<'_>, subject: Subject, method: Method) -> Result<Decision, Refusal>;

    /// Begins to add it to the security info.
    fn enrol(
        &self,
        turn: Turn<'_>,
        person: &ProvedPerson,
        role: Option<Role>,
        value: &Secret<String>,
    ) -> Result<Decision, Refusal>;

    /// The registration that follows when the new method was shown to work.
    fn registration(&self, turn: Turn<'_>, method: &Method) -> Option<Registration>;

    /// The registration that takes it away; `None` where that is not the person's to do.
    fn removal(&self, role: Option<Role>) -> Option<Registration>;

    /// The entries of this kind in the security info.
    fn entries(&self, info: &SecurityInfo, rules: &Rules) -> Vec<Entry>;
}

/// Every kind, in the order in which they are shown.
pub(crate) const ALL: [&dyn Kind; 6] =
    [&email::Email, &sms::Sms, &call::Call, &questions::Questions, &authenticator::App, &recovery_codes::Codes];

/// The file of a kind; `None` for one that this version does not know.
pub(crate) fn of_kind(kind: MethodKind) -> Option<&'static dyn Kind> {
    ALL.into_iter().find(|candidate| candidate.kind() == kind)
}

/// Tells if the account can begin a recovery.
pub(crate) fn can_begin(account: &Account, rules: &Rules) -> bool {
    ALL.into_iter().any(|kind| kind.can_begin(account, rules))
}

/// The setup of an app that is being added.
pub(crate) fn setup(turn: Turn<'_>, person: &ProvedPerson, method: &Method) -> Option<AuthenticatorSetup> {
    match &method.how {
        How::Authenticator(app) => app.setup(turn, person),
        _ => None,
    }
}

/// A time after this one, at the latest when the flow ends.
pub(crate) fn within_flow(cx: Context<'_>, after: jiff::SignedDuration) -> Timestamp {
    cx.now.saturating_add(after).map_or(cx.expires_at, |at| at.min(cx.expires_at))
}

/// Tells if a kind reaches a number in this role.
pub(crate) fn reaches(rules: &Rules, kind: MethodKind, role: Role, number: &E164) -> bool {
    phone::is_usable(rules, kind, role, number)
}
