//! Verifying the audit log: from the oldest file to the last line in the database.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use regain_keys::Keys;

use super::{
    archive::{Foot, Head, Line},
    chain::{ChainedLine, Ends, refs},
};
use crate::{
    DatabaseReader, DatabaseResult,
    connection::Connection,
    migrations,
    query::{query, query_scalar},
};

/// The number of lines that are read at a time.
const PAGE: i64 = 1000;

/// The triggers by which the database refuses to change the log.
const TRIGGERS: [&str; 4] =
    ["audit_is_chained", "audit_is_not_deleted", "audit_is_not_replaced", "audit_is_not_updated"];

/// The same on PostgreSQL.
const TRIGGERS_ON_POSTGRES: [&str; 4] =
    ["audit_is_chained", "audit_is_not_deleted", "audit_is_not_truncated", "audit_is_not_updated"];

/// The result of verifying the audit log.
#[derive(Debug, Default)]
pub struct AuditReport {
    /// The number of files.
    pub files: u64,
    /// The number of lines in them.
    pub archived_lines: u64,
    /// The number of lines in the database that are in no file.
    pub lines: u64,
    /// The faults, a sentence each; none where all of it is whole.
    pub faults: Vec<String>,
}

/// The place up to which the chain was followed.
#[derive(Default)]
struct Place {
    position: i64,
    mac: String,
    seal: String,
}

impl DatabaseReader {
    /// Follows the chain of the audit log through its files and through the database, as of one moment.
    pub async fn verify_audit(&self, keys: &Keys, folder: &Path) -> DatabaseResult<AuditReport> {
        self.read((keys.clone(), folder.to_owned()), |connection, (keys, folder)| {
            Box::pin(async move {
                connection.begin_snapshot().await?;
                let report = verify(connection, keys, folder).await;
                connection.run("ROLLBACK").await?;
                report
            })
        })
        .await
    }
}

async fn verify(connection: &mut Connection, keys: &Keys, folder: &Path) -> DatabaseResult<AuditReport> {
    let mut report = AuditReport::default();
    let has_chain = if connection.is_postgres() {
        "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'audit_chain'"
    } else {
        "SELECT COUNT(*) FROM sqlite_master WHERE name = 'audit_chain'"
    };
    let has_chain: i64 = query_scalar(has_chain).fetch_one(connection).await?;
    if has_chain == 0 {
        report.faults.push("the database is of a former version: start the server once".to_owned());
        return Ok(report);
    }
    if connection.is_postgres() {
        check_triggers_on_postgres(connection, &mut report).await?;
    } else {
        check_triggers(connection, &mut report).await?;
    }
    let Some(ends) = Ends::read(connection).await? else {
        let lines: i64 = query_scalar("SELECT COUNT(*) FROM audit").fetch_one(connection).await?;
        if lines > 0 {
            report.faults.push("the ends of the chain are gone".to_owned());
        }
        return Ok(report);
    };
    if !ends.is_sealed(keys) {
        report.faults.push("the ends of the chain were changed, or another server key sealed them".to_owned());
    }
    check_files(folder, keys, &ends, &mut report);
    check_lines(connection, keys, &ends, &mut report).await?;
    Ok(report)
}

/// Checks that the database still refuses to change the log.
async fn check_triggers(connection: &mut Connection, report: &mut AuditReport) -> DatabaseResult<()> {
    for name in TRIGGERS {
        let text: Option<String> =
            query_scalar("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit' AND name = $1")
                .bind(name)
                .fetch_optional(connection)
                .await?;
        match text {
            None => report.faults.push(format!("the trigger {name} was dropped")),
            Some(text) if !migrations::have(&text) => report.faults.push(format!("the trigger {name} was changed")),
            Some(_) => {}
        }
    }
    Ok(())
}

/// [`check_triggers`] on PostgreSQL, where a trigger has a function and can be switched off.
async fn check_triggers_on_postgres(connection: &mut Connection, report: &mut AuditReport) -> DatabaseResult<()> {
    for name in TRIGGERS_ON_POSTGRES {
        let row = query(
            "SELECT pg_get_triggerdef(one.oid, TRUE) AS definition, prosrc, tgenabled = 'O' AS is_on
             FROM pg_trigger AS one JOIN pg_proc ON pg_proc.oid = tgfoid
             WHERE tgrelid = 'audit'::regclass AND tgname = $1",
        );
        let row = row.bind(name).fetch_optional(connection).await?;
        let Some(row) = row else {
            report.faults.push(format!("the trigger {name} was dropped"));
            continue;
        };
        let is_on: bool = row.get("is_on")?;
        let are_ours = ["definition", "prosrc"]
            .iter()
            .all(|column| row.get::<&str>(column).is_ok_and(migrations::have_on_postgres));
        if !is_on || !are_ours {
            report.faults.push(format!("the trigger {name} was changed"));
        }
    }
    Ok(())
}

/// Follows the chain through the files; the oldest ones may have been removed.
fn check_files(folder: &Path, keys: &Keys, ends: &Ends, report: &mut AuditReport) {
    let mut place: Option<Place> = None;
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).map(|files| files.flatten().map(|file| file.path()).collect()).unwrap_or_default();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match check_file(&file, keys, place.as_ref(), report) {
            // Written, and its process died before the database knew: its lines are in the database still.
            Ok(end) if end.position > ends.archived_position => {}
            Ok(end) => place = Some(end),
            Err(fault) => {
                report.faults.push(format!("{name}: {fault}"));
                return;
            }
        }
        report.files += 1;
    }
    let place = place.unwrap_or_default();
    if (place.position, &place.mac, &place.seal) != (ends.archived_position, &ends.archived_mac, &ends.archived_seal) {
        report.faults.push(format!(
            "the files in {} end at line {}, and the database goes on after line {}",
            folder.display(),
            place.position,
            ends.archived_position
        ));
    }
}

fn check_file(file: &Path, keys: &Keys, before: Option<&Place>, report: &mut AuditReport) -> Result<Place, String> {
    let opened = fs::File::open(file).map_err(|error| error.to_string())?;
    let mut lines = BufReader::new(opened).lines();
    let mut next = || match lines.next() {
        Some(Ok(line)) => Ok(Some(line)),
        Some(Err(error)) => Err(error.to_string()),
        None => Ok(None),
    };
    let head: Head = next()?.and_then(|line| serde_json::from_str(&line).ok()).ok_or("it has no first line")?;
    if let Some(before) = before
        && (before.position, &before.mac, &before.seal) != (head.after, &head.after_mac, &head.follows)
    {
        return Err("it does not follow the file before it".to_owned());
    }
    let mut place = Place { position: head.after, mac: head.after_mac.clone(), seal: String::new() };
    while let Some(line) = next()? {
        if let Ok(Foot { last, seal }) = serde_json::from_str(&line) {
            let is_sealed =
                last == place.position && keys.is_audit_mac(&refs(&head.seal_parts(last, &place.mac)), &seal);
            return match next()? {
                None if is_sealed => Ok(Place { seal, ..place }),
                None => Err("its seal is not right".to_owned()),
                Some(_) => Err("there is something behind its seal".to_owned()),
            };
        }
        let line: ChainedLine = serde_json::from_str::<Line>(&line).map_err(|_| "a line cannot be read")?.into();
        follow(&mut place, &line, keys)?;
        report.archived_lines += 1;
    }
    Err("it has no seal".to_owned())
}

/// Follows the chain through the database.
async fn check_lines(
    connection: &mut Connection,
    keys: &Keys,
    ends: &Ends,
    report: &mut AuditReport,
) -> DatabaseResult<()> {
    let unplaced: i64 = query_scalar("SELECT COUNT(*) FROM audit WHERE position IS NULL").fetch_one(connection).await?;
    if unplaced > 0 {
        report.faults.push(format!("{unplaced} lines have no place in the chain"));
    }
    let mut place = Place { position: ends.archived_position, mac: ends.archived_mac.clone(), seal: String::new() };
    loop {
        let rows = query(
            "SELECT at, flow_id, seq, account_key, event, client, detail, position, mac FROM audit
             WHERE position > $1 ORDER BY position LIMIT $2",
        )
        .bind(place.position)
        .bind(PAGE)
        .fetch_all(connection)
        .await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            if let Err(fault) = follow(&mut place, &ChainedLine::from_row(row)?, keys) {
                report.faults.push(fault);
                return Ok(());
            }
            report.lines += 1;
        }
    }
    if (place.position, &place.mac) != (ends.position, &ends.mac) {
        let (last, known) = (place.position, ends.position);
        report.faults.push(format!("the last line is {last}, and there were {known}"));
    }
    Ok(())
}

/// Goes on to the next line.
fn follow(place: &mut Place, line: &ChainedLine, keys: &Keys) -> Result<(), String> {
    if line.position != place.position + 1 {
        return Err(format!("lines are missing between {} and {}", place.position, line.position));
    }
    if !line.follows(keys, &place.mac) {
        return Err(format!("line {} was changed, or is not the one that was written", line.position));
    }
    place.position = line.position;
    place.mac.clone_from(&line.mac);
    Ok(())
}
