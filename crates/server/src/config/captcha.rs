//! `[captcha]`

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use regain_protocol::Secret;
use serde::Deserialize;

use super::{Faults, address::is_protected, read_secret};

/// `[captcha]`: what tells people from programs when they say who they are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaptchaConfig {
    /// `proof_of_work` (default): the browser works for a second, and nobody is asked anything.
    /// `image`: six digits in a picture, which are spoken too. `turnstile`, `hcaptcha`: an outside
    /// service; its script then runs in the page. `off`: none.
    pub kind: CaptchaKind,
    /// The difficulty of the proof of work: the largest number that a browser has to try. It tries half
    /// of them on average. Default 800000: measured in Chromium's engine, a laptop tries a million in
    /// 0.45 s, so a phone with a fifth of its speed has tried all of them in 1.8 s, and half in 0.9 s.
    pub max_number: u32,
    /// For how long a challenge can be solved, in seconds. Default 600: a browser is done long before,
    /// and a person has time to listen twice. A proof of work that was too old is done anew by itself.
    pub lifetime_s: u32,
    /// The organisation's public key at the outside service.
    pub site_key: String,
    /// A file that holds the organisation's secret key at the outside service.
    pub secret_file: Option<PathBuf>,
    /// Address at which the outside service verifies tokens. Default: the service's own.
    pub verify_url: String,
    /// Content of `secret_file`.
    #[serde(skip)]
    pub secret: Option<Secret<String>>,
}

/// A kind of challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptchaKind {
    /// Work for the browser, in ALTCHA's format.
    #[default]
    ProofOfWork,
    /// A picture of digits, and the same digits spoken.
    Image,
    /// Cloudflare Turnstile.
    Turnstile,
    /// hCaptcha.
    Hcaptcha,
    /// None.
    Off,
}

impl CaptchaKind {
    /// Tells if an outside service judges.
    pub const fn is_outside(self) -> bool {
        matches!(self, Self::Turnstile | Self::Hcaptcha)
    }

    /// The origins that a page must allow scripts, frames, styles and requests of, as the service's
    /// documentation says; empty where nothing comes from outside.
    pub const fn origins(self) -> &'static str {
        match self {
            Self::Turnstile => "https://challenges.cloudflare.com",
            Self::Hcaptcha => "https://hcaptcha.com https://*.hcaptcha.com",
            Self::ProofOfWork | Self::Image | Self::Off => "",
        }
    }

    /// The outside service's documented address for verifying tokens.
    const fn verify_url(self) -> &'static str {
        match self {
            Self::Turnstile => "https://challenges.cloudflare.com/turnstile/v0/siteverify",
            Self::Hcaptcha => "https://api.hcaptcha.com/siteverify",
            Self::ProofOfWork | Self::Image | Self::Off => "",
        }
    }
}

impl Default for CaptchaConfig {
    fn default() -> Self {
        Self {
            kind: CaptchaKind::ProofOfWork,
            max_number: 800_000,
            lifetime_s: 600,
            site_key: String::new(),
            secret_file: None,
            verify_url: String::new(),
            secret: None,
        }
    }
}

impl CaptchaConfig {
    pub(super) fn check(&mut self, base: &Path, faults: &mut Faults) {
        faults.require(
            (1_000..=100_000_000).contains(&self.max_number),
            "captcha.max_number",
            "must be 1000 to 100000000",
        );
        faults.require((30..=3600).contains(&self.lifetime_s), "captcha.lifetime_s", "must be 30 to 3600");
        if self.kind.is_outside() {
            self.check_outside(base, faults);
        } else {
            for (key, is_set) in [
                ("captcha.site_key", !self.site_key.is_empty()),
                ("captcha.secret_file", self.secret_file.is_some()),
                ("captcha.verify_url", !self.verify_url.is_empty()),
            ] {
                faults.require(!is_set, key, "is for kind = \"turnstile\" and \"hcaptcha\" only");
            }
        }
    }

    fn check_outside(&mut self, base: &Path, faults: &mut Faults) {
        faults.require(!self.site_key.is_empty(), "captcha.site_key", "give the site key from the service's own pages");
        match &mut self.secret_file {
            None => faults.add("captcha.secret_file", "give a file that holds the secret key of the service"),
            Some(path) => {
                let key = "captcha.secret_file";
                if let Some(secret) = read_secret(path, base, key, faults) {
                    let secret = secret.expose().trim();
                    faults.require(!secret.is_empty(), key, "the file is empty");
                    self.secret = Some(secret.into());
                }
            }
        }
        if self.verify_url.is_empty() {
            self.kind.verify_url().clone_into(&mut self.verify_url);
        }
        faults.require(
            is_protected(&self.verify_url),
            "captcha.verify_url",
            "must be an https address: the secret key goes there",
        );
    }

    /// For how long a challenge can be solved.
    pub fn lifetime(&self) -> SignedDuration {
        SignedDuration::from_secs(self.lifetime_s.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str, base: &Path) -> (CaptchaConfig, String) {
        let mut config: CaptchaConfig = toml::from_str(text).expect("reads");
        let mut faults = Faults::default();
        config.check(base, &mut faults);
        (config, faults.to_string())
    }

    #[test]
    fn a_proof_of_work_is_the_default_and_needs_nothing() {
        let (config, faults) = faults("", Path::new("/etc/regain"));
        assert_eq!((config.kind, faults.as_str()), (CaptchaKind::ProofOfWork, ""));
        assert_eq!((config.max_number, config.lifetime_s), (800_000, 600));
    }

    #[test]
    fn an_outside_service_has_its_keys_and_its_own_address() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("secret"), "0xhunter2\n").expect("writes");
        let text = "kind = \"turnstile\"\nsite_key = \"1x\"\nsecret_file = \"secret\"";
        let (config, none) = faults(text, folder.path());
        assert_eq!(none, "");
        assert_eq!(config.secret.expect("read").expose(), "0xhunter2");
        assert_eq!(config.verify_url, "https://challenges.cloudflare.com/turnstile/v0/siteverify");
        for url in ["http://127.0.0.1:9/verify", "http://localhost/"] {
            assert_eq!(faults(&format!("{text}\nverify_url = \"{url}\""), folder.path()).1, "", "{url}");
        }
        for url in ["http://example.com/", "http://localhost.example.com/", "ftp://localhost/", "siteverify"] {
            let faults = faults(&format!("{text}\nverify_url = \"{url}\""), folder.path()).1;
            assert!(faults.starts_with("captcha.verify_url: ") && !faults.contains("hunter2"), "{url}: {faults}");
        }
    }

    #[test]
    fn every_fault_is_named_by_its_key() {
        let nowhere = Path::new("/nonexistent");
        let text = "kind = \"hcaptcha\"\nsecret_file = \"secret\"\nmax_number = 1\nlifetime_s = 0";
        let (_, outside) = faults(text, nowhere);
        for key in ["captcha.max_number: ", "captcha.lifetime_s: ", "captcha.site_key: ", "captcha.secret_file: "] {
            assert!(outside.lines().any(|fault| fault.starts_with(key)), "no fault {key} in {outside}");
        }
        let (_, inside) = faults("kind = \"image\"\nsite_key = \"1x\"", nowhere);
        assert!(inside.starts_with("captcha.site_key: "), "{inside}");
    }
}
