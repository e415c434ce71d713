//! A file in memory, served compressed where there is a compressed copy, and not again to whom has it.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// Compression of a copy; the better one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Coding {
    Brotli,
    Gzip,
}

impl Coding {
    /// Its name in HTTP (RFC 9110 section 8.4.1, RFC 7932).
    const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

/// A file with its compressed copies.
#[derive(Debug, Clone)]
pub struct Asset {
    content_type: HeaderValue,
    cache_control: HeaderValue,
    plain: Representation,
    compressed: Vec<(Coding, Representation)>,
}

/// The bytes and what tells them from others.
#[derive(Debug, Clone)]
struct Representation {
    bytes: Bytes,
    etag: String,
}

impl Representation {
    fn new(bytes: Bytes) -> Self {
        // 128 bits of the hash; different codings of a file are different bytes.
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(&bytes)[..16]));
        Self { bytes, etag }
    }
}

impl Asset {
    /// A file without copies.
    pub fn new(content_type: &'static str, cache_control: &'static str, bytes: impl Into<Bytes>) -> Self {
        Self {
            content_type: HeaderValue::from_static(content_type),
            cache_control: HeaderValue::from_static(cache_control),
            plain: Representation::new(bytes.into()),
            compressed: Vec::new(),
        }
    }

    /// Adds a compressed copy.
    pub(super) fn add(&mut self, coding: Coding, bytes: impl Into<Bytes>) {
        self.compressed.push((coding, Representation::new(bytes.into())));
        self.compressed.sort_by_key(|(coding, _)| *coding);
    }

    /// The answer to a GET; a HEAD's body is left out by the router.
    pub fn respond(&self, request: &HeaderMap) -> Response<Body> {
        let chosen = self.compressed.iter().find(|(coding, _)| accepts(request, coding.name()));
        let representation = chosen.map_or(&self.plain, |(_, compressed)| compressed);
        let fresh = is_known(request, &representation.etag);

        let body = if fresh { Body::empty() } else { Body::from(representation.bytes.clone()) };
        let mut response = Response::new(body);
        *response.status_mut() = if fresh { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value: HeaderValue| headers.insert(name, value);
        set(header::ETAG, representation.etag.parse().expect("base64 in quotes is a header value"));
        set(header::CACHE_CONTROL, self.cache_control.clone());
        set(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if !self.compressed.is_empty() {
            set(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        if !fresh {
            set(header::CONTENT_TYPE, self.content_type.clone());
            set(header::CONTENT_LENGTH, representation.bytes.len().into());
            if let Some((coding, _)) = chosen {
                set(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
            }
        }
        response
    }
}

/// Tells if the client accepts a coding (RFC 9110 section 12.5.3).
fn accepts(request: &HeaderMap, coding: &str) -> bool {
    let mut any = None;
    for entry in list(request, header::ACCEPT_ENCODING) {
        let mut parts = entry.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let wanted = weight.is_none_or(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight > 0.0));
        if name.eq_ignore_ascii_case(coding) {
            return wanted;
        }
        if name == "*" {
            any = Some(wanted);
        }
    }
    any.unwrap_or(false)
}

/// Tells if the client has it already (RFC 9110 section 13.1.2: compared weakly).
fn is_known(request: &HeaderMap, etag: &str) -> bool {
    list(request, header::IF_NONE_MATCH).any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag)
}

/// The members of a list header, however many lines it has.
fn list(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|member| !member.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset() -> Asset {
        let mut asset = Asset::new("text/plain", "no-cache", "plain");
        asset.add(Coding::Gzip, "zipped");
        asset.add(Coding::Brotli, "brotli");
        asset
    }

    fn respond(name: HeaderName, value: &str) -> Response<Body> {
        let headers = HeaderMap::from_iter([(name, value.parse().expect("a header value"))]);
        asset().respond(&headers)
    }

    #[test]
    fn the_smallest_copy_that_the_client_accepts() {
        for (accepted, coding) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip", Some("gzip")),
            ("GZIP;q=0.5", Some("gzip")),
            ("br;q=0, gzip", Some("gzip")),
            ("br ; q=0.0 , *", Some("gzip")),
            ("*", Some("br")),
            ("*;q=0", None),
            ("identity", None),
            ("brotli, x-gzip", None),
            ("br;q=nonsense", None),
            ("", None),
        ] {
            let response = respond(header::ACCEPT_ENCODING, accepted);
            let encoding = response.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().expect("text"));
            assert_eq!(encoding, coding, "{accepted:?}");
            assert_eq!(response.headers()[header::VARY], "Accept-Encoding");
        }
    }

    #[test]
    fn who_has_it_does_not_get_it_again() {
        let etag = respond(header::ACCEPT, "*/*").headers()[header::ETAG].to_str().expect("text").to_owned();
        for known in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
            let response = respond(header::IF_NONE_MATCH, &known);
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(response.headers()[header::ETAG], etag);
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
            assert!(!response.headers().contains_key(header::CONTENT_LENGTH));
        }
        assert_eq!(respond(header::IF_NONE_MATCH, "\"other\"").status(), StatusCode::OK);
    }

    #[test]
    fn each_copy_has_an_etag_of_its_own() {
        let etags = ["br", "gzip", "identity"].map(|coding| {
            respond(header::ACCEPT_ENCODING, coding).headers()[header::ETAG].to_str().expect("text").to_owned()
        });
        assert!(etags[0] != etags[1] && etags[1] != etags[2] && etags[0] != etags[2], "{etags:?}");
    }
}
