//! OpenLDAP.

use regain_real_servers::slapd::{self, Person, Slapd};

use crate::{Beside, FORMER, NEW, broken, client, set};

fn people() -> [Person<'static>; 2] {
    [
        Person { uid: "ada", name: "Ada Lovelace", password: Some(FORMER), ..Person::default() },
        Person { uid: "root-like", name: "Locked for good", password: Some(FORMER), ..Person::default() },
    ]
}

pub(crate) fn start(policy: &str) -> Slapd {
    slapd::Slapd::start(&slapd::Settings { policy: Some(policy), people: &people(), ..slapd::Settings::default() })
}

pub(crate) fn beside(slapd: &Slapd, further: &str) -> Beside {
    let section = format!(
        "kind = \"ldap\"\n[directory.ldap]\nurls = [{:?}]\nca_file = \"{}\"\nbind_dn = {:?}\nbind_password_file = \"{}\"\nbase = {:?}\n{further}",
        slapd.url(),
        slapd.certificates().authority.display(),
        slapd::SERVICE,
        slapd.password_file().display(),
        slapd::PEOPLE,
    );
    Beside::new(&section)
}

#[test]
fn a_reset_ends_in_the_directory() {
    let slapd = start(slapd::LENIENT);
    let beside = beside(&slapd, "");
    beside.register_is_refused(&["nobody", "ada"], &[0]);
    beside.register(&["ada"]);
    let server = beside.installation.start();
    let mut ada = beside.proved(&server.address, " ADA").expect("proves");
    ada.answer(set(NEW)).expect("resets");
    assert_eq!((&ada.step()["name"], &ada.step()["outcome"]), (&"done".into(), &"reset".into()));
    assert!(slapd.takes("ada", NEW) && !slapd.takes("ada", FORMER));
    server.stop();
}

/// T2: an account that an administrator locked looks like one that does not exist, and a reset does not free it.
#[test]
fn t2_an_administrators_lock_stays() {
    let slapd = start(slapd::LENIENT);
    let beside = beside(&slapd, "");
    beside.register(&["ada", "root-like"]);
    slapd.lock_by_administrator("root-like");
    let said = beside.installation.succeeds(&["check-directory", "--user", "root-like"]);
    assert!(said.contains("\nmay be recovered  no"), "{said}");
    let server = beside.installation.start();
    // Locked between the proof and the write.
    let mut ada = beside.proved(&server.address, "ada").expect("proves");
    slapd.lock_by_administrator("ada");
    let refused = ada.answer(set(NEW));
    assert!(refused.is_err() || ada.step()["name"] != "done", "{}", ada.step());
    assert_eq!(slapd.values(&slapd::dn("ada"), "pwdAccountLockedTime"), [slapd::LOCKED_BY_ADMINISTRATOR]);
    server.stop();
}

/// T8: the directory's rules are on the checklist, and its refusal comes back to the screen.
#[test]
fn t8_the_directorys_rules_are_named() {
    let slapd = start("pwdCheckQuality: 2\npwdMinLength: 20\npwdInHistory: 3\n");
    let beside = beside(&slapd, "password_write = \"exop\"");
    beside.register(&["ada"]);
    let server = beside.installation.start();
    let mut ada = beside.proved(&server.address, "ada").expect("proves");
    assert_eq!(ada.step()["policy"]["min_length"], 20);
    assert_eq!(broken(&ada.answer(set("A river, north 7")).expect_err("is short")), ["too_short"]);
    let rules = broken(&ada.answer(set(FORMER)).expect_err("is the former one"));
    assert!(rules == ["reused"] || rules == ["directory"], "{rules:?}");
    ada.answer(set(NEW)).expect("resets");
    assert!(slapd.takes("ada", NEW));
    server.stop();
}

/// T13: a directory that was away is asked again, and the flow goes on.
#[test]
fn t13_a_directory_that_was_away_is_asked_again() {
    let mut slapd = start(slapd::LENIENT);
    let beside = beside(&slapd, "timeout_ms = 500");
    beside.register(&["ada"]);
    let server = beside.installation.start();
    let mut ada = beside.proved(&server.address, "ada").expect("proves");
    slapd.stop();
    let refused = ada.answer(set(NEW)).expect_err("nothing is there").to_string();
    assert!(refused.starts_with("503: "), "{refused}");
    assert_eq!(client::get(&server.address, "/readyz").0, 503);
    assert_eq!(client::get(&server.address, "/healthz").0, 200);
    slapd.restart();
    ada.answer(set(NEW)).expect("resets");
    assert!(slapd.takes("ada", NEW) && !slapd.takes("ada", FORMER));
    let log = server.stop();
    assert!(!log.contains(NEW) && !log.contains("ou=people"), "{log}");
}

/// An operator sees the rights that are missing before anybody else does.
#[test]
fn the_check_names_what_is_missing() {
    let slapd = start(slapd::LENIENT);
    let beside = beside(&slapd, "");
    let said = beside.installation.succeeds(&["check-directory", "--user", "ada"]);
    assert!(said.starts_with("directory  ldap: it answers\n"), "{said}");
    assert!(said.contains("\naccount  ada\n") && said.contains("\nname  Ada Lovelace\n"), "{said}");
    assert!(!said.contains("fault"), "{said}");
    let wrong = Beside::new(&format!(
        "kind = \"ldap\"\n[directory.ldap]\nurls = [{:?}]\nca_file = \"{}\"\nbind_dn = {:?}\nbind_password_file = \"wrong\"\nbase = {:?}\n",
        slapd.url(),
        slapd.certificates().authority.display(),
        slapd::SERVICE,
        slapd::PEOPLE,
    ));
    regain_real_servers::authority::write(&wrong.installation.path("wrong"), "no such password");
    let said = wrong.installation.refuses(&["check-directory"]);
    assert!(!said.contains("no such password"), "{said}");
}

#[test]
fn d1_nobody_of_openldap_is_told_apart() {
    let slapd = start(slapd::LENIENT);
    let beside = beside(&slapd, "");
    for uid in ["grace", "mary", "annie", "dorothy"] {
        slapd.add(&Person { uid, name: "Somebody Else", password: Some(FORMER), further: &[] });
    }
    slapd.lock_by_administrator("root-like");
    crate::d1_nobody_is_told_apart(&beside, &["ada", "grace", "mary", "annie", "dorothy"], &["root-like"]);
}
