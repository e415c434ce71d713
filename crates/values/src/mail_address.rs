//! Mail addresses.

use std::{fmt, str::FromStr};

use email_address::EmailAddress;
use regain_folding::is_invisible;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// The longest address, in bytes: a path of RFC 5321 (4.5.3.1.3) has 256 with its angle brackets.
const MAX_BYTES: usize = 254;

/// A mail address that something can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailAddress(String);

/// A text that is no mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a mail address, such as name@example.com")]
pub struct NotAMailAddress;

impl MailAddress {
    /// Reads an address, without the space around it, without invisible characters and with full-width forms of an
    /// input method as the ASCII ones. Letters of all scripts are fine on either side; a quoted local part and an IP
    /// address as the domain are not.
    pub fn parse(text: &str) -> Result<Self, NotAMailAddress> {
        if text.len() > MAX_BYTES * 4 {
            return Err(NotAMailAddress);
        }
        let visible: String = text.chars().filter(|c| !drops(*c)).map(narrow).collect();
        let address = visible.trim();
        let (local, domain) = address.rsplit_once('@').ok_or(NotAMailAddress)?;
        let fits = address.len() <= MAX_BYTES && !address.contains(|c: char| c.is_control() || c.is_whitespace());
        let is_plain = !local.starts_with('"') && !domain.starts_with('[');
        let is_valid = EmailAddress::is_valid_local_part(local) && EmailAddress::is_valid_domain(domain);
        if fits && is_plain && is_valid { Ok(Self(address.to_owned())) } else { Err(NotAMailAddress) }
    }

    /// An address that nobody has, for a made-up account: only the first letters of both sides and the top-level domain
    /// are ever shown.
    pub fn made_up(letter: char, domain: &str) -> Self {
        Self(format!("{letter}@{domain}"))
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which addresses are compared: few systems tell upper from lower case in a local part.
    pub fn folded(&self) -> String {
        self.0.nfkc().flat_map(char::to_lowercase).nfkc().collect()
    }

    /// Tells if a typed text is this address.
    pub fn is_typed_as(&self, typed: &str) -> bool {
        Self::parse(typed).is_ok_and(|typed| typed.folded() == self.folded())
    }
}

/// Tells if a character is dropped from an address: an invisible one, but for the two joiners, which are letters of
/// some domains (RFC 5892, A.1 and A.2).
fn drops(c: char) -> bool {
    is_invisible(c) && !matches!(c, '\u{200c}' | '\u{200d}')
}

/// The ASCII character for its full-width form.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{ff61}' | '\u{3002}' => '.',
        c => c,
    }
}

impl FromStr for MailAddress {
    type Err = NotAMailAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq<str> for MailAddress {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for MailAddress {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for text in ["ada@example.com", " Ada.Lovelace+x@Mail.Example.co.uk\n", "zoë@bücher.example", "root@localhost"]
        {
            assert_eq!(MailAddress::parse(text).map(String::from).as_deref(), Ok(text.trim()), "{text:?}");
        }
    }

    /// A4: what an input method or a paste adds is no part of an address.
    #[test]
    fn what_keyboards_and_pastes_add_is_folded() {
        for text in [
            "ada@example.com\u{200b}",
            "\u{202a}ada@example.com\u{202c}",
            "\u{feff}ada@exam\u{ad}ple.com",
            "ada＠example．com",
            "ａｄａ@ｅｘａｍｐｌｅ。com",
        ] {
            assert_eq!(MailAddress::parse(text).map(String::from).as_deref(), Ok("ada@example.com"), "{text:?}");
        }
        let ada = MailAddress::parse("Ada@Example.com").expect("an address");
        assert!(ada.is_typed_as(" ada@EXAMPLE.com\u{200b}") && ada.is_typed_as("ＡＤＡ@example.com"));
        assert!(!ada.is_typed_as("ada@example.org") && !ada.is_typed_as(""));
    }

    #[test]
    fn what_nothing_can_be_sent_to_is_refused() {
        let long = format!("{}@example.com", "x".repeat(250));
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@@example.com",
            "ada @example.com",
            "ada@example.com, bob@example.com",
            "ada@exa\u{200d}mple..com",
            "\"odd local\"@example.com",
            "ada@[127.0.0.1]",
            "a\0da@example.com",
            "ada@example..com",
            &long,
        ] {
            assert_eq!(MailAddress::parse(text), Err(NotAMailAddress), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_stays_as_it_is(text in "[a-zA-Zäß.＠@\u{200b}\u{ff41} ]{0,24}") {
            if let Ok(address) = MailAddress::parse(&text) {
                prop_assert_eq!(MailAddress::parse(address.as_str()), Ok(address.clone()));
                prop_assert!(address.as_str().len() <= text.len() && address.is_typed_as(&text));
            }
        }
    }
}
