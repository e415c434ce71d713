//! Everything that is registered for an owner, as rows have it, each of them one part.

use regain_ports::{AccountId, AccountMail, AccountPhone, AccountQuestion, Registered};
use regain_protocol::Role;

use crate::{
    DatabaseResult,
    columns::{destination_from, role_from_text, time_from},
    connection::Connection,
    query::{Row, query},
};

/// All parts of an owner, in one look-up.
const OF: &str = "
SELECT 1 AS part, position, role AS one, address AS other, CAST(NULL AS BIGINT) AS at FROM account_mails WHERE account_id = $1
UNION ALL SELECT 2, position, role, number, NULL FROM account_phones WHERE account_id = $1
UNION ALL SELECT 3, position, question, own, NULL FROM account_questions WHERE account_id = $1
UNION ALL SELECT 4, 0, '', '', NULL FROM account_authenticators WHERE account_id = $1
UNION ALL SELECT 5, position, '', CASE WHEN used_at IS NULL THEN 'left' ELSE '' END, NULL
    FROM account_recovery_codes WHERE account_id = $1
UNION ALL SELECT 6, 0, '', '', at FROM account_confirmations WHERE account_id = $1
ORDER BY 1, 2";

/// Everything that is registered for an owner.
pub(super) async fn of(connection: &mut Connection, owner: &AccountId) -> DatabaseResult<Registered> {
    let mut registered = Registered::default();
    for row in &query(OF).bind(owner.as_str()).fetch_all(connection).await? {
        match row.get::<i64>("part")? {
            6 => registered.confirmed_at = time_from(row, "at")?,
            _ => add(&mut registered, row, owner)?,
        }
    }
    Ok(registered)
}

/// Adds a part of an owner to what is registered.
pub(super) fn add(registered: &mut Registered, row: &Row, owner: &AccountId) -> DatabaseResult<()> {
    match row.get::<i64>("part")? {
        1 => {
            let role = role_from_text(row.get("one")?)?;
            let address = destination_from(row, "other", owner)?;
            registered.mails.extend(address.map(|address| AccountMail { role, address }));
        }
        // The office's is the directory's to say.
        2 => {
            let role = role_from_text(row.get("one")?)?;
            let number = if role == Role::Office { None } else { destination_from(row, "other", owner)? };
            registered.phones.extend(number.map(|number| AccountPhone { role, number }));
        }
        3 => registered.questions.push(AccountQuestion { id: row.get("one")?, own: row.get("other")? }),
        4 => registered.authenticator = true,
        _ => {
            let left = u8::from(row.get::<String>("other")? == "left");
            registered.recovery_codes = Some(registered.recovery_codes.unwrap_or_default().saturating_add(left));
        }
    }
    Ok(())
}
