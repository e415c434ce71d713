//! Phone numbers: as people write them in, as E.164 has them out.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use regain_folding::{ascii_digit, is_dash, is_invisible};
use serde::{Deserialize, Serialize};

use crate::premium_numbers;

/// The fewest and the most digits of an E.164 number, the country code included (ITU-T E.164, 6.2.1
/// for the most; no country has numbers that are shorter).
const DIGITS: RangeInclusive<usize> = 7..=15;

/// The digits at its end in which two numbers of one range differ.
const RANGE_DIGITS: usize = 4;

/// The calling codes of countries where a 0 is dialled before a number within the country and where no number begins
/// with one (ITU-T Operational Bulletin 1117, "dialling procedures"): it is no part of the international number.
/// Italy's 0 and the like are, so that 39 is missing.
const TRUNK_ZERO: [&str; 52] = [
    "20", "27", "31", "32", "33", "40", "41", "43", "44", "46", "49", "60", "61", "62", "63", "64", "66", "81", "82",
    "84", "86", "90", "91", "92", "93", "94", "95", "98", "212", "213", "233", "234", "249", "251", "254", "255",
    "256", "263", "353", "355", "358", "359", "380", "381", "385", "386", "387", "389", "421", "962", "966", "972",
];

/// A phone number in E.164 form, such as `+14255550123`; an extension is not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct E164(String);

/// A text that is no phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotANumber {
    /// It does not begin with a country code.
    #[error("a number begins with + and its country code, such as +1 425 555 0123")]
    NoCountryCode,
    /// It has a character that no number has.
    #[error("a number has digits, which spaces, dots, hyphens and round brackets may group")]
    Character,
    /// It has too few or too many digits.
    #[error("a number has 7 to 15 digits, its country code included")]
    Length,
}

impl E164 {
    /// Reads a number. What groups its digits is dropped, and so is the zero that is dialled only within the country,
    /// and an extension (`x12`, `ext. 12`, `;ext=12`, `#12`): nobody can dial it while a call is placed.
    pub fn parse(text: &str) -> Result<Self, NotANumber> {
        let text: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        let text = text.trim();
        let text = text.find(['x', 'X', 'e', 'E', '#', ';', ',']).map_or(text, |at| {
            let (number, extension) = text.split_at(at);
            if is_extension(extension) { number } else { text }
        });
        let digits = text.strip_prefix(['+', '\u{ff0b}']).ok_or(NotANumber::NoCountryCode)?;
        // The zero in brackets, as in +44 (0)20 7946 0958; Italy's is always dialled.
        let digits = if digits.starts_with("39") { digits.to_owned() } else { digits.replacen("(0)", "", 1) };
        let mut number = String::from("+");
        for character in digits.chars() {
            match ascii_digit(character) {
                Some(digit) => number.push(digit),
                None if is_separator(character) => {}
                None => return Err(NotANumber::Character),
            }
        }
        if matches!(number.as_bytes().get(1), None | Some(b'0')) {
            return Err(NotANumber::NoCountryCode);
        }
        let code = TRUNK_ZERO.into_iter().find(|code| number[1..].starts_with(code));
        if let Some(after) = code.map(|code| code.len() + 1)
            && number[after..].starts_with('0')
        {
            number.remove(after);
        }
        if DIGITS.contains(&(number.len() - 1)) { Ok(Self(number)) } else { Err(NotANumber::Length) }
    }

    /// A number that nobody has, for a made-up account: only its beginning and its last two digits are ever shown.
    pub fn made_up(prefix: &str, last_digits: u8) -> Self {
        let begin: String = prefix.chars().chain(std::iter::repeat('5')).take(DIGITS.end() - 1).collect();
        Self(format!("{begin}{:02}", last_digits % 100))
    }

    /// The number as it is dialled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The beginning that it has in common with the numbers of its range, all but the last four digits.
    pub fn range(&self) -> &str {
        let ends = self.0.len().saturating_sub(RANGE_DIGITS);
        self.0.get(..ends).unwrap_or(&self.0)
    }

    /// Tells if a typed text is this number, with `+` or `00` or neither before its country code.
    pub fn is_typed_as(&self, typed: &str) -> bool {
        let digits: String = typed.chars().filter_map(ascii_digit).collect();
        let international = digits.strip_prefix("00").unwrap_or(&digits);
        international == &self.0[1..] || Self::parse(&format!("+{international}")).is_ok_and(|number| number == *self)
    }
}

impl FromStr for E164 {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq<str> for E164 {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for E164 {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl From<E164> for String {
    fn from(number: E164) -> Self {
        number.0
    }
}

/// The countries whose phones can be reached from here, by what their numbers begin with, such as `+1` or `+4930`; without
/// the ranges of them that are forbidden, and without those that pay whoever is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Countries {
    allowed: Vec<String>,
    forbidden: Vec<String>,
}

/// A text that no number begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the beginning of a number, such as +1")]
pub struct NotAPrefix;

impl Countries {
    /// Reads the beginnings of the numbers of each country.
    pub fn parse<T: AsRef<str>>(prefixes: impl IntoIterator<Item = T>) -> Result<Self, NotAPrefix> {
        Ok(Self { allowed: read_prefixes(prefixes)?, forbidden: Vec::new() })
    }

    /// These without the numbers that begin so.
    pub fn without<T: AsRef<str>>(self, prefixes: impl IntoIterator<Item = T>) -> Result<Self, NotAPrefix> {
        Ok(Self { forbidden: read_prefixes(prefixes)?, ..self })
    }

    /// Tells if there is none.
    pub const fn is_empty(&self) -> bool {
        self.allowed.is_empty()
    }

    /// The beginnings, as they were written.
    pub fn prefixes(&self) -> &[String] {
        &self.allowed
    }

    /// Tells if a number can be texted and called. Of what is allowed and what is forbidden the longer beginning counts,
    /// so that a premium range is reached where it is named.
    pub fn reach(&self, number: &E164) -> bool {
        let Some(allowed) = self.prefix_of(number).map(str::len) else { return false };
        let is_forbidden = longest(&self.forbidden, number).is_some_and(|prefix| prefix.len() >= allowed);
        let is_premium = premium_numbers::range_of(&number.0).is_some_and(|range| range.len() > allowed);
        !is_forbidden && !is_premium
    }

    /// The longest beginning that a number has of these.
    pub fn prefix_of(&self, number: &E164) -> Option<&str> {
        longest(&self.allowed, number)
    }
}

/// The longest beginning that a number has of these.
fn longest<'a>(prefixes: &'a [String], number: &E164) -> Option<&'a str> {
    let begins = prefixes.iter().filter(|prefix| number.0.starts_with(prefix.as_str()));
    begins.max_by_key(|prefix| prefix.len()).map(String::as_str)
}

/// Reads beginnings of numbers.
fn read_prefixes<T: AsRef<str>>(prefixes: impl IntoIterator<Item = T>) -> Result<Vec<String>, NotAPrefix> {
    let read = |prefix: T| {
        let digits = prefix.as_ref().strip_prefix('+').ok_or(NotAPrefix)?;
        let is_digits = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        let fits = (1..=*DIGITS.end()).contains(&digits.len());
        if is_digits && fits { Ok(prefix.as_ref().to_owned()) } else { Err(NotAPrefix) }
    };
    prefixes.into_iter().map(read).collect()
}

/// Tells if a character groups the digits of a number.
fn is_separator(c: char) -> bool {
    c == ' ' || (c.is_whitespace() && !c.is_control()) || is_dash(c) || matches!(c, '.' | '(' | ')' | '/')
}

/// Tells if a text is an extension, with the mark that begins it.
fn is_extension(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let digits = ["extension", ";ext=", ", ext.", ",ext.", "ext.", "ext", "x", "#", ",", ";"]
        .iter()
        .find_map(|mark| text.strip_prefix(mark))
        .map(str::trim);
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<String, NotANumber> {
        E164::parse(text).map(String::from)
    }

    #[test]
    fn the_ways_to_write_a_number_are_one() {
        for text in [
            "+14255550123",
            " +1 (425) 555-0123 ",
            "+1.425.555.0123",
            "+1 4255550123x45678",
            "+1 425 555 0123 ext. 45",
            "+1 425 555 0123 Extension 45",
            "+14255550123;ext=45",
            "+1 425 555 0123 #45",
            "+1 425 555 0123, ext. 45",
            "+1\u{a0}425\u{a0}555\u{2011}0123",
            "\u{202a}+1 425 555 0123\u{202c}",
            "+１４２５５５５０１２３",
            "＋1 ４２５-５５５-٠١٢٣",
        ] {
            assert_eq!(parse(text), Ok("+14255550123".to_owned()), "{text:?}");
        }
        assert_eq!(parse("+44 (0)20 7946 0958"), Ok("+442079460958".to_owned()));
        assert_eq!(parse("+39 (0)6 555 0123"), Ok("+39065550123".to_owned()));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for (text, why) in [
            ("", NotANumber::NoCountryCode),
            ("+", NotANumber::NoCountryCode),
            ("425 555 0123", NotANumber::NoCountryCode),
            ("00 1 425 555 0123", NotANumber::NoCountryCode),
            ("+0 425 555 0123", NotANumber::NoCountryCode),
            ("+1 425", NotANumber::Length),
            ("+1234567890123456", NotANumber::Length),
            ("+1 425 555 012a", NotANumber::Character),
            ("+1 425 555 0123 x", NotANumber::Character),
            ("+1 425 555 0123 ext. none", NotANumber::Character),
            ("+1 425 555 0123\r\nBcc: all", NotANumber::Character),
            ("+1+14255550123", NotANumber::Character),
        ] {
            assert_eq!(parse(text), Err(why), "{text:?}");
        }
    }

    /// A3: the zero of the trunk is never dialled from abroad.
    #[test]
    fn the_trunk_zero_falls_away_where_there_is_one() {
        for (text, number) in [
            ("+44 07911 123456", "+447911123456"),
            ("+49 0170 1234567", "+491701234567"),
            ("+353 087 123 4567", "+353871234567"),
            ("+39 06 555 0123", "+39065550123"),
            ("+225 01 23 45 67 89", "+2250123456789"),
        ] {
            assert_eq!(parse(text), Ok(number.to_owned()), "{text}");
        }
        assert!((1..TRUNK_ZERO.len()).all(|at| !TRUNK_ZERO[..at].iter().any(|code| TRUNK_ZERO[at].starts_with(code))));
    }

    /// D23: of an allowed country, premium numbers are reached only where they are named, and forbidden ones never.
    #[test]
    fn d23_premium_and_forbidden_ranges_are_not_reached() {
        let number = |text: &str| E164::parse(text).expect("a number");
        let countries =
            Countries::parse(["+1", "+44"]).expect("prefixes").without(["+1876", "+4420"]).expect("prefixes");
        for reached in ["+14255550123", "+447911123456", "+441632960123"] {
            assert!(countries.reach(&number(reached)), "{reached}");
        }
        for not in ["+19005550123", "+449061234567", "+18765550123", "+442079460958", "+493012345678"] {
            assert!(!countries.reach(&number(not)), "{not}");
        }
        let named = Countries::parse(["+1", "+1900"]).expect("prefixes");
        assert!(named.reach(&number("+19005550123")) && named.reach(&number("+14255550123")));
        assert!(Countries::parse(["+1"]).expect("prefixes").without(["1876"]).is_err());
    }

    /// A made-up account has a phone wherever a real one can have one.
    #[test]
    fn d23_made_up_numbers_are_in_no_premium_range() {
        for code in 1..1000 {
            let prefix = format!("+{code}");
            let countries = Countries::parse([&prefix]).expect("a prefix");
            assert!(countries.reach(&E164::made_up(&prefix, 42)), "{prefix}");
        }
    }

    #[test]
    fn a_number_is_recognised_however_it_is_typed() {
        let number = E164::parse("+447911123456").expect("a number");
        for typed in [
            "+44 7911 123456",
            "0044 7911 123456",
            "44-7911-123456",
            "+44 (0)7911 123456",
            "٠٠٤٤٧٩١١١٢٣٤٥٦",
            "\u{202a}447911123456",
        ] {
            assert!(number.is_typed_as(typed), "{typed}");
        }
        for typed in ["", "7911 123456", "+44 7911 123457", "+1 44 7911 123456"] {
            assert!(!number.is_typed_as(typed), "{typed}");
        }
    }

    #[test]
    fn only_numbers_of_these_countries_are_reached() {
        let countries = Countries::parse(["+1", "+4930"]).expect("beginnings");
        let reach = |number: &str| countries.reach(&E164::parse(number).expect("a number"));
        assert!(["+14255550123", "+493012345", "+123456789012345"].into_iter().all(reach));
        assert!(!["+498912345", "+4425550123"].into_iter().any(reach));
        for bad in ["", "1", "+", "+0", "+1 425", "+1a", "+1234567890123456"] {
            assert_eq!(Countries::parse([bad]), Err(NotAPrefix), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_comes_out_is_e164_and_stays_as_it_is(text in r"\+?[0-9 ().x#-]{0,24}") {
            if let Ok(number) = parse(&text) {
                prop_assert!(number.starts_with('+') && !number.starts_with("+0") && (8..=16).contains(&number.len()));
                prop_assert!(number[1..].bytes().all(|byte| byte.is_ascii_digit()));
                prop_assert_eq!(parse(&number), Ok(number.clone()));
            }
        }
    }
}
