//! An adapter over a domain controller of its own.

use std::{
    path::Path,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp};
use regain_ldap::{ActiveDirectory, Kind, Settings};
use regain_ports::{
    Accounts as _, Clock as _, PasswordChange, SetPasswordError, SignIn, SystemClock,
    contract::accounts::{AccountsFixture, SamplePerson},
};
use regain_protocol::Secret;
use regain_real_servers::samba::{self, Domain, Person};
use regain_values::UserId;
use rustls::{ClientConfig, RootCertStore, crypto::ring};

pub(crate) struct Samba {
    folder: String,
    accounts: Arc<ActiveDirectory>,
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

/// The TLS of outgoing connections, which trusts no authority: each server has one of its own.
pub(crate) fn nobody_trusted() -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(ring::default_provider().into());
    let builder = builder.with_safe_default_protocol_versions().expect("has versions");
    builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
}

pub(crate) fn open(server: &samba::Samba, further: &str) -> Arc<ActiveDirectory> {
    Arc::new(ActiveDirectory::open(&settings(server, further), nobody_trusted(), Arc::new(SystemClock)).expect("opens"))
}

/// The controller that all cases share that need no other. Each has a folder of its own, of which its adapter's people are.
pub(crate) fn shared() -> &'static samba::Samba {
    static SHARED: LazyLock<samba::Samba> = LazyLock::new(|| {
        let domain = Domain::new();
        domain.rules(&["--max-pwd-age=30"]);
        domain.start(0)
    });
    &SHARED
}

/// The password of whom [`Folder::add`] adds.
pub(crate) const FIRST: &str = "first password";

/// A folder of the shared controller.
pub(crate) struct Folder {
    pub(crate) dn: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self { dn: new_folder() };
        shared().modify(&unit(&folder.dn));
        folder
    }

    /// Tells its names from those of other folders.
    pub(crate) fn number(&self) -> String {
        number(&self.dn)
    }

    pub(crate) fn dn(&self, cn: &str) -> String {
        format!("CN={cn},{}", self.dn)
    }

    /// Adds a person, with further lines of LDIF; returns the `sAMAccountName`.
    pub(crate) fn add(&self, cn: &str, further: &[&str]) -> String {
        let further: Vec<_> = further.iter().map(|&line| line.to_owned()).collect();
        let account = format!("{cn}-{}", self.number());
        let (folder, password) = (Some(self.dn.as_str()), Some(FIRST));
        shared().add(&Person { cn, folder, account: &account, password, further: &further });
        account
    }
}

fn new_folder() -> String {
    static FOLDERS: AtomicU32 = AtomicU32::new(0);
    format!("OU=f{},{}", FOLDERS.fetch_add(1, Ordering::Relaxed), samba::PEOPLE)
}

fn unit(folder: &str) -> String {
    format!("dn: {folder}\nchangetype: add\nobjectClass: organizationalUnit\n\n")
}

fn number(folder: &str) -> String {
    folder.chars().filter(char::is_ascii_digit).collect()
}

pub(crate) async fn find(accounts: &ActiveDirectory, user_id: &str) -> Option<regain_ports::Person> {
    accounts.find(&UserId::of_directory(user_id.to_owned())).await.expect("answers")
}

pub(crate) async fn signs_in(accounts: &ActiveDirectory, user_id: &str, password: &str) -> bool {
    let user_id = UserId::of_directory(user_id.to_owned());
    let signed_in = accounts.sign_in(&user_id, &password.into(), SystemClock.now()).await.expect("answers");
    matches!(signed_in, SignIn::Accepted(_))
}

pub(crate) async fn set(
    accounts: &ActiveDirectory,
    user_id: &str,
    new: &str,
    current: Option<&str>,
) -> Result<(), SetPasswordError> {
    let id = find(accounts, user_id).await.expect("is there").id;
    accounts.set_password(&id, &PasswordChange { new: new.into(), current: current.map(Secret::from) }).await
}

/// The parts of names that must differ in a domain.
fn names(folder: &str, person: &SamplePerson) -> (String, String) {
    let local = person.user_id.split('@').next().unwrap_or_default().to_lowercase();
    (format!("u-{local}"), format!("u-{local}-{}", number(folder)))
}

/// LDIF by which a person is added.
fn ldif(folder: &str, person: &SamplePerson) -> String {
    let (cn, account) = names(folder, person);
    let mut further = vec![format!("mail: {}", person.user_id), format!("displayName: {}", person.name)];
    further.extend(person.office.map(|number| format!("telephoneNumber: {number}")));
    let (folder, password) = (Some(folder), person.password);
    let added = Person { cn: &cn, folder, account: &account, password, further: &further };
    let change = |attribute: &str, value: &str| {
        format!("\ndn: {}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n", added.dn())
    };
    let disabled = if person.enabled { String::new() } else { change("userAccountControl", "514") };
    let locked = if person.locked { change("lockoutTime", samba::LOCKED_LONG_AGO) } else { String::new() };
    samba::entry(&added) + &disabled + &locked
}

/// LDIF by which a group is added.
fn group(folder: &str, name: &str, member: &str) -> String {
    let account = format!("{name}-{}", number(folder));
    let class = format!("objectClass: group\nsAMAccountName: {account}");
    format!("\ndn: CN={name},{folder}\nchangetype: add\n{class}\nmember: {member}\n")
}

impl AccountsFixture for Samba {
    type Accounts = ActiveDirectory;

    async fn with_people(people: &[SamplePerson]) -> Self {
        let folder = new_folder();
        let people = people.iter().map(|person| ldif(&folder, person)).collect::<Vec<_>>().join("\n");
        // One of the groups has its member by another group.
        let mary = format!("CN=u-mary,{folder}");
        let groups = [
            group(&folder, "engineers", &mary),
            group(&folder, "nested", &mary),
            group(&folder, "admins", &format!("CN=nested,{folder}")),
        ];
        shared().modify(&(unit(&folder) + &people + &groups.concat()));
        let groups = format!("admins = 'CN=admins,{folder}', engineers = 'CN=engineers,{folder}'");
        let keys = format!("office = 'telephoneNumber'\nuser_id = ['mail']\ntimeout_ms = 3000\nbase = '{folder}'");
        let accounts = open(shared(), &format!("{keys}\ngroups = {{ {groups} }}"));
        Self { folder, accounts }
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
        let (cn, _) = names(&self.folder, person);
        let delete = format!("dn: CN={cn},{}\nchangetype: delete\n\n", self.folder);
        shared().modify(&(delete + &ldif(&self.folder, person)));
    }
}
