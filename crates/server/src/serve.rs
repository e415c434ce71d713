//! Running the server: ports opened, work begun, and all of it ended in order.

use std::{future::Future, io, io::IsTerminal as _, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use regain_server::{
    adapters::{
        self, BreachedSetupError, Database, EmbeddedDirectory, ImportError, NoPhone, OpenError, Outbox, People,
        PeopleError, SessionsHook, SiteVerify, Smtp, SmtpSetupError, SqliteStore, Twilio, WebClientError,
    },
    app::{App, Parts},
    config::{Config, ConfigError, DirectoryKind, KeyError, LogFormat, MailKind, PhoneKind},
    delivery::{Delivery, Line, Texts},
    http::{
        demo::{self, Demo},
        files::{self, Files, FilesError},
        hosted,
    },
    keys::Keys,
    mails::Mails,
    ports::{DirectoryError, Notifier, OsRng, Phone, StoreError, SystemClock},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{interval, timeout},
};
use tracing_subscriber::EnvFilter;

/// How often what is long out of time is forgotten.
const PURGE_EVERY: Duration = Duration::from_mins(10);

/// How long requests that are under way may take to end when the server is stopped.
const LAST_REQUESTS: Duration = Duration::from_secs(20);

/// Why the server does not run. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Database(#[from] OpenError),
    #[error(transparent)]
    Breached(#[from] BreachedSetupError),
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("mail: {0}")]
    Mail(#[from] SmtpSetupError),
    #[error("phone: {0}")]
    Phone(#[from] WebClientError),
    #[error("captcha: {0}")]
    Captcha(WebClientError),
    #[error("directory.sessions_hook: {0}")]
    Sessions(WebClientError),
    #[error("server.widget_dir: {0}")]
    Files(#[from] FilesError),
    #[error("people: {0}")]
    People(#[from] PeopleError),
    #[error("people: {0}")]
    Import(#[from] ImportError),
    #[error("cannot listen on {address}: {source}. {}", what_to_do(.source))]
    Listen { address: SocketAddr, source: io::Error },
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    #[error("cannot write: {0}")]
    Output(io::Error),
    #[error("the server stopped: {0}")]
    Serve(io::Error),
}

fn what_to_do(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "Stop what uses the port, or set server.listen to another one.",
        io::ErrorKind::PermissionDenied => "Ports below 1024 need a privilege: set server.listen to a higher one.",
        _ => "Set server.listen to an address of this machine.",
    }
}

/// Runs the server until it is told to stop.
pub(crate) async fn serve(config: Config) -> Result<(), Failure> {
    log(config.server.log);
    let (stop, stopped) = watch::channel(false);
    // Before anything is opened, so that a signal during the start ends in order too.
    let told = told_to_stop().map_err(Failure::Runtime)?;
    tokio::spawn(async move {
        told.await;
        stop.send_replace(true);
    });

    let address = config.server.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| Failure::Listen { address, source })?;
    let (parts, outbox, people) = open(&config).await?;
    let app = App::new(config, parts)?;
    outbox.report_to(Arc::new(app.flows().clone()));
    let service = app.router(pages(&app, outbox, people)?).into_make_service_with_connect_info::<SocketAddr>();

    let delivery = tokio::spawn(Arc::new(delivery(&app)?).run(is_set(stopped.clone())));
    let purge = tokio::spawn(purge(Arc::clone(&app)));
    let local = listener.local_addr().unwrap_or(address);
    tracing::info!(%local, public_url = app.config().server.public_url, "listening");

    let server =
        tokio::spawn(axum::serve(listener, service).with_graceful_shutdown(is_set(stopped.clone())).into_future());
    is_set(stopped).await;
    tracing::info!("stopping: requests under way are finished first");
    if let Ok(Ok(served)) = timeout(LAST_REQUESTS, server).await {
        served.map_err(Failure::Serve)?;
    } else {
        tracing::warn!("some requests did not end and were cut off");
    }
    purge.abort();
    if delivery.await.is_err() {
        tracing::warn!("the delivery ended in a panic");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Opens what the configuration names.
async fn open(config: &Config) -> Result<(Parts, Outbox, People), Failure> {
    let clock = Arc::new(SystemClock);
    let rng = Arc::new(OsRng);
    let keys = Keys::derive(&config.server.server_key()?);
    let database = Database::open(&config.store.path).await?;
    let directory = match config.directory.kind {
        DirectoryKind::Embedded => EmbeddedDirectory::open(database.clone(), clock.clone(), rng.clone(), keys.clone())
            .await?
            .remembering(config.password.history()),
    };
    let directory = Arc::new(directory);
    let mut people = People::default();
    if config.demo.enabled
        && let Some(path) = &config.demo.people
    {
        people = People::load(path)?;
        let added = directory.import_asked(&people, &config.questions.own).await?;
        tracing::info!(added, "the demonstration's people are there");
    }
    let outbox = Outbox::new(clock.clone());
    let notifier: Arc<dyn Notifier> = match config.mail.kind {
        MailKind::Smtp => Arc::new(Smtp::new(&config.mail)?),
        MailKind::Outbox => Arc::new(outbox.clone()),
    };
    let phone: Arc<dyn Phone> = match config.phone.kind {
        PhoneKind::Off => Arc::new(NoPhone),
        PhoneKind::Outbox => Arc::new(outbox.clone()),
        PhoneKind::Twilio => Arc::new(Twilio::new(&config.phone, &config.server.public_url, keys, rng.clone())?),
    };
    let captcha = SiteVerify::configured(&config.captcha).map_err(Failure::Captcha)?;
    let breached = adapters::breached(&config.password.breached)?;
    let parts = Parts {
        store: Arc::new(SqliteStore::new(database)),
        directory,
        notifier,
        phone,
        captcha,
        breached,
        clock,
        rng,
        wake: Arc::default(),
    };
    Ok((parts, outbox, people))
}

/// What is served beside the API.
fn pages(app: &Arc<App>, outbox: Outbox, people: People) -> Result<Router, Failure> {
    let config = app.config();
    let mut pages = hosted::routes(Arc::clone(app));
    if let Some(folder) = &config.server.widget_dir {
        pages = pages.merge(files::routes(&Files::load(folder)?));
    }
    if config.demo.enabled {
        pages = pages.merge(demo::routes(Demo { app: Arc::clone(app), outbox, people }));
    }
    Ok(pages)
}

fn delivery(app: &App) -> Result<Delivery, Failure> {
    let parts = app.parts().clone();
    let config = app.config();
    let organisation = &config.organisation;
    let sessions = SessionsHook::configured(&config.directory, Arc::clone(&parts.clock)).map_err(Failure::Sessions)?;
    Ok(Delivery {
        store: parts.store,
        notifier: parts.notifier,
        phone: parts.phone,
        sessions,
        calls: Arc::new(app.flows().clone()),
        clock: parts.clock,
        keys: Arc::new(app.keys().clone()),
        mails: Mails::new(&organisation.name, organisation.help(), &config.server.public_url),
        texts: Texts { organisation: organisation.name.clone(), webotp_host: config.phone.webotp_host.clone() },
        line: Line::default(),
        wake: parts.wake,
    })
}

/// Forgets what is long out of time, again and again.
async fn purge(app: Arc<App>) {
    let mut ticks = interval(PURGE_EVERY);
    loop {
        ticks.tick().await;
        match app.parts().store.purge(app.parts().clock.now()).await {
            Ok(rows) => tracing::debug!(rows, "purged"),
            Err(error) => tracing::error!(%error, "cannot purge"),
        }
    }
}

/// Completes at the first SIGTERM or SIGINT.
fn told_to_stop() -> io::Result<impl Future<Output = ()> + Send> {
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

/// Begins the log: `RUST_LOG` chooses what is in it, `info` by default.
fn log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
}
