//! Files of expired days: JSON Lines, each file sealed over the one before it, and only then are its lines removed from the
//! database.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use regain_keys::Keys;
use regain_ports::AuditEntry;
use serde::{Deserialize, Serialize};

use super::chain::{ChainedLine, Ends, ends, refs};
use crate::{
    Database, DatabaseError, DatabaseResult,
    query::{query, query_scalar},
    sqlite::private_file,
    store::batches::Batches,
};

/// The number of lines that are read at a time.
const PAGE: i64 = 1000;

/// The first line of a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// The day, in UTC.
    pub(super) day: Date,
    /// The seal of the file before; empty for the first one.
    pub(super) follows: String,
    /// The position and the hash of the line before.
    pub(super) after: i64,
    pub(super) after_mac: String,
}

/// A line of the log in a file; its members are those of the export.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    at: Timestamp,
    flow: String,
    event: String,
    account: Option<String>,
    client: Option<String>,
    /// JSON, as a text: its hash is over exactly this.
    detail: Option<String>,
    seq: i64,
    position: i64,
    mac: String,
}

/// The last line of a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Foot {
    pub(super) last: i64,
    pub(super) seal: String,
}

impl From<ChainedLine> for Line {
    fn from(line: ChainedLine) -> Self {
        let AuditEntry { at, flow_id, account_key, event, client, detail } = line.entry;
        let (flow, account) = (flow_id.to_string(), account_key);
        Self { at, flow, event, account, client, detail, seq: line.seq, position: line.position, mac: line.mac }
    }
}

impl From<Line> for ChainedLine {
    fn from(line: Line) -> Self {
        let Line { at, flow, event, account, client, detail, seq, position, mac } = line;
        let entry = AuditEntry { at, flow_id: flow.into(), account_key: account, event, client, detail };
        Self { position, mac, seq, entry }
    }
}

impl Head {
    /// Everything that the seal of a file covers. The hash of the last line covers all lines before.
    pub(super) fn seal_parts(&self, last: i64, last_mac: &str) -> Vec<Vec<u8>> {
        [
            b"file".to_vec(),
            self.day.to_string().into_bytes(),
            self.follows.clone().into_bytes(),
            self.after.to_be_bytes().to_vec(),
            self.after_mac.clone().into_bytes(),
            last.to_be_bytes().to_vec(),
            last_mac.as_bytes().to_vec(),
        ]
        .into()
    }
}

/// Why a day was not moved to a file. Its lines are in the database still.
#[derive(Debug, thiserror::Error)]
pub(in crate::store) enum ArchiveError {
    /// The folder cannot be written to.
    #[error("cannot write the file of a day of the audit log: {0}")]
    File(#[from] io::Error),
    /// The database does not answer.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Moves the days before one to files, and removes from the database what is in a file.
pub(in crate::store) async fn archive(
    database: &Database,
    keys: &Keys,
    folder: &Path,
    first_day_kept: Date,
    now: Timestamp,
) -> Result<u64, ArchiveError> {
    let mut before = database.write(keys.clone(), |transaction, keys| Box::pin(ends(transaction, keys))).await?;
    while let Some(after) = write_day(database, keys, folder, &before, first_day_kept, now).await? {
        let input = (keys.clone(), before.archived_position, after.clone());
        let replaced = database.write(input, |transaction, (keys, archived, after)| {
            Box::pin(async move {
                let stored = ends(transaction, keys).await?;
                // The file of a faster process is the same.
                if stored.archived_position == *archived {
                    let after = Ends { position: stored.position, mac: stored.mac.clone(), ..after.clone() };
                    Ends::replace(transaction, keys, &stored, after).await?;
                }
                Ok(())
            })
        });
        replaced.await?;
        before = after;
    }
    Ok(remove(database, before.archived_position).await?)
}

/// Writes the next day that has ended; returns the ends as they are then, or `None` where there is no such day.
async fn write_day(
    database: &Database,
    keys: &Keys,
    folder: &Path,
    before: &Ends,
    first_day_kept: Date,
    now: Timestamp,
) -> Result<Option<Ends>, ArchiveError> {
    let mut lines = lines_after(database, before.archived_position).await?;
    let Some(first) = lines.first() else { return Ok(None) };
    // A line from the future, of before a clock was set back, goes with those that it stands between.
    let day_of = |line: &ChainedLine| (line.entry.at <= now).then(|| date(line.entry.at));
    let Some(day) = day_of(first).or(first_day_kept.yesterday().ok()).filter(|day| *day < first_day_kept) else {
        return Ok(None);
    };
    let follows = before.archived_seal.clone();
    let head = Head { day, follows, after: before.archived_position, after_mac: before.archived_mac.clone() };
    let mut file = DayFile::create(folder, &head)?;
    let mut after = before.clone();
    'day: while !lines.is_empty() {
        for line in lines {
            if day_of(&line).is_some_and(|of| of > day) {
                break 'day;
            }
            after.archived_position = line.position;
            after.archived_mac.clone_from(&line.mac);
            file.write(&Line::from(line))?;
        }
        lines = lines_after(database, after.archived_position).await?;
    }
    let seal = keys.audit_mac(&refs(&head.seal_parts(after.archived_position, &after.archived_mac)));
    file.write(&Foot { last: after.archived_position, seal: seal.clone() })?;
    tokio::task::spawn_blocking(move || file.finish()).await.map_err(io::Error::other)??;
    after.archived_seal = seal;
    Ok(Some(after))
}

/// The next lines in the order of the chain.
async fn lines_after(database: &Database, position: i64) -> DatabaseResult<Vec<ChainedLine>> {
    let lines = database.read(position, |connection, position| {
        let lines = query(
            "SELECT at, flow_id, seq, account_key, event, client, detail, position, mac FROM audit
             WHERE position > $1 ORDER BY position LIMIT $2",
        );
        let lines = lines.bind(*position).bind(PAGE);
        Box::pin(async move { lines.fetch_all(connection).await?.iter().map(ChainedLine::from_row).collect() })
    });
    lines.await
}

/// Removes the lines that are in a file.
async fn remove(database: &Database, archived: i64) -> DatabaseResult<u64> {
    let mut removed = 0;
    let mut batches = Batches::default();
    loop {
        let first: Option<i64> = database
            .read(archived, |connection, archived| {
                let first = query_scalar("SELECT MIN(position) FROM audit WHERE position <= $1");
                Box::pin(first.bind(*archived).fetch_one(connection))
            })
            .await?;
        let Some(first) = first else { return Ok(removed) };
        let input = (first, first + batches.size(), archived);
        let batch = database.write(input, |transaction, (first, end, archived)| {
            let batch = query("DELETE FROM audit WHERE position >= $1 AND position < $2 AND position <= $3");
            let batch = batch.bind(*first).bind(*end).bind(*archived);
            Box::pin(async { Ok((Batches::begin(), batch.execute(transaction).await?)) })
        });
        let (begun, batch) = batch.await?;
        removed += batch;
        batches.done(begun).await;
    }
}

/// The day of a time, in UTC.
pub(in crate::store) fn date(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// A file that is being written beside its place.
struct DayFile {
    file: io::BufWriter<fs::File>,
    partial: PathBuf,
    place: PathBuf,
}

impl DayFile {
    fn create(folder: &Path, head: &Head) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let place = folder.join(format!("{}-{:012}.jsonl", head.day, head.after + 1));
        let partial = place.with_extension("partial");
        // Left by a process that died.
        let _ = fs::remove_file(&partial);
        let mut file = Self { file: io::BufWriter::new(private_file(&partial)?), partial, place };
        file.write(head)?;
        Ok(file)
    }

    fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.file, line)?;
        self.file.write_all(b"\n")
    }

    /// Has the file last, and appear.
    fn finish(self) -> io::Result<()> {
        self.file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&self.partial, &self.place)?;
        fs::File::open(self.place.parent().unwrap_or(Path::new(".")))?.sync_all()
    }
}
