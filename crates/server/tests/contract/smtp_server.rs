//! A real SMTP server on a loopback port: `mailin` speaks the protocol, this file moves the bytes and
//! can be told to misbehave.

use std::{
    collections::HashSet,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};

use mailin::{Action, AuthMechanism, Handler, Response, Session, SessionBuilder, response};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig, crypto,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    },
};

/// What the server does with mails.
#[derive(Debug, Clone, Default)]
pub(crate) struct Behaviour {
    /// Addresses that it refuses for good.
    pub(crate) refused: HashSet<String>,
    /// Addresses that it refuses for now.
    pub(crate) greylisted: HashSet<String>,
    /// It says nothing from here on.
    pub(crate) hangs: Option<Hang>,
    /// What it answers to a whole mail instead of taking it.
    pub(crate) answers_mail_with: Option<u16>,
    /// The name and password that it asks for.
    pub(crate) credentials: Option<(&'static str, &'static str)>,
}

/// Where a server can stop answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hang {
    /// Before its greeting.
    AtOnce,
    /// When it has the whole mail.
    AfterTheMail,
}

/// A mail that the server took.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: Vec<u8>,
    pub(crate) encrypted: bool,
}

/// A running server; it stops when it is dropped.
pub(crate) struct SmtpServer {
    pub(crate) address: SocketAddr,
    /// The authority that signed its certificate, as PEM, where it has one.
    pub(crate) authority: Option<String>,
    taken: Arc<Mutex<Vec<Taken>>>,
    task: AbortHandle,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpServer {
    /// A server without TLS.
    pub(crate) async fn plain(behaviour: Behaviour) -> Self {
        Self::start(behaviour, None, None).await
    }

    /// A server that offers STARTTLS, with a certificate for `localhost` that it signed itself.
    pub(crate) async fn with_starttls(behaviour: Behaviour) -> Self {
        let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("signs");
        let certificate = CertificateDer::from_pem_slice(signed.cert.pem().as_bytes()).expect("is PEM");
        let key = PrivateKeyDer::from_pem_slice(signed.signing_key.serialize_pem().as_bytes()).expect("is PEM");
        let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("has versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("fits together");
        Self::start(behaviour, Some(TlsAcceptor::from(Arc::new(config))), Some(signed.cert.pem())).await
    }

    async fn start(behaviour: Behaviour, tls: Option<TlsAcceptor>, authority: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("has one");
        let taken: Arc<Mutex<Vec<Taken>>> = Arc::default();
        let mailbox = Mailbox { behaviour, taken: Arc::clone(&taken), mail: None, encrypted: false };
        let task = tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                // A client that goes away in the middle is its own business.
                tokio::spawn(converse(stream, peer.ip(), tls.clone(), mailbox.clone()));
            }
        });
        Self { address, authority, taken, task: task.abort_handle() }
    }

    /// The mails that it took.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().expect("not poisoned").clone()
    }
}

/// A conversation with one client.
async fn converse(stream: TcpStream, peer: IpAddr, tls: Option<TlsAcceptor>, mailbox: Mailbox) -> io::Result<()> {
    let hangs = mailbox.behaviour.hangs;
    if hangs == Some(Hang::AtOnce) {
        std::future::pending::<()>().await;
    }
    let mut builder = SessionBuilder::new("mail.example.com");
    if tls.is_some() {
        builder.enable_start_tls();
    }
    if mailbox.behaviour.credentials.is_some() {
        builder.enable_auth(AuthMechanism::Plain);
    }
    let mut session = builder.build(peer, mailbox.clone());
    let mut stream = BufReader::new(stream);
    stream.write_all(&session.greeting().buffer()?).await?;
    if process(&mut session, &mut stream, hangs).await? == Action::UpgradeTls {
        let tls = tls.expect("offered only with it");
        let stream = tls.accept(stream.into_inner()).await?;
        let mut session = builder.build(peer, Mailbox { encrypted: true, ..mailbox });
        session.tls_active();
        process(&mut session, &mut BufReader::new(stream), hangs).await?;
    }
    Ok(())
}

/// Answers line by line until the client is to be left or the connection upgraded.
async fn process<S: AsyncRead + AsyncWrite + Unpin>(
    session: &mut Session<Mailbox>,
    stream: &mut BufReader<S>,
    hangs: Option<Hang>,
) -> io::Result<Action> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(Action::Close);
        }
        let answer = session.process(&line);
        if line == b".\r\n" && hangs == Some(Hang::AfterTheMail) {
            std::future::pending::<()>().await;
        }
        if answer.action != Action::NoReply {
            stream.write_all(&answer.buffer()?).await?;
        }
        if matches!(answer.action, Action::Close | Action::UpgradeTls) {
            return Ok(answer.action);
        }
    }
}

/// Decides about the mails of one client.
#[derive(Clone)]
struct Mailbox {
    behaviour: Behaviour,
    taken: Arc<Mutex<Vec<Taken>>>,
    mail: Option<Taken>,
    encrypted: bool,
}

impl Handler for Mailbox {
    fn rcpt(&mut self, to: &str) -> Response {
        if self.behaviour.refused.contains(to) {
            // As real servers do, with the address in the words.
            Response::custom(550, format!("5.1.1 <{to}>: Recipient address rejected"))
        } else if self.behaviour.greylisted.contains(to) {
            Response::custom(450, format!("4.2.0 <{to}>: Greylisted, try again later"))
        } else {
            response::OK
        }
    }

    fn data_start(&mut self, _domain: &str, from: &str, _is8bit: bool, to: &[String]) -> Response {
        let encrypted = self.encrypted;
        self.mail = Some(Taken { from: from.to_owned(), to: to.to_vec(), data: Vec::new(), encrypted });
        response::OK
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.mail.as_mut().expect("begun").data.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        if let Some(code) = self.behaviour.answers_mail_with {
            return Response::custom(code, "not this one".to_owned());
        }
        self.taken.lock().expect("not poisoned").push(self.mail.take().expect("begun"));
        response::OK
    }

    fn auth_plain(&mut self, _authorization: &str, name: &str, password: &str) -> Response {
        if self.behaviour.credentials == Some((name, password)) {
            response::AUTH_OK
        } else {
            response::INVALID_CREDENTIALS
        }
    }
}
