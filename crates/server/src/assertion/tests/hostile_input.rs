//! Tokens that are too large, random or meant to end up in a log.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use serde_json::json;

use super::{super::*, NOW, SECRET, at, but, made, shared, signed};

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
