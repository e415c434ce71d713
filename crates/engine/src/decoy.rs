//! The destinations of user IDs that have none: made up, the same each time, and of the form that
//! real ones have.

use regain_protocol::Role;

use super::{Rules, subject::Way};
use regain_values::questions::PREDEFINED;

/// The first letters of given names, about as often as they occur.
const LETTERS: &[u8] = b"aaaaabbccccdddeeefggghhijjjjjkkklllmmmmmnnooprrrssssstttvvwyz";

/// Bytes that are the same each time for a user ID.
struct Draws<'a>(std::iter::Cycle<std::slice::Iter<'a, u8>>);

impl Draws<'_> {
    fn byte(&mut self) -> u8 {
        self.0.next().copied().unwrap_or_default()
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        let draw = u16::from_be_bytes([self.byte(), self.byte()]);
        from.get(usize::from(draw) % from.len().max(1))
    }
}

/// Made-up ways to prove a user ID, among those that are on: as people have them, which is seldom all.
/// At least one, whatever is drawn.
pub(super) fn ways(seed: &[u8; 32], user_id: &str, rules: &Rules) -> Vec<Way> {
    let mut draws = Draws(seed.iter().cycle());
    let which = [draws.byte(), draws.byte(), draws.byte(), draws.byte()];
    let mut ways = Vec::new();
    let mails: &[Role] = match which[0] {
        0..=119 => &[Role::Alternate],
        120..=167 => &[Role::Authentication],
        168..=231 => &[Role::Alternate, Role::Authentication],
        _ => &[],
    };
    let phones: &[Role] = match which[1] {
        0..=127 => &[Role::Mobile],
        128..=159 => &[Role::Mobile, Role::Authentication],
        160..=191 => &[Role::Mobile, Role::Office],
        192..=207 => &[Role::Office],
        _ => &[],
    };
    ways.extend(mails.iter().map(|&role| Way::mail(role, address(&mut draws, user_id, rules))));
    for &role in phones {
        ways.extend(Way::phone(role, number(&mut draws, rules)));
    }
    if which[2] < 96 {
        ways.push(questions(&mut draws, rules));
    }
    if which[3] < 96 {
        ways.push(Way::Authenticator);
    }
    ways.retain(|way| way.is_on(rules));
    if ways.is_empty() {
        ways = the_one(&mut draws, user_id, rules);
    }
    ways
}

/// The way that is there when none was drawn: the first that is on.
fn the_one(draws: &mut Draws<'_>, user_id: &str, rules: &Rules) -> Vec<Way> {
    let mut ways = vec![Way::mail(Role::Alternate, address(draws, user_id, rules))];
    ways.extend(Way::phone(Role::Mobile, number(draws, rules)));
    ways.extend(Way::phone(Role::Office, number(draws, rules)));
    ways.push(Way::Authenticator);
    ways.push(questions(draws, rules));
    ways.retain(|way| way.is_on(rules));
    ways.truncate(1);
    ways
}

/// Questions as people register them: of the catalogue and of the organisation's own alike.
fn questions(draws: &mut Draws<'_>, rules: &Rules) -> Way {
    let own = rules.questions.own.iter().map(|question| question.id.as_str());
    let mut left: Vec<&str> = PREDEFINED.into_iter().chain(own).collect();
    let registered = (0..rules.questions.to_register).filter_map(|_| {
        let id = draws.pick(&left).copied()?;
        left.retain(|other| *other != id);
        Some((id.to_owned(), None))
    });
    Way::Questions(registered.collect())
}

fn address(draws: &mut Draws<'_>, user_id: &str, rules: &Rules) -> String {
    let draw = draws.byte();
    // People's addresses tend to begin like their user IDs.
    let own = user_id.chars().next().filter(|c| c.is_ascii_lowercase() && draw < 160);
    let letter = own.unwrap_or_else(|| draws.pick(LETTERS).copied().map_or('a', char::from));
    let domain = draws.pick(&rules.recovery_domains).map_or("example.com", String::as_str);
    format!("{letter}@{domain}")
}

/// Of a number only the calling code and the last two digits are ever shown.
fn number(draws: &mut Draws<'_>, rules: &Rules) -> String {
    let code = draws.pick(&rules.countries).map_or("+1", String::as_str);
    format!("{code}00000000{:02}", draws.byte() % 100)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::properties::rules, *};

    proptest! {
        #[test]
        fn decoys_are_the_same_each_time_and_of_the_ways_that_are_on(seed: [u8; 32], user_id in ".{0,20}") {
            for on in ["email", "sms", "call_mobile", "call_office", "questions", "authenticator"] {
                let rules = rules(&[on]);
                let made_up = ways(&seed, &user_id, &rules);
                prop_assert_eq!(&made_up, &ways(&seed, &user_id, &rules));
                prop_assert!(!made_up.is_empty(), "{}", on);
                prop_assert!(made_up.iter().all(|way| way.is_on(&rules)));
            }
        }
    }
}
