//! Addresses in the file. Each is parsed here and by the rules that browsers parse by (WHATWG URL), so that what looks like
//! an address of ours is one for them too: to a browser `/\evil.example` is another host.

use std::fmt;

use regain_outgoing::parse_address as parse;
pub(super) use regain_outgoing::{is_https, is_loopback as is_loopback_address, is_protected, is_web_address};
use serde::{Deserialize, Deserializer, de::Error as _};

/// The path of a web address, without a slash at its end: empty for one at the root of its host.
pub(super) fn path(text: &str) -> String {
    parse(text).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default()
}

/// The origin of a page as browsers write it in `Origin` (RFC 6454, 6.2), of what people write for it.
pub(super) fn origin(text: &str) -> Option<String> {
    let url = parse(text).filter(|_| !text.contains(['*', '?', '#']))?;
    (url.path() == "/").then(|| url.origin().ascii_serialization())
}

/// Reads origins, and normalises them.
pub(super) fn origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let written = Vec::<String>::deserialize(deserializer)?;
    let read = |text: String| match origin(&text) {
        Some(origin) => Ok(origin),
        None => Err(D::Error::custom(format!("{text:?} is not an origin, such as https://www.example.com"))),
    };
    written.into_iter().map(read).collect()
}

/// The address of a page or a picture: an `http` or `https` one, or a path on this server's host.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PageAddress(String);

/// Neither.
#[derive(Debug, thiserror::Error)]
#[error("must be an http or https address, or a path that begins with a slash")]
pub struct NotAPage;

impl TryFrom<String> for PageAddress {
    type Error = NotAPage;

    fn try_from(text: String) -> Result<Self, NotAPage> {
        let is_path = || {
            let here = "http://here.invalid";
            let joined = parse(&format!("{here}{text}"));
            text.starts_with('/') && !text.starts_with("//") && joined.is_some_and(|url| url.as_str().starts_with(here))
        };
        if is_web_address(&text) || is_path() { Ok(Self(text)) } else { Err(NotAPage) }
    }
}

impl PageAddress {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Makes a path one on the host of an address: whoever reads it in a mail, or on a page elsewhere, is not here.
    pub(super) fn resolve(&mut self, on: &str) {
        if self.0.starts_with('/')
            && let Some(url) = parse(on)
        {
            self.0 = format!("{}{}", url.origin().ascii_serialization(), self.0);
        }
    }
}

impl fmt::Display for PageAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> bool {
        PageAddress::try_from(text.to_owned()).is_ok()
    }

    #[test]
    fn d22_what_browsers_read_as_another_host_is_no_path() {
        for path in ["/", "/logo.svg", "/a//b", "/%5Cevil.example", "/a?to=//evil.example", "/é", "/a:b@c"] {
            assert!(page(path), "{path}");
        }
        for bad in [
            "/\\evil.example",
            "//evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " /a",
            "/a\\b",
            "a",
            "",
            "./a",
            "javascript:alert(1)",
        ] {
            assert!(!page(bad), "{bad:?}");
        }
    }

    #[test]
    fn a10_an_origin_is_as_browsers_write_it_or_refused() {
        for (written, sent) in [
            ("https://www.example.com", "https://www.example.com"),
            ("https://www.example.com:443", "https://www.example.com"),
            ("http://www.example.com:80/", "http://www.example.com"),
            ("https://www.example.com:8443", "https://www.example.com:8443"),
            ("HTTPS://WWW.Example.COM/", "https://www.example.com"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("http://[::0001]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(origin(written).as_deref(), Some(sent), "{written}");
        }
        for bad in [
            "https://www.example.com/app",
            "https://*.example.com",
            "*",
            "null",
            "www.example.com",
            "https://a@example.com",
            "https://www.example.com?",
            "https://www.example.com/#",
            "file:///",
            "",
        ] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }

    #[test]
    fn a6_the_path_of_an_address_ends_without_a_slash() {
        for (address, expected) in [
            ("https://example.com", ""),
            ("https://example.com/", ""),
            ("https://example.com/account/recovery/", "/account/recovery"),
        ] {
            assert_eq!(path(address), expected, "{address}");
        }
    }

    #[test]
    fn d22_a_path_is_resolved_on_the_host_and_not_below_the_path() {
        let resolved = |text: &str| {
            let mut address = PageAddress::try_from(text.to_owned()).expect("an address");
            address.resolve("https://example.com:8443/account/recovery");
            address.to_string()
        };
        assert_eq!(resolved("/help"), "https://example.com:8443/help");
        assert_eq!(resolved("https://help.example.com"), "https://help.example.com");
    }
}
