//! Findings for the server's start and `check-directory`.

use regain_password_hashes::StoredHash;
use regain_ports::{DirectoryError, Finding};
use regain_values::UserId;

use crate::{
    database::{self, Lease},
    directory::SqlAccounts,
    fields::{self, Field},
    people,
};

impl SqlAccounts {
    pub(crate) async fn findings(&self, wrong_passwords: u32) -> Result<Vec<Finding>, DirectoryError> {
        let mut findings = self.findings_about_statements(wrong_passwords);
        let asked = self.within(async {
            let mut lease = self.lease().await?;
            let excess = lease.excess_rights().await.map_err(|error| database::failed(self.url_key, &error))?;
            lease.end();
            Ok::<_, DirectoryError>(excess)
        });
        if let Some(excess) = asked.await? {
            let text = format!(
                "{excess}: give Regain a role of its own that may read the columns of find and write those of set_password"
            );
            findings.push(Finding::warning(self.url_key, text));
        }
        for statement in self.statements.all() {
            let asked = self.within(async {
                let mut lease = self.lease().await?;
                let described = lease.describe(&statement.template).await;
                if described.is_ok() {
                    lease.end();
                }
                Ok::<_, DirectoryError>(described)
            });
            if let Err(error) = asked.await? {
                findings.push(Finding::fault(statement.key, database::text(&error)));
            }
        }
        Ok(findings)
    }

    /// Findings by what is configured.
    fn findings_about_statements(&self, wrong_passwords: u32) -> Vec<Finding> {
        let statements = &self.statements;
        let reads = |field| fields::reads(&statements.find, field);
        let mut findings = Vec::new();
        if let Some(most) = self.scheme.max_bytes() {
            let text = format!(
                "bcrypt reads {most} bytes of a password: longer ones are refused. Set password.max_length to {most} or less, so that people are told before"
            );
            findings.push(Finding::fact("directory.sql.hash", text));
        }
        if statements.failed.is_none() {
            let text = "nothing counts failed sign-ins in the table: only Regain's own limits do";
            findings.push(Finding::warning("directory.sql.failed", text));
        } else {
            let text = format!(
                "where it locks accounts, it has to do so after more than limits.wrong_passwords_per_account ({wrong_passwords}) failures, or a stranger can lock people out"
            );
            findings.push(Finding::fact("directory.sql.failed", text));
            if statements.succeeded.is_none() {
                let text = "nothing forgets failed sign-ins after one that succeeds";
                findings.push(Finding::warning("directory.sql.succeeded", text));
            }
        }
        if statements.unlock.is_none() && (reads(Field::Locked) || reads(Field::LockedUntil)) {
            let text = "accounts can be locked and nothing unlocks them: a reset leaves them locked unless set_password clears what locks them, and flows.unlock cannot be offered";
            findings.push(Finding::warning("directory.sql.unlock", text));
        }
        if statements.end_sessions.is_none() {
            let text = "sessions of the application go on after a reset, unless it ties them to the password itself";
            findings.push(Finding::warning("directory.sql.end_sessions", text));
        }
        findings
    }

    pub(crate) async fn findings_about(&self, user_id: &UserId) -> Result<Vec<Finding>, DirectoryError> {
        self.within(async {
            let mut lease = self.lease().await?;
            let findings = self.examined(&mut lease, user_id).await?;
            lease.end();
            Ok(findings)
        })
        .await
    }

    async fn examined(&self, lease: &mut Lease, user_id: &UserId) -> Result<Vec<Finding>, DirectoryError> {
        let find = &self.statements.find;
        let now = self.clock.now();
        let rows = self.rows(lease, user_id, now).await?;
        let number = rows.len();
        let same = self.same(rows, user_id)?;
        let mut findings = Vec::new();
        let text = match (number, same.len()) {
            (0, _) => "finds no row".to_owned(),
            (1, 1) => "finds one row".to_owned(),
            (_, 0) => format!("finds {number} rows, none of which has this user ID in the column user_id"),
            (_, 1) => format!(
                "finds {number} rows, of which one has this user ID: the database's collation ignores differences"
            ),
            (_, several) => format!("finds {several} rows that have this user ID: two people are nobody"),
        };
        findings.push(match same.len() {
            1 => Finding::fact(find.key, text),
            0 => Finding::warning(find.key, text),
            _ => Finding::fault(find.key, text),
        });
        let [row] = &same[..] else { return Ok(findings) };
        for column in people::unreadable_addresses(find, row) {
            let text = format!(
                "the column {column} has no mail address, or no phone number that begins with + and a country code: it is left out"
            );
            findings.push(Finding::warning(find.key, text));
        }
        let Some(found) = self.read(lease, user_id, now).await? else { return Ok(findings) };
        if !found.person.enabled {
            findings.push(Finding::fact(find.key, "the column enabled is false: the account may not be used here"));
        }
        if found.person.locked {
            findings.push(Finding::fact(find.key, "the account is locked"));
        }
        let by_id = self.read_by_id(lease, &found.person.id, now).await?;
        if by_id.is_none_or(|by_id| by_id.person != found.person) {
            let text = "reads this account otherwise than find";
            findings.push(Finding::fault(self.statements.by_id.key, text));
        }
        let key = self.statements.password.key;
        findings.push(match found.hash().map(|hash| StoredHash::parse(hash.expose().trim_end())) {
            None => Finding::fact(key, "no password is set"),
            Some(Ok(hash)) => Finding::fact(key, format!("the stored hash is {}", hash.format())),
            Some(Err(error)) => Finding::warning(
                key,
                format!("{error}: the person can set a password, and cannot sign in by the old one"),
            ),
        });
        Ok(findings)
    }
}
