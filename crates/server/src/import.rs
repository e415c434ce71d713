//! Options of `regain-server import`.

use std::path::PathBuf;

use clap::Args;
use regain_server::{
    adapters::{Named, People, Upkeep},
    serve::Failure,
};

/// Options of `regain-server import`.
#[derive(Args)]
pub(crate) struct Options {
    /// The people, as a TOML file, or as a CSV file where its name ends in .csv; - for CSV from the standard input
    #[arg(required_unless_present_any = ["disable", "delete"])]
    people: Option<PathBuf>,
    /// Also change people who are there to what the file says of them
    #[arg(long, requires = "people")]
    update: bool,
    /// Disable these people: user IDs, or @FILE with one in each line
    #[arg(long, value_name = "USER_ID|@FILE", value_delimiter = ',')]
    disable: Vec<String>,
    /// Delete these people, with all that they have registered: user IDs, or @FILE with one in each line
    #[arg(long, value_name = "USER_ID|@FILE", value_delimiter = ',')]
    delete: Vec<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl Options {
    /// The run that they ask for, with its files read.
    pub(crate) fn upkeep(&self) -> Result<Upkeep, Failure> {
        let Self { people, update, disable, delete, dry_run } = self;
        let named = |option, values: &[String]| {
            let read: Result<Vec<_>, _> = values.iter().map(|value| Named::read(option, value)).collect();
            read.map(|named| named.concat()).map_err(Failure::Named)
        };
        Ok(Upkeep {
            people: people.as_deref().map(People::load).transpose()?.unwrap_or_default(),
            update: *update,
            disable: named("--disable", disable)?,
            delete: named("--delete", delete)?,
            dry_run: *dry_run,
        })
    }
}
