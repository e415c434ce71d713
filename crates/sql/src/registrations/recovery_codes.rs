//! Saved recovery codes, as keyed hashes. They have 75 random bits, so nobody guesses one from its hash.

use jiff::Timestamp;
use regain_keys::same;
use regain_ports::AccountId;
use regain_protocol::Secret;
use regain_values::recovery_code;

use super::OwnRegistrations;
use crate::{DatabaseResult, connection::Connection, database::to_millis, query::query};

impl OwnRegistrations {
    /// The hashes that are kept of an account's codes.
    pub(crate) fn recovery_code_hashes(&self, id: &AccountId, codes: &[Secret<String>]) -> Vec<String> {
        let codes = codes.iter().filter_map(recovery_code::normalise);
        codes.map(|code| self.keys.recovery_code_hash(id.as_str(), &code)).collect()
    }

    /// Uses a code up; tells if it was one of the account's that was not used before.
    pub(super) async fn mark_used(
        &self,
        id: &AccountId,
        code: &Secret<String>,
        now: Timestamp,
    ) -> DatabaseResult<bool> {
        let hashes = self.keys.recovery_code_hashes(id.as_str(), code);
        let used = self.database.write((id.clone(), hashes, now), |transaction, (id, hashes, now)| {
            Box::pin(mark_used(transaction, id, hashes, *now))
        });
        used.await
    }
}

/// Uses up the code with one of these hashes; tells if there was one that was not used before.
async fn mark_used(
    transaction: &mut Connection,
    id: &AccountId,
    hashes: &[String],
    now: Timestamp,
) -> DatabaseResult<bool> {
    let rows = query(
        "SELECT position, code_hash FROM account_recovery_codes WHERE account_id = $1 AND used_at IS NULL FOR UPDATE",
    )
    .bind(id.as_str())
    .fetch_all(transaction)
    .await?;
    let mut position = None;
    for row in &rows {
        let stored: String = row.get("code_hash")?;
        for hash in hashes {
            if same(&stored, hash) {
                position = Some(row.get::<i64>("position")?);
            }
        }
    }
    // Written in any case, so that it takes as long: there is no position -1.
    query("UPDATE account_recovery_codes SET used_at = $3 WHERE account_id = $1 AND position = $2")
        .bind(id.as_str())
        .bind(position.unwrap_or(-1))
        .bind(to_millis(now))
        .execute(transaction)
        .await?;
    Ok(position.is_some())
}

/// Makes these the account's codes, in the place of all former ones.
pub(crate) async fn set(transaction: &mut Connection, id: &AccountId, hashes: &[String]) -> DatabaseResult<()> {
    query("DELETE FROM account_recovery_codes WHERE account_id = $1").bind(id.as_str()).execute(transaction).await?;
    for (position, hash) in (0_i64..).zip(hashes) {
        query("INSERT INTO account_recovery_codes (account_id, position, code_hash) VALUES ($1, $2, $3)")
            .bind(id.as_str())
            .bind(position)
            .bind(hash)
            .execute(transaction)
            .await?;
    }
    Ok(())
}
