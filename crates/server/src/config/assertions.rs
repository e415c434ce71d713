//! `[assertions]`

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use jsonwebtoken::DecodingKey;
use regain_protocol::Secret;
use serde::Deserialize;

use super::{Faults, read_secret, rebase};
use crate::assertion::{self, AssertionAlgorithm};

/// `[assertions]`: whose word counts that somebody is signed in. Without this section nobody's does, and
/// people give their password to change it or to change their security info.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AssertionsConfig {
    /// Name of the program where people are signed in, as in its `iss` claim, such as its address.
    pub issuer: String,
    /// Signature algorithm: `HS256` with a secret that it shares with this server, or `ES256` or `EdDSA` with a key of
    /// which this server knows the public half only. The algorithm in an assertion does not count.
    pub algorithm: Option<AssertionAlgorithm>,
    /// For HS256: the shared secret, at least 32 random bytes in base64.
    pub secret: Option<Secret<String>>,
    /// For HS256: a file that holds the shared secret, instead of `secret`.
    pub secret_file: Option<PathBuf>,
    /// For ES256 and `EdDSA`: a file that holds the public key as PEM.
    pub public_key_file: Option<PathBuf>,
    /// The longest that an assertion may be good for, from its `iat` to its `exp`, in seconds, 10 to 600.
    /// Default 120: it is made when the person presses a button, and used at once.
    pub max_age_s: u32,
    /// Key that assertions are checked with.
    #[serde(skip)]
    pub(crate) key: Option<DecodingKey>,
}

impl Default for AssertionsConfig {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            algorithm: None,
            secret: None,
            secret_file: None,
            public_key_file: None,
            max_age_s: 120,
            key: None,
        }
    }
}

impl AssertionsConfig {
    pub(super) fn check(&mut self, base: &Path, faults: &mut Faults) {
        faults.require((10..=600).contains(&self.max_age_s), "assertions.max_age_s", "must be 10 to 600");
        let is_empty = self.issuer.is_empty()
            && self.secret.is_none()
            && self.secret_file.is_none()
            && self.public_key_file.is_none();
        let Some(algorithm) = self.algorithm else {
            faults.require(is_empty, "assertions.algorithm", "must be \"HS256\", \"ES256\" or \"EdDSA\"");
            return;
        };
        faults.require(
            !self.issuer.trim().is_empty(),
            "assertions.issuer",
            "give what the program where people are signed in calls itself, such as its address",
        );
        if algorithm == AssertionAlgorithm::Hs256 {
            let key = "assertions.public_key_file";
            faults.require(self.public_key_file.is_none(), key, "is for algorithm = \"ES256\" and \"EdDSA\" only");
            self.read_secret(base, faults);
        } else {
            for (key, is_set) in
                [("assertions.secret", self.secret.is_some()), ("assertions.secret_file", self.secret_file.is_some())]
            {
                faults.require(!is_set, key, "is for algorithm = \"HS256\" only");
            }
            self.read_public_key(algorithm, base, faults);
        }
    }

    fn read_secret(&mut self, base: &Path, faults: &mut Faults) {
        let (key, text) = match (&self.secret, &mut self.secret_file) {
            (Some(_), Some(_)) => {
                return faults.add("assertions.secret_file", "give either secret or secret_file, not both");
            }
            (None, None) => {
                return faults.add("assertions.secret_file", "give a file that holds the shared secret, or secret");
            }
            (Some(secret), None) => ("assertions.secret", secret.clone()),
            (None, Some(path)) => {
                let Some(text) = read_secret(path, base, "assertions.secret_file", faults) else { return };
                ("assertions.secret_file", text)
            }
        };
        self.key = assertion::shared_key(&text);
        faults.require(self.key.is_some(), key, "must be at least 32 random bytes in base64");
    }

    fn read_public_key(&mut self, algorithm: AssertionAlgorithm, base: &Path, faults: &mut Faults) {
        let key = "assertions.public_key_file";
        let Some(path) = &mut self.public_key_file else {
            return faults.add(key, "give a file that holds the public key of the signer as PEM");
        };
        rebase(path, base);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text.into(),
            Err(error) => return faults.add(key, format!("cannot read {}: {error}", path.display())),
        };
        self.key = assertion::public_key(algorithm, &text);
        let needed = if algorithm == AssertionAlgorithm::EdDsa { "Ed25519" } else { "P-256" };
        faults.require(self.key.is_some(), key, format!("must hold one {needed} public key as PEM (BEGIN PUBLIC KEY)"));
    }

    /// The longest that an assertion may be good for.
    pub fn max_age(&self) -> SignedDuration {
        SignedDuration::from_secs(self.max_age_s.into())
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use rcgen::PublicKeyData as _;

    use super::*;

    fn read(text: &str, base: &Path) -> (AssertionsConfig, String) {
        let mut config: AssertionsConfig = toml::from_str(text).expect("reads");
        let mut faults = Faults::default();
        config.check(base, &mut faults);
        (config, faults.to_string())
    }

    #[test]
    fn nobodys_word_counts_by_default() {
        let (config, faults) = read("", Path::new("/etc/regain"));
        assert_eq!(faults, "");
        assert!(config.key.is_none() && config.max_age_s == 120);
    }

    #[test]
    fn a_key_comes_from_the_file_or_from_a_file_of_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("writes");
        let secret = STANDARD.encode([7; 32]);
        write("secret", &format!("{secret}\n"));
        let pem = |algorithm| rcgen::KeyPair::generate_for(algorithm).expect("a key").public_key_pem();
        write("p256.pem", &pem(&rcgen::PKCS_ECDSA_P256_SHA256));
        write("ed25519.pem", &pem(&rcgen::PKCS_ED25519));
        for text in [
            &format!("algorithm = 'HS256'\nsecret = '{secret}'"),
            "algorithm = 'HS256'\nsecret_file = 'secret'",
            "algorithm = 'ES256'\npublic_key_file = 'p256.pem'",
            "algorithm = 'EdDSA'\npublic_key_file = 'ed25519.pem'",
        ] {
            let (config, faults) = read(&format!("issuer = 'https://app.example'\n{text}"), folder.path());
            assert_eq!(faults, "", "{text}");
            assert!(config.key.is_some(), "{text}");
            assert!(!format!("{config:?}").contains(&secret), "no secret is shown");
        }
    }

    #[test]
    fn every_fault_is_named_by_its_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("writes");
        let key = |algorithm| rcgen::KeyPair::generate_for(algorithm).expect("a key");
        let (p256, p384) = (key(&rcgen::PKCS_ECDSA_P256_SHA256), key(&rcgen::PKCS_ECDSA_P384_SHA384));
        write("p256.pem", &p256.public_key_pem());
        write("p384.pem", &p384.public_key_pem());
        write("private.pem", &p256.serialize_pem());
        write("ed25519.pem", &key(&rcgen::PKCS_ED25519).public_key_pem());
        write("short", &STANDARD.encode([7; 31]));
        // The OIDs of a P-256 key, and a point that is on no curve of that name: the last byte of y is another.
        let mut der = p256.subject_public_key_info();
        *der.last_mut().expect("a point") ^= 1;
        let body = STANDARD.encode(der);
        write("off_curve.pem", &format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"));
        write("damaged.pem", "-----BEGIN PUBLIC KEY-----\nMAMCAQE=\n-----END PUBLIC KEY-----\n");
        let secret = STANDARD.encode([7; 32]);
        for (text, key) in [
            ("issuer = 'x'", "algorithm"),
            ("public_key_file = 'p256.pem'", "algorithm"),
            ("max_age_s = 9", "max_age_s"),
            ("max_age_s = 601", "max_age_s"),
            (&format!("algorithm = 'HS256'\nsecret = '{secret}'"), "issuer"),
            ("issuer = 'x'\nalgorithm = 'HS256'", "secret_file"),
            (&format!("issuer = 'x'\nalgorithm = 'HS256'\nsecret = '{secret}'\nsecret_file = 'short'"), "secret_file"),
            ("issuer = 'x'\nalgorithm = 'HS256'\nsecret = 'hunter2'", "secret"),
            ("issuer = 'x'\nalgorithm = 'HS256'\nsecret_file = 'short'", "secret_file"),
            ("issuer = 'x'\nalgorithm = 'HS256'\nsecret_file = 'p256.pem'", "secret_file"),
            ("issuer = 'x'\nalgorithm = 'HS256'\nsecret_file = 'missing'", "secret_file"),
            (
                &format!("issuer = 'x'\nalgorithm = 'HS256'\nsecret = '{secret}'\npublic_key_file = 'p256.pem'"),
                "public_key_file",
            ),
            (
                &format!("issuer = 'x'\nalgorithm = 'ES256'\nsecret = '{secret}'\npublic_key_file = 'p256.pem'"),
                "secret",
            ),
            ("issuer = 'x'\nalgorithm = 'ES256'", "public_key_file"),
            ("issuer = 'x'\nalgorithm = 'ES256'\npublic_key_file = 'missing'", "public_key_file"),
            ("issuer = 'x'\nalgorithm = 'ES256'\npublic_key_file = 'p384.pem'", "public_key_file"),
            ("issuer = 'x'\nalgorithm = 'ES256'\npublic_key_file = 'private.pem'", "public_key_file"),
            ("issuer = 'x'\nalgorithm = 'ES256'\npublic_key_file = 'ed25519.pem'", "public_key_file"),
            ("issuer = 'x'\nalgorithm = 'ES256'\npublic_key_file = 'off_curve.pem'", "public_key_file"),
            ("issuer = 'x'\nalgorithm = 'ES256'\npublic_key_file = 'damaged.pem'", "public_key_file"),
            ("issuer = 'x'\nalgorithm = 'EdDSA'\npublic_key_file = 'p256.pem'", "public_key_file"),
            ("issuer = 'x'\nalgorithm = 'EdDSA'\npublic_key_file = 'damaged.pem'", "public_key_file"),
            ("issuer = 'x'\nalgorithm = 'EdDSA'\npublic_key_file = 'short'", "public_key_file"),
        ] {
            let faults = read(text, folder.path()).1;
            assert!(
                faults.starts_with(&format!("assertions.{key}: ")) && faults.lines().count() == 1,
                "{text}: {faults}"
            );
            assert!(!faults.contains("hunter2") && !faults.contains(&secret), "{faults}");
        }
    }
}
