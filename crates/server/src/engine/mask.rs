//! What is shown of an address before a proof: enough to recognise one's own, and no lengths.

/// How many dots stand for what is hidden, whatever its length.
const HIDDEN: &str = "•••••";

/// A mail address as `a•••••@e•••••.com`: the first letter of both sides, and the top-level domain.
pub(super) fn mail(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let (name, top) = domain.rsplit_once('.').map_or((domain, String::new()), |(name, top)| (name, format!(".{top}")));
    format!("{}{HIDDEN}@{}{HIDDEN}{}", first(local), first(name), top.to_lowercase())
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
    }
}
