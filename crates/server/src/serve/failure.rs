//! Failures of a server and of the commands beside it.

use std::{io, net::SocketAddr, path::PathBuf};

use regain_values::UserId;

use crate::{
    adapters::{
        BackupError, BreachedSetupError, ImportError, ListError, MigrateStoreError, OpenError, PeopleError,
        ServerKeyError, SmtpSetupError, TrustedRootsError, WebClientError,
    },
    config::{ConfigError, KeyError},
    http::files::FilesError,
    ports::{DirectoryError, NotifyError, StoreError},
};

/// Failure to run the server. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no server key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database cannot be opened.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// Another server key belongs to the database.
    #[error(transparent)]
    ServerKey(ServerKeyError),
    /// The database is gone that the server key was used with.
    #[error(
        "the database {database} is empty or not there, but its server key was used with one that had people in it. Put that \
         database back, or a backup of it (`regain-server restore FILE`). To begin anew with nobody in it, remove {note}"
    )]
    DatabaseLost {
        /// The database.
        database: String,
        /// The file that says so.
        note: PathBuf,
    },
    /// The database file has no tables, though there was a server key before.
    #[error(
        "the database {0} has nothing in it, not even tables: a copy may have gone wrong. Put the database back, or a \
         backup of it (`regain-server restore FILE`). To begin anew with nobody in it, remove the file"
    )]
    DatabaseWithoutTables(PathBuf),
    /// A command is for files alone.
    #[error(
        "the database is on PostgreSQL (store.url_file), which has tools of its own: back it up with pg_dump, restore it with \
         pg_restore, and it is compacted by itself. docs/operating.md shows how"
    )]
    NotAFile,
    /// The database was not brought to PostgreSQL.
    #[error(transparent)]
    MigrateStore(#[from] MigrateStoreError),
    /// A backup was not made or not restored.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The audit log is not what was written; a sentence for each fault.
    #[error("the audit log is not whole:\n{0}")]
    AuditChanged(String),
    /// The database cannot be compacted.
    #[error("cannot compact the database: {0}")]
    Compact(String),
    /// Breached passwords cannot be looked up.
    #[error(transparent)]
    Breached(#[from] BreachedSetupError),
    /// The directory does not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The directory cannot be used as it is; a line for each fault, with its key.
    #[error("the directory cannot be used:\n{0}")]
    DirectoryFaults(String),
    /// A check of the directory, or of an account in it, has printed so many faults.
    #[error("{0} fault{s} found", s = if *.0 == 1 { "" } else { "s" })]
    FaultsFound(usize),
    /// People are to be changed in a directory that is not ours.
    #[error(
        "people are changed, disabled and deleted in the organisation's directory: this program imports registrations \
         beside it, without --update, --disable, --delete and --dry-run"
    )]
    NotEmbedded,
    /// Somebody left the directory while registrations were brought in.
    #[error(
        "{place}: {user_id}: has left the directory meanwhile. Those before were brought in; the same list can be again"
    )]
    GoneMeanwhile {
        /// The place in the list.
        place: String,
        /// The person.
        user_id: UserId,
    },
    /// A file of user IDs cannot be read.
    #[error("{0}")]
    Named(std::io::Error),
    /// The directory cannot be asked for accounts by their ids.
    #[error("this kind of directory cannot be asked which of its accounts are still there")]
    NotAskable,
    /// Most registrations would be removed.
    #[error(
        "{gone} of {registered} people with registrations are not in the directory: that looks like a wrong \
         configuration. Check it (`regain-server check-directory`); if it is right, say --even-most"
    )]
    MostAreGone {
        /// The number of people who are gone.
        gone: usize,
        /// The number of people with registrations.
        registered: usize,
    },
    /// A hook cannot be checked.
    #[cfg(feature = "hook")]
    #[error(transparent)]
    CheckHook(#[from] regain_hook::conformance::CheckError),
    /// A hook does not keep the protocol.
    #[cfg(feature = "hook")]
    #[error("{0} cases are broken: docs/hook.md says what a hook has to do")]
    HookBroken(usize),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The authorities to trust cannot be loaded.
    #[error(transparent)]
    Roots(#[from] TrustedRootsError),
    /// Mail cannot be set up.
    #[error("mail: {0}")]
    Mail(#[from] SmtpSetupError),
    /// Text messages and calls cannot be set up.
    #[error("phone: {0}")]
    Phone(#[from] WebClientError),
    /// The outside challenge cannot be set up.
    #[error("captcha: {0}")]
    Captcha(WebClientError),
    /// The sessions hook cannot be set up.
    #[error("directory.sessions_hook: {0}")]
    Sessions(WebClientError),
    /// The widget cannot be served.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// A list of people cannot be read.
    #[error("people: {0}")]
    People(#[from] PeopleError),
    /// It cannot be used.
    #[error("people: {0}")]
    ListedPeople(#[from] ListError),
    /// People cannot be added.
    #[error("people: {0}")]
    Import(#[from] ImportError),
    /// A port of this section was to be supplied and was not.
    #[error("{0}: the program around the server supplies no such port")]
    NotSupplied(&'static str),
    /// The server that was asked is not alive.
    #[error("not alive: {0}")]
    Ill(String),
    /// A first configuration was not written.
    #[error("{0}")]
    Init(String),
    /// A test message was not sent.
    #[error("the message was not sent: {0}")]
    NotSent(#[from] NotifyError),
    /// A number that no message goes to.
    #[error("phone.countries: texts and calls do not go to numbers of this kind")]
    NumberNotReached,
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}. {}", listen_advice(key, .source))]
    Listen {
        /// The key that names the address.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// The reason.
        source: io::Error,
    },
    /// The process cannot be set up.
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    /// Standard output cannot be written to.
    #[error("cannot write: {0}")]
    Output(io::Error),
    /// The server stopped by itself.
    #[error("the server stopped: {0}")]
    Serve(io::Error),
}

fn listen_advice(key: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!("Stop what uses the port, or set {key} to another one."),
        io::ErrorKind::PermissionDenied => format!("Ports below 1024 need a privilege: set {key} to a higher one."),
        _ => format!("Set {key} to an address of this machine."),
    }
}
