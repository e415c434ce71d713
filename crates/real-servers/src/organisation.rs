//! A directory with the people of a list, and the section of Regain's configuration that opens it.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use serde::Deserialize;

use crate::{
    postgres::{self, Postgres},
    samba::{self, Samba},
    slapd::{self, Slapd},
};

/// A list of people, as `regain-server import` takes it; what is not a directory's is passed over.
#[derive(Deserialize)]
struct List {
    people: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    user_id: String,
    name: String,
    password: Option<String>,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default)]
    locked: bool,
    #[serde(default)]
    phones: Vec<Phone>,
    #[serde(default)]
    groups: Vec<String>,
}

#[derive(Deserialize)]
struct Phone {
    role: String,
    number: String,
}

fn yes() -> bool {
    true
}

impl Entry {
    /// The part of the user ID before the `@`.
    fn short(&self) -> &str {
        self.user_id.split('@').next().unwrap_or(&self.user_id)
    }

    /// Lines of LDIF that both kinds of directory take.
    fn further(&self) -> Vec<String> {
        let mail = format!("mail: {}", self.user_id);
        let office = self.phones.iter().filter(|phone| phone.role == "office");
        let office =
            office.map(|phone| format!("telephoneNumber: {}", phone.number.split(" x").next().unwrap_or_default()));
        [mail, format!("displayName: {}", self.name)].into_iter().chain(office).collect()
    }
}

fn read(people: &Path) -> Vec<Entry> {
    let text = fs::read_to_string(people).expect("the list of people can be read");
    let List { people } = toml::from_str(&text).expect("it is a list of people");
    people
}

/// The members of each group, as distinguished names.
fn groups(people: &[Entry], dn: impl Fn(&Entry) -> String) -> BTreeMap<&str, Vec<String>> {
    let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for person in people {
        for group in &person.groups {
            groups.entry(group).or_default().push(dn(person));
        }
    }
    groups
}

/// Lines of LDIF, one for each member of a group.
fn member_lines(members: &[String]) -> String {
    let mut lines = String::new();
    for member in members {
        writeln!(lines, "member: {member}").expect("a text");
    }
    lines
}

fn section(kind: &str, base: &str, bind_dn: &str, url: &str, files: [&Path; 2], groups: &[(&str, String)]) -> String {
    let groups: Vec<_> = groups.iter().map(|(name, dn)| format!("{name:?} = {dn:?}")).collect();
    let [ca_file, password_file] = files.map(|path| path.display().to_string());
    format!(
        "[directory]\nkind = {kind:?}\n\n[directory.ldap]\nurls = [{url:?}]\nca_file = {ca_file:?}\nbind_dn = {bind_dn:?}\n\
         bind_password_file = {password_file:?}\nbase = {base:?}\noffice = \"telephoneNumber\"\ngroups = {{ {} }}\n",
        groups.join(", ")
    )
}

/// Samba's domain controller with the people of a list, and the section that opens it.
pub fn samba(people: &Path) -> (Samba, String) {
    let people = read(people);
    let domain = samba::Domain::new();
    let lines: Vec<_> = people
        .iter()
        .map(|person| [person.further(), vec![format!("userPrincipalName: {}", person.user_id)]].concat())
        .collect();
    let added: Vec<_> = people
        .iter()
        .zip(&lines)
        .map(|(person, further)| samba::Person {
            cn: &person.name,
            account: person.short(),
            password: person.password.as_deref(),
            further,
            ..samba::Person::default()
        })
        .collect();
    domain.add(&added);
    let dn = |person: &Entry| samba::dn(&person.name);
    let mut named = Vec::new();
    for (group, members) in groups(&people, dn) {
        let group_dn = samba::dn(group);
        let members = member_lines(&members);
        domain.modify(&format!(
            "dn: {group_dn}\nchangetype: add\nobjectClass: group\nsAMAccountName: {group}\n{members}"
        ));
        named.push((group, group_dn));
    }
    let samba = domain.start(60);
    for person in &people {
        if !person.enabled {
            samba.set(&dn(person), "userAccountControl", "514");
        }
        if person.locked {
            samba.lock(&dn(person));
        }
    }
    let files = [samba.certificates().authority.clone(), samba.password_file()];
    let files = [files[0].as_path(), files[1].as_path()];
    let section = section("active_directory", samba::PEOPLE, samba::SERVICE, &samba.url(), files, &named);
    let section = format!("{section}domain = \"{}\"\n", samba::DOMAIN);
    (samba, section)
}

/// OpenLDAP with the people of a list, and the section that opens it.
pub fn slapd(people: &Path) -> (Slapd, String) {
    let people = read(people);
    let lines: Vec<_> = people.iter().map(Entry::further).collect();
    let added: Vec<_> = people
        .iter()
        .zip(&lines)
        .map(|(person, further)| slapd::Person {
            uid: &person.user_id,
            name: &person.name,
            password: person.password.as_deref(),
            further,
        })
        .collect();
    let mut entries = String::new();
    let mut named = Vec::new();
    for (group, members) in groups(&people, |person| slapd::dn(&person.user_id)) {
        let dn = format!("cn={group},ou=groups,{}", slapd::SUFFIX);
        let members = member_lines(&members);
        writeln!(entries, "dn: {dn}\nobjectClass: groupOfNames\ncn: {group}\n{members}").expect("a text");
        named.push((group, dn));
    }
    let settings = slapd::Settings { people: &added, entries: &entries, ..slapd::Settings::default() };
    let slapd = Slapd::start(&settings);
    for person in &people {
        if !person.enabled {
            slapd.lock_by_administrator(&person.user_id);
        }
        if person.locked {
            slapd.set(&slapd::dn(&person.user_id), "pwdAccountLockedTime", "20260101000000Z");
        }
    }
    let files = [slapd.certificates().authority.clone(), slapd.password_file()];
    let files = [files[0].as_path(), files[1].as_path()];
    let section = section("ldap", slapd::PEOPLE, slapd::SERVICE, &slapd.url(), files, &named);
    (slapd, section)
}

/// The table of users of an application, and the right to use it.
const TABLE: &str = "
CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, name text NOT NULL,
                    password text, active boolean NOT NULL, locked boolean NOT NULL);
CREATE INDEX by_email ON users (lower(email));
GRANT SELECT, UPDATE (password, locked) ON users TO regain";

/// The statements over it.
const STATEMENTS: &str = r#"
find = "SELECT id, email AS user_id, name AS display_name, active AS enabled, locked FROM users WHERE lower(email) = :user_id"
by_id = "SELECT id, email AS user_id, name AS display_name, active AS enabled, locked FROM users WHERE id = :id"
password = "SELECT password FROM users WHERE id = :id"
set_password = "UPDATE users SET password = :new_hash WHERE id = :id AND password IS NOT DISTINCT FROM :old_hash"
unlock = "UPDATE users SET locked = FALSE WHERE id = :id"
hash = "bcrypt"
"#;

/// PostgreSQL with the people of a list in a table, none of whom has a password, and the section that opens it.
pub fn postgres(people: &Path) -> (Postgres, String) {
    let server = Postgres::start();
    server.execute("postgres", TABLE);
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let rows = read(people).into_iter().map(|person| {
        let Entry { user_id, name, enabled, locked, .. } = person;
        format!("({}, {}, {enabled}, {locked})", quoted(&user_id), quoted(&name))
    });
    let rows = rows.collect::<Vec<_>>().join(", ");
    server.execute("postgres", &format!("INSERT INTO users (email, name, active, locked) VALUES {rows}"));
    let url = server.url(postgres::USER, "postgres");
    let section = format!("[directory]\nkind = \"sql\"\n\n[directory.sql]\nurl = {url:?}\n{STATEMENTS}");
    (server, section)
}
