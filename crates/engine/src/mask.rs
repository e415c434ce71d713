//! Masks of destinations, as they are shown before a proof: enough to recognise one's own, and no lengths.

use regain_protocol::MethodKind;
use regain_values::{Countries, E164};

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
pub(super) fn phone(number: &E164, countries: &Countries) -> String {
    let last = last_digits(number);
    match countries.prefix_of(number) {
        Some(code) => format!("{code} {HIDDEN}{last}"),
        None => format!("{HIDDEN}{last}"),
    }
}

/// The digits of a number that show in its mask.
pub(super) fn last_digits(number: &E164) -> &str {
    let number = number.as_str();
    number.get(number.len().saturating_sub(2)..).unwrap_or_default()
}

/// The first letter of an address or a name as masks show it, of the few that are two in lower case the first.
pub(super) fn initial(text: &str) -> char {
    first(text).chars().next().unwrap_or('a')
}

/// An address or number with most of it hidden.
pub(super) fn destination(rules: &Rules, kind: MethodKind, destination: &str) -> String {
    match kind {
        MethodKind::Email => mail(destination),
        _ => E164::parse(destination).map_or_else(|_| HIDDEN.to_owned(), |number| phone(&number, &rules.countries)),
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
        let countries = Countries::parse(["+1", "+44"]).expect("countries");
        let phone = |number: &str| phone(&number.parse().expect("a number"), &countries);
        assert_eq!(phone("+14255550123"), "+1 •••••23");
        assert_eq!(phone("+442071838750"), "+44 •••••50");
        assert_eq!(phone("+4930123456"), "•••••56");
    }
}
