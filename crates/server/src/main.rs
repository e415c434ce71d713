//! `regain-server`: `regain-server --config FILE` runs the server that the file describes.

mod audit;
mod check;
#[cfg(feature = "hook")]
mod check_hook;
mod directory;
mod health;
mod import;
mod init;
mod manual;
mod usual_places;

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser, Subcommand};
use jiff::Timestamp;
#[cfg(target_env = "musl")]
use mimalloc::MiMalloc;
use regain_server::{
    adapters::{self, AuditFilter, Location, SqlStore},
    config::{Config, ConfigError, StoreConfig},
    http::openapi_document,
    serve::{self, Failure},
};
use regain_values::{E164, MailAddress, UserId};
use tokio::runtime::Runtime;

/// The static program's allocator: musl's own has one lock for all threads.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The reset API and the hosted pages behind "Can't access your account?".
#[derive(Parser)]
#[command(name = "regain-server", version)]
struct Arguments {
    /// The organisation's configuration. By default `regain.toml` in this folder, or `/etc/regain/regain.toml` where this
    /// folder has none and there is an `/etc/regain`
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Check the configuration, try what it says, and stop
    #[arg(long)]
    check: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Write a first configuration by some questions or by options, make the server key, and check it
    Init(Box<init::Options>),
    /// Print the API's contract as OpenAPI 3.1
    Openapi,
    /// Fail unless the server that the configuration describes runs and answers
    Health,
    /// Write the manual page and the completions of shells, for packages
    #[command(hide = true)]
    Manual {
        /// The folder to write them to
        folder: PathBuf,
    },
    /// Bring people into the embedded directory, or their registrations beside another one; whatever is there already stays,
    /// unless --update says otherwise
    Import(import::Options),
    /// Say what Regain sees of the directory and which rights are missing; writes nothing there
    CheckDirectory {
        /// Also what it sees of this account
        #[arg(long, value_name = "USER_ID")]
        user: Option<UserId>,
    },
    /// List the accounts with registrations that are gone from the directory
    Registrations {
        /// Remove their registrations
        #[arg(long)]
        remove: bool,
        /// Also where most of all accounts with registrations are gone
        #[arg(long, requires = "remove")]
        even_most: bool,
    },
    /// Check that a program keeps the protocol of directory hooks, over test accounts of its own; their passwords are changed
    /// and set back
    #[cfg(feature = "hook")]
    CheckHook(check_hook::Options),
    /// Send a test mail, as codes are sent
    TestMail {
        /// The mail address
        to: MailAddress,
    },
    /// Send a test text message, as codes are sent
    TestSms {
        /// The number, with its country code
        to: E164,
    },
    /// Copy the database, whole and checked, into a new file, while the server runs
    Backup {
        /// The file to make
        file: PathBuf,
    },
    /// Put a backup in the place of the database, while no server runs
    Restore {
        /// The backup
        file: PathBuf,
        /// Also where the database has something in it; it is kept beside the restored one
        #[arg(long)]
        replace: bool,
    },
    /// Write the database anew without the room of what was removed; other writes wait meanwhile
    Compact,
    /// Bring the database from its file to an empty one on PostgreSQL, while no server runs
    MigrateStore {
        /// A file with the URL of that database, for its owner only
        #[arg(long, value_name = "URL_FILE")]
        to: PathBuf,
    },
    /// Have the database take the configured server key, where the one that it was made with is lost
    AdoptKey,
    /// Print the audit log as JSON Lines, oldest first
    Audit {
        /// Only what happened from this time on, such as 2026-11-23T14:00:00Z
        #[arg(long, value_name = "RFC3339")]
        since: Option<Timestamp>,
        /// Only what happened in this flow
        #[arg(long, value_name = "ID")]
        flow: Option<String>,
        /// Check instead that nobody has changed it, from its oldest file to its last line
        #[arg(long, conflicts_with_all = ["since", "flow"])]
        verify: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let config = &arguments.config.unwrap_or_else(usual_places::configuration);
    let done = match arguments.command {
        _ if arguments.check => runtime().and_then(|runtime| check::run(config, &runtime)),
        None => run(config),
        Some(Command::Init(options)) => runtime().and_then(|runtime| init::run(config, options, &runtime)),
        Some(Command::Openapi) => io::stdout().write_all(openapi_document().as_bytes()).map_err(Failure::Output),
        Some(Command::Health) => Config::load(config).map_err(Failure::Config).and_then(|config| health::run(&config)),
        Some(Command::Manual { folder }) => manual::write(&Arguments::command(), &folder).map_err(Failure::Output),
        Some(Command::Import(options)) => import(config, &options),
        Some(Command::CheckDirectory { user }) => check_directory(config, user.as_ref()),
        Some(Command::Registrations { remove, even_most }) => registrations(config, remove, even_most),
        #[cfg(feature = "hook")]
        Some(Command::CheckHook(options)) => runtime().and_then(|runtime| runtime.block_on(check_hook::run(options))),
        Some(Command::TestMail { to }) => test_mail(config, &to),
        Some(Command::TestSms { to }) => test_sms(config, &to),
        Some(Command::Backup { file }) => backup(config, &file),
        Some(Command::Restore { file, replace }) => restore(config, &file, replace),
        Some(Command::Compact) => compact(config),
        Some(Command::MigrateStore { to }) => migrate_store(config, &to),
        Some(Command::AdoptKey) => adopt_key(config),
        Some(Command::Audit { verify: true, .. }) => verify_audit(config),
        Some(Command::Audit { since, flow, verify: false }) => audit(config, &AuditFilter { since, flow_id: flow }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("regain-server: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(config: &Path) -> Result<(), Failure> {
    runtime()?.block_on(serve::run(Config::load(config)?))
}

fn import(config: &Path, options: &import::Options) -> Result<(), Failure> {
    let config = Config::load(config)?;
    println!("{}", runtime()?.block_on(serve::import(&config, &options.upkeep()?))?);
    Ok(())
}

fn check_directory(config: &Path, user_id: Option<&UserId>) -> Result<(), Failure> {
    let config = Config::load(config)?;
    runtime()?.block_on(directory::check(&config, user_id, &mut io::stdout().lock()))
}

fn registrations(config: &Path, remove: bool, even_most: bool) -> Result<(), Failure> {
    let config = Config::load(config)?;
    runtime()?.block_on(directory::orphans(&config, remove, even_most))
}

fn test_mail(config: &Path, to: &MailAddress) -> Result<(), Failure> {
    let config = Config::load(config)?;
    runtime()?.block_on(serve::send_test_mail(&config, to))?;
    println!("{} has taken a mail to {to}.", config.mail.host);
    Ok(())
}

fn test_sms(config: &Path, to: &E164) -> Result<(), Failure> {
    let config = Config::load(config)?;
    runtime()?.block_on(serve::send_test_text(&config, to))?;
    println!("The provider has taken a text message to {to}.");
    Ok(())
}

fn backup(config: &Path, file: &Path) -> Result<(), Failure> {
    let config = Config::load(config)?;
    let path = config.store.file().ok_or(Failure::NotAFile)?;
    runtime()?.block_on(adapters::back_up(path, file))?;
    println!("{} is a whole copy of {}.", file.display(), path.display());
    Ok(())
}

fn restore(config: &Path, file: &Path, replace: bool) -> Result<(), Failure> {
    let config = Config::load(config)?;
    let path = config.store.file().ok_or(Failure::NotAFile)?;
    let keys = config.server.existing_keys()?;
    let restored = runtime()?.block_on(adapters::restore(file, path, &keys, replace))?;
    println!("{} was restored from {}.", path.display(), file.display());
    if let Some(replaced) = restored.replaced {
        println!("The database that it replaced is {}.", replaced.display());
    }
    Ok(())
}

fn compact(config: &Path) -> Result<(), Failure> {
    let config = Config::load(config)?;
    if config.store.file().is_none() {
        return Err(Failure::NotAFile);
    }
    runtime()?.block_on(serve::with_database(&config, async |database, _| {
        database.compact().await.map_err(|error| Failure::Compact(error.to_string()))
    }))
}

fn migrate_store(config: &Path, to: &Path) -> Result<(), Failure> {
    let config = Config::load(config)?;
    let path = config.store.file().ok_or(Failure::NotAFile)?;
    let target = StoreConfig::on_postgres(to, &config.server).map_err(ConfigError::Keys)?;
    let counts = runtime()?.block_on(async {
        let audit_dir = config.store.audit_dir();
        let counts = serve::with_database(&config, async |database, keys| {
            SqlStore::new(database.clone(), keys.clone()).prepare().await?;
            Ok(adapters::migrate_store(database, &target).await?)
        });
        let counts = counts.await?;
        let keys = config.server.existing_keys()?;
        println!("{}", audit::verify_at(&Location::Postgres(Box::new(target.clone())), &audit_dir, &keys).await?);
        Ok::<_, Failure>(counts)
    })?;
    for (table, rows) in counts {
        println!("{table}: {rows}");
    }
    println!(
        "{} is on PostgreSQL now, and stays as it is. Set store.url_file to {} in the place of store.path.",
        path.display(),
        to.display()
    );
    Ok(())
}

fn adopt_key(config: &Path) -> Result<(), Failure> {
    let config = Config::load(config)?;
    runtime()?.block_on(serve::adopt_key(&config))?;
    println!("{} goes on with the configured server key.", config.store.location());
    Ok(())
}

fn audit(config: &Path, filter: &AuditFilter) -> Result<(), Failure> {
    let config = Config::load(config)?;
    runtime()?.block_on(audit::export(&config, filter, &mut io::stdout().lock()))
}

fn verify_audit(config: &Path) -> Result<(), Failure> {
    let config = Config::load(config)?;
    let keys = config.server.existing_keys()?;
    println!("{}", runtime()?.block_on(audit::verify(&config, &keys))?);
    Ok(())
}

fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::Runtime)
}
