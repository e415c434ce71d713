//! Assertions of the demonstration, which plays the program where people are signed in (`docs/signed-in.md`).

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use regain_server::ports::{OsRng, Rng as _};
use ring::hmac;
use serde::Serialize;
use toml::Table;

/// The demonstration's name in its assertions.
pub(crate) const ISSUER: &str = "regain-demo";

/// The header of a JWT that is signed by HMAC with SHA-256.
const HEADER: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

/// The claims of an assertion.
#[derive(Serialize)]
pub(crate) struct Claims<'a> {
    pub(crate) iss: &'a str,
    pub(crate) aud: &'a str,
    pub(crate) sub: &'a str,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    pub(crate) jti: String,
}

/// Signs assertions with a secret that is made at the start, and shared with the server as its configuration.
#[derive(Clone)]
pub(crate) struct Signer {
    secret: [u8; 32],
}

impl Signer {
    pub(crate) fn new() -> Self {
        let mut secret = [0; 32];
        OsRng.fill(&mut secret);
        Self { secret }
    }

    /// The section `[assertions]` by which the server takes them.
    pub(crate) fn section(&self) -> Table {
        let secret = STANDARD.encode(self.secret);
        let keys = [("issuer", ISSUER), ("algorithm", "HS256"), ("secret", &secret)];
        keys.map(|(key, value)| (key.to_owned(), value.into())).into_iter().collect()
    }

    /// A JWT with these claims (RFC 7515, 3.1).
    pub(crate) fn sign(&self, claims: &Claims<'_>) -> String {
        let claims = serde_json::to_vec(claims).expect("texts and numbers are JSON");
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.secret), message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
    }
}
