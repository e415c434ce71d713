//! Ports: what the server needs from the world, each a trait with its types and errors.

mod account;
mod account_write;
mod accounts;
pub mod breached;
mod captcha;
mod clock;
#[cfg(feature = "contract")]
pub mod contract;
mod directory;
mod inspection;
mod notifier;
mod phone;
mod registrations;
mod ring;
mod rng;
mod sessions;
mod store;

pub use account::{AccountMail, AccountPhone, AccountQuestion, DirectoryError};
pub use account_write::{AccountRefusal, AccountWrite};
pub use accounts::{
    Abilities, Accounts, DirectoryRules, JoinedAccounts, PasswordChange, Person, SetPasswordError, SignIn, UnlockError,
    Unlocked,
};
pub use breached::{Breached, BreachedError};
pub use captcha::{CaptchaError, CaptchaVerifier};
pub use clock::{Clock, SKEW, SystemClock, lies_ahead, passed_since};
pub use directory::{Account, Directory, Orphans};
pub use inspection::{Finding, Severity};
pub use notifier::{Message, Notifier, NotifyError};
pub use phone::{
    CALL_RINGS_FOR, CALL_VOICE_WAITS_FOR, CallEvent, CallInstruction, CallListener, CallRef, EventNotTaken, Phone,
    PhoneCall, TextMessage,
};
pub use regain_values::AccountId;
pub use registrations::{GivenAnswer, NewQuestion, RegisterError, Registered, Registration, Registrations, Standing};
pub use ring::{NEIGHBOURS, RingPoint};
pub use rng::{OsRng, Rng, random_code, random_id, random_token};
pub use sessions::{EndSessions, Sessions};
pub use store::{
    AuditEntry, Change, Channel, Charge, Charged, Claim, ClaimChange, ClaimedMessage, Committed, FlowRow, NewMessage,
    Replay, Settlement, Store, StoreError, VoidOthers,
};
