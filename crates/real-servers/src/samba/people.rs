//! People of a domain, and the LDIF by which they are added.

use std::fmt::Write as _;

use super::{files::base64_utf16, provision::PEOPLE};

/// A person of the domain.
#[derive(Debug, Clone, Copy, Default)]
pub struct Person<'a> {
    /// `cn`, of which the DN is made.
    pub cn: &'a str,
    /// The folder that the person is in; [`PEOPLE`] where it is not given.
    pub folder: Option<&'a str>,
    /// `sAMAccountName`.
    pub account: &'a str,
    /// The password; none for an account that never had one.
    pub password: Option<&'a str>,
    /// Further lines of LDIF, such as `mobile: …`.
    pub further: &'a [String],
}

impl Person<'_> {
    /// The DN.
    pub fn dn(&self) -> String {
        format!("CN={},{}", self.cn, self.folder.unwrap_or(PEOPLE))
    }
}

/// The DN of a person.
pub fn dn(cn: &str) -> String {
    format!("CN={cn},{PEOPLE}")
}

/// The LDIF by which a person is added.
pub fn entry(person: &Person<'_>) -> String {
    let Person { account, password, further, .. } = *person;
    // Without a password, and let in without one: 544 is NORMAL_ACCOUNT and PASSWD_NOTREQD.
    let control = if password.is_some() { 512 } else { 544 };
    let mut entry = format!(
        "dn: {}\nchangetype: add\nobjectClass: user\nsAMAccountName: {account}\nuserAccountControl: {control}\n",
        person.dn()
    );
    if let Some(password) = password {
        writeln!(entry, "unicodePwd:: {}", base64_utf16(&format!("\"{password}\""))).expect("a text");
    }
    for line in further {
        writeln!(entry, "{line}").expect("a text");
    }
    entry
}
