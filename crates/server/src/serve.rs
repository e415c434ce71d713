//! Running a server: ports opened, work begun, and all of it ended in order. [`run`] is the whole of it; a program
//! that adds to the server calls the parts by itself.

mod check;
mod connections;
mod database;
mod directory;
mod failure;
mod import;
mod open;
mod test_message;

use std::{env, future::Future, io, io::IsTerminal as _, net::SocketAddr, sync::Arc, time::Duration};

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

use connections::is_set;

pub use check::try_out;
pub use connections::ConnectionLimits;
pub use database::{adopt_key, with_database};
pub use directory::open_directory;
pub use failure::Failure;
pub use import::{Imported, UnknownPeople, import, import_registrations};
pub use open::{Extras, delivery, open};
pub use test_message::{send_test_mail, send_test_text};

use crate::{
    app::App,
    config::{Config, LogFormat},
    delivery::Delivery,
    flows::Flows,
    http::{
        self,
        files::{self, Files, FilesError},
        hosted,
    },
    ports::{Clock, Store},
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

/// Runs the server that a configuration describes, until a signal stops it.
pub async fn run(config: Config) -> Result<(), Failure> {
    log(config.server.log);
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
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

/// The files of the built widget: those of the configured folder, else those in the program, else none.
pub fn widget_files(config: &Config) -> Result<Option<Files>, FilesError> {
    match &config.server.widget_dir {
        Some(folder) => Files::load(folder).map(Some),
        None => Ok(Files::built_in()),
    }
}

/// Routes to the files of the built widget.
pub fn widget(config: &Config) -> Result<Router, FilesError> {
    Ok(widget_files(config)?.as_ref().map_or_else(Router::new, files::routes))
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

/// Begins the log: `RUST_LOG` chooses what is in it by targets and levels (`warn,regain_server=debug`), `info` by default.
pub fn log(format: LogFormat) {
    let chosen = env::var("RUST_LOG").ok().and_then(|targets| targets.parse::<Targets>().ok());
    let filter = chosen.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    // The LDAP library tells whole entries of people where an answer comes too late.
    let filter = filter.with_target("ldap3", LevelFilter::OFF);
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    match format {
        LogFormat::Text => tracing_subscriber::registry().with(lines.with_filter(filter)).init(),
        LogFormat::Json => tracing_subscriber::registry().with(lines.json().with_filter(filter)).init(),
    }
}
