//! The server's core: what a flow is, and what an answer makes of it.
//!
//! It is pure. The flow service reads a flow, asks the [`Engine`] to decide, and commits what was decided in one
//! transaction. Each [step](steps) is a file, and so is each [method](methods); [`next`] alone says which step
//! follows which.
//!
//! Nothing here may depend on whether an account exists before a proof was given: an unknown user ID
//! walks the same path with the methods of a [made-up account](decoy), and only the last comparison knows.

mod apply;
mod captcha;
mod client_network;
mod decision;
mod decoy;
mod device;
mod engine;
mod enrolment;
mod flow;
mod lookups;
mod mask;
pub mod messages;
pub mod methods;
mod next;
mod notices;
mod password;
mod proof;
mod rules;
mod security_info;
mod standing;
mod state;
pub mod steps;
mod subject;
mod turn;
mod view;

// The fixture that the explorer has too names the crate as others do.
#[cfg(test)]
extern crate self as regain_engine;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod testing;

pub use apply::Applied;
pub use captcha::{Challenge, Image, ProofOfWork, image_expires_at, picture, revealed, spoken};
pub use client_network::{Allowance, ClientNetwork};
pub use decision::{Application, Cost, Decision, Effect, LimitPolicy, Refusal, Reply};
pub use device::Device;
pub use engine::{A_DAY, AN_HOUR, Asserted, Context, Engine, TEN_MINUTES};
pub use lookups::{Finding, Findings, Lookup};
pub use password::{BreachedRule, GuessableRule, PasswordCheck, PasswordRules};
pub use rules::{CaptchaRules, CodeRules, GateRules, Limits, MethodRules, QuestionRules, Rules, SecurityInfoRules};
pub use security_info::InfoDue;
pub use state::{
    Done, Ended, KnownAccount, ProvedPerson, STUCK_AFTER, SecurityInfo, Stage, State, Subject, UnreadableState,
};

pub(crate) use engine::{A_MONTH, A_QUARTER};
