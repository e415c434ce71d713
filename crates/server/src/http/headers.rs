//! Headers of every response, and of what pages of other origins load.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer as SetHeader;

/// Lets pages of other origins load a resource by an element, such as `<audio>`, also those that isolate themselves
/// (`Cross-Origin-Embedder-Policy: require-corp`).
pub(super) fn for_every_page(headers: &mut HeaderMap) {
    let name = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(name, HeaderValue::from_static("cross-origin"));
}

type Fixed = SetHeader<HeaderValue>;

/// On the API: nothing is kept by any cache, and nothing in it is a page.
pub(crate) fn api() -> (Fixed, Fixed) {
    let no_page = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    (
        SetHeader::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        SetHeader::overriding(header::CONTENT_SECURITY_POLICY, no_page),
    )
}

/// On everything: no guessing of types, no addresses passed on; and what did not say how long it may
/// be kept is not kept.
pub(super) fn everywhere() -> (Fixed, Fixed, Fixed) {
    (
        SetHeader::overriding(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        SetHeader::overriding(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        SetHeader::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    )
}
