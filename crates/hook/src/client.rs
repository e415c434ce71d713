//! Sending one request, signed, and reading its reply within bounds.

use std::{sync::Arc, time::Duration};

use regain_outgoing::failure;
use regain_ports::{Clock, Rng, random_id};
use regain_protocol::Secret;
use reqwest::{StatusCode, header::CONTENT_TYPE};
use serde::{Serialize, de::DeserializeOwned};

use crate::{SigningKey, requests::Endpoint};

/// Time to connect.
pub(crate) const CONNECT_WITHIN: Duration = Duration::from_secs(1);

/// Maximum size of a reply, in bytes.
pub(crate) const MAX_REPLY: usize = 64 * 1024;

/// Sends requests to one hook.
pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
    /// The key, and the one that takes its place.
    pub(crate) keys: Vec<SigningKey>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
}

/// A request that can be sent again.
pub(crate) struct Message {
    pub(crate) endpoint: Endpoint,
    /// The same when it is sent again, so that it is acted upon once.
    pub(crate) id: String,
    pub(crate) body: Secret<Vec<u8>>,
}

/// Why there is no reply that can be read. The texts are for the log, begin with the key of the configuration and show
/// nothing of a body.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The hook was not reached.
    #[error("{0}")]
    NotSent(String),
    /// It was perhaps reached, and did not say what came of it.
    #[error("{0}")]
    Lost(String),
    /// It refuses requests like this one.
    #[error("{0}")]
    Refused(String),
    /// It has answered, but not as it is documented.
    #[error("{0}")]
    Garbled(String),
}

impl Client {
    /// A request with an id of its own.
    pub(crate) fn message(&self, endpoint: Endpoint, body: Option<&impl Serialize>) -> Message {
        // Growing would leave copies of a password behind.
        let mut bytes = Vec::with_capacity(4096);
        if let Some(body) = body {
            serde_json::to_writer(&mut bytes, body).expect("requests have only text members");
        }
        Message { endpoint, id: format!("msg_{}", random_id(&*self.rng)), body: Secret::new(bytes) }
    }

    /// Sends a request and reads the reply.
    pub(crate) async fn send<T: DeserializeOwned>(&self, message: &Message, within: Duration) -> Result<T, Fault> {
        let endpoint = message.endpoint;
        let seconds = self.clock.now().as_second();
        let signatures: Vec<_> =
            self.keys.iter().map(|key| key.sign(&message.id, seconds, message.body.expose())).collect();
        let response = self.exchange(message, seconds, &signatures.join(" "), within).await?;
        check_status(endpoint, response.status())?;
        let body = read_bounded(endpoint, response).await?;
        let reader = &mut serde_json::Deserializer::from_slice(body.expose());
        let reply = serde_path_to_error::deserialize(&mut *reader).map_err(|error| {
            // The message of an error may quote the reply, so only its place is told.
            let place = error.path().to_string();
            let is_plain = place != "." && place.len() < 100 && place.chars().all(|c| c.is_ascii_graphic());
            let place = if is_plain { format!(" ({place})") } else { String::new() };
            garbled(endpoint, &format!("is not as it is documented{place}"))
        })?;
        reader.end().map_err(|_| garbled(endpoint, "goes on after its end"))?;
        Ok(reply)
    }

    /// Sends a request with this time and these signatures in its head.
    pub(crate) async fn exchange(
        &self,
        message: &Message,
        seconds: i64,
        signatures: &str,
        within: Duration,
    ) -> Result<reqwest::Response, Fault> {
        let Message { endpoint, id, body } = message;
        let address = format!("{}{}", self.url, endpoint.path());
        let request = match endpoint {
            Endpoint::About => self.http.get(address),
            _ => self.http.post(address).header(CONTENT_TYPE, "application/json").body(body.expose().clone()),
        };
        let sent = request
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signatures)
            .timeout(within)
            .send();
        sent.await.map_err(|error| {
            let is_not_sent = error.is_connect();
            let text = format!("directory.hook.url: {}: {}", name(*endpoint), failure(error));
            if is_not_sent { Fault::NotSent(text) } else { Fault::Lost(text) }
        })
    }
}

/// The name of a request for the log.
fn name(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::About => "GET",
        other => other.path(),
    }
}

fn garbled(endpoint: Endpoint, fault: &str) -> Fault {
    Fault::Garbled(format!("directory.hook.url: the reply to {} {fault}", name(endpoint)))
}

/// Takes 200 alone for an answer.
fn check_status(endpoint: Endpoint, status: StatusCode) -> Result<(), Fault> {
    let answered = format!("the hook answered {} with {status}", name(endpoint));
    match status {
        StatusCode::OK => Ok(()),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Err(Fault::Lost(format!("directory.hook.url: {answered}")))
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Fault::Refused(format!(
            "directory.hook.key_file: {answered}: does it have another key, or is its clock more than 5 minutes off?"
        ))),
        _ if status.is_server_error() => Err(Fault::Lost(format!("directory.hook.url: {answered}"))),
        _ if status.is_redirection() => {
            Err(Fault::Refused(format!("directory.hook.url: {answered}: give the address that it leads to")))
        }
        _ if status.is_client_error() => {
            Err(Fault::Refused(format!("directory.hook.url: {answered}: is that the hook's address?")))
        }
        _ => Err(Fault::Garbled(format!("directory.hook.url: {answered} and not with 200"))),
    }
}

/// The body of a reply, if it is short enough.
async fn read_bounded(endpoint: Endpoint, mut response: reqwest::Response) -> Result<Secret<Vec<u8>>, Fault> {
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk.map_err(|error| {
            Fault::Lost(format!("directory.hook.url: the reply to {}: {}", name(endpoint), failure(error)))
        })?;
        let Some(chunk) = chunk else { return Ok(Secret::new(body)) };
        if body.len() + chunk.len() > MAX_REPLY {
            return Err(garbled(endpoint, "is longer than 64 KiB"));
        }
        body.extend_from_slice(&chunk);
    }
}
