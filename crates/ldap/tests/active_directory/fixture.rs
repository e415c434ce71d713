//! An adapter over a domain controller of its own.

use std::{
    path::Path,
    sync::{Arc, LazyLock},
};

use jiff::{SignedDuration, Timestamp};
use regain_ldap::{ActiveDirectory, Kind, Settings};
use regain_ports::{
    Clock as _, SystemClock,
    contract::accounts::{AccountsFixture, PEOPLE, SamplePerson},
};
use regain_real_servers::samba::{self, Domain, Person, ROOT, dn};

pub(crate) struct Samba {
    pub(crate) server: samba::Samba,
    pub(crate) accounts: Arc<ActiveDirectory>,
}

/// The section of the configuration for a controller, with further keys.
pub(crate) fn settings(server: &samba::Samba, further: &str) -> Settings {
    let (password_file, urls) = (server.password_file(), format!("['{}']", server.url()));
    let own = [
        ("ca_file", format!("'{}'", server.certificates().authority.display())),
        ("bind_dn", format!("'{}'", samba::SERVICE)),
        ("bind_password_file", format!("'{}'", password_file.display())),
        ("base", format!("'{}'", samba::PEOPLE)),
        ("urls", urls),
    ];
    let own = own.into_iter().filter(|(key, _)| !further.contains(&format!("{key} =")));
    let text = own.map(|(key, value)| format!("{key} = {value}\n")).collect::<Vec<_>>().concat();
    let mut settings: Settings = toml::from_str(&(text + further)).expect("reads");
    assert_eq!(settings.check(Kind::ActiveDirectory, Path::new("/")), []);
    settings
}

pub(crate) fn open(server: &samba::Samba, further: &str) -> Arc<ActiveDirectory> {
    Arc::new(ActiveDirectory::open(&settings(server, further), Arc::new(SystemClock)).expect("opens"))
}

/// The part of a user ID before the `@`, of which the names are made that are not the user ID.
fn local(person: &SamplePerson) -> String {
    person.user_id.split('@').next().unwrap_or_default().to_lowercase()
}

/// LDIF by which a person is added.
fn ldif(person: &SamplePerson) -> String {
    let local = local(person);
    let mut further = vec![format!("userPrincipalName: {}", person.user_id), format!("displayName: {}", person.name)];
    further.extend(person.office.map(|number| format!("telephoneNumber: {number}")));
    let account = format!("u-{local}");
    let added = samba::entry(&Person { cn: &local, account: &account, password: person.password, further: &further });
    let change = |attribute: &str, value: &str| {
        format!("\ndn: {}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n", dn(&local))
    };
    let disabled = if person.enabled { String::new() } else { change("userAccountControl", "514") };
    let locked = if person.locked { change("lockoutTime", samba::LOCKED_LONG_AGO) } else { String::new() };
    added + &disabled + &locked
}

/// The domain of the contract's people, made once. One of the groups has its member by another group.
static PREPARED: LazyLock<Domain> = LazyLock::new(|| {
    let domain = Domain::new();
    let group = |name: &str, member: &str| {
        format!(
            "\ndn: CN={name},OU=Groups,{ROOT}\nchangetype: add\nobjectClass: group\nsAMAccountName: {name}\nmember: {member}\n"
        )
    };
    let people = PEOPLE.iter().map(ldif).collect::<Vec<_>>().join("\n");
    let groups = [
        group("engineers", &dn("mary")),
        group("nested", &dn("mary")),
        group("admins", &format!("CN=nested,OU=Groups,{ROOT}")),
    ];
    domain.modify(&(people + &groups.concat()));
    domain
});

impl AccountsFixture for Samba {
    type Accounts = ActiveDirectory;

    async fn with_people(_: &[SamplePerson]) -> Self {
        let server = PREPARED.duplicate().start(0);
        let groups = format!("admins = 'CN=admins,OU=Groups,{ROOT}', engineers = 'CN=engineers,OU=Groups,{ROOT}'");
        let user_id = "['userPrincipalName', 'sAMAccountName']";
        let accounts =
            open(&server, &format!("office = 'telephoneNumber'\nuser_id = {user_id}\ngroups = {{ {groups} }}"));
        Self { server, accounts }
    }

    fn accounts(&self) -> Arc<ActiveDirectory> {
        Arc::clone(&self.accounts)
    }

    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    fn can_wait() -> bool {
        false
    }

    fn wait(&self, _: SignedDuration) {
        unreachable!("the controller's clock cannot be moved");
    }

    fn refuses_former() -> bool {
        true
    }

    async fn recreate(&self, person: &SamplePerson) {
        self.server.modify(&format!("dn: {}\nchangetype: delete\n\n{}", dn(&local(person)), ldif(person)));
    }
}
