//! Each server starts, answers and ends.

use regain_real_servers::{mariadb, postgres, samba, slapd};

#[test]
fn slapd_starts_over_its_people() {
    let people = [slapd::Person { uid: "ada", name: "Ada Lovelace", password: Some("first"), ..Default::default() }];
    let mut server = slapd::Slapd::start(&slapd::Settings { people: &people, ..Default::default() });
    assert!(server.takes("ada", "first") && !server.takes("ada", "second"));
    server.add(&slapd::Person { uid: "alan", name: "Alan Turing", password: Some("his"), ..Default::default() });
    assert!(server.takes("alan", "his"));
    server.lock_by_administrator("alan");
    assert_eq!(server.values(&slapd::dn("alan"), "pwdAccountLockedTime"), [slapd::LOCKED_BY_ADMINISTRATOR]);
    assert!(!server.takes("alan", "his"));
    server.stop();
    assert!(!server.takes("ada", "first"));
    server.restart();
    assert!(server.takes("ada", "first"));
}

#[test]
fn samba_starts_over_its_people() {
    let domain = samba::Domain::new();
    let ada = samba::Person { cn: "ada", account: "ada", password: Some("first"), ..Default::default() };
    domain.add(&[ada]);
    let server = domain.duplicate().start(0);
    assert!(server.takes(&ada.dn(), "first") && !server.takes(&ada.dn(), "second"));
    server.lock(&ada.dn());
    let refused = server.bind(&ada.dn(), "first").expect_err("is locked");
    assert!(refused.contains("data 775"), "{refused}");
}

#[test]
fn postgres_starts_again_over_what_it_has() {
    let mut server = postgres::Postgres::start();
    server.execute("postgres", "CREATE TABLE kept (id int)");
    server.stop();
    server.restart();
    assert_eq!(server.execute("postgres", "SELECT count(*) FROM kept").trim(), "0");
}

#[test]
fn mariadb_starts_again_over_what_it_has() {
    let mut server = mariadb::MariaDb::start();
    server.execute_as_root("CREATE DATABASE kept");
    server.stop();
    server.restart();
    assert!(server.execute_as_root("SHOW DATABASES").contains("kept"));
}
