//! A mail server some way off: it takes every mail, answers each command after a round trip, and keeps the codes.

use std::{
    collections::HashMap,
    io::{self, BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

/// Time in which a mail with a code has to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running mail server. It ends with this program.
#[derive(Clone)]
pub struct MailServer {
    /// Its port.
    pub port: u16,
    boxes: Arc<Boxes>,
}

#[derive(Default)]
struct Boxes {
    /// The code that came last, by recipient.
    codes: Mutex<HashMap<String, String>>,
    came: Condvar,
    mails: AtomicU64,
}

impl MailServer {
    /// Starts one that is so far away.
    pub fn start(round_trip: Duration) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let server = Self { port: listener.local_addr()?.port(), boxes: Arc::default() };
        let boxes = Arc::clone(&server.boxes);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let boxes = Arc::clone(&boxes);
                thread::spawn(move || boxes.converse(&connection, round_trip));
            }
        });
        Ok(server)
    }

    /// The number of mails so far.
    pub fn mails(&self) -> u64 {
        self.boxes.mails.load(Ordering::Relaxed)
    }

    /// Takes the code that was sent to an address, which may be under way.
    pub fn code(&self, address: &str) -> Result<String> {
        let deadline = Instant::now() + PATIENCE;
        let mut codes = self.boxes.codes.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(code) = codes.remove(address) {
                return Ok(code);
            }
            let left = deadline.checked_duration_since(Instant::now()).context("no mail with a code came")?;
            codes = self.boxes.came.wait_timeout(codes, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Boxes {
    fn converse(&self, connection: &TcpStream, round_trip: Duration) -> io::Result<()> {
        connection.set_nodelay(true)?;
        let mut answers = connection;
        let mut lines = BufReader::new(connection).lines();
        let mut recipient = String::new();
        let mut answer = |answer: &[u8]| {
            thread::sleep(round_trip);
            answers.write_all(answer)
        };
        answer(b"220 bench\r\n")?;
        while let Some(line) = lines.next().transpose()? {
            match line.get(..4).unwrap_or_default() {
                "RCPT" => {
                    line.split(['<', '>']).nth(1).unwrap_or_default().clone_into(&mut recipient);
                    answer(b"250 fine\r\n")?;
                }
                "DATA" => {
                    answer(b"354 go on\r\n")?;
                    let mail: Vec<_> = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".").collect();
                    self.deliver(&recipient, &mail);
                    answer(b"250 taken\r\n")?;
                }
                "QUIT" => return answer(b"221 bye\r\n"),
                _ => answer(b"250 fine\r\n")?,
            }
        }
        Ok(())
    }

    fn deliver(&self, recipient: &str, mail: &[String]) {
        self.mails.fetch_add(1, Ordering::Relaxed);
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        let Some(code) = mail.iter().map(|line| line.trim()).find(is_code) else { return };
        self.codes.lock().unwrap_or_else(PoisonError::into_inner).insert(recipient.to_owned(), code.to_owned());
        self.came.notify_all();
    }
}
