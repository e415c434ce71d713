//! A real SMTP server on a loopback port: `mailin` speaks the protocol, this file moves the bytes and
//! can be told to misbehave.

use std::{
    collections::HashSet,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use mailin::{Action, AuthMechanism, Handler, Response, Session, SessionBuilder, response};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};
use tokio_rustls::TlsAcceptor;

use crate::authority::{Authority, trusted};
use regain_server::adapters::TrustedRoots;

/// Behaviour of the server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Behaviour {
    /// Addresses that it refuses for good.
    pub(crate) refused: HashSet<String>,
    /// Addresses that it refuses for now.
    pub(crate) greylisted: HashSet<String>,
    /// It says nothing from here on.
    pub(crate) hangs: Option<Hang>,
    /// The answer to a whole mail instead of taking it.
    pub(crate) answers_mail_with: Option<u16>,
    /// The name and password that it asks for.
    pub(crate) credentials: Option<(&'static str, &'static str)>,
    /// It hangs up without a word after so many mails over one connection.
    pub(crate) mails_per_connection: Option<usize>,
    /// It refuses clients that do not say this name in `EHLO`.
    pub(crate) talks_to: Option<&'static str>,
}

/// Points at which a server can stop answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hang {
    /// Before its greeting.
    AtOnce,
    /// After it has said that it takes the mail.
    AfterData,
    /// After the whole mail.
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
    /// The authority that vouches for it, where it has TLS.
    authority: Option<Authority>,
    taken: Arc<Mutex<Vec<Taken>>>,
    connections: Arc<AtomicUsize>,
    stuck: Arc<AtomicUsize>,
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
        Self::start(behaviour, Tls::None, None).await
    }

    /// A server that offers STARTTLS, with a certificate for `localhost` of an authority of its own.
    pub(crate) async fn with_starttls(behaviour: Behaviour) -> Self {
        let authority = Authority::new();
        Self::start(behaviour, Tls::Starttls(authority.acceptor()), Some(authority)).await
    }

    /// The same with TLS from the first byte.
    pub(crate) async fn with_tls(behaviour: Behaviour) -> Self {
        let authority = Authority::new();
        Self::start(behaviour, Tls::Whole(authority.acceptor()), Some(authority)).await
    }

    async fn start(behaviour: Behaviour, tls: Tls, authority: Option<Authority>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("has one");
        let taken: Arc<Mutex<Vec<Taken>>> = Arc::default();
        let (connections, stuck) = <(Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let opened = Arc::clone(&connections);
        let mailbox =
            Mailbox { behaviour, taken: Arc::clone(&taken), stuck: Arc::clone(&stuck), mail: None, encrypted: false };
        let task = tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                opened.fetch_add(1, Ordering::SeqCst);
                // A client that goes away in the middle is its own business.
                tokio::spawn(converse(stream, peer.ip(), tls.clone(), mailbox.clone()));
            }
        });
        Self { address, authority, taken, connections, stuck, task: task.abort_handle() }
    }

    /// The roots of a client that knows the server's authority.
    pub(crate) fn trusted(&self) -> TrustedRoots {
        self.authority.as_ref().map_or_else(trusted, Authority::trusted)
    }

    /// Tells if it has TLS.
    pub(crate) fn is_protected(&self) -> bool {
        self.authority.is_some()
    }

    /// The number of connections that were opened.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The number of mails in the middle of which it stopped answering.
    pub(crate) fn stuck(&self) -> usize {
        self.stuck.load(Ordering::SeqCst)
    }

    /// The mails that it took.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().expect("not poisoned").clone()
    }
}

/// TLS of a server.
#[derive(Clone)]
enum Tls {
    None,
    Starttls(TlsAcceptor),
    /// From the first byte.
    Whole(TlsAcceptor),
}

/// A conversation with one client.
async fn converse(stream: TcpStream, peer: IpAddr, tls: Tls, mailbox: Mailbox) -> io::Result<()> {
    let Behaviour { hangs, mails_per_connection: most, .. } = mailbox.behaviour;
    let stuck = Arc::clone(&mailbox.stuck);
    if hangs == Some(Hang::AtOnce) {
        std::future::pending::<()>().await;
    }
    let mut builder = SessionBuilder::new("mail.example.com");
    if let Tls::Starttls(_) = &tls {
        builder.enable_start_tls();
    }
    if mailbox.behaviour.credentials.is_some() {
        builder.enable_auth(AuthMechanism::Plain);
    }
    if let Tls::Whole(tls) = &tls {
        let mut stream = BufReader::new(tls.accept(stream).await?);
        let mut session = builder.build(peer, Mailbox { encrypted: true, ..mailbox });
        stream.write_all(&session.greeting().buffer()?).await?;
        session.tls_active();
        process(&mut session, &mut stream, (hangs, &stuck), most).await?;
        return Ok(());
    }
    let mut session = builder.build(peer, mailbox.clone());
    let mut stream = BufReader::new(stream);
    stream.write_all(&session.greeting().buffer()?).await?;
    if process(&mut session, &mut stream, (hangs, &stuck), most).await? == Action::UpgradeTls {
        let Tls::Starttls(tls) = tls else { panic!("offered only with it") };
        let stream = tls.accept(stream.into_inner()).await?;
        let mut session = builder.build(peer, Mailbox { encrypted: true, ..mailbox });
        session.tls_active();
        process(&mut session, &mut BufReader::new(stream), (hangs, &stuck), most).await?;
    }
    Ok(())
}

/// Answers line by line until the client is to be left or the connection upgraded.
async fn process<S: AsyncRead + AsyncWrite + Unpin>(
    session: &mut Session<Mailbox>,
    stream: &mut BufReader<S>,
    (hangs, stuck): (Option<Hang>, &AtomicUsize),
    mut mails_left: Option<usize>,
) -> io::Result<Action> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(Action::Close);
        }
        let answer = session.process(&line);
        if line == b".\r\n" && hangs == Some(Hang::AfterTheMail) {
            stuck.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
        if answer.action != Action::NoReply {
            stream.write_all(&answer.buffer()?).await?;
        }
        if line.eq_ignore_ascii_case(b"DATA\r\n") && hangs == Some(Hang::AfterData) {
            stuck.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
        if line == b".\r\n"
            && let Some(left) = &mut mails_left
        {
            *left -= 1;
            if *left == 0 {
                return Ok(Action::Close);
            }
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
    stuck: Arc<AtomicUsize>,
    mail: Option<Taken>,
    encrypted: bool,
}

impl Handler for Mailbox {
    fn helo(&mut self, _ip: IpAddr, domain: &str) -> Response {
        match self.behaviour.talks_to {
            Some(name) if name != domain => Response::custom(550, "5.7.1 Access denied - Invalid HELO name".to_owned()),
            _ => response::OK,
        }
    }

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
