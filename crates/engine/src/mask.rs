//! Masks of destinations, as they are shown before a proof: enough to recognise one's own, and no lengths.

use regain_protocol::MethodKind;

use crate::Rules;

/// The dots that stand for what is hidden, whatever its length.
const HIDDEN: &str = "•••••";

/// A mail address as `a•••••@e•••••.com`: the first letter of both sides, and the top-level domain.
pub(super) fn mail(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let (name, top) = domain.rsplit_once('.').map_or((domain, String::new()), |(name, top)| (name, format!(".{top}")));
    format!("{}{HIDDEN}@{}{HIDDEN}{}", first(local), first(name), top.to_lowercase())
}

/// A phone number as `+1 •••••23`: the calling code, where it is one of those known to be in use, and
/// the last two digits.
pub(super) fn phone(number: &str, calling_codes: &[String]) -> String {
    let code = calling_codes.iter().filter(|code| number.starts_with(code.as_str())).max_by_key(|code| code.len());
    let ends = number.len().saturating_sub(2);
    let last = number.get(ends..).unwrap_or_default();
    match code {
        Some(code) => format!("{code} {HIDDEN}{last}"),
        None => format!("{HIDDEN}{last}"),
    }
}

/// An address or number with most of it hidden.
pub(super) fn destination(rules: &Rules, kind: MethodKind, destination: &str) -> String {
    match kind {
        MethodKind::Email => mail(destination),
        _ => phone(destination, &rules.countries),
    }
}

/// The first character, in lower case.
fn first(text: &str) -> String {
    text.chars().next().map(|c| c.to_lowercase().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_lengths() {
        assert_eq!(mail("ada@example.com"), "a•••••@e•••••.com");
        assert_eq!(mail("Augusta.Ada.King@mail.Example.CO.UK"), "a•••••@m•••••.uk");
        assert_eq!(mail("a@b.de"), "a•••••@b•••••.de");
        assert_eq!(mail("root@localhost"), "r•••••@l•••••");
        assert_eq!(mail("\"@\"@example.com"), "\"•••••@e•••••.com");
        assert_eq!(mail("Élodie@exämple.fr"), "é•••••@e•••••.fr");
        let codes = ["+1".to_owned(), "+44".to_owned()];
        assert_eq!(phone("+14255550123", &codes), "+1 •••••23");
        assert_eq!(phone("+442071838750", &codes), "+44 •••••50");
        assert_eq!(phone("+4930123456", &codes), "•••••56");
    }
}
