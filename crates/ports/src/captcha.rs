//! The outside service that tells people from programs.

use std::net::IpAddr;

use async_trait::async_trait;
use regain_protocol::Secret;

/// Asks the outside service about tokens that its script gave out in a browser.
#[async_trait]
pub trait CaptchaVerifier: Send + Sync + 'static {
    /// Tells if a token is good. Asking uses it up: the service says yes to each token once. `client` is
    /// where the request came from, which the service may compare with whom it gave the token to.
    async fn verify(&self, token: &Secret<String>, client: Option<IpAddr>) -> Result<bool, CaptchaError>;
}

/// The service did not say whether a token is good; nothing is known about the person.
#[derive(Debug, thiserror::Error)]
pub enum CaptchaError {
    /// It could not be asked, or gave no answer that makes sense.
    #[error("the captcha service does not answer: {0}")]
    Unavailable(String),
    /// It refuses us: the secret key or the address is not right.
    #[error("the captcha service refuses our request ({0}): check captcha.secret_file and captcha.verify_url")]
    Misconfigured(String),
}
