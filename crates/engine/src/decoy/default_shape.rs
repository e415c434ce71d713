//! The shape of made-up accounts where there is nobody to take after: the same each time for a user ID, and of the form
//! that real ones have.

use regain_ports::{Account, AccountMail, AccountPhone, AccountQuestion};
use regain_protocol::Role;
use regain_values::{E164, MailAddress, UserId, questions::PREDEFINED};

use crate::{Rules, methods};

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

/// An account with methods among those that are on: as people have them, which is seldom all. At least one,
/// whatever is drawn. It cannot be used.
pub(super) fn account(seed: &[u8; 32], user_id: &str, rules: &Rules) -> Account {
    let mut draws = Draws(seed.iter().cycle());
    let which = [draws.byte(), draws.byte(), draws.byte(), draws.byte()];
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
    let mut account = nobody(user_id);
    account.mails.extend(mails.iter().map(|role| mail(&mut draws, *role, user_id, rules)));
    account.phones.extend(phones.iter().map(|role| phone(&mut draws, *role, rules)));
    if which[2] < 96 {
        account.questions = questions(&mut draws, rules);
    }
    account.authenticator = which[3] < 96;
    // Codes are on offer to everybody; some have nothing else, as some people do.
    account.recovery_codes = (draws.byte() < 96).then_some(10);
    if methods::can_begin(&account, rules) { account } else { the_one(&mut draws, user_id, rules) }
}

/// A first letter by a draw.
pub(super) fn letter(draw: u64) -> char {
    let index = usize::try_from(draw % 1000).unwrap_or_default() % LETTERS.len();
    char::from(LETTERS[index])
}

fn nobody(user_id: &str) -> Account {
    Account { user_id: UserId::of_directory(user_id.to_owned()), ..Account::default() }
}

/// An account with one method, where none was drawn: the first that is on.
fn the_one(draws: &mut Draws<'_>, user_id: &str, rules: &Rules) -> Account {
    let candidates = [
        Account { mails: vec![mail(draws, Role::Alternate, user_id, rules)], ..nobody(user_id) },
        Account { phones: vec![phone(draws, Role::Mobile, rules)], ..nobody(user_id) },
        Account { phones: vec![phone(draws, Role::Office, rules)], ..nobody(user_id) },
        Account { authenticator: true, ..nobody(user_id) },
        Account { questions: questions(draws, rules), ..nobody(user_id) },
        Account { recovery_codes: Some(10), ..nobody(user_id) },
    ];
    let mut usable = candidates.into_iter().filter(|account| methods::can_begin(account, rules));
    usable.next().unwrap_or_else(|| nobody(user_id))
}

/// Questions as people register them: of the catalogue and of the organisation's own alike.
fn questions(draws: &mut Draws<'_>, rules: &Rules) -> Vec<AccountQuestion> {
    let own = rules.questions.own.iter().map(|question| question.id.as_str());
    let mut left: Vec<&str> = PREDEFINED.into_iter().chain(own).collect();
    let registered = (0..rules.questions.to_register).filter_map(|_| {
        let id = draws.pick(&left).copied()?;
        left.retain(|other| *other != id);
        Some(AccountQuestion { id: id.to_owned(), own: None })
    });
    registered.collect()
}

fn mail(draws: &mut Draws<'_>, role: Role, user_id: &str, rules: &Rules) -> AccountMail {
    let draw = draws.byte();
    // People's addresses tend to begin like their user IDs.
    let own = user_id.chars().next().filter(|c| c.is_ascii_lowercase() && draw < 160);
    let letter = own.unwrap_or_else(|| draws.pick(LETTERS).copied().map_or('a', char::from));
    let domain = draws.pick(&rules.recovery_domains).map_or("example.com", String::as_str);
    AccountMail { role, address: MailAddress::made_up(letter, domain) }
}

/// Of a number only the calling code and the last two digits are ever shown.
fn phone(draws: &mut Draws<'_>, role: Role, rules: &Rules) -> AccountPhone {
    let code = draws.pick(rules.countries.prefixes()).map_or("+1", String::as_str);
    AccountPhone { role, number: E164::made_up(code, draws.byte()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::super::properties::rules, *};

    proptest! {
        #[test]
        fn decoys_are_the_same_each_time_and_of_the_methods_that_are_on(seed: [u8; 32], user_id in ".{0,20}") {
            for on in ["email", "sms", "call_mobile", "call_office", "questions", "authenticator", "recovery_codes"] {
                let rules = rules(&[on]);
                let made_up = account(&seed, &user_id, &rules);
                prop_assert_eq!(&made_up, &account(&seed, &user_id, &rules));
                prop_assert!(methods::can_begin(&made_up, &rules), "{}", on);
                prop_assert!(!made_up.enabled);
            }
        }
    }

    #[test]
    fn some_have_nothing_but_recovery_codes() {
        let rules = rules(&["email", "authenticator", "recovery_codes"]);
        let alone = (0..=255_u8).filter(|last| {
            let mut seed = [255; 32];
            seed[4] = *last;
            let account = account(&seed, "x", &rules);
            account.mails.is_empty() && account.recovery_codes.is_some()
        });
        assert_eq!(alone.count(), 96);
    }
}
