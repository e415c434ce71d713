//! A client of the API, one connection for each request.

use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};

/// The longest wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Sends a request; returns status and body.
pub(crate) fn send(
    address: &str,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<&Value>,
) -> io::Result<(u16, Value)> {
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(TIMEOUT))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let token = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    write!(
        connection,
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n{token}content-length: {}\r\n\r\n{body}",
        body.len(),
    )?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    Ok((status, serde_json::from_str(body).unwrap_or(Value::Null)))
}

/// The status of a `GET`.
pub(crate) fn get(address: &str, path: &str) -> (u16, Value) {
    send(address, "GET", path, None, None).expect("answers")
}

/// Begins a flow; returns the status.
pub(crate) fn begin(address: &str) -> u16 {
    send(address, "POST", "/v1/flows", None, Some(&json!({ "kind": "reset" }))).expect("answers").0
}

/// A person at work on a flow.
pub(crate) struct Session<'a> {
    address: &'a str,
    token: String,
    flow: Value,
}

impl<'a> Session<'a> {
    /// Begins a reset.
    pub(crate) fn begin(address: &'a str) -> io::Result<Self> {
        Self::begin_as(address, "reset")
    }

    fn begin_as(address: &'a str, kind: &str) -> io::Result<Self> {
        let (status, body) = send(address, "POST", "/v1/flows", None, Some(&json!({ "kind": kind })))?;
        if status != 201 {
            return Err(io::Error::other(format!("{status}: {body}")));
        }
        Ok(Self { address, token: body["token"].as_str().expect("a token").to_owned(), flow: body["flow"].clone() })
    }

    /// Gives an answer.
    pub(crate) fn answer(&mut self, mut answer: Value) -> io::Result<()> {
        answer["flow"] = self.flow["id"].clone();
        answer["step"] = self.flow["step"]["id"].clone();
        let (status, body) = send(self.address, "POST", "/v1/answers", Some(&self.token), Some(&answer))?;
        if status != 200 {
            return Err(io::Error::other(format!("{status}: {body}")));
        }
        self.flow = body["flow"].clone();
        if let Some(token) = body["token"].as_str() {
            token.clone_into(&mut self.token);
        }
        Ok(())
    }

    /// Signs in with a password, for security info.
    pub(crate) fn signed_in(address: &'a str, user_id: &str, password: &str) -> io::Result<Self> {
        Self::signed_in_for(address, "register", user_id, password)
    }

    /// Signs in with a password, for a kind of flow.
    pub(crate) fn signed_in_for(address: &'a str, kind: &str, user_id: &str, password: &str) -> io::Result<Self> {
        let mut session = Self::begin_as(address, kind)?;
        session.answer(json!({ "do": "sign_in", "user_id": user_id, "password": password }))?;
        Ok(session)
    }

    /// The flow's id.
    pub(crate) fn id(&self) -> &str {
        self.flow["id"].as_str().expect("an id")
    }

    /// The step.
    pub(crate) fn step(&self) -> &Value {
        &self.flow["step"]
    }

    /// Names an account and asks for a code by its first method.
    pub(crate) fn ask(&mut self, user_id: &str) -> io::Result<()> {
        self.answer(json!({ "do": "identify", "user_id": user_id }))?;
        let method = self.step()["methods"][0]["id"].clone();
        self.answer(json!({ "do": "choose", "method": method }))
    }
}
