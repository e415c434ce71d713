//! The provider's signature of what it tells us: HMAC-SHA1, with the account's auth token, over the address
//! that it was given and the form that it sends, its names in order.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use regain_protocol::Secret;
use sha1::Sha1;

/// Verifies a signature in constant time.
pub(crate) fn is_right(token: &Secret<String>, address: &str, form: &[(String, String)], signature: &[u8]) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else { return false };
    // The provider writes an address with the scheme's own port or without, whichever of its systems it
    // comes from, so its own libraries take both.
    let forms = [with_port(address), without_port(address)];
    let right = forms.map(|address| mac(token, &address, form).verify_slice(&signature).is_ok());
    right[0] | right[1]
}

/// The signature, as it stands in the header.
#[cfg(test)]
pub(crate) fn sign(token: &Secret<String>, address: &str, form: &[(String, String)]) -> String {
    STANDARD.encode(mac(token, address, form).finalize().into_bytes())
}

fn mac(token: &Secret<String>, address: &str, form: &[(String, String)]) -> Hmac<Sha1> {
    let key = token.expose().as_bytes();
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(address.as_bytes());
    let mut pairs: Vec<_> = form.iter().collect();
    pairs.sort();
    pairs.dedup();
    for (name, value) in pairs {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    mac
}

/// The parts of an address: its scheme with the slashes, its host, its port, the rest.
fn split(address: &str) -> (&str, &str, Option<&str>, &str) {
    let host_at = address.find("://").map_or(0, |at| at + 3);
    let rest_at = address[host_at..].find(['/', '?']).map_or(address.len(), |at| host_at + at);
    let authority = &address[host_at..rest_at];
    let (host, port) = match authority.rsplit_once(':') {
        // In an IPv6 address the last colon may belong to it.
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    (&address[..host_at], host, port, &address[rest_at..])
}

fn with_port(address: &str) -> String {
    let (scheme, host, port, rest) = split(address);
    let port = port.unwrap_or(if scheme == "https://" { "443" } else { "80" });
    format!("{scheme}{host}:{port}{rest}")
}

fn without_port(address: &str) -> String {
    let (scheme, host, _, rest) = split(address);
    format!("{scheme}{host}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn the_published_example_is_right_and_everything_near_it_is_wrong() {
        // From the provider's page about the security of its requests.
        let token = Secret::from("12345");
        let address = "https://mycompany.com/myapp.php?foo=1&bar=2";
        let pairs = [
            ("Digits", "1234"),
            ("To", "+18005551212"),
            ("From", "+14158675309"),
            ("Caller", "+14158675309"),
            ("CallSid", "CA1234567890ABCDE"),
        ];
        let signature = b"RSOYDt4T1cUTdK1PDd93/VVr8B8=";
        let is = |token: &Secret<String>, address: &str, form: &[(String, String)], signature: &[u8]| {
            is_right(token, address, form, signature)
        };
        assert!(is(&token, address, &form(&pairs), signature));
        assert!(is(&token, "https://mycompany.com:443/myapp.php?foo=1&bar=2", &form(&pairs), signature));
        assert!(!is(&"12346".into(), address, &form(&pairs), signature));
        assert!(!is(&token, "https://mycompany.com/myapp.php?foo=1&bar=3", &form(&pairs), signature));
        assert!(!is(&token, "http://mycompany.com/myapp.php?foo=1&bar=2", &form(&pairs), signature));
        assert!(!is(&token, address, &form(&pairs[1..]), signature));
        for wrong in
            [&b""[..], b"RSOYDt4T1cUTdK1PDd93/VVr8B8", b"AAAAAAAAAAAAAAAAAAAAAAAAAAA=", b"RSOYDt4T1c==", b"\xff"]
        {
            assert!(!is(&token, address, &form(&pairs), wrong), "{wrong:?}");
        }
    }

    #[test]
    fn ports() {
        for (address, with, without) in [
            ("https://a.example", "https://a.example:443", "https://a.example"),
            ("https://a.example/x:1?y=:2", "https://a.example:443/x:1?y=:2", "https://a.example/x:1?y=:2"),
            ("http://a.example?y", "http://a.example:80?y", "http://a.example?y"),
            ("https://a.example:8443/x", "https://a.example:8443/x", "https://a.example/x"),
            ("http://[::1]/x", "http://[::1]:80/x", "http://[::1]/x"),
            ("http://[::1]:8080/x", "http://[::1]:8080/x", "http://[::1]/x"),
        ] {
            assert_eq!((with_port(address), without_port(address)), (with.to_owned(), without.to_owned()));
        }
    }
}
