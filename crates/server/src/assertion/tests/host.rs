//! Host back ends that sign by themselves, with an algorithm of each kind.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ED25519};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use serde_json::{Value, json};

use super::{super::*, verifier};

/// Gives the signature of a message.
pub(super) type Sign = dyn Fn(&[u8]) -> Vec<u8>;

/// A host's back end, which signs by itself: the library here signs for HS256 only.
pub(super) struct Host {
    pub(super) algorithm: Algorithm,
    /// The key that the server verifies with.
    pub(super) key: DecodingKey,
    /// The same as the configuration has it.
    pub(super) verifier: Verifier,
    pub(super) sign: Box<Sign>,
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

    pub(super) fn public(
        with: AssertionAlgorithm,
        pair: &rcgen::KeyPair,
        sign: impl Fn(&[u8]) -> Vec<u8> + 'static,
    ) -> Self {
        let (algorithm, pem) = (algorithm(with), pair.public_key_pem());
        Self {
            algorithm,
            verifier: verifier(&format!("algorithm = \"{algorithm:?}\"\npublic_key_file = \"key\""), &pem),
            key: public_key(with, &pem.into()).expect("a key"),
            sign: Box::new(sign),
        }
    }

    /// One of each algorithm, every time with other keys.
    pub(super) fn each() -> [Self; 3] {
        [Self::hs256(rand::random()), Self::es256(), Self::ed_dsa()]
    }

    pub(super) fn token(&self, claims: &Value) -> String {
        let header = json!({ "typ": "JWT", "alg": self.algorithm }).to_string();
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = URL_SAFE_NO_PAD.encode((self.sign)(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// Tells whether the library takes a signature for that of the message.
    pub(super) fn takes(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = URL_SAFE_NO_PAD.encode(signature);
        jsonwebtoken::crypto::verify(&signature, message, &self.key, self.algorithm).expect("a key of the algorithm")
    }
}

pub(super) fn generated(algorithm: &'static rcgen::SignatureAlgorithm) -> rcgen::KeyPair {
    rcgen::KeyPair::generate_for(algorithm).expect("a key")
}

pub(super) fn p256_signer(
    pair: &rcgen::KeyPair,
    encoding: &'static ring::signature::EcdsaSigningAlgorithm,
) -> EcdsaKeyPair {
    EcdsaKeyPair::from_pkcs8(encoding, pair.serialized_der(), &SystemRandom::new()).expect("a key")
}
