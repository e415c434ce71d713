use std::{fs, path::Path};

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header, encode};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::config::Config;

const ISSUER: &str = "https://app.example.com";
const AUDIENCE: &str = "https://recover.example.com";

/// When the tests are, in seconds since 1970.
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
            "[server]\nkey = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"\npublic_url = \"{AUDIENCE}/\"
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
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(&SECRET)).expect("signs").into()
}

/// A token put together by hand; the signature is HMAC's with this key.
fn made(header: &Value, claims: &str, key: &[u8]) -> Secret<String> {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &EncodingKey::from_secret(key), Algorithm::HS256);
    format!("{message}.{}", signature.expect("signs")).into()
}

#[test]
fn a_good_one_says_who_is_signed_in() {
    let key = |algorithm| rcgen::KeyPair::generate_for(algorithm).expect("a key");
    let (p256, ed25519) = (key(&rcgen::PKCS_ECDSA_P256_SHA256), key(&rcgen::PKCS_ED25519));
    let pem = |key: &rcgen::KeyPair| key.serialize_pem().into_bytes();
    for (algorithm, name, file, signer) in [
        (Algorithm::HS256, "HS256\"\nsecret_file", STANDARD.encode(SECRET), EncodingKey::from_secret(&SECRET)),
        (
            Algorithm::ES256,
            "ES256\"\npublic_key_file",
            p256.public_key_pem(),
            EncodingKey::from_ec_pem(&pem(&p256)).expect("a key"),
        ),
        (
            Algorithm::EdDSA,
            "EdDSA\"\npublic_key_file",
            ed25519.public_key_pem(),
            EncodingKey::from_ed_pem(&pem(&ed25519)).expect("a key"),
        ),
    ] {
        let verifier = verifier(&format!("algorithm = \"{name} = \"key\""), &file);
        let token: Secret<String> = encode(&Header::new(algorithm), &good(), &signer).expect("signs").into();
        let assertion =
            Assertion { user_id: "ada@example.com".into(), id: "j1".into(), expires_at: at(NOW + 60) + SKEW };
        assert_eq!(verifier.clone().verify(&token, at(NOW + 1)), Ok(assertion), "{algorithm:?}");

        // Every other bit of it matters.
        let text = token.expose();
        for (index, _) in text.match_indices(|c: char| c.is_ascii_alphanumeric()) {
            let other = if &text[index..=index] == "A" { "B" } else { "A" };
            let changed = format!("{}{other}{}", &text[..index], &text[index + 1..]);
            assert!(verifier.verify(&changed.into(), at(NOW + 1)).is_err(), "{algorithm:?}: character {index}");
        }
    }
}

#[test]
fn without_the_section_nobodys_word_counts() {
    assert!(Verifier::from_config(&AssertionsConfig::default(), AUDIENCE).is_none());
    let config = Config::parse(crate::app::testing::LEAST, Path::new("/")).expect("a configuration");
    assert!(Verifier::from_config(&config.assertions, AUDIENCE).is_none());
}

#[test]
fn what_is_not_signed_by_the_configured_key_and_algorithm_is_refused() {
    let p256 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key");
    let public = verifier("algorithm = \"ES256\"\npublic_key_file = \"key\"", &p256.public_key_pem());
    let shared = shared();
    let header = |alg: &str| json!({ "typ": "JWT", "alg": alg });
    let claims = good().to_string();
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header("none").to_string()), URL_SAFE_NO_PAD.encode(&claims));
    for verifier in [&public, &shared] {
        let none = verifier.verify(&format!("{message}.").into(), at(NOW));
        assert_eq!(none, Err(AssertionError::OtherAlgorithm), "alg: none");
        assert_eq!(verifier.verify(&message.clone().into(), at(NOW)), Err(AssertionError::Malformed), "no signature");
        let other_key = made(&header("HS256"), &claims, &[8; 32]);
        assert!(verifier.verify(&other_key, at(NOW)).is_err());
    }
    assert_eq!(shared.verify(&made(&header("HS256"), &claims, &[8; 32]), at(NOW)), Err(AssertionError::Forged));
    // The public key is no secret: signed with it as if it were one.
    for key in [p256.public_key_pem().into_bytes(), p256.public_key_raw().to_vec()] {
        let confused = made(&header("HS256"), &claims, &key);
        assert_eq!(public.verify(&confused, at(NOW)), Err(AssertionError::OtherAlgorithm));
        let confused = made(&header("ES256"), &claims, &key);
        assert_eq!(public.verify(&confused, at(NOW)), Err(AssertionError::Forged));
    }
    for alg in ["HS384", "HS512", "RS256", "EdDSA", "ES256"] {
        let refused = shared.verify(&made(&header(alg), &claims, &SECRET), at(NOW));
        assert_eq!(refused, Err(AssertionError::OtherAlgorithm), "{alg}");
    }
    // A key that the token brings along does not count.
    let brings = json!({ "alg": "HS256", "jwk": { "kty": "oct", "k": URL_SAFE_NO_PAD.encode([8; 32]) } });
    assert_eq!(shared.verify(&made(&brings, &claims, &[8; 32]), at(NOW)), Err(AssertionError::Forged));
    let critical = json!({ "alg": "HS256", "crit": ["exp"], "exp": 1 });
    assert_eq!(shared.verify(&made(&critical, &claims, &SECRET), at(NOW)), Err(AssertionError::Critical));
}

#[test]
fn it_is_good_from_iat_to_exp_give_or_take_the_clocks_difference() {
    let verifier = shared();
    let check = |claims: Value, now: i64| verifier.verify(&signed(&but(&claims)), at(now)).map(|_| ());
    let as_is = || json!({});
    assert_eq!(check(as_is(), NOW - 30), Ok(()));
    assert_eq!(check(as_is(), NOW - 31), Err(AssertionError::NotYet));
    assert_eq!(check(as_is(), NOW + 89), Ok(()));
    assert_eq!(check(as_is(), NOW + 90), Err(AssertionError::Expired));
    assert_eq!(check(json!({ "nbf": NOW + 40 }), NOW), Err(AssertionError::NotYet));
    assert_eq!(check(json!({ "nbf": NOW + 40 }), NOW + 10), Ok(()));
    assert_eq!(check(json!({ "nbf": NOW - 999 }), NOW - 31), Err(AssertionError::NotYet));
    assert_eq!(check(json!({ "exp": NOW + 120 }), NOW), Ok(()));
    assert_eq!(check(json!({ "exp": NOW + 121 }), NOW), Err(AssertionError::TooLongLived));
    assert_eq!(check(json!({ "exp": NOW }), NOW), Err(AssertionError::Claims));
    assert_eq!(check(json!({ "iat": i64::MIN, "exp": i64::MAX }), NOW), Err(AssertionError::Claims));
}

#[test]
fn it_is_for_this_server_and_by_the_configured_issuer_only() {
    let verifier = shared();
    let check = |claims: Value| verifier.verify(&signed(&but(&claims)), at(NOW)).map(|_| ());
    for issuer in ["https://evil.example", "https://app.example.com/", "https://APP.example.com", ""] {
        assert_eq!(check(json!({ "iss": issuer })), Err(AssertionError::OtherIssuer), "{issuer:?}");
    }
    for audience in ["https://app.example.com", "https://recover.example.com/", ""] {
        assert_eq!(check(json!({ "aud": audience })), Err(AssertionError::OtherAudience), "{audience:?}");
        assert_eq!(check(json!({ "aud": [audience] })), Err(AssertionError::OtherAudience), "{audience:?}");
    }
    assert_eq!(check(json!({ "aud": [AUDIENCE] })), Ok(()));
    assert_eq!(check(json!({ "name": "Ada", "roles": [] })), Ok(()), "what else is said does not matter");
}

#[test]
fn nothing_may_be_missing_or_of_another_type() {
    let verifier = shared();
    let check = |claims: Value| verifier.verify(&signed(&but(&claims)), at(NOW)).map(|_| ());
    for name in ["iss", "aud", "sub", "iat", "exp", "jti"] {
        assert_eq!(check(json!({ name: null })), Err(AssertionError::Claims), "{name} missing");
        for other in [json!(true), json!({}), json!([7])] {
            assert!(check(json!({ name: other })).is_err(), "{name}: {other}");
        }
    }
    for (name, other) in [
        ("sub", json!("")),
        ("sub", json!(" ")),
        ("sub", json!(7)),
        ("jti", json!("")),
        ("jti", json!(7)),
        ("iat", json!(NOW.to_string())),
        ("exp", json!(9.5e18)),
        ("nbf", json!("soon")),
    ] {
        assert_eq!(check(json!({ name: other })), Err(AssertionError::Claims), "{name}: {other}");
    }
    let twice = good().to_string().replacen('{', "{\"sub\":\"mallory@example.com\",", 1);
    assert_eq!(
        verifier.verify(&made(&json!({ "alg": "HS256" }), &twice, &SECRET), at(NOW)),
        Err(AssertionError::Claims)
    );
}

#[test]
fn what_is_too_large_is_not_looked_at() {
    let verifier = shared();
    let sized = |bytes: usize| {
        let padding = |length: usize| signed(&but(&json!({ "pad": "x".repeat(length) })));
        let empty = padding(0).expose().len();
        padding((bytes - empty) * 3 / 4)
    };
    let (fits, over) = (sized(MAX_BYTES), sized(MAX_BYTES + 4));
    assert!(fits.expose().len() <= MAX_BYTES && over.expose().len() > MAX_BYTES);
    assert!(verifier.verify(&fits, at(NOW)).is_ok());
    assert_eq!(verifier.verify(&over, at(NOW)), Err(AssertionError::TooLarge));
}

#[test]
fn no_error_quotes_the_token() {
    let verifier = shared();
    let token = signed(&but(&json!({ "sub": "ada-hunter2", "aud": "hunter2" })));
    let error = verifier.verify(&token, at(NOW)).expect_err("for somebody else");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    assert!(!format!("{verifier:?}").contains(&STANDARD.encode(SECRET)));
    assert!(!format!("{verifier:?}").contains("7, 7, 7"));
}

/// What the helper of `docs/signed-in.md` made: run in Node.js with the secret above, at the time above.
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

proptest! {
    #[test]
    fn no_text_is_taken_and_none_is_fatal(text in any::<String>(), parts in proptest::collection::vec("[A-Za-z0-9_=-]{0,60}", 0..5)) {
        let verifier = shared();
        prop_assert!(verifier.verify(&text.into(), at(NOW)).is_err());
        prop_assert!(verifier.verify(&parts.join(".").into(), at(NOW)).is_err());
    }

    #[test]
    fn no_signed_claims_are_fatal(name in "iss|aud|sub|iat|exp|nbf|jti", number in any::<i64>(), text in any::<String>()) {
        let verifier = shared();
        for value in [json!(number), json!(text), json!([text]), json!({ &text: number })] {
            if let Ok(assertion) = verifier.verify(&signed(&but(&json!({ name.as_str(): value }))), at(NOW)) {
                prop_assert!(!assertion.user_id.is_empty() && !assertion.id.is_empty());
                prop_assert!(assertion.expires_at > at(NOW));
            }
        }
    }

    #[test]
    fn no_header_is_fatal(alg in "[A-Za-z0-9]{0,8}", claims in any::<String>()) {
        let header = json!({ "alg": alg });
        prop_assert!(shared().verify(&made(&header, &claims, &SECRET), at(NOW)).is_err());
    }
}
