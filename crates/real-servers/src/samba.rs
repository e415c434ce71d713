//! A Samba Active Directory domain controller, LDAP alone. Its ports cannot be chosen, so that it takes root and an address
//! of its own for each. A domain is provisioned once for a version of Samba; every controller starts on a copy.

mod files;
mod people;
mod provision;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::Command,
};

use tempfile::TempDir;

pub use self::{
    files::DOMAIN,
    people::{Person, dn, entry},
    provision::{PEOPLE, ROOT, SERVICE, SERVICE_PASSWORD},
};
use self::{
    files::{PACKAGE, Tls, configuration_file, database, modify, tool, write_configuration},
    provision::provisioned,
};
use crate::{
    authority::{self, Certificates},
    process::{self, Server, copy, free_address, program, run},
};

/// The folder of everybody else.
pub const USERS: &str = "CN=Users,DC=ad,DC=regain,DC=test";

/// Lets a value that Samba computes by itself be written, over its files.
const AS_REPLICA: &str = "local_oid:1.3.6.1.4.1.7165.4.3.20:0";

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
