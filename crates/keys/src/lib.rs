//! The server key and what is derived from it.
//!
//! One secret, kept by the operator, gives every keyed value a subkey of its own (HKDF-SHA256, RFC
//! 5869), so that no value of one purpose can stand in for one of another.

use std::fmt::{self, Write as _};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use regain_protocol::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use regain_ports::{RingPoint, Rng};

/// The fewest bytes that a server key has.
pub const MIN_KEY_BYTES: usize = 32;

/// The length of an XChaCha20-Poly1305 nonce, long enough to be drawn at random.
const NONCE_BYTES: usize = 24;

/// The subkeys of one server key, and of those that it replaced.
#[derive(Clone)]
pub struct Keys {
    account: Secret<[u8; 32]>,
    decoy: Secret<[u8; 32]>,
    method: Secret<[u8; 32]>,
    code: Secret<[u8; 32]>,
    idempotency: Secret<[u8; 32]>,
    bucket: Secret<[u8; 32]>,
    seal: Secret<[u8; 32]>,
    captcha: Secret<[u8; 32]>,
    fingerprint: Secret<[u8; 32]>,
    audit: Secret<[u8; 32]>,
    /// Newest first: they open what they sealed and recognise what they hashed, and make nothing new.
    former: Vec<Self>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// The one use that a code is good for.
#[derive(Debug, Clone, Copy)]
pub struct CodeBinding<'a> {
    /// The flow.
    pub flow_id: &'a str,
    /// The account's key.
    pub account_key: &'a str,
    /// Its purpose, such as `reset`.
    pub purpose: &'a str,
    /// The address or number that it was sent to.
    pub destination: &'a str,
}

/// A sealed value that is not ours, not for this place, or damaged.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a sealed value cannot be opened: was the server key changed?")]
pub struct OpenError;

impl Keys {
    /// Derives the subkeys. The server key has at least [`MIN_KEY_BYTES`]; the configuration checks it.
    pub fn derive(server_key: &Secret<Vec<u8>>) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(b"regain v1"), server_key.expose());
        let subkey = |purpose: &str| {
            let mut key = [0; 32];
            hkdf.expand(purpose.as_bytes(), &mut key).expect("32 bytes are within what HKDF gives");
            Secret::new(key)
        };
        Self {
            account: subkey("account"),
            decoy: subkey("decoy"),
            method: subkey("method"),
            code: subkey("code"),
            idempotency: subkey("idempotency"),
            bucket: subkey("bucket"),
            seal: subkey("seal"),
            captcha: subkey("captcha"),
            fingerprint: subkey("fingerprint"),
            audit: subkey("audit"),
            former: Vec::new(),
        }
    }

    /// The same keys, together with those of the server keys that this one replaced, newest first.
    #[must_use]
    pub fn with_former(self, server_keys: &[Secret<Vec<u8>>]) -> Self {
        Self { former: server_keys.iter().map(Self::derive).collect(), ..self }
    }

    /// These keys and the former ones, newest first.
    fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.former)
    }

    /// A name for the server key, by which a database tells that it was made with it.
    pub fn fingerprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.fingerprint, &[]))
    }

    /// Tells if a name is that of the server key or of one that it replaced.
    pub fn has_fingerprint(&self, fingerprint: &str) -> bool {
        self.all().any(|keys| same(&keys.fingerprint(), fingerprint))
    }

    /// Tells if there are keys that were replaced.
    pub fn has_former(&self) -> bool {
        !self.former.is_empty()
    }

    /// Pseudonym of a user ID in the store, in counters and in the log, made alike for accounts that do not exist.
    pub fn account_key(&self, normalised_user_id: &str) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.account, &[normalised_user_id.as_bytes()]))
    }

    /// Seed of a user ID's decoy methods.
    pub fn decoy_seed(&self, normalised_user_id: &str) -> [u8; 32] {
        mac(&self.decoy, &[normalised_user_id.as_bytes()])
    }

    /// The place of an account on the ring, by its id.
    pub fn account_place(&self, account_id: &str) -> RingPoint {
        self.place("account", account_id)
    }

    /// The place of a user ID on the ring, whether it has an account or not.
    pub fn user_id_place(&self, normalised_user_id: &str) -> RingPoint {
        self.place("user ID", normalised_user_id)
    }

    fn place(&self, what: &str, of: &str) -> RingPoint {
        let hash = mac(&self.decoy, &[b"ring", what.as_bytes(), of.as_bytes()]);
        RingPoint::new(hash.first_chunk().copied().unwrap_or_default())
    }

    /// A draw about the decoy of a user ID: the same each time.
    pub fn decoy_draw(&self, normalised_user_id: &str, what: &str, of: &str) -> u64 {
        let parts = ["draw", normalised_user_id, what, of].map(str::as_bytes);
        u64::from_be_bytes(mac(&self.decoy, &parts).first_chunk().copied().unwrap_or_default())
    }

    /// The public id of an account's method: the same in every flow, and of the same form whether
    /// the account exists or not.
    pub fn method_id(&self, account_key: &str, index: usize) -> String {
        let index = u64::try_from(index).unwrap_or(u64::MAX).to_be_bytes();
        URL_SAFE_NO_PAD.encode(&mac(&self.method, &[account_key.as_bytes(), &index])[..16])
    }

    /// The public id of something that an account has registered, as long as it is that.
    pub fn entry_id(&self, account_key: &str, what: &str) -> String {
        URL_SAFE_NO_PAD.encode(&mac(&self.method, &[b"entry", account_key.as_bytes(), what.as_bytes()])[..16])
    }

    /// A flow's reference: 40 bits in Crockford's base32, in two groups, to be read out.
    pub fn reference(&self, flow_id: &str) -> String {
        const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let hash = mac(&self.method, &[b"reference", flow_id.as_bytes()]);
        let bits = hash[..5].iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let symbol = |index: u32| char::from(SYMBOLS[usize::try_from(bits >> (35 - 5 * index) & 31).unwrap_or(0)]);
        let (one, other): (String, String) = ((0..4).map(symbol).collect(), (4..8).map(symbol).collect());
        format!("{one}-{other}")
    }

    /// Hash of a code for the store.
    pub fn code_hash(&self, binding: CodeBinding<'_>, code: &Secret<String>) -> String {
        let CodeBinding { flow_id, account_key, purpose, destination } = binding;
        let parts = [flow_id, account_key, purpose, destination, code.expose()].map(str::as_bytes);
        URL_SAFE_NO_PAD.encode(mac(&self.code, &parts))
    }

    /// The stored form of a saved recovery code.
    pub fn recovery_code_hash(&self, account_id: &str, code: &Secret<String>) -> String {
        let parts = ["recovery code", account_id, code.expose()].map(str::as_bytes);
        URL_SAFE_NO_PAD.encode(mac(&self.code, &parts))
    }

    /// Every form in which a saved recovery code may be stored: by this server key, and by each that it replaced.
    pub fn recovery_code_hashes(&self, account_id: &str, code: &Secret<String>) -> Vec<String> {
        self.all().map(|keys| keys.recovery_code_hash(account_id, code)).collect()
    }

    /// Keyed hash by which the audit log shows that nobody has changed it.
    pub fn audit_mac(&self, parts: &[&[u8]]) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.audit, parts))
    }

    /// Tells if a hash is one by [`Keys::audit_mac`], of now or of a server key that was replaced.
    pub fn is_audit_mac(&self, parts: &[&[u8]], hash: &str) -> bool {
        self.all().any(|keys| same(&keys.audit_mac(parts), hash))
    }

    /// Hash for the store of a request, or of the `Idempotency-Key` that came with it.
    pub fn idempotency_hash(&self, parts: &[&[u8]]) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.idempotency, parts))
    }

    /// The name of a counter of something that is personal, such as an address.
    pub fn bucket(&self, what: &str, of: &str) -> String {
        format!("{what}:{}", URL_SAFE_NO_PAD.encode(mac(&self.bucket, &[what.as_bytes(), of.as_bytes()])))
    }

    /// The signature of a proof of work's challenge in ALTCHA's format: HMAC-SHA256 in hexadecimal. Its
    /// libraries take the key as a text, so it is the subkey's hexadecimal digits.
    pub fn captcha_signature(&self, challenge: &str) -> String {
        let key = Secret::new(hex(self.captcha.expose()));
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.expose().as_bytes())
            .expect("HMAC takes keys of every length");
        mac.update(challenge.as_bytes());
        hex(&mac.finalize().into_bytes())
    }

    /// The seed of what a challenge looks and sounds like. Who knew it could draw all solutions and
    /// compare.
    pub fn captcha_seed(&self, what: &str, challenge: &str) -> [u8; 32] {
        mac(&self.captcha, &[what.as_bytes(), challenge.as_bytes()])
    }

    /// The HMAC key in the form that ALTCHA's own library takes to check a signature.
    pub fn captcha_key(&self) -> String {
        hex(self.captcha.expose())
    }

    /// Seals a value that must be read back later. It opens only with the same context.
    pub fn seal(&self, rng: &dyn Rng, context: &str, value: &Secret<Vec<u8>>) -> String {
        let mut sealed = vec![0; NONCE_BYTES];
        rng.fill(&mut sealed);
        let nonce = XNonce::try_from(&sealed[..]).expect("the nonce has its length");
        let payload = Payload { msg: value.expose(), aad: context.as_bytes() };
        let text = self.cipher().encrypt(&nonce, payload).expect("a value is far below the cipher's limit");
        sealed.extend_from_slice(&text);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// Opens what [`Keys::seal`] sealed, now or with a server key that was replaced.
    pub fn open(&self, context: &str, sealed: &str) -> Result<Secret<Vec<u8>>, OpenError> {
        self.all().find_map(|keys| keys.open_own(context, sealed).ok()).ok_or(OpenError)
    }

    /// Tells if a value is sealed with a server key that was replaced.
    pub fn is_sealed_by_former(&self, context: &str, sealed: &str) -> bool {
        self.open_own(context, sealed).is_err() && self.open(context, sealed).is_ok()
    }

    fn open_own(&self, context: &str, sealed: &str) -> Result<Secret<Vec<u8>>, OpenError> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| OpenError)?;
        let (nonce, text) = sealed.split_at_checked(NONCE_BYTES).ok_or(OpenError)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| OpenError)?;
        let payload = Payload { msg: text, aad: context.as_bytes() };
        self.cipher().decrypt(&nonce, payload).map(Secret::new).map_err(|_| OpenError)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.seal.expose().into())
    }
}

/// Hash of a token for the store. A token has 256 random bits, so a plain hash is enough.
pub fn token_hash(token: &Secret<String>) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.expose()))
}

/// Compares two hashes in constant time.
pub fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// Bytes in hexadecimal, in small letters.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes everything");
        text
    })
}

/// HMAC-SHA256 over parts, each preceded by its length, so that no two lists of parts are alike.
fn mac(key: &Secret<[u8; 32]>, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.expose()).expect("HMAC takes keys of every length");
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::derive(&Secret::new(vec![1; 32]))
    }

    #[test]
    fn a_code_is_bound_to_everything_it_is_for() {
        let keys = keys();
        let code = Secret::from("123456");
        let bound = CodeBinding { flow_id: "f", account_key: "a", purpose: "reset", destination: "d" };
        let hash = keys.code_hash(bound, &code);
        assert_eq!(hash, keys.code_hash(bound, &code));
        for other in [
            CodeBinding { flow_id: "g", ..bound },
            CodeBinding { account_key: "b", ..bound },
            CodeBinding { purpose: "unlock", ..bound },
            CodeBinding { destination: "e", ..bound },
            CodeBinding { flow_id: "fa", account_key: "", ..bound },
        ] {
            assert_ne!(hash, keys.code_hash(other, &code));
        }
        assert_ne!(hash, keys.code_hash(bound, &"123457".into()));
    }

    #[test]
    fn purposes_and_server_keys_do_not_mix() {
        let other = Keys::derive(&Secret::new(vec![2; 32]));
        assert_ne!(keys().account_key("ada"), other.account_key("ada"));
        assert_ne!(keys().bucket("to", "ada"), keys().bucket("tries", "ada"));
        assert_ne!(keys().idempotency_hash(&[b"ab", b"c"]), keys().idempotency_hash(&[b"a", b"bc"]));
    }

    struct NoRng;

    impl Rng for NoRng {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(9);
        }
    }

    #[test]
    fn d18_former_keys_open_and_recognise_but_make_nothing_new() {
        let [old, older, stranger] = [2, 3, 4].map(|byte| Secret::new(vec![byte; 32]));
        let keys = keys().with_former(&[old, older]);
        let value = Secret::new(b"value".to_vec());
        for former in [2, 3] {
            let former = Keys::derive(&Secret::new(vec![former; 32]));
            let sealed = former.seal(&NoRng, "here", &value);
            assert_eq!(keys.open("here", &sealed).expect("opens").expose(), value.expose());
            assert!(keys.is_sealed_by_former("here", &sealed));
            assert_eq!(keys.open("elsewhere", &sealed), Err(OpenError));
            assert!(keys.has_fingerprint(&former.fingerprint()));
            let hash = former.recovery_code_hash("ada", &"code".into());
            assert!(keys.recovery_code_hashes("ada", &"code".into()).contains(&hash));
        }
        let sealed = keys.seal(&NoRng, "here", &value);
        assert_eq!(sealed, self::keys().seal(&NoRng, "here", &value), "the newest seals");
        assert!(!keys.is_sealed_by_former("here", &sealed));
        assert_eq!(keys.fingerprint(), self::keys().fingerprint());
        let stranger = Keys::derive(&stranger);
        assert_eq!(keys.open("here", &stranger.seal(&NoRng, "here", &value)), Err(OpenError));
        assert!(!keys.has_fingerprint(&stranger.fingerprint()));
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", keys()), "Keys(…)");
    }
}
