//! Exporting the audit log as JSON Lines.

use std::{
    io::{self, Write},
    path::Path,
};

use jiff::Timestamp;
use regain_server::{
    adapters::{AuditFilter, AuditReport, DatabaseReader, Location},
    config::Config,
    keys::Keys,
    ports::{AuditEntry, StoreError},
    serve::Failure,
};
use serde::Serialize;
use serde_json::Value;

/// Number of lines that are read at a time.
const PAGE: u32 = 500;

/// A line of the log as programs read it: every member is always there.
#[derive(Serialize)]
struct Line {
    at: Timestamp,
    flow: String,
    event: String,
    account: Option<String>,
    client: Option<String>,
    detail: Option<Value>,
}

impl From<AuditEntry> for Line {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { at, flow_id, account_key, event, client, detail } = entry;
        let detail = detail.map(|json| serde_json::from_str(&json).unwrap_or(Value::String(json)));
        Self { at, flow: flow_id.into(), event, account: account_key, client, detail }
    }
}

/// Writes the log, oldest first, as it is read. The server may be running meanwhile. Whoever reads may
/// stop before the end, as `head` does.
pub(crate) async fn export(config: &Config, filter: &AuditFilter, out: &mut impl Write) -> Result<(), Failure> {
    let reader = DatabaseReader::open_at(&config.store.location()).await?;
    let exported = export_from(&reader, filter, out).await;
    reader.close().await;
    exported
}

/// Checks that nobody has changed the log; returns what it consists of, in a sentence.
pub(crate) async fn verify(config: &Config, keys: &Keys) -> Result<String, Failure> {
    verify_at(&config.store.location(), &config.store.audit_dir(), keys).await
}

/// [`verify`] for the log of a database, with its files in a folder.
pub(crate) async fn verify_at(location: &Location, folder: &Path, keys: &Keys) -> Result<String, Failure> {
    let reader = DatabaseReader::open_at(location).await?;
    let report = reader.verify_audit(keys, folder).await;
    reader.close().await;
    let AuditReport { files, archived_lines, lines, faults } = report.map_err(StoreError::unavailable)?;
    if faults.is_empty() {
        Ok(format!("The audit log is whole: {archived_lines} lines in {files} files and {lines} in the database."))
    } else {
        Err(Failure::AuditChanged(faults.join("\n")))
    }
}

async fn export_from(reader: &DatabaseReader, filter: &AuditFilter, out: &mut impl Write) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let page = reader.audit_page(filter, after.as_ref(), PAGE).await?;
        let Some((position, _)) = page.last() else { return Ok(()) };
        after = Some(position.clone());
        let lines = page.into_iter().map(|(_, entry)| Line::from(entry));
        match write(lines, out) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(Failure::Output)?,
        }
    }
}

fn write(lines: impl Iterator<Item = Line>, out: &mut impl Write) -> io::Result<()> {
    for line in lines {
        let mut json = serde_json::to_vec(&line)?;
        json.push(b'\n');
        out.write_all(&json)?;
    }
    out.flush()
}
