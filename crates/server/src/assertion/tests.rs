mod claims;
mod host;
mod hostile_input;
mod keys;
mod signatures;

use std::{fs, path::Path};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::*;
use crate::config::Config;

const ISSUER: &str = "https://app.example.com";
const AUDIENCE: &str = "https://recover.example.com";

/// The time of the tests, in seconds since 1970.
const NOW: i64 = 1_795_442_400;

const SECRET: [u8; 32] = [7; 32];

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a valid time")
}

/// A verifier from a whole configuration whose folder has the file.
fn verifier(assertions: &str, file: &str) -> Verifier {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("key"), file).expect("writes");
    let config = Config::parse(
        &format!(
            "[server]\nkey = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"\npublic_url = \"{AUDIENCE}/\"\ntrusted_proxies = \"none\"
             [organisation]\nname = \"Contoso\"\n[mail]\nhost = \"mail.example.com\"\nfrom = \"help@example.com\"
             [assertions]\nissuer = \"{ISSUER}\"\n{assertions}"
        ),
        folder.path(),
    )
    .expect("a configuration");
    Verifier::from_config(&config.assertions, &config.server.public_url).expect("is configured")
}

fn shared() -> Verifier {
    verifier("algorithm = \"HS256\"\nsecret_file = \"key\"", &STANDARD.encode(SECRET))
}

fn good() -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "ada@example.com", "iat": NOW, "exp": NOW + 60, "jti": "j1" })
}

/// The good claims with others in their place; `null` takes one away.
fn but(changes: &Value) -> Value {
    let mut claims = good();
    for (name, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            claims.as_object_mut().expect("an object").remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

fn signed(claims: &Value) -> Secret<String> {
    crypto::install();
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(&SECRET)).expect("signs").into()
}

/// A token put together by hand; the signature is HMAC's with this key.
fn made(header: &Value, claims: &str, key: &[u8]) -> Secret<String> {
    crypto::install();
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &EncodingKey::from_secret(key), Algorithm::HS256);
    format!("{message}.{}", signature.expect("signs")).into()
}

#[test]
fn without_the_section_nobodys_word_counts() {
    assert!(Verifier::from_config(&AssertionsConfig::default(), AUDIENCE).is_none());
    let config = Config::parse(crate::app::testing::LEAST, Path::new("/")).expect("a configuration");
    assert!(Verifier::from_config(&config.assertions, AUDIENCE).is_none());
}

/// An assertion by the helper of `docs/signed-in.md`: run in Node.js with the secret above, at the time above.
const BY_THE_HELPER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2FwcC5leGFtcGxlLmNvbSIsImF1ZCI6Imh0dHBzOi8\
    vcmVjb3Zlci5leGFtcGxlLmNvbSIsInN1YiI6ImFkYUBleGFtcGxlLmNvbSIsImlhdCI6MTc5NTQ0MjQwMCwiZXhwIjoxNzk1NDQ\
    yNDYwLCJqdGkiOiJndDhZNDN5VzROZzNJSS0xaU00RnlRIn0.-ngYDXh4obnq_SKsSBXIg331wv9BrayfiksDdH7QKhI";

#[test]
fn what_the_documented_helper_makes_is_good() {
    let assertion = shared().verify(&BY_THE_HELPER.into(), at(NOW + 1)).expect("is good");
    let expected = Assertion {
        user_id: "ada@example.com".into(),
        id: "gt8Y43yW4Ng3II-1iM4FyQ".into(),
        expires_at: at(NOW + 60) + SKEW,
    };
    assert_eq!(assertion, expected);
}
