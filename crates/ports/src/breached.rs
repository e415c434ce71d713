//! Breached passwords, in the form that Have I Been Pwned gave the world: SHA-1 hashes, asked for by their
//! first five hexadecimal digits, answered by the other thirty-five and how often each was seen.
//!
//! (SHA-1 is no secret-keeping here: it is the name under which a password is in those lists.)

use std::fmt;

use async_trait::async_trait;
use data_encoding::HEXUPPER;
use regain_protocol::Secret;
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

use crate::Rng;

/// The digits that a range is asked for by.
pub const PREFIX_DIGITS: usize = 5;

/// The digits of the rest of a hash.
pub const SUFFIX_DIGITS: usize = 35;

/// So many lines an answer has at least, and a multiple of [`PADDING_STEP`]: of a thousand million hashes a
/// range has 954 on average, and nearly none has more than 1150.
const PADDED_LINES: usize = 1024;

/// By how many lines longer answers grow.
const PADDING_STEP: usize = 512;

/// The first five digits of a hash, in upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Prefix([u8; PREFIX_DIGITS]);

/// The other digits of a hash, in upper case. Those of a password that somebody chose are as good as the
/// password, so its `Debug` shows none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Suffix([u8; SUFFIX_DIGITS]);

/// A breached password's hash in its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BreachedHash {
    /// The hash but for the range's prefix.
    pub suffix: Suffix,
    /// The number of times that it was seen in breaches.
    pub count: u32,
}

impl Prefix {
    /// Reads it, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        digits(text.as_bytes()).map(Self)
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Suffix {
    /// Reads it, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        digits(text.as_bytes()).map(Self)
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Suffix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Suffix(…)")
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl BreachedHash {
    /// Reads a line of a range, `<suffix>:<count>`.
    pub fn parse(line: &str) -> Option<Self> {
        let (suffix, count) = line.trim_end().split_once(':')?;
        let is_number = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
        // A count over what fits is as bad as it gets.
        let count = is_number.then(|| count.parse().unwrap_or(u32::MAX))?;
        Some(Self { suffix: Suffix::parse(suffix)?, count })
    }
}

/// Hexadecimal digits of an exact number, in upper case.
fn digits<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let digits: [u8; N] = text.try_into().ok()?;
    digits.iter().all(u8::is_ascii_hexdigit).then(|| digits.map(|digit| digit.to_ascii_uppercase()))
}

/// The hash of a password, in its two parts.
pub fn hash(password: &Secret<String>) -> (Prefix, Suffix) {
    let hash = Zeroizing::new(HEXUPPER.encode(&Sha1::digest(password.expose())));
    let (prefix, suffix) = hash.split_at(PREFIX_DIGITS);
    let parts = Prefix::parse(prefix).zip(Suffix::parse(suffix));
    parts.expect("twenty bytes are forty digits")
}

/// Knows the SHA-1 hashes of breached passwords, and gives them out by the ranges of Have I Been Pwned:
/// who asks for a range says nothing about which of its thousand or so passwords is meant.
#[async_trait]
pub trait Breached: Send + Sync + 'static {
    /// Every breached hash that begins like this, in no order; none of them with a count of 0.
    async fn range(&self, prefix: Prefix) -> Result<Vec<BreachedHash>, BreachedError>;
}

/// It is not known which passwords of a range were breached.
#[derive(Debug, thiserror::Error)]
pub enum BreachedError {
    /// Nothing answers, or nothing that makes sense. The text is for the log and names no hash.
    #[error("breached passwords cannot be looked up: {0}")]
    Unavailable(String),
}

/// The number of times that a password was seen in breaches; 0 for never.
pub async fn seen(breached: &dyn Breached, password: &Secret<String>) -> Result<u32, BreachedError> {
    let (prefix, suffix) = hash(password);
    let range = breached.range(prefix).await?;
    Ok(range.iter().find(|hash| hash.suffix == suffix).map_or(0, |hash| hash.count))
}

/// A range as it is answered: a line each, and lines with a count of 0 that stand for no password, so that
/// the length of an answer does not tell who listens to encrypted lines which range was asked for.
pub fn padded(range: &[BreachedHash], rng: &dyn Rng) -> String {
    let lines = range.len().max(PADDED_LINES).next_multiple_of(PADDING_STEP);
    let mut padding = vec![0; (lines - range.len()) * SUFFIX_DIGITS.div_ceil(2)];
    rng.fill(&mut padding);
    let padding = padding.chunks_exact(SUFFIX_DIGITS.div_ceil(2)).map(|bytes| {
        let digits = HEXUPPER.encode(bytes);
        format!("{}:0", &digits[..SUFFIX_DIGITS])
    });
    let lines = range.iter().map(|hash| format!("{}:{}", hash.suffix.as_str(), hash.count)).chain(padding);
    let mut lines: Vec<_> = lines.collect();
    // In order, so that the place of a line says nothing either.
    lines.sort_unstable();
    lines.join("\r\n")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::OsRng;

    fn suffix(number: usize) -> Suffix {
        Suffix::parse(&format!("{number:035X}")).expect("a suffix")
    }

    #[test]
    fn a_hash_is_the_published_one() {
        // FIPS 180's "abc".
        let (prefix, suffix) = hash(&"abc".into());
        assert_eq!((prefix.as_str(), suffix.as_str()), ("A9993", "E364706816ABA3E25717850C26C9CD0D89D"));
    }

    #[test]
    fn lines_are_read_strictly() {
        let digits = "0018A45C4D1DEF81644B54AB7F969B88D65";
        let hash = Some(BreachedHash { suffix: Suffix::parse(digits).expect("a suffix"), count: 21 });
        assert_eq!(BreachedHash::parse(&format!("{digits}:21\r")), hash);
        assert_eq!(BreachedHash::parse(&format!("{}:21", digits.to_lowercase())), hash);
        assert_eq!(BreachedHash::parse(&format!("{digits}:99999999999")).map(|hash| hash.count), Some(u32::MAX));
        for bad in [
            "",
            ":",
            ":1",
            digits,
            &format!("{digits}:"),
            &format!("{digits}:-1"),
            &format!("{digits}:+1"),
            &format!("{digits}0:1"),
            &format!("{}G:1", &digits[1..]),
            &format!("é{}:1", &digits[2..]),
        ] {
            assert_eq!(BreachedHash::parse(bad), None, "{bad:?}");
        }
        assert_eq!(Prefix::parse("21bd1").map(|prefix| prefix.to_string()).as_deref(), Some("21BD1"));
        for bad in ["", "21BD", "21BD12", "21BDG", "21BD/", "２1BD"] {
            assert_eq!(Prefix::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn answers_are_of_one_length_and_padding_stands_for_nothing() {
        for (real, lines) in [(0, 1024), (1, 1024), (1024, 1024), (1025, 1536), (1536, 1536), (1537, 2048)] {
            let range: Vec<_> = (0..real).map(|n| BreachedHash { suffix: suffix(n), count: 7 }).collect();
            let text = padded(&range, &OsRng);
            let read: Vec<_> = text.split("\r\n").map(|line| BreachedHash::parse(line).expect("a line")).collect();
            assert_eq!(read.len(), lines, "{real}");
            assert_eq!(read.iter().collect::<HashSet<_>>().len(), lines, "no line is there twice");
            assert!(range.iter().all(|hash| read.contains(hash)));
            assert_eq!(read.iter().filter(|hash| hash.count > 0).count(), real);
            assert_eq!(text.len(), lines * (SUFFIX_DIGITS + 4) - 2);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(count: u32, digits in "[0-9A-F]{35}") {
            let hash = BreachedHash { suffix: Suffix::parse(&digits).expect("a suffix"), count };
            prop_assert_eq!(BreachedHash::parse(&format!("{}:{}", hash.suffix.as_str(), count)), Some(hash));
        }

        #[test]
        fn reads_anything(line in ".*") {
            let _ = BreachedHash::parse(&line);
        }
    }
}
