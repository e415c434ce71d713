use std::{fs, path::Path};

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header, encode};
use proptest::prelude::*;
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PublicKeyData as _};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
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

/// Gives the signature of a message.
type Sign = dyn Fn(&[u8]) -> Vec<u8>;

/// A host's back end, which signs by itself: the library here signs for HS256 only.
struct Host {
    algorithm: Algorithm,
    /// The key that the server verifies with.
    key: DecodingKey,
    /// The same as the configuration has it.
    verifier: Verifier,
    sign: Box<Sign>,
}

impl Host {
    fn hs256(secret: [u8; 32]) -> Self {
        let text = STANDARD.encode(secret);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        Self {
            algorithm: Algorithm::HS256,
            verifier: verifier("algorithm = \"HS256\"\nsecret_file = \"key\"", &text),
            key: shared_key(&text.into()).expect("a key"),
            sign: Box::new(move |message| hmac::sign(&key, message).as_ref().to_vec()),
        }
    }

    fn es256() -> Self {
        let (pair, random) = (generated(&PKCS_ECDSA_P256_SHA256), SystemRandom::new());
        let signer = p256_signer(&pair, &ECDSA_P256_SHA256_FIXED_SIGNING);
        Self::public(AssertionAlgorithm::Es256, &pair, move |message| {
            signer.sign(&random, message).expect("signs").as_ref().to_vec()
        })
    }

    fn ed_dsa() -> Self {
        let pair = generated(&PKCS_ED25519);
        let signer = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pair.serialized_der()).expect("a key");
        Self::public(AssertionAlgorithm::EdDsa, &pair, move |message| signer.sign(message).as_ref().to_vec())
    }

    fn public(with: AssertionAlgorithm, pair: &rcgen::KeyPair, sign: impl Fn(&[u8]) -> Vec<u8> + 'static) -> Self {
        let (algorithm, pem) = (algorithm(with), pair.public_key_pem());
        Self {
            algorithm,
            verifier: verifier(&format!("algorithm = \"{algorithm:?}\"\npublic_key_file = \"key\""), &pem),
            key: public_key(with, &pem.into()).expect("a key"),
            sign: Box::new(sign),
        }
    }

    /// One of each algorithm, every time with other keys.
    fn each() -> [Self; 3] {
        [Self::hs256(rand::random()), Self::es256(), Self::ed_dsa()]
    }

    fn token(&self, claims: &Value) -> String {
        let header = json!({ "typ": "JWT", "alg": self.algorithm }).to_string();
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = URL_SAFE_NO_PAD.encode((self.sign)(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// Tells whether the library takes a signature for that of the message.
    fn takes(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = URL_SAFE_NO_PAD.encode(signature);
        jsonwebtoken::crypto::verify(&signature, message, &self.key, self.algorithm).expect("a key of the algorithm")
    }
}

fn generated(algorithm: &'static rcgen::SignatureAlgorithm) -> rcgen::KeyPair {
    rcgen::KeyPair::generate_for(algorithm).expect("a key")
}

fn p256_signer(pair: &rcgen::KeyPair, encoding: &'static ring::signature::EcdsaSigningAlgorithm) -> EcdsaKeyPair {
    EcdsaKeyPair::from_pkcs8(encoding, pair.serialized_der(), &SystemRandom::new()).expect("a key")
}

#[test]
fn a_good_one_says_who_is_signed_in() {
    for host in Host::each() {
        let (algorithm, verifier) = (host.algorithm, &host.verifier);
        let token: Secret<String> = host.token(&good()).into();
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
fn a_signature_is_for_one_message_by_one_key() {
    let message = b"a message";
    for (host, other) in Host::each().iter().zip(&Host::each()) {
        let algorithm = host.algorithm;
        let signature = (host.sign)(message);
        assert!(host.takes(message, &signature), "{algorithm:?}");
        assert!(!host.takes(b"a massage", &signature), "{algorithm:?}: another message");
        assert!(!host.takes(b"", &signature), "{algorithm:?}: no message");
        assert!(!host.takes(message, &(other.sign)(message)), "{algorithm:?}: another key");
        for bit in 0..signature.len() * 8 {
            let mut wrong = signature.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert!(!host.takes(message, &wrong), "{algorithm:?}: bit {bit}");
        }
        for length in 0..signature.len() {
            assert!(!host.takes(message, &signature[..length]), "{algorithm:?}: {length} bytes");
        }
        assert!(!host.takes(message, &[&signature[..], &[0]].concat()), "{algorithm:?}: one byte more");
        assert!(!host.takes(message, &vec![0; signature.len()]), "{algorithm:?}: zeros");
    }
}

#[test]
fn what_somebody_else_signed_or_changed_is_forged() {
    for (host, other) in Host::each().iter().zip(&Host::each()) {
        let check = |token: String| host.verifier.verify(&token.into(), at(NOW)).map(|_| ());
        let token = host.token(&good());
        assert_eq!(check(token.clone()), Ok(()));
        assert_eq!(check(other.token(&good())), Err(AssertionError::Forged), "{:?}: another key", host.algorithm);
        let parts: Vec<_> = token.split('.').collect();
        let mallory = URL_SAFE_NO_PAD.encode(but(&json!({ "sub": "mallory@example.com" })).to_string());
        let changed = [parts[0], &mallory, parts[2]].join(".");
        assert_eq!(check(changed), Err(AssertionError::Forged), "{:?}: other claims", host.algorithm);
    }
}

/// The JWT of RFC 7515, A.1 and A.3, without its header.
const OF_JOE: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

#[test]
fn the_examples_of_the_standards_verify() {
    crypto::install();
    let joe = |header: &str| format!("{header}.{OF_JOE}");
    let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let secret = URL_SAFE_NO_PAD.decode(secret).expect("base64");
    let (x, y) = ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
    for (algorithm, key, message, signature) in [
        (
            Algorithm::HS256,
            DecodingKey::from_secret(&secret),
            joe("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
        (
            Algorithm::ES256,
            DecodingKey::from_ec_components(x, y).expect("a key"),
            joe("eyJhbGciOiJFUzI1NiJ9"),
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ),
        // RFC 8037, A.4.
        (
            Algorithm::EdDSA,
            DecodingKey::from_ed_components("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").expect("a key"),
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".to_owned(),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        ),
    ] {
        let verify = |message: &str| jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, algorithm);
        assert_eq!(verify(&message), Ok(true), "{algorithm:?}");
        assert_eq!(verify(&format!("{message}x")), Ok(false), "{algorithm:?}");
    }
}

#[test]
fn es256_is_two_numbers_and_no_asn1() {
    let pair = generated(&PKCS_ECDSA_P256_SHA256);
    let host = Host::public(AssertionAlgorithm::Es256, &pair, |_| Vec::new());
    let sign = |encoding| p256_signer(&pair, encoding).sign(&SystemRandom::new(), b"a message").expect("signs");
    assert!(host.takes(b"a message", sign(&ECDSA_P256_SHA256_FIXED_SIGNING).as_ref()));
    assert!(!host.takes(b"a message", sign(&ECDSA_P256_SHA256_ASN1_SIGNING).as_ref()));
}

#[test]
fn another_algorithm_is_an_error_and_so_is_another_ones_key() {
    use jsonwebtoken::crypto::{sign, verify};
    let [hs256, es256, ed_dsa] = Host::each();
    for algorithm in [
        Algorithm::HS384,
        Algorithm::HS512,
        Algorithm::ES384,
        Algorithm::RS256,
        Algorithm::RS384,
        Algorithm::RS512,
        Algorithm::PS256,
        Algorithm::PS384,
        Algorithm::PS512,
    ] {
        let rsa = DecodingKey::from_rsa_raw_components(&[0xff; 256], &[1, 0, 1]);
        for key in [&hs256.key, &es256.key, &ed_dsa.key, &rsa] {
            let error = verify("AAAA", b"a message", key, algorithm).expect_err("is not known");
            assert_eq!(error.kind(), &ErrorKind::InvalidAlgorithm, "{algorithm:?}");
        }
    }
    let secret = EncodingKey::from_secret(&SECRET);
    let (ec, ed, rsa) =
        (EncodingKey::from_ec_der(&[0; 32]), EncodingKey::from_ed_der(&[0; 32]), EncodingKey::from_rsa_der(&[0; 32]));
    for (algorithm, key) in [
        (Algorithm::HS384, &secret),
        (Algorithm::HS512, &secret),
        (Algorithm::ES256, &ec),
        (Algorithm::ES384, &ec),
        (Algorithm::EdDSA, &ed),
        (Algorithm::RS256, &rsa),
        (Algorithm::PS256, &rsa),
    ] {
        let error = sign(b"a message", key, algorithm).expect_err("is not signed here");
        assert_eq!(error.kind(), &ErrorKind::InvalidAlgorithm, "{algorithm:?}");
        let error = encode(&Header::new(algorithm), &good(), key).expect_err("is not signed here");
        assert_eq!(error.kind(), &ErrorKind::InvalidAlgorithm, "{algorithm:?}");
    }
    let hosts = [hs256, es256, ed_dsa];
    for (host, other) in hosts.iter().flat_map(|host| hosts.iter().map(move |other| (host, other))) {
        let got = verify("AAAA", b"a message", &host.key, other.algorithm).map_err(|error| error.kind().clone());
        let expected = if host.algorithm == other.algorithm { Ok(false) } else { Err(ErrorKind::InvalidKeyFormat) };
        assert_eq!(got, expected, "{:?} with a key for {:?}", other.algorithm, host.algorithm);
    }
    for key in [&ec, &ed, &rsa] {
        let error = sign(b"a message", key, Algorithm::HS256).expect_err("is no secret");
        assert_eq!(error.kind(), &ErrorKind::InvalidKeyFormat);
    }
}

#[test]
fn a_p256_key_is_a_point_on_that_curve() {
    let pair = generated(&PKCS_ECDSA_P256_SHA256);
    let point = pair.der_bytes();
    assert!(crypto::is_p256_key(point));
    let mut off_curve = point.to_vec();
    *off_curve.last_mut().expect("a point") ^= 1;
    let compressed = [&[2 | (point[64] & 1)], &point[1..33]].concat();
    let p384 = generated(&rcgen::PKCS_ECDSA_P384_SHA384);
    for (what, bytes) in [
        ("off the curve", &off_curve[..]),
        ("nothing", &[]),
        ("infinity", &[0]),
        ("zero", &[&[4][..], &[0; 64]].concat()),
        ("numbers beyond the field", &[&[4][..], &[0xff; 64]].concat()),
        ("compressed", &compressed),
        ("too short", &point[..64]),
        ("too long", &[point, &[0]].concat()),
        ("of P-384", p384.der_bytes()),
        ("of Ed25519", generated(&PKCS_ED25519).der_bytes()),
    ] {
        assert!(!crypto::is_p256_key(bytes), "{what}");
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
