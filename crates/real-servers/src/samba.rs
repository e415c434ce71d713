//! A Samba Active Directory domain controller, LDAP alone. Its ports cannot be chosen, so that it takes root and an address
//! of its own for each. A domain is provisioned once for a version of Samba; every controller starts on a copy.

use std::{
    fmt::Write as _,
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::{
    authority::{self, Certificates},
    process::{self, Server, cache, copy, free_address, program, run},
};

/// The root of the domain.
pub const ROOT: &str = "DC=ad,DC=regain,DC=test";

/// The folder of the people, whom the service account may reset and unlock.
pub const PEOPLE: &str = "OU=People,DC=ad,DC=regain,DC=test";

/// The folder of everybody else.
pub const USERS: &str = "CN=Users,DC=ad,DC=regain,DC=test";

/// The service account's user principal name.
pub const SERVICE: &str = "svc-regain@ad.regain.test";

/// Its password.
pub const SERVICE_PASSWORD: &str = "Service password 1";

/// The domain's NetBIOS name.
pub const DOMAIN: &str = "REGAIN";

const ADMINISTRATOR_PASSWORD: &str = "Administrator password 1";
const PACKAGE: &str = "samba samba-ad-provision samba-dsdb-modules samba-vfs-modules ldb-tools";

/// The edition of what this file provisions: a folder of another edition is not used.
const EDITION: u32 = 1;

/// The class of users, in the rules of access.
const USER: &str = "bf967aba-0de6-11d0-a285-00aa003049e2";

/// Lets a value that Samba computes by itself be written, over its files.
const AS_REPLICA: &str = "local_oid:1.3.6.1.4.1.7165.4.3.20:0";

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

/// The files of a domain, which nothing runs on.
#[derive(Debug)]
pub struct Domain(TempDir);

impl Domain {
    /// A domain with the service account, and rules that take any password and lock an account after ten failures until
    /// somebody unlocks it.
    pub fn new() -> Self {
        let domain = Self(process::folder());
        copy(&provisioned(), &domain.folder());
        write_configuration(&domain.folder(), Ipv4Addr::LOCALHOST, None);
        domain
    }

    /// Another one with all that is in this.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        let domain = Self(process::folder());
        copy(&self.folder(), &domain.folder());
        write_configuration(&domain.folder(), Ipv4Addr::LOCALHOST, None);
        domain
    }

    /// Adds and changes entries by LDIF.
    pub fn modify(&self, ldif: &str) {
        modify(&self.folder(), ldif, &[]);
    }

    /// Adds people.
    pub fn add(&self, people: &[Person<'_>]) {
        self.modify(&people.iter().map(entry).collect::<Vec<_>>().join("\n"));
    }

    /// Sets rules of the domain, by the options of `samba-tool domain passwordsettings set`.
    pub fn rules(&self, options: &[&str]) {
        tool(&self.folder(), &[&["domain", "passwordsettings", "set"], options].concat());
    }

    /// Starts a controller, with the minutes for which a former password goes on (`old password allowed period`).
    pub fn start(self, former_password_minutes: u32) -> Samba {
        let address = free_address(&[389, 636]);
        let certificates = Certificates::make(&self.0.path().join("tls"), address);
        let tls = Tls { certificates: &certificates, former_password_minutes };
        write_configuration(&self.folder(), address, Some(&tls));
        let mut samba = Samba { server: None, address, certificates, domain: self };
        samba.restart();
        samba
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("dc")
    }
}

impl Default for Domain {
    fn default() -> Self {
        Self::new()
    }
}

/// A running domain controller.
#[derive(Debug)]
pub struct Samba {
    server: Option<Server>,
    address: Ipv4Addr,
    certificates: Certificates,
    domain: Domain,
}

impl Samba {
    /// Ends it where it runs, and starts it over what it has.
    pub fn restart(&mut self) {
        self.stop();
        let configuration = configuration_file(&self.domain.folder());
        let arguments = ["-s".as_ref(), configuration.as_os_str(), "-i".as_ref(), "-M".as_ref(), "single".as_ref()];
        let log = self.domain.0.path().join("log");
        let server = Server::start(&program("samba", PACKAGE), arguments, &log);
        server.wait_for(self.socket());
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
        format!("ldaps://{}", self.address)
    }

    /// The address that speaks TLS when it is asked to.
    pub fn plain_url(&self) -> String {
        format!("ldap://{}", self.address)
    }

    /// The address and port of [`Samba::plain_url`].
    pub fn plain_socket(&self) -> SocketAddr {
        SocketAddr::from((self.address, 389))
    }

    /// The address and port of [`Samba::url`].
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::from((self.address, 636))
    }

    /// The certificates.
    pub fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// A file with the service account's password.
    pub fn password_file(&self) -> PathBuf {
        let path = self.domain.0.path().join("password");
        authority::write(&path, SERVICE_PASSWORD);
        path
    }

    /// Adds and changes entries by LDIF, in the controller's files.
    pub fn modify(&self, ldif: &str) {
        self.domain.modify(ldif);
    }

    /// Adds a person.
    pub fn add(&self, person: &Person<'_>) {
        self.domain.add(&[*person]);
    }

    /// Sets rules of the domain; see [`Domain::rules`].
    pub fn rules(&self, options: &[&str]) {
        self.domain.rules(options);
    }

    /// Runs `samba-tool` on the controller's files.
    pub fn tool(&self, arguments: &[&str]) {
        tool(&self.domain.folder(), arguments);
    }

    /// Lets everybody who is signed in read an entry and those below it.
    pub fn let_everybody_read(&self, dn: &str) {
        let database = database(&self.domain.folder());
        let object = format!("--objectdn={dn}");
        self.tool(&["dsacl", "set", "-H", &database.to_string_lossy(), &object, "--sddl=(A;CIOI;RPLCLORC;;;AU)"]);
    }

    /// Sets one attribute of an entry.
    pub fn set(&self, dn: &str, attribute: &str, value: &str) {
        self.modify(&format!("dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n"));
    }

    /// Sets an attribute that the controller otherwise computes, such as `pwdLastSet`.
    pub fn set_computed(&self, dn: &str, attribute: &str, value: &str) {
        let ldif = format!("dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n");
        modify(&self.domain.folder(), &ldif, &["--controls", AS_REPLICA]);
    }

    /// Locks an account until somebody unlocks it, as failures do.
    pub fn lock(&self, dn: &str) {
        self.set(dn, "lockoutTime", LOCKED_LONG_AGO);
    }

    /// Adds a member to a group.
    pub fn add_member(&self, group: &str, member: &str) {
        self.modify(&format!("dn: {group}\nchangetype: modify\nadd: member\nmember: {member}\n"));
    }

    /// An attribute's values in the controller's files.
    pub fn values(&self, dn: &str, attribute: &str) -> Vec<String> {
        let mut search = Command::new(program("ldbsearch", PACKAGE));
        search.arg("-H").arg(database(&self.domain.folder())).args(["-s", "base", "-b", dn, attribute]);
        let text = run(&mut search).expect("is found");
        let values = text.lines().filter_map(|line| line.split_once(": ").filter(|(name, _)| *name == attribute));
        values.map(|(_, value)| value.to_owned()).collect()
    }

    /// Tells if a password signs a person in at the directory itself.
    pub fn takes(&self, dn: &str, password: &str) -> bool {
        self.bind(dn, password).is_ok()
    }

    /// Signs a person in at the directory itself; `Err` has its answer.
    pub fn bind(&self, dn: &str, password: &str) -> Result<(), String> {
        let mut search = Command::new(program("ldapsearch", "ldap-utils"));
        search.env("LDAPTLS_CACERT", &self.certificates.authority);
        search.args(["-x", "-H", &self.url(), "-D", dn, "-w", password, "-s", "base", "-b", "", "1.1"]);
        run(&mut search).map(drop)
    }
}

/// A time of 2021, as Active Directory counts.
pub const LOCKED_LONG_AGO: &str = "132600000000000000";

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

/// A text as `unicodePwd` takes it in LDIF.
fn base64_utf16(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut encoded = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * place) & 0x3f) as usize];
            encoded.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    encoded
}

/// The folder of a domain as it was provisioned, which is made where it is not there yet.
fn provisioned() -> PathBuf {
    let version = run(Command::new(program("samba", PACKAGE)).arg("--version")).expect("says its version");
    let version = version.trim().rsplit(' ').next().unwrap_or_default().to_owned();
    let folder = cache().join(format!("samba-{version}-{EDITION}"));
    fs::create_dir_all(cache()).expect("a folder");
    let lock = File::create(cache().join("samba.lock")).expect("a lock");
    lock.lock().expect("waits for others");
    if !folder.join("ready").exists() {
        let _ = fs::remove_dir_all(&folder);
        provision(&folder);
        fs::write(folder.join("ready"), "").expect("writes");
    }
    folder
}

fn provision(folder: &Path) {
    let mut provision = Command::new(program("samba-tool", PACKAGE));
    provision.args(["domain", "provision", "--realm=AD.REGAIN.TEST", "--domain=REGAIN", "--server-role=dc"]);
    provision.args(["--dns-backend=NONE", "--host-name=dc1", "--host-ip=127.0.0.1"]);
    provision.arg(format!("--adminpass={ADMINISTRATOR_PASSWORD}")).arg(format!("--targetdir={}", folder.display()));
    provision.args(["--option=interfaces=127.0.0.1/8", "--option=bind interfaces only=yes"]);
    run(&mut provision).expect("provisions");
    write_configuration(folder, Ipv4Addr::LOCALHOST, None);
    let rules = ["--complexity=off", "--history-length=3", "--min-pwd-length=0", "--min-pwd-age=0", "--max-pwd-age=0"];
    let lockout =
        ["--account-lockout-threshold=10", "--account-lockout-duration=0", "--reset-account-lockout-after=15"];
    tool(folder, &[&["domain", "passwordsettings", "set"], &rules[..], &lockout[..]].concat());
    let unit = |name: &str| format!("dn: OU={name},{ROOT}\nchangetype: add\nobjectClass: organizationalUnit\n");
    let service = format!(
        "dn: CN=svc-regain,OU=Services,{ROOT}\nchangetype: add\nobjectClass: user\nsAMAccountName: svc-regain
userPrincipalName: {SERVICE}\nuserAccountControl: 66048\nunicodePwd:: {}\n",
        base64_utf16(&format!("\"{SERVICE_PASSWORD}\"")),
    );
    modify(folder, &[unit("People"), unit("Services"), unit("Groups"), service].join("\n"), &[]);
    let mut search = Command::new(program("ldbsearch", PACKAGE));
    search.arg("-H").arg(database(folder)).args(["(sAMAccountName=svc-regain)", "objectSid"]);
    let found = run(&mut search).expect("is found");
    let sid = found.lines().find_map(|line| line.strip_prefix("objectSid: ")).expect("has one");
    for right in [
        // Reset Password, and lockoutTime, of users below the folder.
        format!("(OA;CIIO;CR;00299570-246d-11d0-a768-00aa006e0529;{USER};{sid})"),
        format!("(OA;CIIO;RPWP;28630ebf-41d5-11d1-a9c1-0000f80367c1;{USER};{sid})"),
    ] {
        let database = database(folder);
        let [object, rule] = [format!("--objectdn={PEOPLE}"), format!("--sddl={right}")];
        tool(folder, &["dsacl", "set", "-H", &database.to_string_lossy(), &object, &rule]);
    }
}

/// Runs `samba-tool` on a domain's files.
fn tool(folder: &Path, arguments: &[&str]) {
    let mut tool = Command::new(program("samba-tool", PACKAGE));
    tool.args(arguments).arg("-s").arg(configuration_file(folder));
    run(&mut tool).expect("is done");
}

fn modify(folder: &Path, ldif: &str, options: &[&str]) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(&file, ldif).expect("writes");
    let mut modify = Command::new(program("ldbmodify", PACKAGE));
    modify.args(options).arg("-H").arg(database(folder)).arg(file.path());
    run(&mut modify).expect("is changed");
}

fn database(folder: &Path) -> PathBuf {
    folder.join("private/sam.ldb")
}

fn configuration_file(folder: &Path) -> PathBuf {
    folder.join("etc/dc.conf")
}

/// The part of the configuration that a running controller needs and its files do not.
struct Tls<'a> {
    certificates: &'a Certificates,
    former_password_minutes: u32,
}

/// Writes the configuration anew, with the paths of this folder.
fn write_configuration(folder: &Path, address: Ipv4Addr, tls: Option<&Tls<'_>>) {
    for name in ["run", "ncalrpc", "cache"] {
        fs::create_dir_all(folder.join(name)).expect("a folder");
    }
    let at = folder.display();
    let mut text = format!(
        "[global]
netbios name = DC1
realm = AD.REGAIN.TEST
workgroup = {DOMAIN}
server role = active directory domain controller
server services = ldap
interfaces = {address}/8
bind interfaces only = yes
private dir = {at}/private
state directory = {at}/state
lock directory = {at}
cache directory = {at}/cache
pid directory = {at}/run
ncalrpc dir = {at}/ncalrpc
logging = file
log file = {at}/log.%m
ldap server require strong auth = no
"
    );
    if let Some(Tls { certificates: Certificates { authority, certificate, key }, former_password_minutes }) = tls {
        let (authority, certificate, key) = (authority.display(), certificate.display(), key.display());
        write!(
            text,
            "tls enabled = yes\ntls cafile = {authority}\ntls certfile = {certificate}\ntls keyfile = {key}
old password allowed period = {former_password_minutes}\n"
        )
        .expect("a text");
    }
    write!(text, "[sysvol]\npath = {at}/state/sysvol\nread only = No\n").expect("a text");
    authority::write(&configuration_file(folder), &text);
}
