//! Methods: the ways to prove who one is. A kind of proof is a file with a [`Kind`]; [`ALL`] lists them in the order in
//! which they are shown.

mod authenticator;
mod call;
mod delivery;
mod email;
mod kind;
mod phone;
mod questions;
mod recovery_codes;
mod sms;

use regain_ports::Account;
use regain_protocol::MethodKind;

pub(crate) use authenticator::{one_use, setup};
pub(crate) use call::place as place_call;
pub(crate) use delivery::send_another;
pub(crate) use kind::{At, Entry, Kind, NOT_ALLOWED};
pub(crate) use phone::entries as phone_entries;
pub(crate) use questions::{check_answers, comparison_cost, offer as questions_offer, register as register_questions};
pub(crate) use recovery_codes::{open as open_recovery_codes, seal as seal_recovery_codes};

use crate::Rules;
pub use crate::state::{
    AskedQuestions, Authenticator, Calls, Delivery, Destination, How, Method, Offered, RecoveryCodes, SentCode,
};

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
