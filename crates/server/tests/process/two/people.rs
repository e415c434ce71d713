//! People at work, and the mails that they get.

use std::{
    fmt::Write as _,
    io,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use mail_parser::MessageParser;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::sleep,
};

use super::walk::{Request, Walk};
use crate::smtp_server::SmtpServer;

pub(super) fn address(person: usize) -> String {
    format!("person{person}@example.net")
}

/// The people at work, and the servers that they can reach.
pub(super) struct Crowd {
    pub(super) addresses: Mutex<Vec<String>>,
    pub(super) mail: SmtpServer,
    pub(super) done: AtomicUsize,
    pub(super) until: Instant,
}

impl Crowd {
    /// Sends a request to one server after another until one answers with no 5xx. The key makes it safe to repeat.
    pub(super) async fn ask(&self, first: usize, request: &Request) -> (u16, Value) {
        for round in first.. {
            assert!(Instant::now() < self.until, "{request:?} waits");
            let address = {
                let addresses = self.addresses.lock().expect("not poisoned");
                addresses[round % addresses.len()].clone()
            };
            match send(&address, request).await {
                Ok((status, body)) if status < 500 => return (status, body),
                _ => sleep(Duration::from_millis(50)).await,
            }
        }
        unreachable!("there is always another round")
    }

    /// The newest code that came for a person.
    fn code(&self, person: usize) -> Option<String> {
        code(&self.mail, person)
    }

    /// Resets a person's password; returns the flow's id.
    pub(super) async fn reset(&self, person: usize) -> String {
        let (_, begun) = self.ask(person, &Walk::begin(person)).await;
        let mut walk = Walk::begun(person, &begun);
        while walk.step() != "done" {
            let code = if walk.step() == "enter_code" { self.arrives(person).await } else { None };
            let request = walk.next(code.as_deref());
            let (status, got) = self.ask(person, &request).await;
            assert!(status == 200 || got["flow"]["step"]["name"] == "done", "{status} {got} to {request:?}");
            walk.take(&got);
        }
        self.done.fetch_add(1, Ordering::SeqCst);
        walk.id
    }

    /// Brings a person to where a code is asked for.
    pub(super) async fn asked(&self, person: usize) -> Walk {
        let (_, begun) = self.ask(person, &Walk::begin(person)).await;
        let mut walk = Walk::begun(person, &begun);
        while walk.step() != "enter_code" {
            let (status, got) = self.ask(person, &walk.next(None)).await;
            assert_eq!(status, 200, "{got}");
            walk.take(&got);
        }
        walk
    }

    /// Waits for a code, for a while.
    pub(super) async fn arrives(&self, person: usize) -> Option<String> {
        for _ in 0..100 {
            if let Some(code) = self.code(person) {
                return Some(code);
            }
            sleep(Duration::from_millis(50)).await;
        }
        None
    }

    /// Tells if no mail came for a moment.
    pub(super) async fn is_idle(&self) -> bool {
        let before = self.mail.taken().len();
        sleep(Duration::from_millis(100)).await;
        self.mail.taken().len() == before
    }
}

/// The newest code for a person that a mail server took.
pub(super) fn code(mail: &SmtpServer, person: usize) -> Option<String> {
    let to = address(person);
    let taken = mail.taken().into_iter().rev().find(|mail| mail.to == [to.clone()])?;
    let mail = MessageParser::default().parse(&taken.data)?.body_text(0)?.into_owned();
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    mail.split_whitespace().find(is_code).map(str::to_owned)
}

/// Sends a request by HTTP/1.1 on a connection of its own; status and body.
pub(super) async fn send(address: &str, request: &Request) -> io::Result<(u16, Value)> {
    answered(begin(address, request).await?).await
}

/// The connection to a server that has a whole request.
pub(super) async fn begin(address: &str, request: &Request) -> io::Result<TcpStream> {
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(written(request).as_bytes()).await?;
    Ok(connection)
}

/// Status and body of the answer.
pub(super) async fn answered(mut connection: TcpStream) -> io::Result<(u16, Value)> {
    let mut response = Vec::new();
    connection.read_to_end(&mut response).await?;
    let response = String::from_utf8_lossy(&response);
    let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let (head, body) = response.split_once("\r\n\r\n").ok_or_else(cut)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(cut)?;
    Ok((status, serde_json::from_str(body).map_err(|_| cut())?))
}

/// A request as it is sent.
fn written(request: &Request) -> String {
    let Request { path, token, key, body } = request;
    let body = body.to_string();
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
         idempotency-key: {key}\r\ncontent-length: {}\r\n",
        body.len()
    );
    if let Some(token) = token {
        write!(head, "authorization: Bearer {token}\r\n").expect("writes");
    }
    format!("{head}\r\n{body}")
}
