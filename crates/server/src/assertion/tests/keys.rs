//! The configured key and algorithm, and no others.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::{super::*, NOW, SECRET, at, but, good, host::Host, made, shared, verifier};

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
