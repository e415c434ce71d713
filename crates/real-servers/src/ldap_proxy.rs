//! A proxy before an LDAP server that loses a change or the answer to it, or has it wait. What it passes on is unencrypted.

use std::{
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
    thread,
};

use crate::process::free_address;

/// The fate of the next change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is passed on, and so is its answer.
    Passed,
    /// It is passed on; when its answer comes, the connection is closed instead.
    AnswerLost,
    /// It is passed on, and the connection stays without an answer.
    AnswerHeld,
    /// The connection is closed in its place.
    Lost,
}

/// A running proxy.
#[derive(Debug)]
pub struct LdapProxy {
    address: SocketAddr,
    next: Arc<Next>,
}

/// The treatment of the next change.
#[derive(Debug)]
struct Next {
    fate: Mutex<Fate>,
    stop: Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>>,
}

/// A change that the proxy has not passed on yet.
#[derive(Debug)]
pub struct Waiting {
    came: mpsc::Receiver<()>,
    go_on: mpsc::Sender<()>,
}

impl Waiting {
    /// Waits until the change has come, does something, and passes the change on.
    pub fn after<T>(self, work: impl FnOnce() -> T) -> T {
        self.came.recv().expect("a change comes");
        let done = work();
        self.go_on.send(()).expect("it is waited for");
        done
    }
}

/// The operations of RFC 4511 that change something, by their tags: Modify, and extended ones.
const CHANGES: [u8; 2] = [0x66, 0x77];

impl LdapProxy {
    /// Starts one before a server. It goes on until the process ends.
    pub fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((free_address(&[]), 0)).expect("listens");
        let address = listener.local_addr().expect("has an address");
        let next = Arc::new(Next { fate: Mutex::new(Fate::Passed), stop: Mutex::default() });
        let shared = Arc::clone(&next);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let next = Arc::clone(&shared);
                thread::spawn(move || pass(&client, server, &next));
            }
        });
        Self { address, next }
    }

    /// Decides what happens to the next change. Those after it are passed on.
    pub fn next(&self, fate: Fate) {
        *self.next.fate.lock().expect("not poisoned") = fate;
    }

    /// Has the next change wait.
    pub fn hold(&self) -> Waiting {
        let ((arrive, came), (go_on, gone_on)) = (mpsc::channel(), mpsc::channel());
        *self.next.stop.lock().expect("not poisoned") = Some((arrive, gone_on));
        Waiting { came, go_on }
    }

    /// The address of it.
    pub fn url(&self) -> String {
        format!("ldap://{}", self.address)
    }
}

/// Passes on what goes over one connection.
fn pass(client: &TcpStream, server: SocketAddr, next: &Next) -> Option<()> {
    let upstream = TcpStream::connect(server).ok()?;
    let (mut answers, mut to_client) = (upstream.try_clone().ok()?, client.try_clone().ok()?);
    let held = Arc::new(Mutex::new(Fate::Passed));
    let holding = Arc::clone(&held);
    thread::spawn(move || {
        while let Ok(answer) = message(&mut answers) {
            match *holding.lock().expect("not poisoned") {
                Fate::AnswerHeld => {}
                Fate::AnswerLost => break,
                Fate::Passed | Fate::Lost => {
                    if to_client.write_all(&answer).is_err() {
                        break;
                    }
                }
            }
        }
        let _ = to_client.shutdown(std::net::Shutdown::Both);
    });
    let (mut from_client, mut to_server) = (client.try_clone().ok()?, upstream);
    while let Ok(request) = message(&mut from_client) {
        if operation(&request).is_some_and(|tag| CHANGES.contains(&tag)) {
            let stop = next.stop.lock().expect("not poisoned").take();
            if let Some((arrive, go_on)) = stop {
                let _ = (arrive.send(()), go_on.recv());
            }
            let decided = std::mem::replace(&mut *next.fate.lock().expect("not poisoned"), Fate::Passed);
            if decided == Fate::Lost {
                break;
            }
            *held.lock().expect("not poisoned") = decided;
        }
        to_server.write_all(&request).ok()?;
    }
    let _ = (client.shutdown(std::net::Shutdown::Both), to_server.shutdown(std::net::Shutdown::Both));
    Some(())
}

/// Reads one message: a sequence with its length.
pub fn message(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut message = vec![0; 2];
    stream.read_exact(&mut message)?;
    let mut length = usize::from(message[1]);
    if length & 0x80 != 0 {
        let mut long = vec![0; length & 0x7f];
        stream.read_exact(&mut long)?;
        length = long.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        message.extend(long);
    }
    let begin = message.len();
    message.resize(begin + length, 0);
    stream.read_exact(&mut message[begin..])?;
    Ok(message)
}

/// The tag of a message's operation: what comes after its number.
fn operation(message: &[u8]) -> Option<u8> {
    let header = if message[1] & 0x80 == 0 { 2 } else { 2 + usize::from(message[1] & 0x7f) };
    let length = usize::from(*message.get(header + 1)?);
    message.get(header + 2 + length).copied()
}

/// An address at which nothing listens.
pub fn nobody() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("listens");
    listener.local_addr().expect("has an address")
}
