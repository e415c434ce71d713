//! Requests for texts and calls.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use regain_outgoing::{TrustedRoots, WebClientError, failure, web_client};
use regain_protocol::Secret;
use reqwest::{Client, StatusCode};
use serde::Deserialize;

use super::callback::{OnTheLine, text_callback, voice_callback};
use crate::{
    config::PhoneConfig,
    keys::Keys,
    ports::{CALL_RINGS_FOR, NotifyError, Phone, PhoneCall, Rng, TextMessage},
};

/// Maximum size of an answer, in bytes: its first few say what is wrong.
const MAX_ANSWER: usize = 64 * 1024;

/// The provider's codes for what is wrong with our side of a message or call rather than with the number
/// that it goes to: the sender's number, the messaging service, the addresses to call back at. They are
/// as true of every other number.
const ABOUT_US: [u32; 14] =
    [21205, 21210, 21212, 21213, 21218, 21603, 21606, 21609, 21659, 21660, 21661, 21701, 21703, 21705];

/// Sends through one account at the provider.
pub struct Twilio {
    client: Client,
    account: String,
    token: Secret<String>,
    from: Option<String>,
    messaging_service: Option<String>,
    base_url: String,
    public_url: String,
    keys: Keys,
    rng: Arc<dyn Rng>,
}

/// The provider's refusal.
#[derive(Deserialize)]
struct Refusal {
    code: Option<u32>,
}

impl fmt::Debug for Twilio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Twilio").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Twilio {
    /// As configured. `public_url` is where the provider calls back.
    pub fn new(
        config: &PhoneConfig,
        roots: &TrustedRoots,
        public_url: &str,
        keys: Keys,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, WebClientError> {
        Ok(Self {
            client: web_client(config.timeout(), roots)?,
            account: config.account_sid.clone(),
            token: config.auth_token.clone().unwrap_or_else(|| "".into()),
            from: config.from.clone(),
            messaging_service: config.messaging_service_sid.clone(),
            base_url: config.base_url.clone(),
            public_url: public_url.to_owned(),
            keys,
            rng,
        })
    }

    /// Asks for one message or call.
    async fn create(&self, what: &str, form: &[(&str, &str)]) -> Result<(), NotifyError> {
        let address = format!("{}/2010-04-01/Accounts/{}/{what}.json", self.base_url, self.account);
        let request = self.client.post(address).basic_auth(&self.account, Some(self.token.expose())).form(form);
        let mut answer = request.send().await.map_err(|error| no_answer(what, error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let mut body = Vec::new();
        while body.len() < MAX_ANSWER
            && let Ok(Some(more)) = answer.chunk().await
        {
            body.extend_from_slice(&more);
        }
        Err(refusal(what, status, &body))
    }
}

#[async_trait]
impl Phone for Twilio {
    async fn text(&self, message: &TextMessage) -> Result<(), NotifyError> {
        let callback = text_callback(&self.public_url, &message.id);
        let sender = match (&self.messaging_service, &self.from) {
            (Some(service), _) => ("MessagingServiceSid", service.as_str()),
            (None, Some(from)) => ("From", from.as_str()),
            (None, None) => return Err(NotifyError::Refused("there is no phone.from".to_owned())),
        };
        let form = [("To", &*message.to), sender, ("Body", message.text.expose()), ("StatusCallback", &callback)];
        self.create("Messages", &form).await
    }

    async fn call(&self, call: &PhoneCall) -> Result<(), NotifyError> {
        let Some(from) = &self.from else {
            return Err(NotifyError::Refused("calls need phone.from".to_owned()));
        };
        let line = OnTheLine { call: call.reference.clone(), locale: call.locale.clone() };
        let sealed = line.seal(&self.keys, &*self.rng);
        let (speak, status) = voice_callback(&self.public_url, &sealed);
        let form = [
            ("To", &*call.to),
            ("From", from),
            ("Url", &speak),
            ("Method", "POST"),
            ("StatusCallback", &status),
            ("StatusCallbackMethod", "POST"),
            ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "ringing"),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
            ("Timeout", &CALL_RINGS_FOR.to_string()),
        ];
        self.create("Calls", &form).await
    }
}

/// The error for an answer that did not come: before a connection stood, nothing was sent; after that, nobody knows.
/// The address in the error would only repeat the account.
fn no_answer(what: &str, error: reqwest::Error) -> NotifyError {
    let (is_connect, is_timeout) = (error.is_connect(), error.is_timeout());
    let cause = failure(error);
    if is_connect {
        NotifyError::Unavailable(format!("{what}: no connection to the provider: {cause}"))
    } else if is_timeout {
        NotifyError::Unknown(format!("{what}: the provider did not answer in time: {cause}"))
    } else {
        NotifyError::Unknown(format!("{what}: the provider's answer broke off: {cause}"))
    }
}

/// The error for an answer that is no success. Nothing was sent; but 502 and 504 come from something in between that
/// does not know. Only the provider's number for it goes to the log: its words repeat the person's.
fn refusal(what: &str, status: StatusCode, body: &[u8]) -> NotifyError {
    let code = serde_json::from_slice(body).ok().and_then(|Refusal { code }| code);
    let described = match code {
        Some(code) => format!("{what}: the provider answered {}, error {code}", status.as_u16()),
        None => format!("{what}: the provider answered {}", status.as_u16()),
    };
    let about_us = code.is_some_and(|code| ABOUT_US.contains(&code));
    match status {
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => NotifyError::Unknown(described),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY if !about_us => NotifyError::Refused(described),
        // The credentials, the account's state or our configuration, which somebody may be about to put
        // right; too many requests; a fault of the provider's.
        _ => NotifyError::Unavailable(described),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(status: u16, body: &str) -> NotifyError {
        refusal("Messages", StatusCode::from_u16(status).expect("a status"), body.as_bytes())
    }

    #[test]
    fn what_is_about_the_number_is_refused_and_what_is_about_everybody_is_tried_again() {
        let body =
            r#"{"code":21211,"message":"The 'To' number +15005550001 is not a valid phone number.","status":400}"#;
        let error = means(400, body);
        assert!(matches!(&error, NotifyError::Refused(reason) if reason.contains("21211")), "{error}");
        assert!(!error.to_string().contains("+1500"), "the log learns no number: {error}");
        assert!(matches!(means(400, ""), NotifyError::Refused(_)));
        for (status, body) in [
            (400, r#"{"code":21606,"status":400}"#),
            (400, r#"{"code":21210,"status":400}"#),
            (401, r#"{"code":20003,"status":401}"#),
            (403, r#"{"code":20005,"status":403}"#),
            (404, r#"{"code":20404,"status":404}"#),
            (429, r#"{"code":20429,"status":429}"#),
            (500, "<html>"),
            (503, r#"{"code":20503,"status":503}"#),
            (302, ""),
        ] {
            assert!(matches!(means(status, body), NotifyError::Unavailable(_)), "{status} {body}");
        }
        for status in [502, 504] {
            assert!(matches!(means(status, ""), NotifyError::Unknown(_)), "{status}");
        }
    }
}
