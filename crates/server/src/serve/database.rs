//! The configured database, from its opening to its end: every command that writes to it gets it here, so that none is
//! opened with the wrong key or in the place of a lost one, and each is whole on disk afterwards.

use std::{
    ffi::OsString,
    fs::OpenOptions,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use regain_sql::private_file;

use super::Failure;
use crate::{
    adapters::{Content, Database, DatabaseReader, Location, OpenError, ServerKeyError},
    config::Config,
    keys::Keys,
};

/// Opens the database, runs `work` over it, and closes it whole, however the work ends.
pub async fn with_database<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Database, &Keys) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let had_key = config.server.has_key();
    let keys = config.server.keys()?;
    let past = KeyPast::of(config);
    refuse_lost(config, &past, had_key, &keys).await?;
    let database = Database::open_at(&config.store.location()).await?;
    let done = async {
        database.use_key(&keys).await?;
        past.note_if(&database, &keys).await;
        let done = work(&database, &keys).await;
        past.note_if(&database, &keys).await;
        done
    }
    .await;
    database.close().await;
    done
}

/// Has a database take the configured key, in the place of one that is lost.
pub async fn adopt_key(config: &Config) -> Result<(), Failure> {
    let keys = config.server.keys()?;
    if let Some(path) = config.store.file()
        && !path.exists()
    {
        return Err(OpenError::Missing(path.to_owned()).into());
    }
    let database = Database::open_at(&config.store.location()).await?;
    let adopted = database.adopt_key(&keys).await;
    database.close().await;
    Ok(adopted?)
}

/// Refuses to begin with an empty database where there was another one.
async fn refuse_lost(config: &Config, past: &KeyPast, had_key: bool, keys: &Keys) -> Result<(), Failure> {
    let location = config.store.location();
    let content = DatabaseReader::content_at(&location).await?;
    if content == Content::Something {
        return Ok(());
    }
    if let Some(note) = past.found(keys) {
        return Err(Failure::DatabaseLost { database: location.to_string(), note });
    }
    // Nobody but a copy that went wrong makes such a file, and a new installation has no file at all.
    if let (Content::NoTables, true, Location::File(path)) = (content, had_key, location) {
        return Err(Failure::DatabaseWithoutTables(path));
    }
    Ok(())
}

/// Notes that the server key belongs to a database with something in it: beside the key, or beside the database where
/// the key has no file or its folder cannot be written to.
struct KeyPast {
    places: Vec<PathBuf>,
}

impl KeyPast {
    fn of(config: &Config) -> Self {
        let beside_key = config.server.key_file.as_deref().map(|path| beside(path, ".in-use"));
        let beside_database = config.store.file().map(|path| beside(path, ".key-in-use"));
        Self { places: beside_key.into_iter().chain(beside_database).collect() }
    }

    /// The file that says that this key, or one that it replaced, has a past. One that cannot be read says so too.
    fn found(&self, keys: &Keys) -> Option<PathBuf> {
        let is_ours = |place: &&PathBuf| match std::fs::read_to_string(place) {
            Ok(text) => text.lines().filter_map(|line| line.strip_prefix("key ")).any(|key| keys.has_fingerprint(key)),
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        };
        self.places.iter().find(is_ours).cloned()
    }

    /// Notes the key where the database has something to lose. That it could not be noted keeps nobody from anything.
    async fn note_if(&self, database: &Database, keys: &Keys) {
        if !database.has_something().await.unwrap_or_default() || self.found(keys).is_some() {
            return;
        }
        let text = format!(
            "The server key beside this file belongs to a database with people in it, and regain-server does not begin\n\
             with an empty one in its place: see \"Backups and keys\" in its documentation.\n\
             key {}\n",
            keys.fingerprint()
        );
        if !self.places.iter().any(|place| write(place, &text).is_ok()) {
            tracing::warn!(
                "cannot note that the server key is in use: an empty database beside it will not be noticed"
            );
        }
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = match private_file(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            OpenOptions::new().write(true).truncate(true).open(path)?
        }
        made => made?,
    };
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A path with something behind it.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

impl From<ServerKeyError> for Failure {
    fn from(error: ServerKeyError) -> Self {
        Self::ServerKey(error)
    }
}
