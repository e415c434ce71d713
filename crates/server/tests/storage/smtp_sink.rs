//! A mail server that takes everything.

use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

/// The longest wait for a mail.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A running mail server.
pub(crate) struct Sink {
    pub(crate) port: u16,
    mails: Receiver<String>,
}

impl Sink {
    /// Starts one.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (taken, mails) = channel();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let taken = taken.clone();
                thread::spawn(move || converse(&connection, &taken));
            }
        });
        Self { port, mails }
    }

    /// The code of the next mail that has one.
    pub(crate) fn code(&self) -> String {
        self.code_within(TIMEOUT).expect("a mail comes")
    }

    /// The code of the next mail that has one; `None` where no mail comes within that time.
    pub(crate) fn code_within(&self, time: Duration) -> Option<String> {
        loop {
            let mail = self.mails.recv_timeout(time).ok()?;
            let code = mail.lines().find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()));
            if let Some(code) = code {
                return Some(code.to_owned());
            }
        }
    }
}

fn converse(connection: &TcpStream, taken: &Sender<String>) -> io::Result<()> {
    let mut answers = connection;
    let mut lines = BufReader::new(connection).lines();
    answers.write_all(b"220 sink\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let answer: &[u8] = match line.get(..4).unwrap_or_default() {
            "DATA" => {
                answers.write_all(b"354 go on\r\n")?;
                let mail = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".");
                let mail = mail.map(|line| line.trim().to_owned() + "\n").collect();
                let _ = taken.send(mail);
                b"250 taken\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 fine\r\n",
        };
        answers.write_all(answer)?;
    }
    Ok(())
}
