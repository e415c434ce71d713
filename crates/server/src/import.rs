//! Bringing people into the embedded directory.

use std::{path::Path, sync::Arc};

use regain_server::{
    adapters::{Database, EmbeddedDirectory, People},
    config::Config,
    keys::Keys,
    ports::{OsRng, SystemClock},
};

use crate::serve::Failure;

/// Adds the people of a file who aren't there yet; says how many. The server may be running meanwhile.
pub(crate) async fn import(config: &Config, people: &Path) -> Result<usize, Failure> {
    let people = People::load(people)?;
    let keys = Keys::derive(&config.server.server_key()?);
    let database = Database::open(&config.store.path).await?;
    let directory = EmbeddedDirectory::open(database, Arc::new(SystemClock), Arc::new(OsRng), keys).await?;
    Ok(directory.import_asked(&people, &config.questions.own).await?)
}
