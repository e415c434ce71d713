//! OpenLDAP with its password policy.

use std::{
    fmt::Write as _,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::Command,
};

use tempfile::TempDir;

use crate::{
    authority::{self, Certificates},
    process::{self, Server, free_address, program, run},
};

/// The suffix of the tree.
pub const SUFFIX: &str = "dc=regain,dc=test";

/// The folder of the people.
pub const PEOPLE: &str = "ou=people,dc=regain,dc=test";

/// The DN of the service account.
pub const SERVICE: &str = "cn=regain,ou=services,dc=regain,dc=test";

/// Its password.
pub const SERVICE_PASSWORD: &str = "service password 1";

/// The DN that no rule holds for.
pub const ROOT: &str = "cn=root,dc=regain,dc=test";

/// Its password.
pub const ROOT_PASSWORD: &str = "root password 1";

/// The DN of the password policy of everybody.
pub const POLICY: &str = "cn=default,ou=policies,dc=regain,dc=test";

/// The value of `pwdAccountLockedTime` of an account that an administrator locked for good.
pub const LOCKED_BY_ADMINISTRATOR: &str = "000001010000Z";

const PACKAGE: &str = "slapd ldap-utils";
const PLAIN: u16 = 3890;
const TLS: u16 = 6360;

/// The rights of the service account: it sets and searches for passwords and reads none, and clears lockouts. It sets none of
/// an account that an administrator locked.
pub const RIGHTS: &str = "\
access to filter=(pwdAccountLockedTime=000001010000Z) attrs=userPassword by dn.exact=\"cn=regain,ou=services,dc=regain,dc=test\" =sx by * break
access to attrs=userPassword by dn.exact=\"cn=regain,ou=services,dc=regain,dc=test\" =wsx by self =xw by anonymous auth by * none
access to attrs=pwdHistory by * none
access to attrs=pwdAccountLockedTime,pwdFailureTime by dn.exact=\"cn=regain,ou=services,dc=regain,dc=test\" manage by * none
access to * by dn.exact=\"cn=regain,ou=services,dc=regain,dc=test\" read by anonymous auth by * none
";

/// A person of the tree.
#[derive(Debug, Clone, Copy, Default)]
pub struct Person<'a> {
    /// `uid`.
    pub uid: &'a str,
    /// `cn`.
    pub name: &'a str,
    /// `userPassword`, as it is typed.
    pub password: Option<&'a str>,
    /// Further lines of LDIF, such as `mobile: …`.
    pub further: &'a [String],
}

impl Person<'_> {
    /// The DN.
    pub fn dn(&self) -> String {
        dn(self.uid)
    }
}

/// The DN of a person.
pub fn dn(uid: &str) -> String {
    format!("uid={uid},{PEOPLE}")
}

/// A server to start.
#[derive(Debug)]
pub struct Settings<'a> {
    /// Attributes of the password policy, as lines of LDIF; none for a server without the overlay.
    pub policy: Option<&'a str>,
    /// The people.
    pub people: &'a [Person<'a>],
    /// Further entries, as LDIF.
    pub entries: &'a str,
    /// The rules of access.
    pub rights: &'a str,
    /// Unencrypted connections may sign in.
    pub is_plain_allowed: bool,
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Self { policy: Some(LENIENT), people: &[], entries: "", rights: RIGHTS, is_plain_allowed: false }
    }
}

/// A policy that locks after ten failures until somebody unlocks, remembers three passwords and takes any.
pub const LENIENT: &str = "pwdInHistory: 3
pwdLockout: TRUE
pwdMaxFailure: 10
pwdLockoutDuration: 0
pwdFailureCountInterval: 900
";

/// A running server.
#[derive(Debug)]
pub struct Slapd {
    server: Option<Server>,
    address: Ipv4Addr,
    certificates: Certificates,
    folder: TempDir,
}

impl Slapd {
    /// Starts one.
    pub fn start(settings: &Settings<'_>) -> Self {
        let folder = process::folder();
        let address = free_address(&[PLAIN, TLS]);
        let certificates = Certificates::make(&folder.path().join("tls"), address);
        fs::create_dir(folder.path().join("db")).expect("a folder");
        let mut slapd = Self { server: None, address, certificates, folder };
        authority::write(&slapd.configuration(), &slapd.text(settings));
        let tree = slapd.folder.path().join("tree.ldif");
        authority::write(&tree, &tree_of(settings));
        run(Command::new(program("slapadd", PACKAGE))
            .arg("-q")
            .arg("-f")
            .arg(slapd.configuration())
            .arg("-l")
            .arg(tree))
        .expect("the tree is taken");
        slapd.restart();
        slapd
    }

    /// Ends it where it runs, and starts it over what it has.
    pub fn restart(&mut self) {
        self.stop();
        let listeners = format!("ldap://{0}:{PLAIN} ldaps://{0}:{TLS}", self.address);
        let file = self.configuration();
        let arguments =
            ["-f".as_ref(), file.as_os_str(), "-h".as_ref(), listeners.as_ref(), "-d".as_ref(), "0".as_ref()];
        let server = Server::start(&program("slapd", PACKAGE), arguments, &self.folder.path().join("log"));
        server.wait_for(SocketAddr::from((self.address, TLS)));
        self.server = Some(server);
    }

    /// Ends it; what it has stays.
    pub fn stop(&mut self) {
        self.server = None;
    }

    /// The process.
    pub fn server(&self) -> &Server {
        self.server.as_ref().expect("runs")
    }

    /// The address that speaks TLS from the start.
    pub fn url(&self) -> String {
        format!("ldaps://{}:{TLS}", self.address)
    }

    /// The address that speaks TLS when it is asked to.
    pub fn plain_url(&self) -> String {
        format!("ldap://{}:{PLAIN}", self.address)
    }

    /// The address and port of [`Slapd::plain_url`].
    pub fn plain_socket(&self) -> SocketAddr {
        SocketAddr::from((self.address, PLAIN))
    }

    /// The address and port of [`Slapd::url`].
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::from((self.address, TLS))
    }

    /// The certificates.
    pub fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// A file with the service account's password.
    pub fn password_file(&self) -> PathBuf {
        let path = self.folder.path().join("password");
        authority::write(&path, SERVICE_PASSWORD);
        path
    }

    /// Adds, changes and deletes entries by LDIF, as the root of the tree. Operational attributes may be written too.
    pub fn modify(&self, ldif: &str) {
        let file = self.folder.path().join("change.ldif");
        authority::write(&file, ldif);
        let mut modify = self.tool("ldapmodify");
        modify.args(["-a", "-e", "relax", "-D", ROOT, "-w", ROOT_PASSWORD, "-f"]).arg(file);
        run(&mut modify).expect("is changed");
    }

    /// Adds a person.
    pub fn add(&self, person: &Person<'_>) {
        self.modify(&entry(person));
    }

    /// Deletes a person.
    pub fn delete(&self, uid: &str) {
        self.modify(&format!("dn: {}\nchangetype: delete\n", dn(uid)));
    }

    /// Sets one attribute of an entry.
    pub fn set(&self, dn: &str, attribute: &str, value: &str) {
        self.modify(&format!("dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n"));
    }

    /// Locks an account as an administrator does, for good.
    pub fn lock_by_administrator(&self, uid: &str) {
        self.set(&dn(uid), "pwdAccountLockedTime", LOCKED_BY_ADMINISTRATOR);
    }

    /// An attribute's values, as the root of the tree sees them.
    pub fn values(&self, dn: &str, attribute: &str) -> Vec<String> {
        let mut search = self.tool("ldapsearch");
        search.args(["-LLL", "-o", "ldif-wrap=no", "-D", ROOT, "-w", ROOT_PASSWORD, "-s", "base", "-b", dn, attribute]);
        let text = run(&mut search).expect("is found");
        let values = text.lines().filter_map(|line| line.split_once(": ").filter(|(name, _)| *name == attribute));
        values.map(|(_, value)| value.to_owned()).collect()
    }

    /// Tells if a password signs a person in at the directory itself.
    pub fn takes(&self, uid: &str, password: &str) -> bool {
        run(self.tool("ldapwhoami").args(["-D", &dn(uid), "-w", password])).is_ok()
    }

    fn tool(&self, name: &str) -> Command {
        let mut tool = Command::new(program(name, PACKAGE));
        tool.env("LDAPTLS_CACERT", &self.certificates.authority).args(["-x", "-H", &self.url()]);
        tool
    }

    fn configuration(&self) -> PathBuf {
        self.folder.path().join("slapd.conf")
    }

    fn text(&self, settings: &Settings<'_>) -> String {
        let folder = self.folder.path().display();
        let Certificates { authority, certificate, key } = &self.certificates;
        let mut text = format!(
            "include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
{}moduleload argon2
pidfile {folder}/slapd.pid
TLSCACertificateFile {}
TLSCertificateFile {}
TLSCertificateKeyFile {}
password-hash {{ARGON2}}
security simple_bind={}
database mdb
maxsize 104857600
suffix \"{SUFFIX}\"
rootdn \"{ROOT}\"
rootpw \"{ROOT_PASSWORD}\"
directory {folder}/db
dbnosync
index objectClass,uid,mail,member,entryUUID eq
{}",
            if settings.policy.is_some() { "moduleload ppolicy\n" } else { "" },
            authority.display(),
            certificate.display(),
            key.display(),
            if settings.is_plain_allowed { 0 } else { 128 },
            settings.rights,
        );
        if settings.policy.is_some() {
            let overlay = "overlay ppolicy\nppolicy_use_lockout\nppolicy_hash_cleartext\n";
            writeln!(text, "{overlay}ppolicy_default \"{POLICY}\"").expect("a text");
        }
        text
    }
}

fn tree_of(settings: &Settings<'_>) -> String {
    let mut tree = format!("dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: Regain\ndc: regain\n\n");
    for unit in ["people", "services", "policies", "groups"] {
        write!(tree, "dn: ou={unit},{SUFFIX}\nobjectClass: organizationalUnit\nou: {unit}\n\n").expect("a text");
    }
    write!(
        tree,
        "dn: {SERVICE}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: regain\nuserPassword: {SERVICE_PASSWORD}\n\n"
    )
    .expect("a text");
    if let Some(policy) = settings.policy {
        let class = "objectClass: person\nobjectClass: pwdPolicy\ncn: default\nsn: default\npwdAttribute: userPassword";
        write!(tree, "dn: {POLICY}\n{class}\n{policy}\n").expect("a text");
    }
    for person in settings.people {
        writeln!(tree, "{}", entry(person)).expect("a text");
    }
    tree + settings.entries
}

fn entry(person: &Person<'_>) -> String {
    let Person { uid, name, password, further } = *person;
    let surname = name.rsplit(' ').next().unwrap_or(name);
    let mut entry = format!("dn: {}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {name}\nsn: {surname}\n", person.dn());
    if let Some(password) = password {
        writeln!(entry, "userPassword: {password}").expect("a text");
    }
    for line in further {
        writeln!(entry, "{line}").expect("a text");
    }
    entry
}
