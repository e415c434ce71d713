//! The chain of the audit log: a keyed hash of each line over itself and the line before, so that a gap, a changed line and
//! a removed one are noticed by whoever has the server key.

use regain_keys::Keys;
use regain_ports::AuditEntry;
use regain_values::FlowId;

use super::entry_from;
use crate::{
    DatabaseResult,
    connection::{Connection, lock_key},
    database::to_millis,
    query::{Query, Row, query, query_scalar},
};

/// The number of former lines that are read at a time.
const PAGE: i64 = 1000;

/// The name of the lock of whoever writes to the log.
const CHAIN: &str = "audit";

/// Writes a line.
const LINE: &str = "INSERT INTO audit (flow_id, seq, at, account_key, event, client, detail, position, mac)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Writes a line and the end of the chain, in one round trip: whoever waits for the lock waits for it.
const LAST_LINE: &str = "WITH line AS (
        INSERT INTO audit (flow_id, seq, at, account_key, event, client, detail, position, mac)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ) UPDATE audit_chain SET position = $8, mac = $9, seal = $10 WHERE id = 1";

/// The ends of the chain on PostgreSQL, and the number of a flow's last line, with the lock of the chain. The statement sees
/// what was committed before it, and of the locked row what was committed before it got the lock.
const LOCKED_ENDS: &str = "SELECT position, mac, archived_position, archived_mac, archived_seal, seal,
        (SELECT COALESCE(MAX(seq), 0) FROM audit WHERE flow_id = $2) AS seq
    FROM audit_chain, pg_advisory_xact_lock($1) WHERE id = 1 FOR UPDATE OF audit_chain";

/// A line in its place.
pub(super) struct ChainedLine {
    pub(super) position: i64,
    pub(super) mac: String,
    pub(super) seq: i64,
    pub(super) entry: AuditEntry,
}

/// The ends of the chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ends {
    /// The last line.
    pub(super) position: i64,
    pub(super) mac: String,
    /// The last line that is in a file, and the seal of that file.
    pub(super) archived_position: i64,
    pub(super) archived_mac: String,
    pub(super) archived_seal: String,
    /// Keyed hash over all of it.
    pub(super) seal: String,
}

impl ChainedLine {
    pub(super) fn from_row(row: &Row) -> DatabaseResult<Self> {
        Ok(Self { position: row.get("position")?, mac: row.get("mac")?, seq: row.get("seq")?, entry: entry_from(row)? })
    }

    /// Tells if its hash is right, where that is the hash of the line before.
    pub(super) fn follows(&self, keys: &Keys, mac_before: &str) -> bool {
        let parts = parts(mac_before, self.position, self.seq, &self.entry);
        keys.is_audit_mac(&refs(&parts), &self.mac)
    }
}

impl Ends {
    /// The ends as they are stored; `None` before the first line.
    pub(super) async fn read(connection: &mut Connection) -> DatabaseResult<Option<Self>> {
        let row = query(
            "SELECT position, mac, archived_position, archived_mac, archived_seal, seal FROM audit_chain WHERE id = 1",
        )
        .fetch_optional(connection)
        .await?;
        row.as_ref().map(Self::from_row).transpose()
    }

    fn from_row(row: &Row) -> DatabaseResult<Self> {
        Ok(Self {
            position: row.get("position")?,
            mac: row.get("mac")?,
            archived_position: row.get("archived_position")?,
            archived_mac: row.get("archived_mac")?,
            archived_seal: row.get("archived_seal")?,
            seal: row.get("seal")?,
        })
    }

    fn sealed_parts(&self) -> Vec<Vec<u8>> {
        [
            b"ends".to_vec(),
            self.position.to_be_bytes().to_vec(),
            self.mac.clone().into_bytes(),
            self.archived_position.to_be_bytes().to_vec(),
            self.archived_mac.clone().into_bytes(),
            self.archived_seal.clone().into_bytes(),
        ]
        .into()
    }

    /// Tells if nobody has changed them.
    pub(super) fn is_sealed(&self, keys: &Keys) -> bool {
        keys.is_audit_mac(&refs(&self.sealed_parts()), &self.seal)
    }

    /// The same ends, sealed. Those that somebody has changed get no right seal again: it stays visible.
    fn sealed(self, keys: &Keys, was_sealed: bool) -> Self {
        let seal = if was_sealed { keys.audit_mac(&refs(&self.sealed_parts())) } else { String::new() };
        Self { seal, ..self }
    }

    async fn write(&self, transaction: &mut Connection) -> DatabaseResult<()> {
        query(
            "INSERT INTO audit_chain (id, position, mac, archived_position, archived_mac, archived_seal, seal)
             VALUES (1, $1, $2, $3, $4, $5, $6)
             ON CONFLICT (id) DO UPDATE SET position = excluded.position, mac = excluded.mac,
             archived_position = excluded.archived_position, archived_mac = excluded.archived_mac,
             archived_seal = excluded.archived_seal, seal = excluded.seal",
        )
        .bind(self.position)
        .bind(&self.mac)
        .bind(self.archived_position)
        .bind(&self.archived_mac)
        .bind(&self.archived_seal)
        .bind(&self.seal)
        .execute(transaction)
        .await
        .map(drop)
    }

    /// Changes the ends, in the transaction that changes the lines.
    pub(super) async fn replace(
        transaction: &mut Connection,
        keys: &Keys,
        before: &Self,
        after: Self,
    ) -> DatabaseResult<()> {
        after.resealed(keys, before).write(transaction).await
    }

    /// The same ends, sealed as far as those before were.
    fn resealed(self, keys: &Keys, before: &Self) -> Self {
        let was_sealed = before.is_sealed(keys);
        if !was_sealed {
            tracing::error!("the audit log was changed by somebody else: see `regain-server audit --verify`");
        }
        self.sealed(keys, was_sealed)
    }
}

/// Appends lines in their order. Nobody else appends lines of a flow whose row this transaction has changed, `own`.
pub(in crate::store) async fn append(
    transaction: &mut Connection,
    keys: &Keys,
    entries: &[AuditEntry],
    own: Option<&FlowId>,
) -> DatabaseResult<()> {
    let Some((last, _)) = entries.split_last() else { return Ok(()) };
    let own = own.filter(|own| entries.iter().all(|entry| entry.flow_id == **own));
    let (before, mut own_seq) = ends_and_seq(transaction, keys, own).await?;
    let mut after = before.clone();
    for entry in entries {
        let seq = if let Some(seq) = &mut own_seq {
            *seq += 1;
            *seq
        } else {
            query_scalar("SELECT COALESCE(MAX(seq), 0) + 1 FROM audit WHERE flow_id = $1")
                .bind(entry.flow_id.as_str())
                .fetch_one(transaction)
                .await?
        };
        after.position += 1;
        after.mac = keys.audit_mac(&refs(&parts(&after.mac, after.position, seq, entry)));
        if std::ptr::eq(entry, last) && transaction.is_postgres() {
            let after = after.resealed(keys, &before);
            let line = line(LAST_LINE, entry, seq, &after).bind(&after.seal);
            return line.execute(transaction).await.map(drop);
        }
        line(LINE, entry, seq, &after).execute(transaction).await?;
    }
    Ends::replace(transaction, keys, &before, after).await
}

/// The statement that writes a line, the last one so far.
fn line(statement: &'static str, entry: &AuditEntry, seq: i64, ends: &Ends) -> Query {
    query(statement)
        .bind(entry.flow_id.as_str())
        .bind(seq)
        .bind(to_millis(entry.at))
        .bind(&entry.account_key)
        .bind(&entry.event)
        .bind(&entry.client)
        .bind(&entry.detail)
        .bind(ends.position)
        .bind(&ends.mac)
}

/// Begins the chain where it has not begun.
pub(in crate::store) async fn begin(transaction: &mut Connection, keys: &Keys) -> DatabaseResult<()> {
    ends(transaction, keys).await.map(drop)
}

/// The ends of the chain, and the number of the last line of a flow where one is given.
async fn ends_and_seq(
    transaction: &mut Connection,
    keys: &Keys,
    flow_id: Option<&FlowId>,
) -> DatabaseResult<(Ends, Option<i64>)> {
    if let (Some(flow_id), true) = (flow_id, transaction.is_postgres()) {
        let row = query(LOCKED_ENDS).bind(lock_key(CHAIN)).bind(flow_id.as_str()).fetch_optional(transaction).await?;
        if let Some(row) = row {
            return Ok((Ends::from_row(&row)?, Some(row.get("seq")?)));
        }
    }
    Ok((ends(transaction, keys).await?, None))
}

/// The ends of the chain, which begins here where it has not begun.
pub(super) async fn ends(transaction: &mut Connection, keys: &Keys) -> DatabaseResult<Ends> {
    // One commit at a time goes on with the chain.
    transaction.lock([CHAIN.to_owned()]).await?;
    if let Some(ends) = Ends::read(transaction).await? {
        return Ok(ends);
    }
    let chained: i64 = query_scalar("SELECT COALESCE(MAX(position), 0) FROM audit").fetch_one(transaction).await?;
    let begun = if chained == 0 {
        chain_former(transaction, keys).await?.sealed(keys, true)
    } else {
        // Somebody has removed them: the chain goes on, and never again with a right seal.
        let mac = query_scalar("SELECT mac FROM audit WHERE position = $1").bind(chained);
        Ends { position: chained, mac: mac.fetch_one(transaction).await?, ..Ends::default() }
    };
    begun.write(transaction).await?;
    Ok(begun)
}

/// Gives the lines of former versions their places, oldest first.
async fn chain_former(transaction: &mut Connection, keys: &Keys) -> DatabaseResult<Ends> {
    let mut ends = Ends::default();
    let (mut at, mut flow, mut place) = (i64::MIN, String::new(), 0_i64);
    loop {
        let rows = query(
            "SELECT at, flow_id, seq, account_key, event, client, detail FROM audit
             WHERE (at, flow_id, seq) > ($1, $2, $3) ORDER BY at, flow_id, seq LIMIT $4",
        )
        .bind(at)
        .bind(&flow)
        .bind(place)
        .bind(PAGE)
        .fetch_all(transaction)
        .await?;
        if rows.is_empty() {
            return Ok(ends);
        }
        for row in &rows {
            (at, flow, place) = (row.get("at")?, row.get("flow_id")?, row.get("seq")?);
            ends.position += 1;
            ends.mac = keys.audit_mac(&refs(&parts(&ends.mac, ends.position, place, &entry_from(row)?)));
            query("UPDATE audit SET position = $3, mac = $4 WHERE flow_id = $1 AND seq = $2")
                .bind(&flow)
                .bind(place)
                .bind(ends.position)
                .bind(&ends.mac)
                .execute(transaction)
                .await?;
        }
    }
}

/// Everything that the hash of a line covers.
fn parts(mac_before: &str, position: i64, seq: i64, entry: &AuditEntry) -> Vec<Vec<u8>> {
    let optional = |text: &Option<String>| text.as_ref().map_or_else(Vec::new, |text| format!("+{text}").into_bytes());
    [
        b"line".to_vec(),
        mac_before.as_bytes().to_vec(),
        position.to_be_bytes().to_vec(),
        seq.to_be_bytes().to_vec(),
        to_millis(entry.at).to_be_bytes().to_vec(),
        entry.flow_id.as_str().as_bytes().to_vec(),
        optional(&entry.account_key),
        entry.event.as_bytes().to_vec(),
        optional(&entry.client),
        optional(&entry.detail),
    ]
    .into()
}

pub(super) fn refs(parts: &[Vec<u8>]) -> Vec<&[u8]> {
    parts.iter().map(Vec::as_slice).collect()
}
