//! A made-up account that takes after a neighbour: the shape is the neighbour's, and what masks show is drawn so that it
//! is spread as it is among real accounts without giving anybody's mask away.
//!
//! - Which methods, in which roles, which questions, whose domain and which calling code: the neighbour's. Where several
//!   of these go together among real accounts, they go together here.
//! - A first letter that is one of the neighbour's own user ID becomes that of the typed one; a domain that is the one
//!   of the neighbour's user ID likewise.
//! - Other first letters and last digits are those of other neighbours in the same role. Only a whole mask that
//!   several people have, such as that of a switchboard, is nobody's and taken as it is.

use regain_keys::Keys;
use regain_ports::{Account, AccountMail, AccountPhone, AccountQuestion};
use regain_protocol::Role;
use regain_values::{E164, MailAddress, UserId};

use super::default_shape::letter;
use crate::{Rules, mask};

/// An account after `shape`, with what masks show from `others`.
pub(super) fn account(keys: &Keys, user_id: &str, shape: &Account, others: &[&Account], rules: &Rules) -> Account {
    let maker = Maker { keys, user_id, shape, others, rules };
    let questions = shape.questions.iter().map(|question| AccountQuestion {
        // Those in the person's own words are never shown before a proof.
        own: question.own.as_ref().map(|_| String::new()),
        id: question.id.clone(),
    });
    Account {
        user_id: UserId::of_directory(user_id.to_owned()),
        mails: maker.mails(),
        phones: maker.phones(),
        questions: questions.collect(),
        authenticator: shape.authenticator,
        recovery_codes: shape.recovery_codes,
        ..Account::default()
    }
}

struct Maker<'a> {
    keys: &'a Keys,
    user_id: &'a str,
    shape: &'a Account,
    others: &'a [&'a Account],
    rules: &'a Rules,
}

impl Maker<'_> {
    fn mails(&self) -> Vec<AccountMail> {
        // Letters and domains that are equal in the shape are equal here.
        let mut letters: Vec<(char, char)> = Vec::new();
        let mails = self.shape.mails.iter().map(|mail| {
            let shown = mask::initial(mail.address.as_str());
            let letter = match own_initial(self.shape.user_id.as_str(), shown) {
                Some(index) => initials(self.user_id).nth(index).or_else(|| initials(self.user_id).next()),
                None if self.others.iter().any(|other| has_mail_mask(other, mail)) => Some(shown),
                None => {
                    letters.iter().find(|(of_shape, _)| *of_shape == shown).map(|(_, drawn)| *drawn).or_else(|| {
                        let drawn = self.letter(mail.role);
                        letters.push((shown, drawn));
                        Some(drawn)
                    })
                }
            };
            let domain = domain(mail.address.as_str());
            let is_own = domain.is_some() && domain == domain_of_user_id(self.shape.user_id.as_str());
            let domain = domain_of_user_id(self.user_id).filter(|_| is_own).or(domain).unwrap_or_default();
            AccountMail { role: mail.role, address: MailAddress::made_up(letter.unwrap_or(shown), &domain) }
        });
        mails.collect()
    }

    /// A first letter that is not the one of its owner's user ID, in a mask that nobody else has.
    fn letter(&self, role: Role) -> char {
        let candidates = self.others.iter().flat_map(|other| {
            let mails = other.mails.iter().filter(move |mail| mail.role == role);
            let foreign = mails
                .filter(|mail| own_initial(other.user_id.as_str(), mask::initial(mail.address.as_str())).is_none());
            let unshared = foreign.filter(|mail| !self.others_than(other).any(|one| has_mail_mask(one, mail)));
            unshared.map(|mail| (mail.address.as_str(), mask::initial(mail.address.as_str())))
        });
        self.drawn("letter", role, candidates).unwrap_or_else(|| letter(self.draw("letter", role, "")))
    }

    fn phones(&self) -> Vec<AccountPhone> {
        let mut digits: Vec<(&E164, u8)> = Vec::new();
        let phones = self.shape.phones.iter().filter_map(|phone| {
            // One that cannot be reached is not offered.
            let code = self.code(phone)?;
            let ends = if self.others.iter().any(|other| self.has_phone_mask(other, phone)) {
                last_digits(phone)
            } else if let Some((_, drawn)) = digits.iter().find(|(of_shape, _)| **of_shape == phone.number) {
                *drawn
            } else {
                let drawn = self.digits(phone, code);
                digits.push((&phone.number, drawn));
                drawn
            };
            Some(AccountPhone { role: phone.role, number: E164::made_up(code, ends) })
        });
        phones.collect()
    }

    /// The calling code of a phone that can be reached.
    fn code(&self, phone: &AccountPhone) -> Option<&str> {
        self.rules.countries.prefix_of(&phone.number).filter(|_| self.rules.countries.reach(&phone.number))
    }

    /// Last digits of a number with that calling code, of a mask that nobody else has.
    fn digits(&self, of: &AccountPhone, code: &str) -> u8 {
        let role = of.role;
        let candidates = self.others.iter().flat_map(|other| {
            let phones = other.phones.iter().filter(move |phone| phone.role == role);
            let alike = phones.filter(|phone| self.code(phone) == Some(code));
            let unshared = alike.filter(|phone| !self.others_than(other).any(|one| self.has_phone_mask(one, phone)));
            unshared.map(|phone| (phone.number.as_str(), last_digits(phone)))
        });
        // A number in the office is the organisation's: it may be a switchboard's that no neighbour happens to have.
        let by_default = || match role {
            Role::Office => last_digits(of),
            _ => u8::try_from(self.draw("digits", role, "") % 100).unwrap_or_default(),
        };
        self.drawn("digits", role, candidates).unwrap_or_else(by_default)
    }

    /// Everybody around but one.
    fn others_than<'a>(&'a self, other: &'a Account) -> impl Iterator<Item = &'a Account> {
        std::iter::once(self.shape).chain(self.others.iter().copied()).filter(move |one| one.id != other.id)
    }

    /// The candidate that a keyed hash puts first: the same one, as long as it is there and none that comes before it.
    fn drawn<'a, T>(&self, what: &str, role: Role, candidates: impl Iterator<Item = (&'a str, T)>) -> Option<T> {
        candidates.min_by_key(|(of, _)| self.draw(what, role, of)).map(|(_, drawn)| drawn)
    }

    fn draw(&self, what: &str, role: Role, of: &str) -> u64 {
        self.keys.decoy_draw(self.user_id, &format!("{what} {role:?}"), of)
    }

    fn has_phone_mask(&self, account: &Account, phone: &AccountPhone) -> bool {
        let shown = |number| mask::phone(number, &self.rules.countries);
        account.phones.iter().any(|other| other.role == phone.role && shown(&other.number) == shown(&phone.number))
    }
}

fn has_mail_mask(account: &Account, mail: &AccountMail) -> bool {
    // A letter of one's own user ID is not somebody else's whose it is not.
    let foreign = |address: &str| own_initial(account.user_id.as_str(), mask::initial(address)).is_none();
    let same = |other: &&AccountMail| mask::mail(other.address.as_str()) == mask::mail(mail.address.as_str());
    account
        .mails
        .iter()
        .filter(|other| other.role == mail.role)
        .any(|other| same(&other) && foreign(other.address.as_str()))
}

/// The first letters of the parts of a user ID, of its name where it is an address.
fn initials(user_id: &str) -> impl Iterator<Item = char> {
    let name = user_id.rsplit_once('@').map_or(user_id, |(name, _)| name);
    name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(mask::initial)
}

/// The part of a user ID that begins with this letter.
fn own_initial(user_id: &str, letter: char) -> Option<usize> {
    initials(user_id).position(|initial| initial == letter)
}

/// The last digits of a number, as a number.
fn last_digits(phone: &AccountPhone) -> u8 {
    mask::last_digits(&phone.number).parse().unwrap_or_default()
}

fn domain(address: &str) -> Option<String> {
    address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase())
}

fn domain_of_user_id(user_id: &str) -> Option<String> {
    domain(user_id).filter(|domain| domain.contains('.'))
}

#[cfg(test)]
mod tests {
    use regain_protocol::Secret;

    use super::{super::super::properties::rules, *};

    fn keys() -> Keys {
        Keys::derive(&Secret::new(vec![5; 32]))
    }

    fn person(user_id: &str, mails: &[(Role, &str)], phones: &[(Role, &str)]) -> Account {
        Account {
            id: format!("id of {user_id}").into(),
            user_id: UserId::of_directory(user_id.to_owned()),
            enabled: true,
            mails: mails
                .iter()
                .map(|(role, address)| AccountMail { role: *role, address: address.parse().expect("an address") })
                .collect(),
            phones: phones
                .iter()
                .map(|(role, number)| AccountPhone { role: *role, number: number.parse().expect("a number") })
                .collect(),
            ..Account::default()
        }
    }

    fn made(user_id: &str, around: &[Account]) -> Account {
        let others: Vec<_> = around.iter().skip(1).collect();
        account(&keys(), user_id, &around[0], &others, &rules(&["email", "sms", "call_mobile", "call_office"]))
    }

    #[test]
    fn a_letter_of_ones_own_user_id_and_the_own_domain_are_the_typed_ones() {
        let lovelace = person(
            "lovelace.ada@a.example",
            &[(Role::Alternate, "ada@gmail.com"), (Role::Authentication, "lovelace@a.example")],
            &[],
        );
        let of = |user_id| made(user_id, std::slice::from_ref(&lovelace)).mails;
        let addresses = |user_id| of(user_id).into_iter().map(|mail| mail.address.to_string()).collect::<Vec<_>>();
        assert_eq!(addresses("turing.bob@b.example"), ["b@gmail.com", "t@b.example"]);
        assert_eq!(addresses("xavier"), ["x@gmail.com", "x@a.example"]);
    }

    #[test]
    fn nobodys_mask_is_taken_whole_but_one_that_several_have() {
        let all: Vec<_> = (0..6)
            .map(|n| {
                let phones = [(Role::Mobile, format!("+1425555010{n}")), (Role::Office, "+14255550000".to_owned())];
                let phones: Vec<_> = phones.iter().map(|(role, number)| (*role, number.as_str())).collect();
                person(
                    &format!("person{n}"),
                    &[(Role::Alternate, &format!("{}@m.example", ["a", "b", "c", "d", "e", "f"][n]))],
                    &phones,
                )
            })
            .collect();
        for index in 0..50 {
            let made = made(&format!("user{index}"), &all);
            assert_ne!(mask::last_digits(&made.phones[0].number), "00");
            assert_eq!(mask::last_digits(&made.phones[1].number), "00", "everybody's switchboard");
            assert!(!made.mails[0].address.as_str().starts_with('a'), "{made:?}");
        }
        let letters: std::collections::BTreeSet<_> =
            (0..50).map(|index| made(&format!("user{index}"), &all).mails[0].address.to_string()).collect();
        assert!(letters.len() >= 4, "{letters:?}");
        // One alone gives neither its letter nor its digits.
        let digits: std::collections::BTreeSet<_> =
            (0..50).map(|index| made(&format!("user{index}"), &all[..1]).phones[0].number.to_string()).collect();
        assert!(digits.len() > 20, "{digits:?}");
    }

    #[test]
    fn what_is_equal_in_the_shape_is_equal() {
        let numbers = [(Role::Mobile, "+14255550117"), (Role::Authentication, "+14255550117")];
        let ada =
            person("e1", &[(Role::Alternate, "ada@m.example"), (Role::Authentication, "a.king@n.example")], &numbers);
        for index in 0..20 {
            let made = made(&format!("user{index}"), std::slice::from_ref(&ada));
            assert_eq!(made.phones[0].number, made.phones[1].number);
            assert_eq!(made.mails[0].address.as_str().chars().next(), made.mails[1].address.as_str().chars().next());
        }
    }

    #[test]
    fn it_stays_as_others_come_and_go() {
        let all: Vec<_> =
            (0..8).map(|n| person(&format!("person{n}"), &[], &[(Role::Mobile, &format!("+1425555011{n}"))])).collect();
        let changed = (0..100).filter(|index| {
            let user_id = format!("user{index}");
            made(&user_id, &all) != made(&user_id, &all[..7])
        });
        let changed = changed.count();
        assert!(changed < 35, "a seventh of the draws were the eighth's, not {changed} of 100");
    }
}
