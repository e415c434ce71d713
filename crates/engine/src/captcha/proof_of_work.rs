//! Work for the browser, in ALTCHA's format (its version 1): find the number whose hash, behind the
//! salt, is the one given. Any of ALTCHA's libraries can check a challenge and its solution.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use regain_protocol::Captcha;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use regain_keys::{Keys, hex, same};
use regain_ports::Rng;

/// The hash function, by the name that ALTCHA has for it.
const ALGORITHM: &str = "SHA-256";

/// The random bytes of a salt, as many as ALTCHA's libraries take. Salt and number fit into one block
/// of the hash function.
const SALT_BYTES: usize = 12;

/// A challenge. The number itself is not kept: its hash tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofOfWork {
    salt: String,
    hash: String,
    max_number: u64,
    expires_at: Timestamp,
}

/// A solution as ALTCHA's clients send it, in base64. Further members, such as how long it took, say
/// nothing about it.
#[derive(Deserialize)]
struct Payload {
    algorithm: String,
    challenge: String,
    number: u64,
    salt: String,
    signature: String,
}

impl ProofOfWork {
    /// A challenge with a random number of 0 to `max_number`.
    pub(super) fn new(rng: &dyn Rng, max_number: u64, expires_at: Timestamp) -> Self {
        let mut bytes = [0; SALT_BYTES];
        rng.fill(&mut bytes);
        // The last `&` keeps the salt's end and the number apart; ALTCHA's libraries insist on it.
        let salt = format!("{}?expires={}&", hex(&bytes), expires_at.as_second());
        let mut draw = [0; 8];
        rng.fill(&mut draw);
        // 64 bits over at most 10^8 numbers: none is likelier than another by more than 10^-11.
        let number = u64::from_le_bytes(draw) % (max_number + 1);
        Self { hash: hash(&salt, number), salt, max_number, expires_at }
    }

    /// The time until which it can be solved.
    pub(super) const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Tells if this text solves it: ALTCHA's payload, or the bare number.
    pub(super) fn is_solved_by(&self, solution: &str, now: Timestamp, keys: &Keys) -> bool {
        let number = if solution.bytes().all(|byte| byte.is_ascii_digit()) {
            solution.parse().ok()
        } else {
            self.number_in(solution, keys)
        };
        now < self.expires_at
            && number.is_some_and(|number| number <= self.max_number && same(&hash(&self.salt, number), &self.hash))
    }

    /// The number in a payload that is about this challenge.
    fn number_in(&self, solution: &str, keys: &Keys) -> Option<u64> {
        let payload: Payload = serde_json::from_slice(&STANDARD.decode(solution).ok()?).ok()?;
        let ours = payload.algorithm == ALGORITHM
            && payload.salt == self.salt
            && payload.challenge == self.hash
            && same(&payload.signature, &keys.captcha_signature(&self.hash));
        ours.then_some(payload.number)
    }

    pub(super) fn shown(&self, keys: &Keys) -> Captcha {
        Captcha::ProofOfWork {
            algorithm: ALGORITHM.to_owned(),
            salt: self.salt.clone(),
            challenge: self.hash.clone(),
            max_number: self.max_number,
            signature: keys.captcha_signature(&self.hash),
        }
    }
}

fn hash(salt: &str, number: u64) -> String {
    hex(&Sha256::digest(format!("{salt}{number}")))
}

#[cfg(test)]
mod altcha;

#[cfg(test)]
mod tests {
    use regain_protocol::Secret;
    use serde_json::json;

    use super::*;
    use regain_ports::OsRng;

    const MAX: u64 = 2_000;

    fn keys() -> Keys {
        Keys::derive(&Secret::new(vec![1; 32]))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn work() -> ProofOfWork {
        ProofOfWork::new(&OsRng, MAX, at(2_000_000_000))
    }

    fn number_of(work: &ProofOfWork) -> u64 {
        (0..=MAX).find(|number| hash(&work.salt, *number) == work.hash).expect("one of them is it")
    }

    /// The payload that a client of ALTCHA sends, with one member changed.
    fn payload(work: &ProofOfWork, member: &str, value: serde_json::Value) -> String {
        let mut payload = json!({
            "algorithm": ALGORITHM, "challenge": work.hash, "number": number_of(work), "salt": work.salt,
            "signature": keys().captcha_signature(&work.hash), "took": 12,
        });
        payload[member] = value;
        STANDARD.encode(payload.to_string())
    }

    #[test]
    fn the_number_solves_it_bare_or_in_a_payload_until_its_time_is_up() {
        let work = work();
        for solution in [number_of(&work).to_string(), payload(&work, "took", json!(1))] {
            assert!(work.is_solved_by(&solution, at(1_999_999_999), &keys()), "{solution}");
            assert!(!work.is_solved_by(&solution, at(2_000_000_000), &keys()), "{solution}");
        }
    }

    #[test]
    fn nothing_else_does() {
        let (work, other) = (work(), self::work());
        let wrong = (number_of(&work) + 1) % MAX;
        for solution in [
            String::new(),
            wrong.to_string(),
            "-1".to_owned(),
            "99999999999999999999999".to_owned(),
            number_of(&work).to_string() + " ",
            payload(&other, "took", json!(1)),
            payload(&work, "algorithm", json!("SHA-1")),
            payload(&work, "salt", json!(other.salt)),
            payload(&work, "challenge", json!(other.hash)),
            payload(&work, "signature", json!(keys().captcha_signature(&other.hash))),
            payload(&work, "number", json!(wrong)),
            payload(&work, "number", json!(-1)),
            payload(&work, "number", json!("1")),
            STANDARD.encode("[]"),
            "\u{1F511}".to_owned(),
        ] {
            assert!(!work.is_solved_by(&solution, at(0), &keys()), "{solution}");
        }
    }

    #[test]
    fn a_number_past_the_largest_counts_for_nothing() {
        let mut work = work();
        work.hash = hash(&work.salt, MAX + 1);
        assert!(!work.is_solved_by(&(MAX + 1).to_string(), at(0), &keys()));
    }
}
