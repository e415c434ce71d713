//! Upkeep of the embedded directory by lists: people are added, changed, disabled and deleted, all in one transaction.

use std::{
    collections::{HashMap, HashSet},
    fmt, io,
    path::Path,
    sync::Arc,
};

use regain_people::{Checked, ListError, People};
use regain_ports::AccountId;
use regain_values::{UserId, questions::CustomQuestion};

use super::{
    EmbeddedDirectory,
    import::{Entry, ImportError},
    rows::{self, Row},
    update::{Removals, Update, with_removals},
};
use crate::{DatabaseError, DatabaseResult, connection::Connection, database::Ending, query::query};

/// The number of people from which on a file's pages are kept in more memory while they are written: each is somewhere else in
/// four indexes, and a page that has no place in memory is written again for each of its people.
const MANY: usize = 10_000;

/// A run of upkeep.
#[derive(Debug, Clone, Default)]
pub struct Upkeep {
    /// People who are added where they are not there.
    pub people: People,
    /// Those who are there are changed to what the list says of them.
    pub update: bool,
    /// People who may not be used any more.
    pub disable: Vec<Named>,
    /// People who are deleted, with all that they have registered.
    pub delete: Vec<Named>,
    /// Nothing is written; the result is told all the same.
    pub dry_run: bool,
}

/// Somebody named by a user ID.
#[derive(Debug, Clone)]
pub struct Named {
    /// The user ID as it is written.
    pub user_id: String,
    /// Its place: an option, or a file and a line.
    pub place: String,
}

/// The result of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpkeepReport {
    /// People about whom something was changed, in the order of the lists.
    pub people: Vec<(UserId, Outcome)>,
    /// The number of people who were to be changed and are as they were to be.
    pub unchanged: usize,
    /// Nothing was written.
    pub dry_run: bool,
}

/// The change of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// New.
    Added,
    /// Changed in these parts.
    Changed(Vec<&'static str>),
    /// May not be used any more.
    Disabled,
    /// Deleted.
    Deleted,
}

impl Named {
    /// People who are named on a command line: by their user ID, or by `@` and a file that has one in each line.
    pub fn read(option: &str, value: &str) -> io::Result<Vec<Self>> {
        let Some(path) = value.strip_prefix('@') else {
            return Ok(vec![Self { user_id: value.to_owned(), place: option.to_owned() }]);
        };
        let text = std::fs::read_to_string(Path::new(path))
            .map_err(|error| io::Error::new(error.kind(), format!("{option}: cannot read {path}: {error}")))?;
        let lines =
            text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        Ok(lines
            .map(|(index, line)| Self { user_id: line.to_owned(), place: format!("{path}:{}", index + 1) })
            .collect())
    }
}

impl UpkeepReport {
    /// The number of people who are new.
    pub fn added(&self) -> usize {
        self.count(|outcome| *outcome == Outcome::Added)
    }

    fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.people.iter().filter(|(_, outcome)| is(outcome)).count()
    }
}

impl fmt::Display for UpkeepReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (user_id, outcome) in &self.people {
            match outcome {
                // As many as there are at first, and of no use as a list.
                Outcome::Added if !self.dry_run => {}
                Outcome::Added => writeln!(f, "{user_id}: added")?,
                Outcome::Changed(parts) => writeln!(f, "{user_id}: changed: {}", parts.join(", "))?,
                Outcome::Disabled => writeln!(f, "{user_id}: disabled")?,
                Outcome::Deleted => writeln!(f, "{user_id}: deleted")?,
            }
        }
        match self.added() {
            1 => f.write_str("1 person was added")?,
            added => write!(f, "{added} people were added")?,
        }
        for (count, text) in [
            (self.count(|outcome| matches!(outcome, Outcome::Changed(_))), "changed"),
            (self.count(|outcome| *outcome == Outcome::Disabled), "disabled"),
            (self.count(|outcome| *outcome == Outcome::Deleted), "deleted"),
        ] {
            if count > 0 {
                write!(f, ", {count} {text}")?;
            }
        }
        if self.unchanged > 0 {
            write!(f, "; {} stay as they are", self.unchanged)?;
        }
        f.write_str(if self.dry_run { ". This was a dry run: nothing was written." } else { "." })
    }
}

/// Why a step is not written.
enum StepError {
    /// Somebody else has changed the account.
    Meanwhile(UserId),
    /// The database does not answer.
    Database(DatabaseError),
}

impl From<DatabaseError> for StepError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// A step of a run, ready to be written.
enum Step {
    Add(Box<Entry>),
    Update(Box<Update>),
    Disable(AccountId, UserId),
    Delete(AccountId, UserId),
}

impl EmbeddedDirectory {
    /// Adds the people who are not there yet, and leaves those who are as they are. Returns how many
    /// were added.
    pub async fn import(&self, people: &People) -> Result<usize, ImportError> {
        self.import_asked(people, &[]).await
    }

    /// [`EmbeddedDirectory::import`] for an organisation that asks `custom` questions besides the
    /// predefined ones.
    pub async fn import_asked(&self, people: &People, custom: &[CustomQuestion]) -> Result<usize, ImportError> {
        let upkeep = Upkeep { people: people.clone(), ..Upkeep::default() };
        Ok(self.keep_up(&upkeep, custom).await?.added())
    }

    /// Works through lists. All of it is written or, with any fault, nothing.
    pub async fn keep_up(&self, upkeep: &Upkeep, custom: &[CustomQuestion]) -> Result<UpkeepReport, ImportError> {
        let (mut people, removals) = with_removals(&upkeep.people, upkeep.update);
        let checked = people.take_checked(custom)?;
        let people = Arc::new(people);
        let listed: HashSet<String> = checked.iter().map(|one| one.key.clone()).collect();
        let report = UpkeepReport { dry_run: upkeep.dry_run, ..UpkeepReport::default() };
        let mut faults = Vec::new();
        let mut steps = Vec::new();
        for (one, removals) in checked.into_iter().zip(removals) {
            steps.extend(self.step(&people, one, removals, upkeep.update, &mut faults).await?);
        }
        steps.extend(self.named(upkeep, &listed, &mut faults).await?);
        if !faults.is_empty() {
            return Err(ListError::Faults(faults).into());
        }
        let written = self.database.decide((self.clone(), steps, report), |transaction, (directory, steps, report)| {
            Box::pin(async move {
                let mut report = report.clone();
                let is_large = steps.len() > MANY && !transaction.is_postgres();
                if is_large {
                    // Kilobytes of pages, each of which is then written once: a million people fill no more.
                    query("PRAGMA cache_size = -400000").execute(transaction).await?;
                }
                match directory.write_steps(transaction, steps, &mut report).await {
                    Ok(()) if report.dry_run => Ok(Ending::Rollback(Ok(report))),
                    Ok(()) => Ok(Ending::Commit(Ok(report))),
                    Err(StepError::Database(error)) => Err(error),
                    Err(StepError::Meanwhile(user_id)) => Ok(Ending::Rollback(Err(ImportError::Meanwhile(user_id)))),
                }
            })
        });
        written.await?
    }

    /// Writes all steps.
    async fn write_steps(
        &self,
        transaction: &mut Connection,
        steps: &[Step],
        report: &mut UpkeepReport,
    ) -> Result<(), StepError> {
        for step in steps {
            match self.write_step(transaction, step).await? {
                (_, None) => report.unchanged += 1,
                (user_id, Some(outcome)) => report.people.push((user_id, outcome)),
            }
        }
        Ok(())
    }

    /// The step for a person of the list; `None` where they stay as they are.
    async fn step(
        &self,
        people: &Arc<People>,
        one: Checked,
        removals: Removals,
        updates: bool,
        faults: &mut Vec<String>,
    ) -> Result<Option<Step>, ImportError> {
        match self.read(&one.key).await? {
            Some(row) if updates => Ok(Some(Step::Update(Box::new(self.update(people, one, removals, row).await?)))),
            Some(_) => Ok(None),
            None => {
                if !people.gives(one.index, "name") {
                    faults.push(format!("{}: {}: name: is missing", people.place(one.index), one.user_id));
                    return Ok(None);
                }
                Ok(Some(Step::Add(Box::new(self.entry(one).await?))))
            }
        }
    }

    /// The steps for people who are named to be disabled or deleted.
    async fn named(
        &self,
        upkeep: &Upkeep,
        listed: &HashSet<String>,
        faults: &mut Vec<String>,
    ) -> Result<Vec<Step>, ImportError> {
        let mut places: HashMap<String, &str> = HashMap::new();
        let mut steps = Vec::new();
        let disable = upkeep.disable.iter().map(|named| (named, false));
        for (Named { user_id, place }, deletes) in disable.chain(upkeep.delete.iter().map(|named| (named, true))) {
            let Ok(parsed) = UserId::parse(user_id) else {
                faults.push(ListError::NotAUserId { place: place.clone() }.to_string());
                continue;
            };
            let key = parsed.folded();
            if listed.contains(&key) {
                faults.push(format!("{place}: {user_id}: is in the list of people too"));
            }
            if let Some(former) = places.insert(key.clone(), place) {
                faults.push(format!("{place}: {user_id}: is named before ({former})"));
                continue;
            }
            match self.read(&key).await? {
                None => faults.push(format!("{place}: {user_id}: is not in the directory")),
                Some(Row { person, .. }) if deletes => steps.push(Step::Delete(person.id, person.user_id)),
                Some(Row { person, .. }) => steps.push(Step::Disable(person.id, person.user_id)),
            }
        }
        Ok(steps)
    }

    /// Writes a step; `None` where nothing is changed by it.
    async fn write_step(
        &self,
        transaction: &mut Connection,
        step: &Step,
    ) -> Result<(UserId, Option<Outcome>), StepError> {
        match step {
            Step::Add(entry) => {
                let user_id = &entry.checked.user_id;
                match self.add(transaction, entry).await {
                    Ok(()) => Ok((user_id.clone(), Some(Outcome::Added))),
                    Err(error) if error.is_unique_violation() => Err(StepError::Meanwhile(user_id.clone())),
                    Err(error) => Err(error.into()),
                }
            }
            Step::Update(update) => {
                let user_id = update.user_id();
                let parts = self.write_update(transaction, update).await?;
                let parts = parts.ok_or_else(|| StepError::Meanwhile(user_id.clone()))?;
                Ok((user_id.clone(), Some(Outcome::Changed(parts)).filter(|it| *it != Outcome::Changed(Vec::new()))))
            }
            Step::Disable(id, user_id) => {
                let disabled = query("UPDATE accounts SET enabled = FALSE WHERE id = $1 AND enabled");
                let disabled = disabled.bind(id.as_str()).execute(transaction).await?;
                Ok((user_id.clone(), (disabled > 0).then_some(Outcome::Disabled)))
            }
            Step::Delete(id, user_id) => {
                self.delete(transaction, id).await?;
                Ok((user_id.clone(), Some(Outcome::Deleted)))
            }
        }
    }

    /// Deletes an account, with all that belongs to it.
    async fn delete(&self, transaction: &mut Connection, id: &AccountId) -> DatabaseResult<()> {
        // Nobody registers anything for it meanwhile.
        rows::to_change(transaction, id).await?;
        self.registrations.forget_in(transaction, id).await?;
        for removal in [
            "DELETE FROM account_phones WHERE account_id = $1",
            "DELETE FROM account_groups WHERE account_id = $1",
            "DELETE FROM account_former_passwords WHERE account_id = $1",
            "DELETE FROM accounts WHERE id = $1",
        ] {
            query(removal).bind(id.as_str()).execute(transaction).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
