//! Findings about a table and about an account, and what is said of statements that cannot be used.

use regain_ports::{Accounts as _, Severity, contract::accounts::PEOPLE};
use regain_sql_accounts::{OpenError, Settings};

use crate::{
    table::{Database, Table},
    traps::user,
};

on_each_database!(a_fault_of_a_statement_names_its_key, what_a_table_lacks_is_found, an_account_is_examined,);

/// Settings with another statement.
type Change = fn(Settings, String) -> Settings;

async fn a_fault_of_a_statement_names_its_key<D: Database>() {
    let table = Table::<D>::open(&[]).await;
    let columns = "id, username AS user_id, is_active AS enabled";
    let find = |columns: &str| format!("SELECT {columns} FROM users WHERE username = :user_id");
    let of_find: Change = |settings, find| Settings { find, ..settings };
    let of_password: Change = |settings, password| Settings { password, ..settings };
    let of_set: Change = |settings, set_password| Settings { set_password, ..settings };
    let of_unlock: Change = |settings, text| Settings { unlock: Some(text), ..settings };
    let of_sessions: Change = |settings, text| Settings { end_sessions: Some(text), ..settings };
    for (change, text, key, said) in [
        (of_find, find(&format!("{columns}, emial")), "find", "emial"),
        (of_find, find(&columns.replace("user_id", "login")), "find", "reads the column login; there are id,"),
        (of_find, find("id, username AS user_id"), "find", "TRUE AS enabled"),
        (of_find, find(&format!("{columns}, id")), "find", "reads the column id twice"),
        (of_find, find(columns), "by_id", "must read the same columns as directory.sql.find"),
        (of_password, "SELECT id, password FROM users WHERE id = :id".into(), "password", "must read one column"),
        (of_password, "SELECT password FROM people WHERE id = :id".into(), "password", "people"),
        (
            of_set,
            "UPDATE users SET pass = :new_hash WHERE id = :id AND pass = :old_hash".into(),
            "set_password",
            "pass",
        ),
        (of_unlock, "SELECT id FROM users WHERE id = :id".into(), "unlock", "must write, and read nothing"),
        (of_sessions, "DELETE FROM session WHERE user_id = :id".into(), "end_sessions", "session"),
    ] {
        match table.reopened(|settings| change(settings, text.clone())).await {
            Err(OpenError::Settings(faults)) => {
                let whole = faults.join("\n");
                assert!(whole.contains(&format!("directory.sql.{key}: ")) && whole.contains(said), "{text}: {whole}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    let several = table.reopened(|settings| of_unlock(of_find(settings, "SELECT".into()), "UPDATE".into())).await;
    let Err(OpenError::Settings(faults)) = several else { panic!("{several:?}") };
    assert_eq!(faults.len(), 2, "{faults:?}");
}

async fn what_a_table_lacks_is_found<D: Database>() {
    let table = Table::<D>::open(&[]).await;
    let keys = |findings: &[regain_ports::Finding], severity| {
        let of_severity = findings.iter().filter(|finding| finding.severity == severity);
        of_severity.map(|finding| finding.key).collect::<Vec<_>>()
    };
    let findings = table.accounts.inspect(8).await.expect("answers");
    assert_eq!(keys(&findings, Severity::Fact), ["directory.sql.hash", "directory.sql.failed"], "{findings:?}");
    assert_eq!(
        (keys(&findings, Severity::Warning), keys(&findings, Severity::Fault)),
        (vec![], vec![]),
        "{findings:?}"
    );

    let bare = |settings| Settings { failed: None, succeeded: None, unlock: None, end_sessions: None, ..settings };
    let findings = table.reopened(bare).await.expect("opens").inspect(8).await.expect("answers");
    let warned = ["failed", "unlock", "end_sessions"].map(|key| format!("directory.sql.{key}"));
    assert_eq!(keys(&findings, Severity::Warning), warned, "{findings:?}");

    let admins = |settings: Settings| Settings {
        url: settings.url.map(|url| url.expose().replace("//regain:", "//admin:").into()),
        ..settings
    };
    let is_file = table.database.settings().url.is_some_and(|url| url.expose().starts_with("sqlite"));
    let findings = table.reopened(admins).await.expect("opens").inspect(8).await.expect("answers");
    let warned = if is_file { vec![] } else { vec!["directory.sql.url"] };
    assert_eq!(keys(&findings, Severity::Warning), warned, "{findings:?}");

    // Statements that were right at the start and are not any more.
    let table_is_gone = if is_file { "DROP TABLE user_groups" } else { "ALTER TABLE user_groups RENAME TO teams" };
    table.database.run(table_is_gone).await;
    let findings = table.accounts.inspect(8).await.expect("answers");
    assert_eq!(keys(&findings, Severity::Fault), ["directory.sql.groups"], "{findings:?}");
}

async fn an_account_is_examined<D: Database>() {
    let table = Table::<D>::open(&PEOPLE).await;
    let said = async |user_id: &str| {
        let findings = table.accounts.examine(&user(user_id)).await.expect("answers");
        findings.into_iter().map(|finding| format!("{}: {}", finding.key, finding.text)).collect::<Vec<_>>().join("\n")
    };
    let ada = said("ada@example.com").await;
    assert_eq!(ada, "directory.sql.find: finds one row\ndirectory.sql.password: the stored hash is bcrypt");
    assert_eq!(said("nobody@example.com").await, "directory.sql.find: finds no row");
    assert!(said("alan@example.com").await.ends_with("no password is set"));
    assert!(said("dis@example.com").await.contains("the column enabled is false"));
    assert!(said("linus@example.com").await.contains("the account is locked"));
    table.change("UPDATE users SET phone = '0425', password = 'secret' WHERE username = 'mary@example.com'").await;
    let mary = said("mary@example.com").await;
    assert!(mary.contains("the column mobile has no") && mary.contains("the format of the stored hash is not known"));
    assert!(!mary.contains("secret") && !mary.contains("0425"), "{mary}");
    table.add(&regain_ports::contract::accounts::SamplePerson { user_id: "ADA@EXAMPLE.COM", ..PEOPLE[1] }).await;
    assert!(said("ada@example.com").await.contains("finds 2 rows that have this user ID"));
}
