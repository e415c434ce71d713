//! From where a request came: its peer, or whom a trusted proxy names.

#[cfg(not(target_family = "wasm"))]
use std::net::SocketAddr;
use std::{convert::Infallible, net::IpAddr, sync::Arc};

#[cfg(not(target_family = "wasm"))]
use axum::extract::ConnectInfo;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header::USER_AGENT, request::Parts},
};

use crate::{
    app::App,
    client::Client,
    config::{ProxyHeader, TrustedProxies},
    engine::Device,
};

impl FromRequestParts<Arc<App>> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let Some(peer) = peer(parts) else { return Ok(Self::default()) };
        let config = app.config();
        let server = &config.server;
        let hops = match server.proxy_header {
            ProxyHeader::XForwardedFor => listed(&parts.headers, "x-forwarded-for"),
            ProxyHeader::Forwarded => listed(&parts.headers, "forwarded").into_iter().map(forwarded_for).collect(),
        };
        let trusted = server.trusted_proxies.as_ref().map_or(&[][..], TrustedProxies::networks);
        let user_agent = parts.headers.get(USER_AGENT).and_then(|header| header.to_str().ok());
        Ok(Self::behind(peer, trusted, hops.into_iter()).with(user_agent.and_then(Device::from_user_agent)))
    }
}

/// The address at the other end of the connection.
#[cfg(not(target_family = "wasm"))]
fn peer(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip())
}

/// None: in a browser there is no connection.
#[cfg(target_family = "wasm")]
const fn peer(_: &Parts) -> Option<IpAddr> {
    None
}

/// The elements of a header that is a list, over all its lines.
fn listed<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers.get_all(name).iter().flat_map(|line| line.to_str().unwrap_or("unknown").split(',')).collect()
}

/// The `for` of one element of `Forwarded`.
fn forwarded_for(element: &str) -> &str {
    let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| name.eq_ignore_ascii_case("for")).map_or("unknown", |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn forwarded_names_its_hops() {
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static("forwarded"),
            HeaderValue::from_static("for=192.0.2.1;proto=https, For=\"[2001:db8::1]:4711\", by=x"),
        )]);
        let hops: Vec<_> = listed(&headers, "forwarded").into_iter().map(forwarded_for).collect();
        assert_eq!(hops, ["192.0.2.1", "\"[2001:db8::1]:4711\"", "unknown"]);
    }
}
