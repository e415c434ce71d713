//! An entry of the directory, and what is read of its values.

use std::collections::HashMap;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use ldap3::{ResultEntry, SearchEntry};
use regain_ports::AccountId;

/// An entry: names of attributes in any case, values as bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    /// The distinguished name. It is in no log and no error.
    pub(crate) dn: String,
    values: HashMap<String, Vec<Vec<u8>>>,
}

impl Entry {
    /// Reads an entry as it came. It panics where that is malformed, so that it runs in a task.
    pub(crate) fn read(raw: ResultEntry) -> Self {
        let SearchEntry { dn, attrs, bin_attrs } = SearchEntry::construct(raw);
        let texts = attrs.into_iter().map(|(name, texts)| (name, texts.into_iter().map(String::into_bytes).collect()));
        let values = texts.chain(bin_attrs).map(|(name, values)| (name.to_ascii_lowercase(), values)).collect();
        Self { dn, values }
    }

    /// The values of an attribute.
    pub(crate) fn all(&self, name: &str) -> &[Vec<u8>] {
        self.values.get(&name.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// Its values that are texts.
    pub(crate) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.all(name).iter().filter_map(|value| std::str::from_utf8(value).ok())
    }

    /// Its first value as a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.texts(name).next()
    }

    /// Its first value as a number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    /// Its first value as `TRUE` or `FALSE`.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }

    /// Its first value as a generalized time.
    pub(crate) fn time(&self, name: &str) -> Option<Timestamp> {
        self.text(name).and_then(generalized_time)
    }
}

/// Reads a generalized time (RFC 4517, 3.3.13) in UTC, without or with a fraction: `20261130151045Z`.
pub(crate) fn generalized_time(text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix('Z')?.split(['.', ',']).next()?;
    let read = DateTime::strptime("%Y%m%d%H%M%S", digits).ok()?;
    TimeZone::UTC.to_timestamp(read).ok()
}

/// An account's id by the 16 bytes of its `objectGUID`, whose first three groups are little-endian: the text that tools show.
pub(crate) fn id_of_guid(guid: &[u8]) -> Option<AccountId> {
    let guid: [u8; 16] = guid.try_into().ok()?;
    let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map(|place: usize| guid[place]);
    let digits: Vec<_> = order.iter().map(|byte| format!("{byte:02x}")).collect();
    let groups = [0..4, 4..6, 6..8, 8..10, 10..16].map(|group| digits[group].concat());
    Some(AccountId::from(groups.join("-")))
}

/// The bytes of an id that [`id_of_guid`] made; `None` for any other text.
pub(crate) fn guid_of_id(id: &AccountId) -> Option<[u8; 16]> {
    let bytes = bytes_of_id(id)?;
    Some([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map(|place: usize| bytes[place]))
}

/// The bytes that a UUID in its lower-case form has, in the order in which it is written.
fn bytes_of_id(id: &AccountId) -> Option<[u8; 16]> {
    let text = id.as_str();
    let is_uuid = text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        });
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let mut bytes = [0; 16];
    for (place, byte) in bytes.iter_mut().enumerate().filter(|_| is_uuid) {
        *byte = u8::from_str_radix(digits.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    is_uuid.then_some(bytes)
}

/// Tells if a text is a UUID in its lower-case form, as an `entryUUID` is kept.
pub(crate) fn is_uuid(id: &AccountId) -> bool {
    bytes_of_id(id).is_some()
}

/// Any bytes as a filter has them: each escaped.
pub(crate) fn escaped_bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_written_as_tools_show_it() {
        let guid = [0x93, 0xdc, 0x8e, 0xd9, 0x0a, 0x5c, 0x1f, 0x4e, 0x84, 0x3b, 0x10, 0xff, 0x00, 0x72, 0x45, 0x99];
        let id = id_of_guid(&guid).expect("an id");
        assert_eq!(id, "d98edc93-5c0a-4e1f-843b-10ff00724599");
        assert_eq!(guid_of_id(&id), Some(guid));
        assert_eq!(id_of_guid(&guid[1..]), None);
        for other in [
            "",
            "NOBODY",
            "no-such-account",
            "D98EDC93-5c0a-4e1f-843b-10ff00724599",
            "d98edc935c0a4e1f843b10ff00724599",
        ] {
            assert_eq!(guid_of_id(&other.into()), None, "{other}");
        }
        assert_eq!(escaped_bytes(&[0, 0x2a]), "\\00\\2a");
    }

    #[test]
    fn times_are_read() {
        for text in ["20261130151045Z", "20261130151045.123456Z"] {
            let expected = "2026-11-30T15:10:45Z".parse().ok();
            assert_eq!(generalized_time(text), expected, "{text}");
        }
        for text in ["", "20261130", "000001010000Z", "20261130151045+0100"] {
            assert_eq!(generalized_time(text), None, "{text}");
        }
    }
}
