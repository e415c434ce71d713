//! The client for requests to other servers.

use std::{error::Error, time::Duration};

use crate::{TrustedRoots, is_https};

/// Why there is no such client.
#[derive(Debug, thiserror::Error)]
#[error("requests to other servers cannot be set up: {0}")]
pub struct WebClientError(String);

/// A client that trusts these authorities, follows no redirect, and gives up after `timeout` to connect and as long again
/// for the answer. Each request has a connection of its own: where one that was kept open turns out to be closed, nobody
/// could say whether the request was taken.
pub fn web_client(timeout: Duration, roots: &TrustedRoots) -> Result<reqwest::Client, WebClientError> {
    build(builder(timeout, roots)?)
}

/// [`web_client`] for requests with passwords to one address: unencrypted ones, which stay on this machine, go through no
/// proxy that the environment names.
pub fn web_client_for(url: &str, timeout: Duration, roots: &TrustedRoots) -> Result<reqwest::Client, WebClientError> {
    let builder = builder(timeout, roots)?;
    build(if is_https(url) { builder } else { builder.no_proxy() })
}

fn builder(timeout: Duration, roots: &TrustedRoots) -> Result<reqwest::ClientBuilder, WebClientError> {
    let tls = roots.client_config().map_err(|error| WebClientError(error.to_string()))?;
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(timeout)
        .timeout(timeout * 2)
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .user_agent(concat!("regain-server/", env!("CARGO_PKG_VERSION")));
    Ok(client)
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, WebClientError> {
    builder.build().map_err(|error| WebClientError(error.to_string()))
}

/// A failed request for the log, down to what caused it, such as a certificate that nobody vouches for. The address is
/// left out: it may hold a secret.
pub fn failure(error: reqwest::Error) -> String {
    with_causes(&error.without_url())
}

/// An error's text with those of its causes that it does not repeat.
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
