//! Running a server: ports opened, work begun, and all of it ended in order. [`run`] is the whole of it; a program
//! that adds to the server calls the parts by itself.

mod connections;
mod database;
mod directory;
mod import;
mod open;

use std::{env, future::Future, io, io::IsTerminal as _, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{interval, timeout},
};
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

pub use connections::ConnectionLimits;
pub use database::{adopt_key, with_database};
pub use directory::open_directory;
pub use import::{Imported, import, import_registrations};
pub use open::{Extras, delivery, open};

use crate::{
    adapters::{
        BackupError, BreachedSetupError, ImportError, OpenError, PeopleError, ServerKeyError, SmtpSetupError,
        TrustedRootsError, WebClientError,
    },
    app::App,
    config::{Config, ConfigError, KeyError, LogFormat},
    delivery::Delivery,
    flows::Flows,
    http::{
        self,
        files::{self, Files, FilesError},
        hosted,
    },
    ports::{Clock, DirectoryError, Store, StoreError},
};

/// Time between purges of what expired long ago.
const PURGE_EVERY: Duration = Duration::from_mins(10);

/// Time between looks for changes of accounts that were left behind.
const SETTLE_EVERY: Duration = Duration::from_secs(5);

/// Time that open requests may take to end when the server is stopped. What runs containers kills after ten seconds, and
/// messages under way end by then too.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

/// Bounds of the listener for metrics, which few programs ask.
const METRICS_LIMITS: ConnectionLimits = ConnectionLimits { connections: 16, idle: Duration::from_secs(75) };

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
        "the database {path} is empty or not there, but its server key was used with one that had people in it. Put that \
         database back, or a backup of it (`regain-server restore FILE`). To begin anew with nobody in it, remove {note}"
    )]
    DatabaseLost {
        /// The file of the database.
        path: PathBuf,
        /// The file that says so.
        note: PathBuf,
    },
    /// The database file has no tables, though there was a server key before.
    #[error(
        "the database {0} has nothing in it, not even tables: a copy may have gone wrong. Put the database back, or a \
         backup of it (`regain-server restore FILE`). To begin anew with nobody in it, remove the file"
    )]
    DatabaseWithoutTables(PathBuf),
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
    #[error("server.widget_dir: {0}")]
    Files(#[from] FilesError),
    /// A list of people cannot be read.
    #[error("people: {0}")]
    People(#[from] PeopleError),
    /// People cannot be added.
    #[error("people: {0}")]
    Import(#[from] ImportError),
    /// A port of this section was to be supplied and was not.
    #[error("{0}: the program around the server supplies no such port")]
    NotSupplied(&'static str),
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

/// Runs the server that a configuration describes, until a signal stops it.
pub async fn run(config: Config) -> Result<(), Failure> {
    log(config.server.log);
    // Before anything is opened, so that a signal during the start ends in order too.
    let stopped = stop_signal()?;
    let listener = listen(config.server.listen).await?;
    let metrics_listener = match config.server.metrics_listen {
        Some(address) => Some(listen_at("server.metrics_listen", address).await?),
        None => None,
    };
    with_database(&config, async |database, keys| {
        let ports = open(&config, database, keys, Extras::default()).await?;
        let widget = widget(&config)?;
        let app = App::new(config.clone(), ports)?;
        let pages = hosted::routes(Arc::clone(&app), None).merge(widget);
        let service = Service {
            listener,
            public_url: app.config().server.public_url.clone(),
            router: http::router(&app, pages),
            limits: app.config().server.connection_limits(),
            metrics: metrics_listener.map(|listener| (listener, http::metrics_router(&app))),
            delivery: delivery(&app, Arc::new(app.flows().clone()))?,
            flows: app.flows().clone(),
        };
        serve(service, stopped).await
    })
    .await
}

/// A server that is ready to take requests.
pub struct Service {
    /// The socket.
    pub listener: TcpListener,
    /// The address under which people reach it, for the log.
    pub public_url: String,
    /// Answers the requests.
    pub router: Router,
    /// Bounds of what its clients may hold.
    pub limits: ConnectionLimits,
    /// The socket for metrics, where there is one, and what answers there.
    pub metrics: Option<(TcpListener, Router)>,
    /// Sends what they queue.
    pub delivery: Delivery,
    /// Settles changes of accounts that were left behind.
    pub flows: Flows,
}

/// Answers requests, delivers messages and forgets what is out of time, until `stopped` is true.
pub async fn serve(service: Service, stopped: watch::Receiver<bool>) -> Result<(), Failure> {
    let Service { listener, public_url, router, limits, metrics, delivery, flows } = service;
    let local = listener.local_addr().map_err(Failure::Serve)?;
    let purge = tokio::spawn(purge(Arc::clone(&delivery.store), Arc::clone(&delivery.clock)));
    let settling = tokio::spawn(settle(flows));
    let delivery = tokio::spawn(Arc::new(delivery).run(is_set(stopped.clone())));
    tracing::info!(%local, public_url, "listening");

    if let Some((listener, router)) = metrics {
        let local = listener.local_addr().map_err(Failure::Serve)?;
        tracing::info!(%local, "metrics are served");
        tokio::spawn(connections::serve(listener, router, METRICS_LIMITS, stopped.clone()));
    }

    let server = tokio::spawn(connections::serve(listener, router, limits, stopped.clone()));
    is_set(stopped).await;
    tracing::info!("stopping: requests under way are finished first");
    if timeout(LAST_REQUESTS, server).await.is_err() {
        tracing::warn!("some requests did not end and were cut off");
    }
    purge.abort();
    settling.abort();
    if delivery.await.is_err() {
        tracing::warn!("the delivery ended in a panic");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Binds the socket.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    listen_at("server.listen", address).await
}

async fn listen_at(key: &'static str, address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|source| Failure::Listen { key, address, source })
}

/// Routes to the files of the built widget; none where no folder is configured.
pub fn widget(config: &Config) -> Result<Router, FilesError> {
    let Some(folder) = &config.server.widget_dir else { return Ok(Router::new()) };
    Ok(files::routes(&Files::load(folder)?))
}

/// Forgets what is long out of time, again and again.
async fn purge(store: Arc<dyn Store>, clock: Arc<dyn Clock>) {
    let mut ticks = interval(PURGE_EVERY);
    loop {
        ticks.tick().await;
        match store.purge(clock.now()).await {
            Ok(rows) => tracing::debug!(rows, "purged"),
            Err(error) => tracing::error!(%error, "cannot purge"),
        }
    }
}

/// Settles changes of accounts that were left behind, at the start and again and again.
async fn settle(flows: Flows) {
    let mut ticks = interval(SETTLE_EVERY);
    loop {
        ticks.tick().await;
        match flows.settle_left_behind().await {
            Ok(0) => {}
            Ok(count) => tracing::warn!(count, "changes of accounts that were left behind are settled"),
            Err(error) => tracing::error!(%error, "cannot look for changes of accounts that were left behind"),
        }
    }
}

/// Turns true at the first SIGTERM or SIGINT.
pub fn stop_signal() -> Result<watch::Receiver<bool>, Failure> {
    let (stop, stopped) = watch::channel(false);
    let signalled = signalled().map_err(Failure::Runtime)?;
    tokio::spawn(async move {
        signalled.await;
        stop.send_replace(true);
    });
    Ok(stopped)
}

fn signalled() -> io::Result<impl Future<Output = ()> + Send> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Completes once the value is true.
async fn is_set(mut value: watch::Receiver<bool>) {
    // An error means that nobody can set it any more, which is as final.
    let _ = value.wait_for(|is_set| *is_set).await;
}

/// Begins the log: `RUST_LOG` chooses what is in it by targets and levels (`warn,regain_server=debug`), `info` by default.
pub fn log(format: LogFormat) {
    let chosen = env::var("RUST_LOG").ok().and_then(|targets| targets.parse::<Targets>().ok());
    let filter = chosen.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    match format {
        LogFormat::Text => tracing_subscriber::registry().with(lines.with_filter(filter)).init(),
        LogFormat::Json => tracing_subscriber::registry().with(lines.json().with_filter(filter)).init(),
    }
}
