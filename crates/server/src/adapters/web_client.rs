//! The client for requests to other servers.

use std::time::Duration;

use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// Why there is no such client.
#[derive(Debug, thiserror::Error)]
#[error("requests to other servers cannot be set up: {0}")]
pub struct WebClientError(String);

/// A client that trusts the certificate authorities of the web, follows no redirect, and gives up after
/// `timeout` to connect and as long again for the answer. Each request has a connection of its own: where
/// one that was kept open turns out to be closed, nobody could say whether the request was taken.
pub(super) fn web_client(timeout: Duration) -> Result<reqwest::Client, WebClientError> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| WebClientError(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(timeout)
        .timeout(timeout * 2)
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .user_agent(concat!("regain-server/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| WebClientError(error.to_string()))
}
