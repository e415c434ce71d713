//! Adapters: what stands behind the [`crate::ports`] here.

mod breached;
mod embedded_directory;
mod no_phone;
mod outbox;
mod sessions_hook;
mod site_verify;
mod smtp;
mod sqlite;
mod sqlite_store;
pub(crate) mod twilio;
mod web_client;

pub use breached::{BreachedFile, BreachedFileError, BreachedSetupError, BreachedWeb, breached};
pub use embedded_directory::{
    EmbeddedDirectory, HashCost, ImportError, MailRole, People, PeopleError, Person, PersonMail, PersonPhone,
    PersonQuestion, PhoneRole,
};
pub use no_phone::NoPhone;
pub use outbox::{CallAct, CallStatus, NotOnTheLine, Outbox, OutboxCall, OutboxEntry, OutboxMail, OutboxText, Said};
pub use sessions_hook::SessionsHook;
pub use site_verify::SiteVerify;
pub use smtp::{Smtp, SmtpSetupError};
pub use sqlite::{Database, OpenError};
pub use sqlite_store::{AuditFilter, AuditPosition, SqliteStore};
pub use twilio::Twilio;
pub use web_client::WebClientError;
