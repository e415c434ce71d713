//! Adapters: what stands behind the [`crate::ports`] here.

#[cfg(not(target_family = "wasm"))]
mod awaited_accounts;
#[cfg(not(target_family = "wasm"))]
mod breached;
mod no_phone;
#[cfg(not(target_family = "wasm"))]
mod sessions_hook;
#[cfg(not(target_family = "wasm"))]
mod site_verify;
#[cfg(not(target_family = "wasm"))]
mod smtp;
pub mod twilio;

#[cfg(not(target_family = "wasm"))]
pub use awaited_accounts::{AwaitedAccounts, Opening};
#[cfg(not(target_family = "wasm"))]
pub use breached::{BreachedFile, BreachedFileError, BreachedSetupError, BreachedWeb, breached};
pub use no_phone::NoPhone;
#[cfg(not(target_family = "wasm"))]
pub use regain_outgoing::{CaFileError, TrustedRoots, TrustedRootsError, WebClientError};
#[cfg(not(target_family = "wasm"))]
pub use regain_people::{
    ListError, MailRole, NewPerson, People, PeopleError, PersonMail, PersonPhone, PersonQuestion, PhoneRole,
};
#[cfg(not(target_family = "wasm"))]
pub use regain_sql::{
    AuditFilter, AuditPosition, AuditReport, BackupError, Content, Database, DatabaseReader, EmbeddedDirectory,
    HashCost, ImportError, Location, MigrateStoreError, Named, OpenError, Outcome, OwnRegistrations, PostgresSettings,
    Restored, ServerKeyError, SqlStore, Upkeep, UpkeepReport, back_up, migrate_store, restore,
};
#[cfg(not(target_family = "wasm"))]
pub use sessions_hook::SessionsHook;
#[cfg(not(target_family = "wasm"))]
pub use site_verify::SiteVerify;
#[cfg(not(target_family = "wasm"))]
pub use smtp::{Smtp, SmtpSetupError};
#[cfg(not(target_family = "wasm"))]
pub use twilio::Twilio;
