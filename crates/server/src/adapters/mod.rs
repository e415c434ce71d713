//! Adapters: what stands behind the [`crate::ports`] here.

mod awaited_accounts;
mod breached;
mod no_phone;
mod sessions_hook;
mod site_verify;
mod smtp;
pub mod twilio;

pub use awaited_accounts::{AwaitedAccounts, Opening};
pub use breached::{BreachedFile, BreachedFileError, BreachedSetupError, BreachedWeb, breached};
pub use no_phone::NoPhone;
pub use regain_outgoing::{CaFileError, TrustedRoots, TrustedRootsError, WebClientError};
pub use regain_sql::{
    AuditFilter, AuditPosition, AuditReport, BackupError, Content, Database, DatabaseReader, EmbeddedDirectory,
    HashCost, ImportError, Location, MailRole, MigrateStoreError, Named, NewPerson, OpenError, Outcome,
    OwnRegistrations, People, PeopleError, PersonMail, PersonPhone, PersonQuestion, PhoneRole, PostgresSettings,
    Restored, ServerKeyError, SqliteStore, Upkeep, UpkeepReport, back_up, migrate_store, restore,
};
pub use sessions_hook::SessionsHook;
pub use site_verify::SiteVerify;
pub use smtp::{Smtp, SmtpSetupError};
pub use twilio::Twilio;
