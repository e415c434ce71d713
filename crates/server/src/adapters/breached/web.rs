//! [`Breached`] from a service that speaks the range API of Have I Been Pwned: `GET <url><prefix>`, answered
//! by `<suffix>:<count>` lines. `Add-Padding: true` has it add lines with a count of 0, so that the length
//! of the answer tells nobody on the way which range it is.

use std::time::Duration;

use async_trait::async_trait;
use regain_outgoing::{TrustedRoots, WebClientError, failure, web_client};
use reqwest::Client;

use crate::{
    breached::{BreachedHash, Prefix},
    ports::{Breached, BreachedError},
};

/// Maximum size of an answer, in bytes: a true one has about 50 kB.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// Asks one service.
#[derive(Debug)]
pub struct BreachedWeb {
    client: Client,
    url: String,
}

impl BreachedWeb {
    /// A service at this address, which a range's prefix is put behind. One that does not take the
    /// connection within `timeout`, or does not answer within as long again, is given up.
    pub fn new(url: &str, roots: &TrustedRoots, timeout: Duration) -> Result<Self, WebClientError> {
        Ok(Self { client: web_client(timeout, roots)?, url: url.to_owned() })
    }

    async fn ask(&self, prefix: Prefix) -> Result<String, String> {
        let request = self.client.get(format!("{}{prefix}", self.url)).header("Add-Padding", "true");
        let mut response = request.send().await.map_err(failure)?;
        if !response.status().is_success() {
            return Err(format!("the service answered {}", response.status()));
        }
        let mut answer = Vec::new();
        while let Some(part) = response.chunk().await.map_err(failure)? {
            answer.extend_from_slice(&part);
            if answer.len() > MAX_ANSWER {
                return Err("the answer is too long".to_owned());
            }
        }
        String::from_utf8(answer).map_err(|_| "the answer is no text".to_owned())
    }
}

#[async_trait]
impl Breached for BreachedWeb {
    async fn range(&self, prefix: Prefix) -> Result<Vec<BreachedHash>, BreachedError> {
        let answer = self.ask(prefix).await.map_err(BreachedError::Unavailable)?;
        let lines = answer.lines().filter(|line| !line.is_empty()).map(BreachedHash::parse);
        let lines: Option<Vec<_>> = lines.collect();
        let mut hashes = lines.ok_or_else(|| BreachedError::Unavailable("what it answered is no range".to_owned()))?;
        hashes.retain(|hash| hash.count > 0);
        Ok(hashes)
    }
}
