//! Addresses in the file. Each is parsed here and by the rules that browsers parse by (WHATWG URL), so that what looks like
//! an address of ours is one for them too: to a browser `/\evil.example` is another host.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error as _};
use url::{Host, Url};

/// Parses an `http` or `https` address that says what it means: with a host, without a user, and without characters that
/// browsers drop or read as others.
fn parse(text: &str) -> Option<Url> {
    if text.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control()) {
        return None;
    }
    let (scheme, rest) = text.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    // The parser would skip further slashes before the host.
    if !is_web || rest.starts_with('/') {
        return None;
    }
    let url = Url::parse(text).ok()?;
    (url.has_host() && url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// Tells if a text is an `http` or `https` address.
pub(super) fn is_web_address(text: &str) -> bool {
    parse(text).is_some()
}

/// Tells if a web address is on this machine.
pub(super) fn is_loopback_address(text: &str) -> bool {
    parse(text).is_some_and(|url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    })
}

/// Tells if what is sent to an address is read by nobody on the way: it is `https`, or on this machine.
pub(super) fn is_protected(text: &str) -> bool {
    is_https(text) || is_loopback_address(text)
}

/// Tells if a text is an `https` address.
pub(super) fn is_https(text: &str) -> bool {
    parse(text).is_some_and(|url| url.scheme() == "https")
}

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
    fn d22_an_address_says_what_it_means() {
        for address in
            ["https://example.com", "http://[::1]:8080/a?b#c", "HTTPS://Example.com", "https://bücher.example/"]
        {
            assert!(is_web_address(address) && page(address), "{address}");
        }
        for bad in [
            "https:/example.com",
            "https:///evil.example",
            "https:\\\\evil.example",
            "https://",
            "https://a b/",
            "https://example.com\\@evil.example",
            "https://user:secret@example.com",
            "https://example.com@evil.example",
            "ftp://example.com",
            "//example.com",
            "https://exa\tmple.com",
            "https://[::1",
            "https://1.2.3.999",
        ] {
            assert!(!is_web_address(bad), "{bad:?}");
        }
        for (address, is_ours) in [
            ("http://localhost/", true),
            ("http://127.1/", true),
            ("http://[::1]:9", true),
            ("http://10.0.0.1", false),
            ("http://localhost.example.com", false),
            ("https://example.com", false),
        ] {
            assert_eq!(is_loopback_address(address), is_ours, "{address}");
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
