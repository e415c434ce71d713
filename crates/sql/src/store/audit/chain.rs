//! The chain of the audit log: a keyed hash of each line over itself and the line before, so that a gap, a changed line and
//! a removed one are noticed by whoever has the server key.

use regain_keys::Keys;
use regain_ports::AuditEntry;

use super::entry_from;
use crate::{
    DatabaseResult,
    connection::Connection,
    database::to_millis,
    query::{Row, query, query_scalar},
};

/// The number of former lines that are read at a time.
const PAGE: i64 = 1000;

/// The name of the lock of whoever writes to the log.
const CHAIN: &str = "audit";

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
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Self {
            position: row.get("position")?,
            mac: row.get("mac")?,
            archived_position: row.get("archived_position")?,
            archived_mac: row.get("archived_mac")?,
            archived_seal: row.get("archived_seal")?,
            seal: row.get("seal")?,
        }))
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
        let was_sealed = before.is_sealed(keys);
        if !was_sealed {
            tracing::error!("the audit log was changed by somebody else: see `regain-server audit --verify`");
        }
        after.sealed(keys, was_sealed).write(transaction).await
    }
}

/// Appends lines in their order.
pub(in crate::store) async fn append(
    transaction: &mut Connection,
    keys: &Keys,
    entries: &[AuditEntry],
) -> DatabaseResult<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let before = ends(transaction, keys).await?;
    let mut after = before.clone();
    for entry in entries {
        let seq: i64 = query_scalar("SELECT COALESCE(MAX(seq), 0) + 1 FROM audit WHERE flow_id = $1")
            .bind(entry.flow_id.as_str())
            .fetch_one(transaction)
            .await?;
        after.position += 1;
        after.mac = keys.audit_mac(&refs(&parts(&after.mac, after.position, seq, entry)));
        query(
            "INSERT INTO audit (flow_id, seq, at, account_key, event, client, detail, position, mac)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(entry.flow_id.as_str())
        .bind(seq)
        .bind(to_millis(entry.at))
        .bind(&entry.account_key)
        .bind(&entry.event)
        .bind(&entry.client)
        .bind(&entry.detail)
        .bind(after.position)
        .bind(&after.mac)
        .execute(transaction)
        .await?;
    }
    Ends::replace(transaction, keys, &before, after).await
}

/// Begins the chain where it has not begun.
pub(in crate::store) async fn begin(transaction: &mut Connection, keys: &Keys) -> DatabaseResult<()> {
    ends(transaction, keys).await.map(drop)
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
