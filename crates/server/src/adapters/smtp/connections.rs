//! Connections to one mail server: opened, protected and signed in.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use lettre::transport::smtp::{
    Error as SmtpError,
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters},
    extension::ClientId,
};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{SmtpSetupError, describe};
use crate::{
    adapters::{TrustedRoots, web_client::with_causes},
    config::{MailConfig, MailTls},
    ports::NotifyError,
};

/// Opens connections to one mail server.
pub(super) struct Connections {
    pub(super) host: String,
    pub(super) port: u16,
    protection: Protection,
    credentials: Option<Credentials>,
    hello: ClientId,
    timeout: Duration,
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

impl Connections {
    pub(super) fn new(config: &MailConfig, roots: &TrustedRoots) -> Result<Self, SmtpSetupError> {
        let fault = |reason: String| SmtpSetupError::Tls { host: config.host.clone(), reason };
        let protection = match config.tls {
            MailTls::None => Protection::None,
            MailTls::Starttls => {
                Protection::Starttls(roots.starttls(&config.host).map_err(|error| fault(error.to_string()))?)
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
        })
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
