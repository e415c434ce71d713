//! A client that measures: one connection that is kept, one request at a time, nothing in between.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

/// Time that an answer may take. The first one comes once the server has taken its people in.
const PATIENCE: Duration = Duration::from_mins(1);

/// A connection to a server on this computer.
pub(super) struct Client {
    stream: TcpStream,
}

/// A flow as this client goes through it.
pub(super) struct Session {
    id: String,
    token: String,
    /// The step as it stands.
    pub(super) step: Value,
}

impl Client {
    pub(super) fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream })
    }

    /// Begins a flow.
    pub(super) fn begin(&mut self) -> Result<Session> {
        let (status, body, _) = self.post("/v1/flows", "", &json!({ "kind": "reset" }))?;
        ensure!(status == 201, "a flow was not begun ({status}): {body}");
        let text = |value: &Value| value.as_str().map(str::to_owned).context("a text is missing");
        Ok(Session { id: text(&body["flow"]["id"])?, token: text(&body["token"])?, step: body["flow"]["step"].clone() })
    }

    /// Gives an answer, which is answered with this status, and says how long that took.
    pub(super) fn answer(&mut self, session: &mut Session, answer: &Value, expected: u16) -> Result<Duration> {
        let step = session.step["id"].as_str().context("a step has an id")?;
        let path = format!("/v1/flows/{}/steps/{step}", session.id);
        let (status, body, took) = self.post(&path, &session.token, answer)?;
        ensure!(status == expected, "{answer} was answered with {status}: {body}");
        session.step = body["flow"]["step"].clone();
        Ok(took)
    }

    fn post(&mut self, path: &str, token: &str, body: &Value) -> Result<(u16, Value, Duration)> {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let begun = Instant::now();
        self.stream.write_all(request.as_bytes())?;
        let (head, body) = self.read().context("the server does not answer")?;
        let took = begun.elapsed();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default(), took))
    }

    /// Reads one whole response.
    fn read(&mut self) -> Result<(String, Vec<u8>)> {
        let mut bytes = Vec::new();
        let mut buffer = [0; 16 * 1024];
        loop {
            let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
            if let Some(end) = end {
                let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
                let length: usize = length.context("a response without a length")?.trim().parse()?;
                if bytes.len() >= end + 4 + length {
                    return Ok((head, bytes.split_off(end + 4)));
                }
            }
            match self.stream.read(&mut buffer)? {
                0 => bail!("the server hung up"),
                read => bytes.extend_from_slice(&buffer[..read]),
            }
        }
    }
}
