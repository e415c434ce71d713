//! Solves a proof of work in ALTCHA's format: which number, written behind the salt, has this SHA-256
//! hash? There is no way but to try them in turn.
//!
//! Pure, without allocation, so that it makes a module of a few kilobytes (`main.rs`).

#![no_std]

use sha2::{Digest as _, Sha256};

/// The length of a SHA-256 hash, in bytes.
const HASH_BYTES: usize = 32;

/// As many digits as the largest number has.
const MAX_DIGITS: usize = 20;

/// The number from `from` to `to` (inclusive) whose hash behind `salt` is `challenge`, in hexadecimal;
/// `None` where there is none among them, or the challenge is no hash.
pub fn solve(salt: &str, challenge: &str, from: u64, to: u64) -> Option<u64> {
    let mut search = Search::new();
    for byte in salt.bytes() {
        search.salt(byte);
    }
    let digits = challenge.as_bytes();
    if digits.len() != 2 * HASH_BYTES {
        return None;
    }
    for pair in digits.chunks_exact(2) {
        search.target(nibble(pair[0])? << 4 | nibble(pair[1])?);
    }
    search.within(from, to)
}

/// The value of a hexadecimal digit.
const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// A challenge, given byte by byte.
#[derive(Clone, Debug)]
pub struct Search {
    salted: Sha256,
    target: [u8; HASH_BYTES],
    filled: usize,
}

impl Search {
    /// Without salt and hash so far.
    pub fn new() -> Self {
        Self { salted: Sha256::new(), target: [0; HASH_BYTES], filled: 0 }
    }

    /// The next byte of the salt.
    pub fn salt(&mut self, byte: u8) {
        self.salted.update([byte]);
    }

    /// The next byte of the hash to find; more than it has are ignored.
    pub fn target(&mut self, byte: u8) {
        if let Some(place) = self.target.get_mut(self.filled) {
            *place = byte;
            self.filled += 1;
        }
    }

    /// The number among these (both inclusive) that has the hash.
    pub fn within(&self, from: u64, to: u64) -> Option<u64> {
        let mut number = Decimal::new(from);
        let found = (from..=to).find(|_| {
            let hash = self.salted.clone().chain_update(number.digits()).finalize();
            number.count();
            hash[..] == self.target
        });
        found.filter(|_| self.filled == HASH_BYTES)
    }
}

impl Default for Search {
    fn default() -> Self {
        Self::new()
    }
}

/// A number in its decimal digits, counted up in place: writing each anew would cost a division a digit.
struct Decimal {
    digits: [u8; MAX_DIGITS],
    first: usize,
}

impl Decimal {
    fn new(mut number: u64) -> Self {
        let mut decimal = Self { digits: [b'0'; MAX_DIGITS], first: MAX_DIGITS - 1 };
        for (place, digit) in decimal.digits.iter_mut().enumerate().rev() {
            *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
            decimal.first = place;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        decimal
    }

    fn digits(&self) -> &[u8] {
        &self.digits[self.first..]
    }

    fn count(&mut self) {
        for (place, digit) in self.digits.iter_mut().enumerate().rev() {
            self.first = self.first.min(place);
            if *digit < b'9' {
                *digit += 1;
                break;
            }
            *digit = b'0';
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::{format, string::String};

    use sha2::{Digest as _, Sha256};

    use super::{Decimal, solve};

    fn hash(text: &str) -> String {
        Sha256::digest(text).iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"))
    }

    #[test]
    fn the_number_is_found_wherever_it_is() {
        for (salt, number) in [("", 0), ("salt?expires=1&", 1), ("salt", 10), ("s", 999), ("s", 1000), ("s", 12_345)] {
            let challenge = hash(&format!("{salt}{number}"));
            assert_eq!(solve(salt, &challenge, 0, 20_000), Some(number), "{salt}{number}");
            assert_eq!(solve(salt, &challenge.to_uppercase(), number, number), Some(number), "{salt}{number}");
        }
    }

    #[test]
    fn salts_of_every_length_around_a_block() {
        for length in 40..140 {
            let salt = "x".repeat(length);
            assert_eq!(solve(&salt, &hash(&format!("{salt}77")), 0, 100), Some(77), "{length}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let challenge = hash("salt500");
        assert_eq!(solve("salt", &challenge, 0, 499), None);
        assert_eq!(solve("salt", &challenge, 501, 1000), None);
        assert_eq!(solve("salt", &challenge, 501, 10), None);
        assert_eq!(solve("other", &challenge, 0, 1000), None);
        for broken in ["", "00", &challenge[1..], &challenge.replace(|c: char| c.is_ascii_digit(), "g")] {
            assert_eq!(solve("salt", broken, 0, 1000), None, "{broken}");
        }
    }

    #[test]
    fn counting_writes_what_formatting_writes() {
        for begin in [0, 7, 95, 998, 99_990, u64::MAX - 12] {
            let mut counted = Decimal::new(begin);
            for number in begin..begin.saturating_add(12) {
                assert_eq!(counted.digits(), format!("{number}").as_bytes());
                counted.count();
            }
        }
    }
}
