//! An application's table of users in PostgreSQL.

use regain_real_servers::postgres::{self, Postgres};

use crate::{Beside, FORMER, NEW, broken, client, set};

const TABLES: &str = "
CREATE TABLE users (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, username text NOT NULL, password text, active boolean NOT NULL
);
CREATE TABLE sessions (user_id int NOT NULL);
GRANT SELECT, UPDATE (password) ON users TO regain;
GRANT SELECT, DELETE ON sessions TO regain";

pub(crate) const STATEMENTS: &str = r#"
find = "SELECT id, username AS user_id, active AS enabled FROM users WHERE lower(username) = :user_id"
by_id = "SELECT id, username AS user_id, active AS enabled FROM users WHERE id = :id"
password = "SELECT password FROM users WHERE id = :id"
set_password = "UPDATE users SET password = :new_hash WHERE id = :id AND password IS NOT DISTINCT FROM :old_hash"
end_sessions = "DELETE FROM sessions WHERE user_id = :id"
hash = "bcrypt"
bcrypt_cost = 10
timeout_ms = 500
"#;

/// A server with Ada in it, signed in twice.
pub(crate) fn start() -> Postgres {
    let server = Postgres::start();
    server.execute("postgres", TABLES);
    server.execute(
        "postgres",
        "INSERT INTO users (username, password, active) VALUES ('Ada', 'former', TRUE), ('Alan', NULL, TRUE)",
    );
    server.execute("postgres", "INSERT INTO sessions (user_id) VALUES (1), (1), (2)");
    server
}

pub(crate) fn beside(server: &Postgres) -> Beside {
    let url = server.url(postgres::USER, "postgres");
    Beside::new(&format!("kind = \"sql\"\n[directory.sql]\nurl = {url:?}\n{STATEMENTS}"))
}

/// The hash of Ada's password.
pub(crate) fn hash(server: &Postgres) -> String {
    server.execute("postgres", "SELECT password FROM users WHERE id = 1").trim().to_owned()
}

#[test]
fn a_reset_ends_in_the_table_and_signs_out() {
    let database = start();
    let beside = beside(&database);
    beside.register_is_refused(&["ada", "nobody"], &[1]);
    beside.register(&["ada"]);
    let server = beside.installation.start();
    let mut ada = beside.proved(&server.address, " ADA").expect("proves");
    // T8: bcrypt reads no more.
    assert_eq!(broken(&ada.answer(set(&"Long and longer ".repeat(5))).expect_err("is too long")), ["too_long"]);
    ada.answer(set(NEW)).expect("resets");
    assert_eq!((&ada.step()["name"], &ada.step()["outcome"]), (&"done".into(), &"reset".into()));
    assert!(hash(&database).starts_with("$2b$10$"));
    assert_eq!(database.execute("postgres", "SELECT user_id FROM sessions").trim(), "2", "Alan's goes on");
    let log = server.stop();
    assert!(!log.contains(NEW) && !log.contains("$2b$"), "{log}");
}

/// T2: whoever is disabled between the proof and the write keeps the former password.
#[test]
fn t2_who_is_disabled_meanwhile_gets_no_password() {
    let database = start();
    let beside = beside(&database);
    beside.register(&["ada"]);
    let server = beside.installation.start();
    let mut ada = beside.proved(&server.address, "ada").expect("proves");
    database.execute("postgres", "UPDATE users SET active = FALSE WHERE id = 1");
    let refused = ada.answer(set(NEW));
    assert!(refused.is_err() || ada.step()["name"] != "done", "{}", ada.step());
    assert_eq!(hash(&database), "former");
    server.stop();
}

/// T13: a database that was away is asked again, and the flow goes on.
#[test]
fn t13_a_database_that_was_away_is_asked_again() {
    let mut database = start();
    let beside = beside(&database);
    beside.register(&["ada"]);
    let server = beside.installation.start();
    let mut ada = beside.proved(&server.address, "ada").expect("proves");
    database.stop();
    let refused = ada.answer(set(NEW)).expect_err("nothing is there").to_string();
    assert!(refused.starts_with("503: "), "{refused}");
    assert_eq!(client::get(&server.address, "/readyz").0, 503);
    database.restart();
    ada.answer(set(NEW)).expect("resets");
    assert!(hash(&database).starts_with("$2b$10$"));
    let log = server.stop();
    assert!(!log.contains(NEW) && !log.contains("$2b$") && !log.contains("password%201"), "{log}");
}

/// An operator is told what is wrong by its key, before the server runs.
#[test]
fn the_check_names_the_statement() {
    let database = start();
    let said = beside(&database).installation.succeeds(&["check-directory", "--user", "ada"]);
    assert!(said.starts_with("directory  sql: it answers\n") && said.contains("finds one row"), "{said}");
    let url = database.url(postgres::USER, "postgres");
    let statements = STATEMENTS.replace("FROM sessions", "FROM session");
    let wrong = Beside::new(&format!("kind = \"sql\"\n[directory.sql]\nurl = {url:?}\n{statements}"));
    let said = wrong.installation.refuses(&["check-directory"]);
    assert!(said.contains("directory.sql.end_sessions: ") && said.contains("session"), "{said}");
    assert!(!said.contains("password%201") && !said.contains(FORMER), "{said}");
}
