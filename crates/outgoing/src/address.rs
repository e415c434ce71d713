//! Web addresses, by the rules that browsers parse by (WHATWG URL), so that what looks like an address of somebody is one of
//! theirs for everybody.

use url::{Host, Url};

/// Parses an `http` or `https` address that says what it means: with a host, without a user, and without characters that
/// browsers drop or read as others.
pub fn parse_address(text: &str) -> Option<Url> {
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
pub fn is_web_address(text: &str) -> bool {
    parse_address(text).is_some()
}

/// Tells if a web address is on this machine.
pub fn is_loopback(text: &str) -> bool {
    parse_address(text).is_some_and(|url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    })
}

/// Tells if what is sent to an address is read by nobody on the way: it is `https`, or on this machine.
pub fn is_protected(text: &str) -> bool {
    is_https(text) || is_loopback(text)
}

/// Tells if a text is an `https` address.
pub fn is_https(text: &str) -> bool {
    parse_address(text).is_some_and(|url| url.scheme() == "https")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d22_an_address_says_what_it_means() {
        for address in
            ["https://example.com", "http://[::1]:8080/a?b#c", "HTTPS://Example.com", "https://bücher.example/"]
        {
            assert!(is_web_address(address), "{address}");
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
            assert_eq!(is_loopback(address), is_ours, "{address}");
        }
    }
}
