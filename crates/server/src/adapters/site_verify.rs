//! The [`CaptchaVerifier`] for Cloudflare Turnstile and hCaptcha, whose `siteverify` endpoints speak the
//! same language: a form with `secret`, `response` and `remoteip`, answered by JSON with `success` and
//! `error-codes`.
//!
//! The host name in the answer is not looked at: the widget may be on any of the organisation's pages,
//! and the service itself checks the names that the site key is for.

use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use regain_outgoing::{TrustedRoots, WebClientError, failure, web_client};
use regain_protocol::Secret;
use reqwest::Client;
use serde::Deserialize;

use crate::{
    config::CaptchaConfig,
    ports::{CaptchaError, CaptchaVerifier},
};

/// After how long the service is given up; the person is told to try again.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Maximum size of an answer, in bytes: a true one has some hundred.
const MAX_ANSWER: usize = 64 * 1024;

/// The longest token, in bytes. Turnstile's have up to 2048 (its documentation), hCaptcha's a few
/// thousand; what is longer is not worth a request.
const MAX_TOKEN: usize = 8 * 1024;

/// The codes for what is wrong with the token. With all others the fault is ours or the service's.
const ABOUT_THE_TOKEN: [&str; 8] = [
    "missing-input-response",
    "invalid-input-response",
    "expired-input-response",
    "already-seen-response",
    "invalid-or-already-seen-response",
    "timeout-or-duplicate",
    "invalid-remoteip",
    "missing-remoteip",
];

/// Asks one service with one secret key.
pub struct SiteVerify {
    client: Client,
    url: String,
    secret: Secret<String>,
}

/// The service's verdict.
#[derive(Deserialize)]
struct Verdict {
    success: bool,
    #[serde(default, rename = "error-codes")]
    error_codes: Vec<String>,
}

impl fmt::Debug for SiteVerify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SiteVerify").field("url", &self.url).finish_non_exhaustive()
    }
}

impl SiteVerify {
    /// The service that the configuration names; `None` where it names none.
    pub fn configured(
        config: &CaptchaConfig,
        roots: &TrustedRoots,
    ) -> Result<Option<Arc<dyn CaptchaVerifier>>, WebClientError> {
        let Some(secret) = config.secret.clone().filter(|_| config.kind.is_outside()) else { return Ok(None) };
        Ok(Some(Arc::new(Self::new(&config.verify_url, roots, secret, TIMEOUT)?)))
    }

    /// A verifier that asks at this address. A service that does not take the connection within `timeout`,
    /// or does not answer within as long again, is given up.
    pub fn new(
        url: &str,
        roots: &TrustedRoots,
        secret: Secret<String>,
        timeout: Duration,
    ) -> Result<Self, WebClientError> {
        Ok(Self { client: web_client(timeout, roots)?, url: url.to_owned(), secret })
    }

    async fn ask(&self, token: &str, client: Option<IpAddr>) -> Result<Vec<u8>, reqwest::Error> {
        let client = client.map(|address| address.to_string());
        let mut form = vec![("secret", self.secret.expose().as_str()), ("response", token)];
        form.extend(client.as_deref().map(|address| ("remoteip", address)));
        let mut response = self.client.post(&self.url).form(&form).send().await?;
        let mut answer = Vec::new();
        // The status does not matter: with some faults the codes come along with a 400.
        while let Some(part) = response.chunk().await? {
            answer.extend_from_slice(&part);
            if answer.len() > MAX_ANSWER {
                break;
            }
        }
        Ok(answer)
    }
}

#[async_trait]
impl CaptchaVerifier for SiteVerify {
    async fn verify(&self, token: &Secret<String>, client: Option<IpAddr>) -> Result<bool, CaptchaError> {
        let token = token.expose();
        if token.is_empty() || token.len() > MAX_TOKEN {
            return Ok(false);
        }
        let answer = self.ask(token, client).await.map_err(|error| CaptchaError::Unavailable(failure(error)))?;
        let verdict: Verdict = serde_json::from_slice(&answer)
            .map_err(|_| CaptchaError::Unavailable("what it answered is no verdict".to_owned()))?;
        let codes = &verdict.error_codes;
        // No reason given says nothing against us, so it is about the token.
        if verdict.success || codes.is_empty() || codes.iter().any(|code| ABOUT_THE_TOKEN.contains(&code.as_str())) {
            return Ok(verdict.success);
        }
        // Its codes are short words; anything else stays out of the log.
        let known = |code: &&String| code.len() <= 64 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let codes = codes.iter().filter(known).map(String::as_str).collect::<Vec<_>>().join(", ");
        Err(if codes == "internal-error" {
            CaptchaError::Unavailable(codes)
        } else {
            CaptchaError::Misconfigured(codes)
        })
    }
}
