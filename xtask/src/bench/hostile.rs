//! A client that means harm: what is no HTTP, bodies without end or that come too slowly, replays, floods, guesses.

use std::{
    collections::VecDeque,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use anyhow::{Context as _, Result};
use regain_load::{Client, Session};
use serde_json::json;

/// The number of unfinished requests that are left open.
const SLOW: usize = 64;

/// The number of flows that are begun in one go.
const FLOOD: usize = 100;

/// Bytes that are no request that the server takes.
const GARBAGE: [&[u8]; 4] = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/9.9\r\n\r\n",
    b"POST /v1/flows HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"POST /v1/flows HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
];

/// The client.
pub(super) struct Hostile {
    port: u16,
    number: u32,
    turns: usize,
    slow: VecDeque<TcpStream>,
    /// User IDs whose codes are guessed.
    victims: Vec<String>,
    /// Statuses since they were last taken.
    pub(super) statuses: Vec<u16>,
}

impl Hostile {
    pub(super) fn new(port: u16, number: u32, victims: Vec<String>) -> Self {
        Self { port, number, turns: 0, slow: VecDeque::new(), victims, statuses: Vec::new() }
    }

    /// Does the next of its acts. That the server hangs up on it is no fault.
    pub(super) fn act(&mut self) -> Result<()> {
        self.turns += 1;
        match self.turns % 7 {
            0 => self.garbage(),
            1 => self.oversized(),
            2 => self.replays(),
            3 => self.slow_body(),
            4 => self.flood(),
            5 => self.guesses(),
            _ => self.malformed(),
        }
    }

    /// A connection from one of a few networks.
    fn client(&self) -> Result<Client> {
        let mut client = Client::connect(self.port)?;
        client.move_to(&format!("10.66.{}.{}", self.number % 256, self.turns / 7 % 4));
        Ok(client)
    }

    fn send(&mut self, client: &mut Client, path: &str, key: Option<&str>, body: &str) {
        self.statuses.extend(client.send("POST", path, "none", key, body).map(|answered| answered.counted()));
    }

    fn garbage(&mut self) -> Result<()> {
        for bytes in GARBAGE {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(2)))?;
            stream.write_all(bytes)?;
            let mut answer = [0; 1024];
            let read = stream.read(&mut answer).unwrap_or_default();
            let head = String::from_utf8_lossy(&answer[..read]).into_owned();
            self.statuses.extend(head.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok()));
        }
        Ok(())
    }

    fn oversized(&mut self) -> Result<()> {
        for size in [16 * 1024 + 1, 1024 * 1024] {
            let mut client = self.client()?;
            self.send(&mut client, "/v1/flows", None, &format!("{{\"kind\":\"{}\"}}", "r".repeat(size)));
        }
        Ok(())
    }

    fn replays(&mut self) -> Result<()> {
        let mut client = self.client()?;
        let key = format!("replay {} {}", self.number, self.turns).replace(' ', "-");
        for body in [r#"{"kind":"reset"}"#, r#"{"kind":"reset"}"#, r#"{"kind":"unlock"}"#] {
            self.send(&mut client, "/v1/flows", Some(&key), body);
        }
        let answer = json!({ "flow": "f", "step": "s", "do": "verify", "code": "123456" }).to_string();
        self.send(&mut client, "/v1/answers", Some(&key), &answer);
        Ok(())
    }

    fn slow_body(&mut self) -> Result<()> {
        for stream in &mut self.slow {
            // The server may have given it up by now.
            let _ = stream.write_all(b" ");
        }
        for _ in 0..SLOW / 8 {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.write_all(b"POST /v1/flows HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")?;
            self.slow.push_back(stream);
        }
        while self.slow.len() > SLOW {
            self.slow.pop_front();
        }
        Ok(())
    }

    fn flood(&mut self) -> Result<()> {
        let mut client = self.client()?;
        for _ in 0..FLOOD {
            self.send(&mut client, "/v1/flows", None, r#"{"kind":"reset"}"#);
        }
        Ok(())
    }

    fn guesses(&mut self) -> Result<()> {
        let mut client = self.client()?;
        let victim = self.victims[self.turns / 7 % self.victims.len()].clone();
        for user_id in [victim, format!("nobody{}@example.com", self.turns)] {
            let begun = client.send("POST", "/v1/flows", "", None, r#"{"kind":"reset"}"#)?;
            self.statuses.push(begun.counted());
            if begun.status != 201 {
                continue;
            }
            let mut session = Session::of(&begun)?;
            self.statuses.push(client.ask(&mut session, &json!({ "do": "identify", "user_id": user_id }))?.counted());
            let Some(method) = session.method("email") else { continue };
            self.statuses.push(client.ask(&mut session, &json!({ "do": "choose", "method": method }))?.counted());
            for guess in 0..6 {
                let guess = json!({ "do": "verify", "code": format!("{guess}{guess}{guess}000") });
                self.statuses.push(client.ask(&mut session, &guess)?.counted());
            }
        }
        Ok(())
    }

    fn malformed(&mut self) -> Result<()> {
        let deep = "[".repeat(8000);
        let mut client = self.client().context("the server takes no connections")?;
        for body in
            ["", "null", "{\"kind\":1}", "{\"kind\":\"reset\",\"kind\":\"reset\"}", "{\"kind\":\"reset\"", &deep]
        {
            self.send(&mut client, "/v1/flows", None, body);
        }
        self.send(&mut client, "/v1/flows/../../etc/passwd", None, "{}");
        Ok(())
    }
}
