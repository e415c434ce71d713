//! The audit log: appended to with each commit, read by flow or from end to end.

use jiff::Timestamp;
use sqlx::{Row as _, sqlite::SqliteRow};

use crate::{
    DatabaseReader,
    database::{from_millis, to_millis},
    transaction::WriteTransaction,
};
use regain_ports::{AuditEntry, StoreError};

/// The lines of the audit log to read.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Those from this time on.
    pub since: Option<Timestamp>,
    /// Those of this flow.
    pub flow_id: Option<String>,
}

/// The place of a line in the log: by time, and by its place in its flow.
#[derive(Debug, Clone)]
pub struct AuditPosition {
    at: i64,
    flow_id: String,
    seq: i64,
}

impl DatabaseReader {
    /// The next lines of the log after a position, or its first ones; at most `limit`, oldest first.
    /// Reading it piece by piece keeps neither memory nor the file busy, however long it is.
    pub async fn audit_page(
        &self,
        filter: &AuditFilter,
        after: Option<&AuditPosition>,
        limit: u32,
    ) -> Result<Vec<(AuditPosition, AuditEntry)>, StoreError> {
        let start = AuditPosition { at: i64::MIN, flow_id: String::new(), seq: 0 };
        let AuditPosition { at, flow_id, seq } = after.unwrap_or(&start);
        let rows = sqlx::query(
            "SELECT at, flow_id, seq, account_key, event, client, detail FROM audit
             WHERE (at, flow_id, seq) > ($1, $2, $3) AND at >= $4 AND ($5 IS NULL OR flow_id = $5)
             ORDER BY at, flow_id, seq LIMIT $6",
        )
        .bind(at)
        .bind(flow_id)
        .bind(seq)
        .bind(filter.since.map_or(i64::MIN, to_millis))
        .bind(&filter.flow_id)
        .bind(limit)
        .fetch_all(self.pool())
        .await
        .map_err(StoreError::unavailable)?;
        let mut page = Vec::with_capacity(rows.len());
        for row in &rows {
            let entry = entry_from(row).map_err(StoreError::unavailable)?;
            let position = AuditPosition {
                at: to_millis(entry.at),
                flow_id: entry.flow_id.to_string(),
                seq: row.try_get("seq").map_err(StoreError::unavailable)?,
            };
            page.push((position, entry));
        }
        Ok(page)
    }
}

/// Appends to the audit log.
pub(super) async fn append(transaction: &mut WriteTransaction, entry: &AuditEntry) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO audit (flow_id, seq, at, account_key, event, client, detail)
         VALUES ($1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit WHERE flow_id = $1), $2, $3, $4, $5, $6)",
    )
    .bind(entry.flow_id.as_str())
    .bind(to_millis(entry.at))
    .bind(&entry.account_key)
    .bind(&entry.event)
    .bind(&entry.client)
    .bind(&entry.detail)
    .execute(&mut **transaction)
    .await
    .map(drop)
}

/// The line of a row.
pub(super) fn entry_from(row: &SqliteRow) -> sqlx::Result<AuditEntry> {
    Ok(AuditEntry {
        at: from_millis(row.try_get("at")?)?,
        flow_id: row.try_get::<String, _>("flow_id")?.into(),
        account_key: row.try_get("account_key")?,
        event: row.try_get("event")?,
        client: row.try_get("client")?,
        detail: row.try_get("detail")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Database;

    fn line(flow_id: &str, second: i64, event: &str) -> AuditEntry {
        AuditEntry {
            at: Timestamp::from_second(1_700_000_000 + second).expect("a valid time"),
            flow_id: flow_id.into(),
            account_key: None,
            event: event.to_owned(),
            client: None,
            detail: None,
        }
    }

    async fn with(lines: &[AuditEntry]) -> (tempfile::TempDir, Database, DatabaseReader) {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        let mut transaction = database.begin_write().await.expect("begins");
        for line in lines {
            append(&mut transaction, line).await.expect("appends");
        }
        transaction.commit().await.expect("commits");
        let reader = DatabaseReader::open(&folder.path().join("regain.db")).await.expect("opens");
        (folder, database, reader)
    }

    async fn read(store: &DatabaseReader, filter: &AuditFilter, limit: u32) -> Vec<String> {
        let mut events = Vec::new();
        let mut after = None;
        loop {
            let page = store.audit_page(filter, after.as_ref(), limit).await.expect("answers");
            assert!(page.len() <= limit.try_into().expect("fits"));
            events.extend(page.iter().map(|(_, entry)| entry.event.clone()));
            let Some((position, _)) = page.into_iter().next_back() else { return events };
            after = Some(position);
        }
    }

    #[tokio::test]
    async fn it_is_read_from_end_to_end_in_pieces_of_any_size() {
        let (_folder, _database, store) = with(&[
            line("b", 2, "third"),
            line("a", 1, "first"),
            line("a", 1, "second"),
            line("b", 2, "fourth"),
            line("a", 9, "last"),
        ])
        .await;
        let all = ["first", "second", "third", "fourth", "last"];
        for limit in [1, 2, 3, 100] {
            assert_eq!(read(&store, &AuditFilter::default(), limit).await, all, "{limit} at a time");
        }
        let since = |second: i64| Some(Timestamp::from_second(1_700_000_000 + second).expect("a valid time"));
        assert_eq!(read(&store, &AuditFilter { since: since(2), flow_id: None }, 1).await, all[2..]);
        assert!(read(&store, &AuditFilter { since: since(10), flow_id: None }, 1).await.is_empty());
        let of_a = |since| AuditFilter { since, flow_id: Some("a".to_owned()) };
        assert_eq!(read(&store, &of_a(None), 2).await, ["first", "second", "last"]);
        assert_eq!(read(&store, &of_a(since(2)), 2).await, ["last"]);
    }

    /// Not our own discipline but the database keeps it.
    #[tokio::test]
    async fn no_line_can_be_changed_or_taken_out() {
        let lines = [line("a", 1, "first"), line("a", 2, "second")];
        let (_folder, database, store) = with(&lines).await;
        for statement in [
            "UPDATE audit SET event = 'nothing' WHERE seq = 1",
            "UPDATE audit SET seq = seq + 10",
            "DELETE FROM audit WHERE seq = 2",
            "DELETE FROM audit",
            "INSERT OR REPLACE INTO audit (flow_id, seq, at, event) VALUES ('a', 1, 0, 'nothing')",
            "INSERT INTO audit (flow_id, seq, at, event) VALUES ('a', 1, 0, 'nothing')
             ON CONFLICT (flow_id, seq) DO UPDATE SET event = 'nothing'",
        ] {
            let mut transaction = database.begin_write().await.expect("begins");
            let refused = sqlx::query(statement).execute(&mut *transaction).await.expect_err(statement);
            assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
        }
        let kept = store.audit_page(&AuditFilter::default(), None, 10).await.expect("answers");
        assert_eq!(kept.into_iter().map(|(_, entry)| entry).collect::<Vec<_>>(), lines);
    }
}
