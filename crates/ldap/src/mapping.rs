//! The attributes by which people are found and told of, and how their values are read.

use std::collections::BTreeMap;

use regain_ports::{Abilities, AccountMail, AccountPhone, Person};
use regain_protocol::Role;
use regain_values::{E164, MailAddress, UserId};

use crate::{entry::Entry, settings::Settings};

/// The attribute with the name of an account in Active Directory.
const ACCOUNT_NAME: &str = "sAMAccountName";

/// The attributes of a person that the configuration names.
#[derive(Debug, Clone)]
pub(crate) struct Mapping {
    user_id: Vec<String>,
    /// The `NetBIOS` name of the domain.
    domain: Option<String>,
    /// The domain's DNS name, which is in every account's implicit user principal name.
    dns_domain: Option<String>,
    display_name: Vec<String>,
    alternate_mail: Option<String>,
    pub(crate) mobile: Option<String>,
    pub(crate) office: Option<String>,
    notice_mail: Option<String>,
    default_country: Option<String>,
    /// Distinguished names of groups, by the names that the configuration gives them.
    pub(crate) groups: BTreeMap<String, String>,
    pub(crate) never: Vec<String>,
}

impl Mapping {
    pub(crate) fn new(settings: &Settings) -> Self {
        let display_name = settings
            .display_name
            .clone()
            .map_or_else(|| vec!["displayName".to_owned(), "cn".to_owned()], |name| vec![name]);
        Self {
            user_id: settings.user_id.clone(),
            domain: settings.domain.clone(),
            dns_domain: dns_domain(&settings.base),
            display_name,
            alternate_mail: settings.alternate_mail.clone(),
            mobile: settings.mobile.clone(),
            office: settings.office.clone(),
            notice_mail: settings.notice_mail.clone(),
            default_country: settings.default_country.clone(),
            groups: settings.groups.clone(),
            never: settings.never.clone(),
        }
    }

    pub(crate) fn abilities(&self) -> Abilities {
        Abilities {
            sign_in: true,
            unlock: true,
            remembers: false,
            owns_alternate: self.alternate_mail.is_some(),
            owns_mobile: self.mobile.is_some(),
        }
    }

    /// The attributes to ask for, after those that the kind of directory needs.
    pub(crate) fn attributes<'a>(&'a self, own: &[&'a str]) -> Vec<&'a str> {
        let optional = [&self.alternate_mail, &self.mobile, &self.office, &self.notice_mail];
        let named = self.user_id.iter().chain(&self.display_name).chain(optional.into_iter().flatten());
        let mut all: Vec<&str> = own.iter().copied().chain(named.map(String::as_str)).collect();
        all.sort_unstable_by_key(|name| name.to_ascii_lowercase());
        all.dedup_by_key(|name| name.to_ascii_lowercase());
        all
    }

    /// The attributes that the configuration names, with their keys.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let user_ids = self.user_id.iter().map(|name| ("directory.ldap.user_id", name));
        // Two stand where none is named, of which either will do.
        let display_name = Some(&self.display_name).filter(|names| names.len() == 1).into_iter().flatten();
        let optional = [
            ("directory.ldap.alternate_mail", &self.alternate_mail),
            ("directory.ldap.mobile", &self.mobile),
            ("directory.ldap.office", &self.office),
            (NOTICE_MAIL, &self.notice_mail),
        ];
        let optional = optional.into_iter().filter_map(|(key, name)| Some((key, name.as_ref()?)));
        let display_name = display_name.map(|name| ("directory.ldap.display_name", name));
        user_ids.chain(optional).chain(display_name).map(|(key, name)| (key, name.as_str()))
    }

    /// A user ID without the name of its domain, where that is this one.
    pub(crate) fn without_domain(&self, user_id: &UserId) -> UserId {
        let split = self.domain.as_ref().zip(user_id.as_str().split_once('\\'));
        match split {
            Some((domain, (prefix, name))) if same(domain, prefix) => UserId::of_directory(name.to_owned()),
            _ => user_id.clone(),
        }
    }

    /// The account name of an implicit user principal name: in Active Directory everybody can sign in by their account name
    /// at the domain's DNS name, whether an attribute says so or not.
    fn account_name(&self, user_id: &UserId) -> Option<UserId> {
        let has_names = self.user_id.iter().any(|name| same(name, ACCOUNT_NAME));
        let (name, domain) = user_id.as_str().rsplit_once('@').filter(|_| has_names)?;
        let is_ours = self.dns_domain.as_ref().is_some_and(|ours| same(ours, domain));
        is_ours.then(|| UserId::of_directory(name.to_owned()))
    }

    /// Those of the entries found that have a user ID: by one of its attributes, or else implicitly.
    pub(crate) fn of(&self, found: Vec<Entry>, user_id: &UserId) -> Vec<Entry> {
        let (said, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|entry| self.is_of(entry, user_id));
        let Some(name) = self.account_name(user_id).filter(|_| said.is_empty()) else { return said };
        let is_named =
            |entry: &Entry| entry.texts(ACCOUNT_NAME).any(|text| UserId::of_directory(text.to_owned()).is_same(&name));
        others.into_iter().filter(is_named).collect()
    }

    /// The filter that finds a user ID, folded and escaped, in any of its attributes.
    pub(crate) fn filter(&self, user_id: &UserId) -> String {
        let value = escaped(user_id);
        let said = self.user_id.iter().map(|name| format!("({name}={value})"));
        let implicit = self.account_name(user_id).map(|name| format!("({ACCOUNT_NAME}={})", escaped(&name)));
        format!("(|{})", said.chain(implicit).collect::<String>())
    }

    /// Tells if an entry has a user ID. What the directory finds alike may be another one: `àda` for `ada`.
    fn is_of(&self, entry: &Entry, user_id: &UserId) -> bool {
        let mut spelt = self.user_id.iter().flat_map(|name| entry.texts(name));
        spelt.any(|text| UserId::of_directory(text.to_owned()).is_same(user_id))
    }

    /// The person of an entry: all but the state of the account.
    pub(crate) fn person(&self, entry: &Entry) -> Person {
        let first = |names: &[String]| names.iter().find_map(|name| entry.text(name)).unwrap_or_default().to_owned();
        let mails = |name: &Option<String>| {
            name.iter().flat_map(|name| entry.texts(name)).filter_map(mail).collect::<Vec<MailAddress>>()
        };
        let mail = mails(&self.alternate_mail).into_iter().next();
        let phones = [(Role::Mobile, &self.mobile), (Role::Office, &self.office)];
        let phones = phones.into_iter().filter_map(|(role, name)| {
            let mut numbers = entry.texts(name.as_deref()?).filter_map(|text| self.number(text));
            Some(AccountPhone { role, number: numbers.next()? })
        });
        Person {
            user_id: UserId::of_directory(first(&self.user_id)),
            display_name: first(&self.display_name),
            mails: mail.map(|address| AccountMail { role: Role::Alternate, address }).into_iter().collect(),
            phones: phones.collect(),
            notices: mails(&self.notice_mail),
            ..Person::default()
        }
    }

    /// Values of mapped attributes that cannot be read, by attribute: nobody is reached by them.
    pub(crate) fn unread(&self, entry: &Entry) -> Vec<(&'static str, usize)> {
        let mails = [("directory.ldap.alternate_mail", &self.alternate_mail), (NOTICE_MAIL, &self.notice_mail)];
        let mails = mails.into_iter().filter_map(|(key, name)| {
            Some((key, entry.texts(name.as_deref()?).filter(|text| mail(text).is_none()).count()))
        });
        let phones = [("directory.ldap.mobile", &self.mobile), ("directory.ldap.office", &self.office)];
        let phones = phones.into_iter().filter_map(|(key, name)| {
            Some((key, entry.texts(name.as_deref()?).filter(|text| self.number(text).is_none()).count()))
        });
        mails.chain(phones).filter(|(_, count)| *count > 0).collect()
    }

    /// A number as directories have them: with its country code, or as it is dialled in the country.
    fn number(&self, text: &str) -> Option<E164> {
        let text = text.trim();
        if let Ok(number) = E164::parse(text) {
            return Some(number);
        }
        if let Some(international) = text.strip_prefix("00") {
            return E164::parse(&format!("+{international}")).ok();
        }
        let country = self.default_country.as_deref()?;
        // Within North America a 1 is dialled before the ten digits of a number.
        let national = text.strip_prefix('1').filter(|_| country == "+1" && has_digits(text, 11)).unwrap_or(text);
        E164::parse(&format!("{country}{national}")).ok()
    }
}

const NOTICE_MAIL: &str = "directory.ldap.notice_mail";

fn has_digits(text: &str, count: usize) -> bool {
    text.chars().filter(char::is_ascii_digit).count() == count
}

/// A mail address, also as `proxyAddresses` has it: `SMTP:ada@example.com`.
fn mail(text: &str) -> Option<MailAddress> {
    let bare = text.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("smtp")).map(|(_, bare)| bare);
    MailAddress::parse(bare.unwrap_or(text)).ok()
}

/// Tells if two names are the same as user IDs are.
/// A user ID as a filter has it. An empty value is no value of any syntax, and a long one none of ours: neither is
/// anybody's.
fn escaped(user_id: &UserId) -> String {
    let folded = user_id.folded();
    let fits = !folded.is_empty() && folded.chars().count() <= regain_values::user_id::MAX_LENGTH;
    if fits { ldap3::ldap_escape(folded.as_str()).into_owned() } else { "-".to_owned() }
}

/// The DNS name of a domain, by a distinguished name in it: `DC=ad,DC=example,DC=com` is `ad.example.com`.
fn dns_domain(dn: &str) -> Option<String> {
    let parts = dn.split(',').filter_map(|part| part.trim().split_once('='));
    let labels: Vec<_> = parts.filter(|(name, _)| same(name.trim(), "dc")).map(|(_, label)| label.trim()).collect();
    (!labels.is_empty()).then(|| labels.join("."))
}

fn same(one: &str, other: &str) -> bool {
    UserId::of_directory(one.to_owned()).is_same(&UserId::of_directory(other.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(further: &str) -> Mapping {
        let text = format!(
            "urls = []\nbind_dn = ''\nbind_password_file = ''\nbase = 'OU=People,DC=ad,DC=regain,DC=test'\nuser_id = ['sAMAccountName', 'userPrincipalName']\n{further}"
        );
        Mapping::new(&toml::from_str(&text).expect("reads"))
    }

    #[test]
    fn t1_the_filter_has_the_folded_id_escaped() {
        let mapping = mapping("domain = 'REGAIN'");
        let filter = |text: &str| mapping.filter(&UserId::of_directory(text.to_owned()));
        assert_eq!(filter(" ADA "), "(|(sAMAccountName=ada)(userPrincipalName=ada))");
        assert_eq!(
            filter("*)(cn=\\\0"),
            "(|(sAMAccountName=\\2a\\29\\28cn=\\5c\\00)(userPrincipalName=\\2a\\29\\28cn=\\5c\\00))"
        );
        assert_eq!(filter(""), filter(&"x".repeat(300)));
        let implicit =
            "(|(sAMAccountName=ada@ad.regain.test)(userPrincipalName=ada@ad.regain.test)(sAMAccountName=ada))";
        assert_eq!(filter("ada@AD.regain.test"), implicit);
        assert_eq!(filter("ada@b"), "(|(sAMAccountName=ada@b)(userPrincipalName=ada@b))");
        for (given, bare) in
            [("REGAIN\\ada", "ada"), ("regain\\Ada", "Ada"), ("OTHER\\ada", "OTHER\\ada"), ("ada", "ada")]
        {
            assert_eq!(mapping.without_domain(&UserId::of_directory(given.to_owned())), bare, "{given}");
        }
    }

    #[test]
    fn numbers_are_read_as_directories_have_them() {
        for (country, text, number) in [
            ("", "+1 425 555 0123 x4711", Some("+14255550123")),
            ("", "0049 30 901820", Some("+4930901820")),
            ("", "030 901820", None),
            ("+49", "030 901820", Some("+4930901820")),
            ("+1", "(425) 555-0123", Some("+14255550123")),
            ("+1", "1-425-555-0123", Some("+14255550123")),
            ("+1", "4711", None),
            ("+49", "none", None),
        ] {
            let further = if country.is_empty() { String::new() } else { format!("default_country = '{country}'") };
            let read = mapping(&further).number(text);
            assert_eq!(read.as_ref().map(E164::as_str), number, "{country} {text}");
        }
    }

    #[test]
    fn mail_addresses_are_read_as_directories_have_them() {
        for (text, address) in [
            ("ada@example.com", Some("ada@example.com")),
            ("SMTP:ada@example.com", Some("ada@example.com")),
            ("smtp:ada@example.com", Some("ada@example.com")),
            ("X400:c=US;a= ;p=Example", None),
            ("sip:ada@example.com", None),
        ] {
            assert_eq!(mail(text).as_ref().map(MailAddress::as_str), address, "{text}");
        }
    }
}
