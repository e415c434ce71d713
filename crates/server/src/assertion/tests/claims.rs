//! Claims: times, issuer, audience, and those that may not be missing.

use serde_json::{Value, json};

use super::{super::*, AUDIENCE, NOW, SECRET, at, but, good, made, shared, signed};

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
