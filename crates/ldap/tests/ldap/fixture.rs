//! An adapter over a slapd of its own.

use std::{path::Path, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use regain_ldap::{Kind, LdapDirectory, Settings};
use regain_ports::{
    Clock as _, SystemClock,
    contract::accounts::{AccountsFixture, SamplePerson},
};
use regain_real_servers::slapd::{self, Person, SUFFIX};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// With the password set by Modify, or else by RFC 3062.
pub(crate) struct Slapd<const MODIFY: bool> {
    pub(crate) server: slapd::Slapd,
    pub(crate) accounts: Arc<LdapDirectory>,
}

/// Groups of the contract's people, and one that they are not in.
const GROUPS: &str = "
dn: cn=admins,ou=groups,dc=regain,dc=test
objectClass: groupOfNames
cn: admins
member: uid=mary@example.com,ou=people,dc=regain,dc=test

dn: cn=engineers,ou=groups,dc=regain,dc=test
objectClass: groupOfNames
cn: engineers
member: uid=mary@example.com,ou=people,dc=regain,dc=test
";

/// The section of the configuration for a server, with further keys.
pub(crate) fn settings(server: &slapd::Slapd, further: &str) -> Settings {
    let (password_file, urls) = (server.password_file(), format!("['{}']", server.url()));
    let own = [
        ("ca_file", format!("'{}'", server.certificates().authority.display())),
        ("bind_dn", format!("'{}'", slapd::SERVICE)),
        ("bind_password_file", format!("'{}'", password_file.display())),
        ("base", format!("'{}'", slapd::PEOPLE)),
        ("urls", urls),
    ];
    let own = own.into_iter().filter(|(key, _)| !further.contains(&format!("{key} =")));
    let text = own.map(|(key, value)| format!("{key} = {value}\n")).collect::<Vec<_>>().concat();
    let mut settings: Settings = toml::from_str(&(text + further)).expect("reads");
    assert_eq!(settings.check(Kind::Ldap, Path::new("/")), []);
    settings
}

/// The TLS of outgoing connections, which trusts no authority: each server has one of its own.
pub(crate) fn nobody_trusted() -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(ring::default_provider().into());
    let builder = builder.with_safe_default_protocol_versions().expect("has versions");
    builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
}

pub(crate) fn open(server: &slapd::Slapd, further: &str) -> Arc<LdapDirectory> {
    Arc::new(LdapDirectory::open(&settings(server, further), nobody_trusted(), Arc::new(SystemClock)).expect("opens"))
}

fn lines(person: &SamplePerson) -> Vec<String> {
    let office = person.office.map(|number| format!("telephoneNumber: {number}"));
    let lock = match (person.enabled, person.locked) {
        (false, _) => Some(slapd::LOCKED_BY_ADMINISTRATOR),
        (true, true) => Some("20260101000000Z"),
        (true, false) => None,
    };
    office.into_iter().chain(lock.map(|time| format!("pwdAccountLockedTime: {time}"))).collect()
}

impl<const MODIFY: bool> AccountsFixture for Slapd<MODIFY> {
    type Accounts = LdapDirectory;

    async fn with_people(people: &[SamplePerson]) -> Self {
        let further: Vec<_> = people.iter().map(lines).collect();
        let people: Vec<_> = people
            .iter()
            .zip(&further)
            .map(|(person, further)| Person {
                uid: person.user_id,
                name: person.name,
                password: person.password,
                further,
            })
            .collect();
        let server = slapd::Slapd::start(&slapd::Settings { people: &people, entries: GROUPS, ..Default::default() });
        let write = if MODIFY { "modify" } else { "exop" };
        let groups = format!("admins = 'cn=admins,ou=groups,{SUFFIX}', engineers = 'cn=engineers,ou=groups,{SUFFIX}'");
        let accounts =
            open(&server, &format!("office = 'telephoneNumber'\npassword_write = '{write}'\ngroups = {{ {groups} }}"));
        Self { server, accounts }
    }

    fn accounts(&self) -> Arc<LdapDirectory> {
        Arc::clone(&self.accounts)
    }

    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    fn can_wait() -> bool {
        false
    }

    fn wait(&self, _: SignedDuration) {
        unreachable!("the server's clock cannot be moved");
    }

    fn changes_are_atomic() -> bool {
        MODIFY
    }

    fn refuses_former() -> bool {
        true
    }

    async fn recreate(&self, person: &SamplePerson) {
        self.server.delete(person.user_id);
        let further = lines(person);
        let (uid, name, password) = (person.user_id, person.name, person.password);
        self.server.add(&Person { uid, name, password, further: &further });
    }
}
