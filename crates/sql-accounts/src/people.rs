//! People as the table has them: an account made of a row.

use jiff::{Timestamp, civil, tz::TimeZone};
use regain_ports::{AccountId, AccountMail, AccountPhone, DirectoryError, Person};
use regain_protocol::{Role, Secret};
use regain_values::{E164, MailAddress, UserId};

use crate::{
    database::{self, Cell, Lease, Row, Statement, Values},
    directory::SqlAccounts,
    fields::Field,
};

/// An account, and the text that stands where the hash of its password does.
pub(crate) struct Found {
    pub(crate) person: Person,
    pub(crate) stored: Option<Secret<String>>,
}

impl Found {
    /// The hash of its password, where one is set.
    pub(crate) fn hash(&self) -> Option<&Secret<String>> {
        self.stored.as_ref().filter(|stored| is_hash(stored))
    }
}

/// A row of `find` or `by_id`, whose columns are read by name.
struct Reader<'a> {
    statement: &'a Statement,
    row: &'a Row,
}

impl Reader<'_> {
    fn cell(&self, field: Field) -> Option<&Cell> {
        let at = self.statement.columns.iter().position(|column| column.name == field.name())?;
        self.row.get(at).filter(|cell| **cell != Cell::Null)
    }

    fn unreadable(&self, field: Field) -> DirectoryError {
        let (key, name) = (self.statement.key, field.name());
        DirectoryError::Unreadable(format!("{key}: a row has no {} in the column {name}", field.needs()))
    }

    /// A text; the empty one is none.
    fn text(&self, field: Field) -> Result<Option<&str>, DirectoryError> {
        match self.cell(field) {
            None => Ok(None),
            Some(Cell::Text(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(self.unreadable(field)),
        }
    }

    fn id(&self) -> Result<AccountId, DirectoryError> {
        match self.cell(Field::Id) {
            Some(Cell::Integer(id)) => Ok(AccountId::from(id.to_string())),
            Some(Cell::Text(id)) if !id.is_empty() => Ok(AccountId::from(id.as_str())),
            _ => Err(self.unreadable(Field::Id)),
        }
    }

    fn user_id(&self) -> Result<UserId, DirectoryError> {
        Ok(UserId::of_directory(self.text(Field::UserId)?.unwrap_or_default().to_owned()))
    }

    /// A truth; NULL is none.
    fn is(&self, field: Field) -> Result<bool, DirectoryError> {
        match self.cell(field) {
            None => Ok(false),
            Some(Cell::Integer(number)) => Ok(*number != 0),
            Some(_) => Err(self.unreadable(field)),
        }
    }

    fn locked_until(&self) -> Result<Option<Timestamp>, DirectoryError> {
        let time = match self.cell(Field::LockedUntil) {
            None => return Ok(None),
            Some(Cell::Time(time)) => Some(*time),
            Some(Cell::Integer(seconds)) => Timestamp::from_second(*seconds).ok(),
            Some(Cell::Text(text)) => parse_time(text),
            Some(Cell::Null | Cell::Other) => None,
        };
        time.map(Some).ok_or_else(|| self.unreadable(Field::LockedUntil))
    }

    /// The person of a row. A value that is no address or number is left out.
    fn person(&self, now: Timestamp) -> Result<Person, DirectoryError> {
        let mail = |field| Ok::<_, DirectoryError>(self.text(field)?.and_then(|text| MailAddress::parse(text).ok()));
        let phone = |field, role| {
            let number = self.text(field)?.and_then(|text| E164::parse(text).ok());
            Ok::<_, DirectoryError>(number.map(|number| AccountPhone { role, number }))
        };
        let phones = [phone(Field::Mobile, Role::Mobile)?, phone(Field::Office, Role::Office)?];
        let alternate = mail(Field::AlternateMail)?.map(|address| AccountMail { role: Role::Alternate, address });
        Ok(Person {
            id: self.id()?,
            user_id: self.user_id()?,
            display_name: self.text(Field::DisplayName)?.unwrap_or_default().to_owned(),
            enabled: self.is(Field::Enabled)?,
            locked: self.is(Field::Locked)? || self.locked_until()?.is_some_and(|until| until > now),
            mails: alternate.into_iter().collect(),
            phones: phones.into_iter().flatten().collect(),
            notices: mail(Field::NoticeMail)?.into_iter().collect(),
            ..Person::default()
        })
    }
}

/// Reads a time that SQLite has as a text; without an offset it is in UTC.
fn parse_time(text: &str) -> Option<Timestamp> {
    let local = || TimeZone::UTC.to_timestamp(text.parse::<civil::DateTime>().ok()?).ok();
    text.parse().ok().or_else(local)
}

/// Tells if a text can be a hash, which a column of a fixed length may pad with spaces. Django's unusable passwords begin with an exclamation mark, those of locked system
/// accounts with it or an asterisk: nobody has them.
fn is_hash(stored: &Secret<String>) -> bool {
    !stored.expose().trim_end().is_empty() && !stored.expose().starts_with(['!', '*'])
}

/// Mails and phones of a row that cannot be read, by the names of their columns.
pub(crate) fn unreadable_addresses(statement: &Statement, row: &Row) -> Vec<&'static str> {
    let reader = Reader { statement, row };
    let is_bad = |field: &Field| match (field, reader.text(*field)) {
        (Field::AlternateMail | Field::NoticeMail, Ok(Some(text))) => MailAddress::parse(text).is_err(),
        (Field::Mobile | Field::Office, Ok(Some(text))) => E164::parse(text).is_err(),
        _ => false,
    };
    Field::ALL.into_iter().filter(is_bad).map(Field::name).collect()
}

impl SqlAccounts {
    /// Reads the account of a user ID. It does the same work where there is none.
    pub(crate) async fn read(
        &self,
        lease: &mut Lease,
        user_id: &UserId,
        now: Timestamp,
    ) -> Result<Option<Found>, DirectoryError> {
        let rows = self.rows(lease, user_id, now).await?;
        let same = self.same(rows, user_id)?;
        let row = match &same[..] {
            [row] => Some(row),
            [] => None,
            several => {
                tracing::warn!(accounts = several.len(), "directory.sql.find: several accounts have one user ID");
                None
            }
        };
        self.complete(lease, &self.statements.find, row, now).await
    }

    /// The rows of `find`, of whatever the database takes for the user ID.
    pub(crate) async fn rows(
        &self,
        lease: &mut Lease,
        user_id: &UserId,
        now: Timestamp,
    ) -> Result<Vec<Row>, DirectoryError> {
        let folded = user_id.folded();
        // PostgreSQL has no text with NUL in it. Nobody is found by the empty user ID.
        let sent = if folded.contains('\0') { "" } else { &folded };
        let find = &self.statements.find;
        let values = Values { user_id: sent, now, ..self.nobody() };
        lease.fetch(find, &values).await.map_err(|error| database::failed(find.key, &error))
    }

    /// The rows that are of the user ID as we compare them, whatever the database's collation is.
    pub(crate) fn same(&self, rows: Vec<Row>, user_id: &UserId) -> Result<Vec<Row>, DirectoryError> {
        let statement = &self.statements.find;
        let mut same = Vec::new();
        for row in rows {
            let found = Reader { statement, row: &row }.user_id()?;
            if !found.as_str().is_empty() && found.is_same(user_id) {
                same.push(row);
            }
        }
        Ok(same)
    }

    /// Reads the account of an id.
    pub(crate) async fn read_by_id(
        &self,
        lease: &mut Lease,
        id: &AccountId,
        now: Timestamp,
    ) -> Result<Option<Found>, DirectoryError> {
        let by_id = &self.statements.by_id;
        let values = Values { id: Some(id), now, ..self.nobody() };
        let mut rows = lease.fetch(by_id, &values).await.map_err(|error| database::failed(by_id.key, &error))?;
        // A database may take a part of a text for a number.
        let is_it = rows.len() == 1 && Reader { statement: by_id, row: &rows[0] }.id()? == *id;
        let row = if is_it { rows.pop() } else { None };
        self.complete(lease, by_id, row.as_ref(), now).await
    }

    /// Reads what other statements have of an account: the same work where there is none.
    async fn complete(
        &self,
        lease: &mut Lease,
        statement: &Statement,
        row: Option<&Row>,
        now: Timestamp,
    ) -> Result<Option<Found>, DirectoryError> {
        let person = row.map(|row| Reader { statement, row }.person(now)).transpose()?;
        let id = person.as_ref().map(|person| &person.id);
        let stored = self.stored(lease, id).await?;
        let groups = self.groups_of(lease, id, now).await?;
        Ok(person.map(|person| {
            let has_password = stored.as_ref().is_some_and(is_hash);
            Found { person: Person { has_password, groups, ..person }, stored }
        }))
    }

    /// The text that stands where the hash of an account's password does; `None` for NULL.
    pub(crate) async fn stored(
        &self,
        lease: &mut Lease,
        id: Option<&AccountId>,
    ) -> Result<Option<Secret<String>>, DirectoryError> {
        let password = &self.statements.password;
        let values = Values { id, ..self.nobody() };
        let rows = lease.fetch(password, &values).await.map_err(|error| database::failed(password.key, &error))?;
        let unreadable = |text: &str| DirectoryError::Unreadable(format!("{}: {text}", password.key));
        match rows.as_slice() {
            [] => Ok(None),
            [row] => match row.first() {
                Some(Cell::Text(hash)) => Ok(Some(Secret::from(hash.as_str()))),
                Some(Cell::Null) | None => Ok(None),
                Some(_) => Err(unreadable("a row has no text")),
            },
            _ => Err(unreadable("an account has several rows")),
        }
    }

    async fn groups_of(
        &self,
        lease: &mut Lease,
        id: Option<&AccountId>,
        now: Timestamp,
    ) -> Result<Vec<String>, DirectoryError> {
        let Some(groups) = &self.statements.groups else { return Ok(Vec::new()) };
        let values = Values { id, now, ..self.nobody() };
        let rows = lease.fetch(groups, &values).await.map_err(|error| database::failed(groups.key, &error))?;
        let names = rows.into_iter().map(|row| match row.into_iter().next() {
            Some(Cell::Text(name)) => Ok(name),
            // A gate that asks for more in a group must not be passed by a group that cannot be read.
            _ => Err(DirectoryError::Unreadable(format!("{}: a row has no text", groups.key))),
        });
        names.collect()
    }
}
