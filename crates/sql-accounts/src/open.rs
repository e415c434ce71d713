//! Opening: the statements are prepared, and what they read is compared with what they have to.

use std::{path::Path, sync::Arc, time::Duration};

use regain_password_hashes::{Costs, Lanes, Memory, Scheme, StoredHash};
use regain_ports::{Clock, DirectoryError, Rng, Standing, random_token};

use crate::{
    database::{self, Column, Kind, Lease, Statement},
    directory::{SqlAccounts, Statements},
    fields,
    settings::{SECTION, Settings, StatementRule},
    template::Template,
};

/// Why the table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Keys of the configuration that cannot be used: a line for each, with the whole key.
    #[error("{}", .0.join("\n"))]
    Settings(Vec<String>),
    /// The database does not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl From<OpenError> for DirectoryError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Settings(lines) => Self::Misconfigured(lines.join("\n")),
            OpenError::Directory(error) => error,
        }
    }
}

impl SqlAccounts {
    /// Connects, and prepares the statements. The settings are [checked](Settings::check) already. Without authorities of
    /// their own those of `ca_file` are trusted, `server.ca_file`.
    pub async fn open(
        settings: &Settings,
        ca_file: Option<&Path>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, OpenError> {
        let costs = Costs { bcrypt: settings.bcrypt_cost, ..Costs::default() };
        let of_key = |(key, text): (String, String)| OpenError::Settings(vec![format!("{SECTION}.{key}: {text}")]);
        let address = settings.address(ca_file).map_err(of_key)?;
        let dialect = address.dialect();
        let scheme = settings.hash.ok_or_else(|| of_key(("hash".into(), "is required".into())))?;
        let timeout = Duration::from_millis(settings.timeout_ms.into());
        let pool = database::open(settings, address);
        let url_key = settings.url_key();

        let unreachable = |error: &sqlx::Error| database::failed(url_key, error);
        let mut lease = Lease::of(&*pool).await.map_err(|error| unreachable(&error))?;
        let mut faults = Vec::new();
        let mut prepared = Vec::new();
        for (rule, text) in settings.texts() {
            let Some(text) = text else {
                prepared.push(None);
                continue;
            };
            match rule.read(text, dialect) {
                Ok(template) => prepared.push(prepare(&mut lease, rule, template, timeout, &mut faults).await?),
                Err(fault) => faults.push(format!("{SECTION}.{}: {fault}", rule.key)),
            }
        }
        lease.end();
        let statements: Result<[Option<Statement>; 9], _> = prepared.try_into();
        let Ok(
            [
                Some(find),
                Some(by_id),
                Some(password),
                Some(set_password),
                groups,
                unlock,
                failed,
                succeeded,
                end_sessions,
            ],
        ) = statements
        else {
            return Err(OpenError::Settings(faults));
        };
        if !fields::same_fields(&find, &by_id) {
            faults.push(format!("{}: must read the same columns as {}", by_id.key, find.key));
        }
        if !faults.is_empty() {
            return Err(OpenError::Settings(faults));
        }
        let (lanes, memory) = (Lanes::default(), Memory::default());
        let dummy = dummy(&lanes, &memory, scheme, costs, Arc::clone(&rng)).await?;
        Ok(Self {
            pool,
            statements: Statements {
                find,
                by_id,
                password,
                set_password,
                groups,
                unlock,
                failed,
                succeeded,
                end_sessions,
            },
            clock,
            rng,
            lanes,
            memory,
            scheme,
            costs,
            dummy,
            timeout,
            url_key,
        })
    }
}

/// The keys as findings and errors name them.
const fn whole_key(rule: &StatementRule) -> &'static str {
    match rule.key.as_bytes() {
        b"find" => "directory.sql.find",
        b"by_id" => "directory.sql.by_id",
        b"password" => "directory.sql.password",
        b"set_password" => "directory.sql.set_password",
        b"groups" => "directory.sql.groups",
        b"unlock" => "directory.sql.unlock",
        b"failed" => "directory.sql.failed",
        b"succeeded" => "directory.sql.succeeded",
        _ => "directory.sql.end_sessions",
    }
}

/// Has the database prepare a statement. What is wrong with it is added to the faults.
async fn prepare(
    lease: &mut Lease,
    rule: &StatementRule,
    template: Template,
    timeout: Duration,
    faults: &mut Vec<String>,
) -> Result<Option<Statement>, DirectoryError> {
    let key = whole_key(rule);
    let described = match tokio::time::timeout(timeout, lease.describe(&template)).await {
        Ok(Ok(described)) => described,
        Ok(Err(error)) if error.as_database_error().is_some() => {
            // No value was given yet: the message can have none in it.
            let message = error.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default();
            faults.push(format!("{key}: {message}"));
            return Ok(None);
        }
        Ok(Err(error)) => return Err(database::failed(key, &error)),
        Err(_) => return Err(DirectoryError::Unavailable(format!("{key}: the database takes too long"))),
    };
    let mut fault = described.fault.clone();
    if described.parameters != template.parameters.len() {
        fault = fault.or(Some("has parameters within a text or a comment as the database reads it".into()));
    }
    fault = fault.or_else(|| shape(rule, &described.columns));
    match fault {
        Some(fault) => {
            faults.push(format!("{key}: {fault}"));
            Ok(None)
        }
        None => Ok(Some(Statement::new(key, template, described))),
    }
}

/// The fault of a statement's columns.
fn shape(rule: &StatementRule, columns: &[Column]) -> Option<String> {
    match rule.key {
        "find" | "by_id" => fields::check_columns(columns).err(),
        "password" | "groups" => match columns {
            [Column { kind: Kind::Text | Kind::Any, .. }] => None,
            [Column { kind: Kind::Other(name), .. }] => Some(format!("must read a text; it reads the type {name}")),
            [_] => Some("must read a text".into()),
            _ => Some(format!("must read one column; it reads {}", columns.len())),
        },
        _ if columns.is_empty() => None,
        _ => Some("must write, and read nothing".into()),
    }
}

async fn dummy(
    lanes: &Lanes,
    memory: &Memory,
    scheme: Scheme,
    costs: Costs,
    rng: Arc<dyn Rng>,
) -> Result<StoredHash, OpenError> {
    let memory = memory.clone();
    let made = move || scheme.hash(costs, &random_token(&*rng), &*rng, &memory);
    let hash = lanes.run(Standing::Proved, made).await?;
    let read = hash.and_then(|hash| StoredHash::parse(&hash).ok());
    read.ok_or_else(|| OpenError::Settings(vec![format!("{SECTION}.hash: no such hash can be made at this cost")]))
}
