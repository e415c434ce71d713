//! Signatures by the library: of each algorithm, by the standards' examples, and no others.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header, encode};
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PublicKeyData as _};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING},
};

use super::{
    super::*,
    SECRET, good,
    host::{Host, generated, p256_signer},
};

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
