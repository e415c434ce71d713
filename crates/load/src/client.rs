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
pub struct Client {
    stream: TcpStream,
    /// Header lines of every request.
    headers: String,
}

/// An answer of the server.
pub struct Answered {
    /// Its status.
    pub status: u16,
    /// Its `Retry-After` is there.
    has_retry_after: bool,
    /// Its body, where that is JSON.
    pub body: Value,
    /// The time from the request to its end.
    pub took: Duration,
}

/// A flow as this client goes through it.
pub struct Session {
    id: String,
    token: String,
    /// The step as it stands.
    pub step: Value,
}

impl Client {
    /// Connects to a server on this computer.
    pub fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, headers: String::new() })
    }

    /// Asks from an address from now on, as a proxy would tell it.
    pub fn move_to(&mut self, address: &str) {
        self.headers = format!("X-Forwarded-For: {address}\r\n");
    }

    /// Begins a flow.
    pub fn begin(&mut self) -> Result<Session> {
        let answered = self.send("POST", "/v1/flows", "", None, &json!({ "kind": "reset" }).to_string())?;
        Session::of(&answered)
    }

    /// Gives an answer, which is answered with this status, and says how long that took.
    pub fn answer(&mut self, session: &mut Session, answer: &Value, expected: u16) -> Result<Duration> {
        let answered = self.ask(session, answer)?;
        ensure!(answered.status == expected, "{answer} was answered with {}: {}", answered.status, answered.body);
        Ok(answered.took)
    }

    /// Gives an answer, however that is answered.
    pub fn ask(&mut self, session: &mut Session, answer: &Value) -> Result<Answered> {
        self.ask_by(session, answer, None)
    }

    /// The same with an `Idempotency-Key`.
    pub fn ask_by(&mut self, session: &mut Session, answer: &Value, key: Option<&str>) -> Result<Answered> {
        let mut body = answer.clone();
        (body["flow"], body["step"]) = (session.id.as_str().into(), session.step["id"].clone());
        let answered = self.send("POST", "/v1/answers", &session.token, key, &body.to_string())?;
        if let Some(token) = answered.body["token"].as_str() {
            token.clone_into(&mut session.token);
        }
        if answered.body["flow"].is_object() {
            session.step = answered.body["flow"]["step"].clone();
        }
        Ok(answered)
    }

    /// Looks at a flow.
    pub fn look(&mut self, session: &Session) -> Result<Answered> {
        self.send("GET", &format!("/v1/flows/{}", session.id), &session.token, None, "")
    }

    /// Sends a request, with an `Idempotency-Key` where there is one.
    pub fn send(&mut self, method: &str, path: &str, token: &str, key: Option<&str>, body: &str) -> Result<Answered> {
        let key = key.map(|key| format!("Idempotency-Key: {key}\r\n")).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n{}{key}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.headers,
            body.len()
        );
        let begun = Instant::now();
        self.stream.write_all(request.as_bytes())?;
        let (head, body) = self.read().context("the server does not answer")?;
        let took = begun.elapsed();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
        let has_retry_after = head.contains("\r\nretry-after:");
        Ok(Answered { status, has_retry_after, body: serde_json::from_slice(&body).unwrap_or_default(), took })
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
                let body = &bytes[end + 4..];
                if let Some(length) = length {
                    if body.len() >= length.trim().parse()? {
                        return Ok((head, bytes.split_off(end + 4)));
                    }
                } else if !head.contains("\r\ntransfer-encoding: chunked") {
                    bail!("a response without a length");
                } else if let Some(body) = unchunked(body) {
                    return Ok((head, body));
                }
            }
            match self.stream.read(&mut buffer)? {
                0 => bail!("the server hung up"),
                read => bytes.extend_from_slice(&buffer[..read]),
            }
        }
    }
}

/// The body of a response in chunks (RFC 9112 section 7.1); `None` where it is not whole.
fn unchunked(mut chunks: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = chunks.windows(2).position(|window| window == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&chunks[..end]).ok()?, 16).ok()?;
        let chunk = chunks.get(end + 2..end + 2 + length)?;
        chunks = chunks.get(end + 2 + length + 2..)?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(chunk);
    }
}

impl Answered {
    /// The status as it is counted: a 503 that does not say when to come back is none that is documented, and counts as 500.
    pub const fn counted(&self) -> u16 {
        if self.status == 503 && !self.has_retry_after { 500 } else { self.status }
    }
}

impl Session {
    /// The flow that was begun.
    pub fn of(answered: &Answered) -> Result<Self> {
        let Answered { status, body, .. } = answered;
        ensure!(*status == 201, "a flow was not begun ({status}): {body}");
        let text = |value: &Value| value.as_str().map(str::to_owned).context("a text is missing");
        Ok(Self { id: text(&body["flow"]["id"])?, token: text(&body["token"])?, step: body["flow"]["step"].clone() })
    }

    /// The first method of a kind that is offered.
    pub fn method(&self, kind: &str) -> Option<Value> {
        let mut methods = self.step["methods"].as_array()?.iter();
        methods.find(|method| method["kind"] == kind).map(|method| method["id"].clone())
    }
}

#[cfg(test)]
mod tests {
    use super::unchunked;

    #[test]
    fn chunks_are_joined_once_all_are_there() {
        let whole = b"4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n";
        assert_eq!(unchunked(whole).as_deref(), Some(&b"{\"a\":1}"[..]));
        for length in 0..whole.len() {
            assert_eq!(unchunked(&whole[..length]), None, "{length}");
        }
    }
}
