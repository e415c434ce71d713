//! Bringing people in: into the embedded directory as they are, beside every other one their registrations.

use std::{fmt, sync::Arc};

use regain_values::UserId;

use super::{Failure, directory::open_directory, with_database};
use crate::{
    adapters::{EmbeddedDirectory, ListError, People, Upkeep, UpkeepReport},
    config::{Config, DirectoryKind},
    ports::{Account, Directory, OsRng, RegisterError, Registration, SystemClock},
};

/// The result of bringing people in.
#[derive(Debug, PartialEq, Eq)]
pub enum Imported {
    /// The embedded directory is as the lists say.
    People(UpkeepReport),
    /// Registrations beside another directory.
    Registrations {
        /// The number of people for whom anything was registered.
        people: usize,
        /// Those who were passed over: they are not in the directory, or may not be recovered there.
        unknown: Vec<UserId>,
        /// The number of destinations that were left out: the directory owns their roles.
        owned: usize,
    },
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::People(report) => report.fmt(f),
            Self::Registrations { people, unknown, owned } => {
                write!(f, "Registrations of {people} people were added.")?;
                if *owned > 0 {
                    write!(f, " {owned} addresses and numbers are the directory's to say and were left out.")?;
                }
                for user_id in unknown {
                    write!(f, "\n{user_id}: {UNKNOWN}")?;
                }
                Ok(())
            }
        }
    }
}

/// The words about somebody for whom nothing is registered.
const UNKNOWN: &str = "is not in the directory, or may not be recovered there";

/// The treatment of people whom the directory does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownPeople {
    /// They are faults of the list: nothing is written.
    Refused,
    /// They are told of, and the others are brought in.
    PassedOver,
}

/// Brings people in; the server may be running meanwhile. Only the embedded directory has people changed; beside every other
/// one, whatever somebody has registered stays as it is.
pub async fn import(config: &Config, upkeep: &Upkeep) -> Result<Imported, Failure> {
    with_database(config, async |database, keys| {
        if config.directory.kind == DirectoryKind::Embedded {
            let (clock, rng) = (Arc::new(SystemClock), Arc::new(OsRng));
            let directory = EmbeddedDirectory::open(database.clone(), clock, rng, keys.clone()).await?;
            let directory = directory.remembering(config.password.history());
            return Ok(Imported::People(directory.keep_up(upkeep, &config.questions.own).await?));
        }
        let Upkeep { people, update, disable, delete, dry_run } = upkeep;
        if *update || *dry_run || !disable.is_empty() || !delete.is_empty() {
            return Err(Failure::NotEmbedded);
        }
        let directory = open_directory(config, database, keys).await?;
        import_registrations(config, &directory, people, UnknownPeople::Refused).await
    })
    .await
}

/// Adds the registrations of people whom the directory has. All of them are looked for before anything is written.
pub async fn import_registrations(
    config: &Config,
    directory: &Directory,
    people: &People,
    unknown_people: UnknownPeople,
) -> Result<Imported, Failure> {
    let (mut found, mut unknown, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for listed in people.registrations(&config.questions.own, &OsRng)? {
        if let Some(account) = directory.find(&listed.user_id).await?.filter(|account| account.enabled) {
            found.push((account, listed));
        } else {
            faults.push(format!("{}: {}: {UNKNOWN}", listed.place, listed.user_id));
            unknown.push(listed.user_id);
        }
    }
    if unknown_people == UnknownPeople::Refused && !faults.is_empty() {
        return Err(ListError::Faults(faults).into());
    }
    let (mut added, mut owned) = (0, 0);
    for (account, listed) in found {
        let mut is_new = false;
        for registration in listed.registrations.iter().filter(|registration| !has(&account, registration)) {
            match directory.register(&account.id, registration).await {
                Ok(()) => is_new = true,
                Err(RegisterError::NotRegistrable) => owned += 1,
                Err(RegisterError::NoSuchAccount) => {
                    return Err(Failure::GoneMeanwhile { place: listed.place, user_id: listed.user_id });
                }
                Err(RegisterError::Directory(error)) => return Err(error.into()),
            }
        }
        added += usize::from(is_new);
    }
    Ok(Imported::Registrations { people: added, unknown, owned })
}

/// Tells if an account has something in the place of a registration.
fn has(account: &Account, registration: &Registration) -> bool {
    match registration {
        Registration::Mail(mail) => account.mails.iter().any(|there| there.role == mail.role),
        Registration::Phone(phone) => account.phones.iter().any(|there| there.role == phone.role),
        Registration::Questions(_) => !account.questions.is_empty(),
        Registration::Authenticator(_) => account.authenticator,
        Registration::RecoveryCodes(_) => account.recovery_codes.is_some(),
        _ => false,
    }
}
