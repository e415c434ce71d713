//! `regain-real-servers KIND PEOPLE SECTION` runs a directory (`ad`, `ldap` or `sql`) with the people of a list, writes the section
//! of Regain's configuration that opens it, and ends when its standard input does. `store` instead of a kind is an empty database
//! on PostgreSQL: the people are left out, and the file has its URL.

use std::{env, fs, io, path::Path, process::ExitCode};

use regain_real_servers::{
    organisation,
    postgres::{Postgres, USER},
};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [kind, people, section] = arguments.as_slice() else {
        eprintln!(
            "regain-real-servers: give ad, ldap, sql or store, a list of people, and the file to write the section to"
        );
        return ExitCode::FAILURE;
    };
    let people = Path::new(people);
    let (_server, text): (Box<dyn std::any::Any>, String) = match kind.as_str() {
        "ad" => boxed(organisation::samba(people)),
        "ldap" => boxed(organisation::slapd(people)),
        "sql" => boxed(organisation::postgres(people)),
        "store" => boxed(store()),
        other => {
            eprintln!("regain-real-servers: {other} is neither ad, ldap, sql nor store");
            return ExitCode::FAILURE;
        }
    };
    if let Err(error) = fs::write(section, text) {
        eprintln!("regain-real-servers: cannot write {section}: {error}");
        return ExitCode::FAILURE;
    }
    // The program that started it may be killed: then the pipe ends too.
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
    ExitCode::SUCCESS
}

/// PostgreSQL with an empty database for Regain's own store, and its URL.
fn store() -> (Postgres, String) {
    let postgres = Postgres::start();
    postgres.execute("postgres", &format!("CREATE DATABASE regain OWNER {USER}"));
    let url = postgres.url(USER, "regain");
    (postgres, url)
}

fn boxed<T: 'static>((server, text): (T, String)) -> (Box<dyn std::any::Any>, String) {
    (Box::new(server), text)
}
