//! Connections to one mail server: opened, protected and signed in, and kept for the next mail.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use lettre::transport::smtp::{
    Error as SmtpError,
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, CertificateStore, TlsParameters},
    extension::ClientId,
};
use regain_outgoing::{TrustedRoots, with_causes};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Instant,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::failures::{SmtpSetupError, describe};
use crate::{
    config::{MailConfig, MailTls},
    ports::NotifyError,
};

/// Time that a connection is kept open for a next mail: less than any mail server waits for a command.
const KEPT_FOR: Duration = Duration::from_secs(20);

/// Opens connections to one mail server, and keeps them.
pub(super) struct Connections {
    pub(super) host: String,
    pub(super) port: u16,
    protection: Protection,
    credentials: Option<Credentials>,
    hello: ClientId,
    timeout: Duration,
    kept: Mutex<Kept>,
}

/// Connections that nobody uses at the moment.
#[derive(Default)]
struct Kept {
    /// With the time since which they are idle, oldest first.
    idle: Vec<(Instant, AsyncSmtpConnection)>,
    /// Somebody closes those that are idle for too long.
    is_watched: bool,
}

/// Protection of a connection.
enum Protection {
    /// None, towards this machine.
    None,
    /// TLS after `STARTTLS`.
    Starttls(TlsParameters),
    /// TLS from the first byte.
    Tls(TlsConnector, ServerName<'static>),
}

/// The parameters of TLS after `STARTTLS` with a host.
fn starttls(roots: &TrustedRoots, host: &str) -> Result<TlsParameters, SmtpError> {
    let store = if roots.are_mozillas() { CertificateStore::WebpkiRoots } else { CertificateStore::None };
    let mut builder = TlsParameters::builder(host.to_owned()).certificate_store(store);
    for certificate in roots.certificates() {
        builder = builder.add_root_certificate(Certificate::from_der(certificate.to_vec())?);
    }
    builder.build()
}

impl Connections {
    pub(super) fn new(config: &MailConfig, roots: &TrustedRoots) -> Result<Self, SmtpSetupError> {
        let fault = |reason: String| SmtpSetupError::Tls { host: config.host.clone(), reason };
        let protection = match config.tls {
            MailTls::None => Protection::None,
            MailTls::Starttls => {
                Protection::Starttls(starttls(roots, &config.host).map_err(|error| fault(error.to_string()))?)
            }
            MailTls::Tls => {
                let name = ServerName::try_from(config.host.clone()).map_err(|error| fault(error.to_string()))?;
                let config = roots.client_config().map_err(|error| fault(error.to_string()))?;
                Protection::Tls(Arc::new(config).into(), name)
            }
        };
        let credentials = config.username.clone().zip(config.password.as_ref());
        Ok(Self {
            host: config.host.clone(),
            port: config.port,
            protection,
            credentials: credentials.map(|(name, password)| Credentials::new(name, password.expose().clone())),
            hello: hello(&config.hello),
            timeout: config.timeout(),
            kept: Mutex::default(),
        })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection that was used last, where one is kept. The server may have closed it meanwhile.
    pub(super) fn take(&self) -> Option<AsyncSmtpConnection> {
        let (since, connection) = self.kept().idle.pop()?;
        (since.elapsed() < KEPT_FOR).then_some(connection)
    }

    /// Keeps a connection for the next mail.
    pub(super) fn keep(self: &Arc<Self>, connection: AsyncSmtpConnection) {
        let mut kept = self.kept();
        kept.idle.push((Instant::now(), connection));
        if !std::mem::replace(&mut kept.is_watched, true) {
            tokio::spawn(close_idle(Arc::clone(self)));
        }
    }

    /// Says goodbye, for which nobody waits.
    pub(super) fn leave(&self, mut connection: AsyncSmtpConnection) {
        let timeout = self.timeout;
        tokio::spawn(async move { tokio::time::timeout(timeout, connection.quit()).await });
    }

    /// Connects, protects the connection and signs in. Whatever goes wrong here is the server's state or our
    /// configuration, which somebody may be about to put right.
    pub(super) async fn open(&self) -> Result<AsyncSmtpConnection, NotifyError> {
        let unavailable = |step| move |error: SmtpError| NotifyError::Unavailable(describe(step, &error));
        let stream = self.within("connecting", self.stream()).await?;
        let stream =
            stream.map_err(|error| NotifyError::Unavailable(format!("connecting: {}", with_causes(&error))))?;
        let greeting = AsyncSmtpConnection::connect_with_transport(stream, &self.hello);
        let mut connection = self.within("EHLO", greeting).await?.map_err(unavailable("EHLO"))?;
        if let Protection::Starttls(parameters) = &self.protection {
            let upgrade = connection.starttls(parameters.clone(), &self.hello);
            self.within("STARTTLS", upgrade).await?.map_err(unavailable("STARTTLS"))?;
        }
        if let Some(credentials) = &self.credentials {
            let sign_in = connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials);
            self.within("AUTH", sign_in).await?.map_err(unavailable("AUTH"))?;
        }
        Ok(connection)
    }

    /// Takes a step before the mail is given, which has failed when it takes too long.
    pub(super) async fn within<T>(&self, step: &str, future: impl Future<Output = T>) -> Result<T, NotifyError> {
        tokio::time::timeout(self.timeout, future)
            .await
            .map_err(|_| NotifyError::Unavailable(format!("{step}: no answer in time")))
    }

    async fn stream(&self) -> io::Result<Box<dyn AsyncTokioStream>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        // The mail and the dot that ends it are two writes: without this the dot waits until the server has
        // acknowledged the mail, which it delays by up to 40 ms.
        stream.set_nodelay(true)?;
        Ok(match &self.protection {
            Protection::Tls(connector, name) => Box::new(Protected(connector.connect(name.clone(), stream).await?)),
            Protection::None | Protection::Starttls(_) => Box::new(stream),
        })
    }
}

/// Closes connections once they are idle for too long, until none is left.
async fn close_idle(connections: Arc<Connections>) {
    loop {
        let oldest = {
            let mut kept = connections.kept();
            let Some((since, _)) = kept.idle.first() else {
                kept.is_watched = false;
                return;
            };
            *since
        };
        tokio::time::sleep_until(oldest + KEPT_FOR).await;
        let closed: Vec<_> = {
            let mut kept = connections.kept();
            let until = kept.idle.partition_point(|(since, _)| since.elapsed() >= KEPT_FOR);
            kept.idle.drain(..until).collect()
        };
        for (_, connection) in closed {
            connections.leave(connection);
        }
    }
}

/// The name in `EHLO`; an address is written as a literal.
fn hello(host: &str) -> ClientId {
    match host.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(std::net::IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(std::net::IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(host.to_owned()),
    }
}

/// A connection that is protected from the first byte.
#[derive(Debug)]
struct Protected(TlsStream<TcpStream>);

impl AsyncTokioStream for Protected {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Protected {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Protected {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
