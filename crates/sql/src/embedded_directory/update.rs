//! Changing people who are there to what a list says of them. What an entry does not give stays as it is, and so do
//! security questions, authenticator app and recovery codes, which are the person's own.

use std::sync::Arc;

use regain_people::{Checked, MailRole, NewPerson, People, PhoneRole};
use regain_ports::{AccountId, Standing};
use regain_protocol::Role;
use regain_values::UserId;

use super::{
    EmbeddedDirectory,
    former::supersede,
    import::ImportError,
    rows::{self, Row},
    write::{set_password, unlock},
};
use crate::{
    DatabaseResult,
    connection::Connection,
    hashing::salt,
    query::{query, query_scalar},
    registrations::{place, set_mail, set_phone},
};

/// A text in the place of an address or number that takes away what is there.
const NONE: &str = "-";

/// Roles of which nothing is to be left.
#[derive(Debug, Default)]
pub(super) struct Removals {
    mails: Vec<MailRole>,
    phones: Vec<PhoneRole>,
}

/// A list without the marks that something is to be taken away, and those marks, person by person. Where nobody is updated
/// there are no such marks.
pub(super) fn with_removals(people: &People, updates: bool) -> (People, Vec<Removals>) {
    let mut people = people.clone();
    let take = |person: &mut NewPerson| {
        let mut removals = Removals::default();
        if updates {
            let is_none = |text: &str| text.trim() == NONE;
            removals.mails = person.mails.iter().filter(|it| is_none(&it.address)).map(|it| it.role).collect();
            removals.phones = person.phones.iter().filter(|it| is_none(&it.number)).map(|it| it.role).collect();
            person.mails.retain(|mail| !is_none(&mail.address));
            person.phones.retain(|phone| !is_none(&phone.number));
        }
        removals
    };
    let removals = people.people.iter_mut().map(take).collect();
    (people, removals)
}

/// A change of somebody, ready to be written.
pub(super) struct Update {
    people: Arc<People>,
    checked: Checked,
    removals: Removals,
    id: AccountId,
    /// The hash of a password that is another one than the account's.
    password_hash: Option<String>,
}

impl Update {
    /// The user ID as the list spells it.
    pub(super) fn user_id(&self) -> &UserId {
        &self.checked.user_id
    }
}

impl EmbeddedDirectory {
    /// Compares and hashes what takes long.
    pub(super) async fn update(
        &self,
        people: &Arc<People>,
        checked: Checked,
        removals: Removals,
        row: Row,
    ) -> Result<Update, ImportError> {
        let person = &checked.person;
        let stored = row.password_hash;
        let password_hash = match (&person.password, &person.password_hash) {
            (Some(password), _) => {
                let is_same = match &stored {
                    Some(stored) => self.hashing.verify(Standing::Proved, password, stored).await?,
                    None => false,
                };
                if is_same { None } else { Some(self.hashing.hash(password, salt(&*self.rng)).await?) }
            }
            (None, hash) => {
                hash.as_ref().map(|hash| hash.expose().clone()).filter(|hash| stored.as_ref() != Some(hash))
            }
        };
        Ok(Update { people: Arc::clone(people), checked, removals, id: row.person.id, password_hash })
    }

    /// Writes a change; the parts that are other than before, or `None` where the account is gone.
    pub(super) async fn write_update(
        &self,
        to: &mut Connection,
        update: &Update,
    ) -> DatabaseResult<Option<Vec<&'static str>>> {
        let Update { people, checked, removals, id, password_hash } = update;
        let Some(row) = rows::to_change(to, id).await? else { return Ok(None) };
        let person = &checked.person;
        let gives = |key| people.gives(checked.index, key);
        let mut parts = Vec::new();
        if row.person.user_id != checked.user_id {
            let spelling = query("UPDATE accounts SET user_id = $2 WHERE id = $1");
            spelling.bind(id.as_str()).bind(checked.user_id.as_str()).execute(to).await?;
            parts.push("spelling of the user ID");
        }
        if gives("name") && row.person.display_name != person.name {
            let name = query("UPDATE accounts SET display_name = $2 WHERE id = $1");
            name.bind(id.as_str()).bind(&person.name).execute(to).await?;
            parts.push("name");
        }
        if gives("enabled") && row.person.enabled != person.enabled {
            let enabled = query("UPDATE accounts SET enabled = $2 WHERE id = $1");
            enabled.bind(id.as_str()).bind(person.enabled).execute(to).await?;
            parts.push("enabled");
        }
        if let Some(hash) = password_hash {
            supersede(to, id, row.password_hash.as_deref(), self.remembered).await?;
            set_password(to, id, hash).await?;
            parts.push("password");
        }
        // A new password has unlocked the account.
        let is_locked = password_hash.is_none() && row.is_locked(self.clock.now());
        if gives("locked") && is_locked != person.locked {
            if person.locked {
                let locked = query("UPDATE accounts SET locked = TRUE WHERE id = $1");
                locked.bind(id.as_str()).execute(to).await?;
            } else {
                unlock(to, id).await?;
            }
            parts.push("locked");
        }
        if gives("groups") && write_groups(to, id, &person.groups).await? {
            parts.push("groups");
        }
        let mails =
            person.mails.iter().zip(&checked.addresses).map(|(mail, address)| (mail.role, Some(address.as_str())));
        for (role, address) in mails.chain(removals.mails.iter().map(|role| (*role, None))) {
            if write_mail(to, id, role.into(), address).await? {
                parts.push(match role {
                    MailRole::Alternate => "alternate address",
                    MailRole::Authentication => "authentication address",
                });
            }
        }
        let phones =
            person.phones.iter().zip(&checked.numbers).map(|(phone, number)| (phone.role, Some(number.as_str())));
        for (role, number) in phones.chain(removals.phones.iter().map(|role| (*role, None))) {
            if write_phone(to, id, role.into(), number).await? {
                parts.push(match role {
                    PhoneRole::Mobile => "mobile phone",
                    PhoneRole::Authentication => "authentication phone",
                    PhoneRole::Office => "office phone",
                });
            }
        }
        place(to, &self.registrations.place_of(id)).await?;
        Ok(Some(parts))
    }
}

/// Makes these an account's groups; tells if they were others.
async fn write_groups(to: &mut Connection, id: &AccountId, groups: &[String]) -> DatabaseResult<bool> {
    let former = query_scalar("SELECT name FROM account_groups WHERE account_id = $1 ORDER BY position");
    let former: Vec<String> = former.bind(id.as_str()).fetch_all(to).await?;
    let groups: Vec<&str> = groups.iter().map(|group| group.trim()).collect();
    if former == groups {
        return Ok(false);
    }
    let removed = query("DELETE FROM account_groups WHERE account_id = $1");
    removed.bind(id.as_str()).execute(to).await?;
    for (position, group) in (0_i64..).zip(groups) {
        let added = query("INSERT INTO account_groups (account_id, position, name) VALUES ($1, $2, $3)");
        added.bind(id.as_str()).bind(position).bind(group).execute(to).await?;
    }
    Ok(true)
}

/// Makes this the address in a role; tells if it was another.
async fn write_mail(to: &mut Connection, id: &AccountId, role: Role, address: Option<&str>) -> DatabaseResult<bool> {
    let former = "SELECT address FROM account_mails WHERE account_id = $1 AND role = $2 ORDER BY position";
    let former: Option<String> = query_scalar(former).bind(id.as_str()).bind(role.as_str()).fetch_optional(to).await?;
    let is_other = former.as_deref() != address;
    if is_other {
        set_mail(to, id, role, address).await?;
    }
    Ok(is_other)
}

/// Makes this the number in a role; tells if it was another.
async fn write_phone(to: &mut Connection, id: &AccountId, role: Role, number: Option<&str>) -> DatabaseResult<bool> {
    let former = "SELECT number FROM account_phones WHERE account_id = $1 AND role = $2 ORDER BY position";
    let former: Option<String> = query_scalar(former).bind(id.as_str()).bind(role.as_str()).fetch_optional(to).await?;
    let is_other = former.as_deref() != number;
    if is_other {
        set_phone(to, id, role, number).await?;
    }
    Ok(is_other)
}
