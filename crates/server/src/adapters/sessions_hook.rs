//! The [`Sessions`] of another program, told by a signed request: `POST` with a JSON body
//! `{"event":"sessions_ended","id",…,"account_id",…,"user_id",…,"before",…}` and the header
//! `Regain-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>.<body>">`.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use regain_outgoing::{TrustedRoots, WebClientError, failure, hmac_sha256, web_client};
use regain_protocol::Secret;
use reqwest::{Client, StatusCode, header::CONTENT_TYPE};
use serde_json::json;

use crate::{
    config::DirectoryConfig,
    keys::hex,
    ports::{Clock, EndSessions, NotifyError, Sessions},
};

/// After how long the program is given up.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Tells one program.
pub struct SessionsHook {
    client: Client,
    url: String,
    key: Secret<String>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for SessionsHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionsHook").field("url", &self.url).finish_non_exhaustive()
    }
}

impl SessionsHook {
    /// The program that the configuration names; `None` where it names none.
    pub fn configured(
        config: &DirectoryConfig,
        roots: &TrustedRoots,
        clock: Arc<dyn Clock>,
    ) -> Result<Option<Arc<dyn Sessions>>, WebClientError> {
        let (Some(url), Some(key)) = (config.sessions_hook.clone(), config.sessions_key.clone()) else {
            return Ok(None);
        };
        Ok(Some(Arc::new(Self { client: web_client(TIMEOUT, roots)?, url, key, clock })))
    }
}

/// Signature that proves that a request is ours.
fn signature(key: &Secret<String>, seconds: i64, body: &str) -> String {
    let signed = format!("{seconds}.{body}");
    format!("t={seconds},v1={}", hex(&hmac_sha256(key.expose().as_bytes(), &[signed.as_bytes()])))
}

#[async_trait]
impl Sessions for SessionsHook {
    async fn end(&self, end: &EndSessions) -> Result<(), NotifyError> {
        let EndSessions { id, account_id, user_id, before } = end;
        let body = json!({
            "event": "sessions_ended", "id": id, "account_id": account_id, "user_id": user_id,
            "before": format!("{before:.0}"),
        })
        .to_string();
        let signature = signature(&self.key, self.clock.now().as_second(), &body);
        let request = self.client.post(&self.url).header(CONTENT_TYPE, "application/json");
        let sent = request.header("regain-signature", signature).body(body).send().await;
        let status = sent.map_err(|error| NotifyError::Unavailable(failure(error)))?.status();
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                Err(NotifyError::Unavailable(status.to_string()))
            }
            status if status.is_server_error() => Err(NotifyError::Unavailable(status.to_string())),
            status => Err(NotifyError::Refused(status.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out with another program: printf '1700000000.{}' | openssl dgst -sha256 -hmac key
    #[test]
    fn the_signature_is_the_documented_one() {
        let signature = signature(&"key".into(), 1_700_000_000, "{}");
        assert_eq!(signature, "t=1700000000,v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae");
    }
}
