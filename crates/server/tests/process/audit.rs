//! `audit`: the log, line by line.

use std::process::Command;

use jiff::Timestamp;
use regain_protocol::{FlowKind, Secret};
use regain_server::{
    adapters::{Database, SqlStore},
    keys::Keys,
    ports::{AuditEntry, Change, Committed, FlowRow, Store as _},
};
use tempfile::TempDir;

use crate::{configured, program};

/// Writes lines into the audit log of a configuration's database.
async fn audited(folder: &TempDir, lines: &[(&str, &str, &str)]) {
    let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
    let store = SqlStore::new(database.clone(), Keys::derive(&Secret::new(vec![7; 32])));
    for (index, &(flow_id, at, event)) in lines.iter().enumerate() {
        let at: Timestamp = at.parse().expect("a time");
        let flow = FlowRow {
            id: format!("carrier {index}").into(),
            kind: FlowKind::Reset,
            version: 0,
            token_hash: String::new(),
            account_key: None,
            expires_at: at,
            state: "{}".to_owned(),
            voided: false,
        };
        let entry = AuditEntry {
            at,
            flow_id: flow_id.into(),
            account_key: None,
            event: event.to_owned(),
            client: Some("192.0.2.7".to_owned()),
            detail: Some(r#"{"kind":"email"}"#.to_owned()),
        };
        let change = Change {
            flow,
            charges: Vec::new(),
            messages: Vec::new(),
            replay: None,
            audit: vec![entry],
            void_others: None,
            claim: None,
            now: at,
        };
        assert_eq!(store.commit(&change).await.expect("answers"), Committed::Done);
    }
    database.close().await;
}

#[tokio::test]
async fn the_audit_log_is_exported_line_by_line() {
    let folder = configured(&[]);
    let config = folder.path().join("regain.toml");
    let audit = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regain-server"));
        command.args(["audit", "--config"]).arg(&config).args(arguments).output().expect("runs")
    };
    let said = String::from_utf8(audit(&[]).stderr).expect("text");
    assert!(said.contains("there is no database") && said.contains("store.path"), "{said}");
    assert!(!folder.path().join("regain.db").exists(), "and none was made");

    // More than are read at a time.
    let mut lines = vec![("late", "2026-11-23T15:00:00.5Z", "cancelled")];
    lines.extend(std::iter::repeat_n(("early", "2026-11-23T14:00:00Z", "flow_begun"), 600));
    audited(&folder, &lines).await;
    let output = audit(&[]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.ends_with('\n') && text.lines().count() == 601, "{} lines", text.lines().count());
    let last: serde_json::Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
    let expected = serde_json::json!({
        "at": "2026-11-23T15:00:00.5Z", "flow": "late", "event": "cancelled", "account": null,
        "client": "192.0.2.7", "detail": { "kind": "email" },
    });
    assert_eq!(last, expected);

    for (arguments, count) in [
        (&["--since", "2026-11-23T14:00:01Z"][..], 1),
        (&["--since", "2026-11-23T16:00:00+01:00"], 1),
        (&["--since", "2026-11-24T00:00:00Z"], 0),
        (&["--flow", "early"], 600),
        (&["--flow", "nobody's"], 0),
    ] {
        assert_eq!(audit(arguments).stdout.split(|&byte| byte == b'\n').count(), count + 1, "{arguments:?}");
    }
    assert!(!audit(&["--since", "yesterday"]).status.success());
    let before = program(&config).args(["audit", "--flow", "late"]).output().expect("runs");
    assert_eq!(String::from_utf8_lossy(&before.stdout).lines().count(), 1, "--config may come first");
}
