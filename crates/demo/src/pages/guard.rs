//! Keeps the demonstration on this computer: it shows everybody's mail.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

/// Headers by which a proxy says that it speaks for somebody else.
const FORWARDED: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];

/// Lets a request pass when the server listens on this computer only, the request comes from it and
/// not through a proxy, and it was made to a name of this computer. The last one stops pages of the
/// web whose own name was pointed here after they were loaded (DNS rebinding).
pub(super) async fn only_this_computer(State(listen): State<SocketAddr>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let from_here = peer.is_some_and(is_loopback);
    let proxied = FORWARDED.iter().any(|name| request.headers().contains_key(*name));
    let host = request.uri().authority().cloned().or_else(|| host(request.headers()));
    let to_here = host.is_some_and(|host| is_loopback_name(host.host()));
    if is_loopback(listen.ip()) && from_here && to_here && !proxied {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "The demonstration is for this computer only: open it at http://localhost.\n")
        .into_response()
}

/// Tells if a request comes from a page of this server, or from no page at all. Browsers name a form's origin in one
/// header or, older ones, in the other; programs send neither.
pub(super) fn is_from_here(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let (Some(origin), Some(host)) =
        (origin.to_str().ok(), headers.get(header::HOST).and_then(|host| host.to_str().ok()))
    else {
        return false;
    };
    origin.strip_prefix("http://").is_some_and(|origin| origin.eq_ignore_ascii_case(host))
}

/// The one `Host` of a request.
fn host(headers: &HeaderMap) -> Option<Authority> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?.parse().ok()?;
    hosts.next().is_none().then_some(host)
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Names that no name server can point elsewhere (RFC 6761 section 6.3).
fn is_loopback_name(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_computer() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "[::1]", "[::ffff:127.0.0.1]"] {
            assert!(is_loopback_name(host), "{host}");
        }
        for host in [
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "192.0.2.1",
            "[2001:db8::1]",
            "",
            "0.0.0.0",
        ] {
            assert!(!is_loopback_name(host), "{host}");
        }
    }
}
