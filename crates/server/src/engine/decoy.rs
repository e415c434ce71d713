//! The methods of user IDs that have none: made up, the same each time, and of the form that real
//! ones have.

use regain_protocol::Role;

/// The first letters of given names, about as often as they occur.
const LETTERS: &[u8] = b"aaaaabbccccdddeeefggghhijjjjjkkklllmmmmmnnooprrrssssstttvvwyz";

/// Made-up addresses for a user ID: one or two, seldom two, as people have them.
pub(super) fn addresses(seed: &[u8; 32], user_id: &str, domains: &[String]) -> Vec<(Role, String)> {
    let roles: &[Role] = match seed[0] {
        0..=127 => &[Role::Alternate],
        128..=175 => &[Role::Authentication],
        _ => &[Role::Alternate, Role::Authentication],
    };
    roles
        .iter()
        .zip(seed[1..].chunks_exact(4))
        .map(|(&role, draw)| {
            // People's addresses tend to begin like their user IDs.
            let own = user_id.chars().next().filter(|c| c.is_ascii_lowercase() && draw[0] < 160);
            let letter = own.unwrap_or_else(|| char::from(LETTERS[usize::from(draw[1]) % LETTERS.len()]));
            let pick = usize::from(u16::from_be_bytes([draw[2], draw[3]]));
            let domain = domains.get(pick % domains.len().max(1)).map_or("example.com", String::as_str);
            (role, format!("{letter}@{domain}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::mask, *};

    proptest! {
        #[test]
        fn decoys_have_the_form_of_real_methods(seed: [u8; 32], user_id in ".{0,20}") {
            let domains = ["gmail.com".to_owned(), "gmx.net".to_owned()];
            let made_up = addresses(&seed, &user_id, &domains);
            prop_assert_eq!(&made_up, &addresses(&seed, &user_id, &domains));
            prop_assert!((1..=2).contains(&made_up.len()));
            for (role, address) in made_up {
                prop_assert!(matches!(role, Role::Alternate | Role::Authentication));
                let masked = mask::mail(&address);
                prop_assert!(masked.ends_with("@g•••••.com") || masked.ends_with("@g•••••.net"), "{}", masked);
            }
        }
    }
}
