//! Mail addresses.

use std::fmt;

use email_address::EmailAddress;

/// The longest address, in bytes: a path of RFC 5321 (4.5.3.1.3) has 256 with its angle brackets.
const MAX_BYTES: usize = 254;

/// A mail address that something can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MailAddress(String);

/// A text that is no mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a mail address, such as name@example.com")]
pub struct NotAMailAddress;

impl MailAddress {
    /// Reads an address, without the space around it. Letters of all scripts are fine on either side; a quoted
    /// local part and an IP address as the domain are not.
    pub fn parse(text: &str) -> Result<Self, NotAMailAddress> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(NotAMailAddress)?;
        let fits = text.len() <= MAX_BYTES && !text.contains(|c: char| c.is_control() || c.is_whitespace());
        let is_plain = !local.starts_with('"') && !domain.starts_with('[');
        let is_valid = EmailAddress::is_valid_local_part(local) && EmailAddress::is_valid_domain(domain);
        if fits && is_plain && is_valid { Ok(Self(text.to_owned())) } else { Err(NotAMailAddress) }
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which addresses are compared: few systems tell upper from lower case in a local part.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for text in ["ada@example.com", " Ada.Lovelace+x@Mail.Example.co.uk\n", "zoë@bücher.example", "root@localhost"]
        {
            assert_eq!(MailAddress::parse(text).map(String::from).as_deref(), Ok(text.trim()), "{text:?}");
        }
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
            "ada@exa\u{200b}mple.com",
            "\"odd local\"@example.com",
            "ada@[127.0.0.1]",
            "a\0da@example.com",
            "ada@example..com",
            &long,
        ] {
            assert_eq!(MailAddress::parse(text), Err(NotAMailAddress), "{text:?}");
        }
    }
}
