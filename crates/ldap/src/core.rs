//! Parts that both kinds of directory have in common.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use ldap3::Scope;
use regain_ports::{Clock, DirectoryError, PasswordChange, SetPasswordError};
use regain_protocol::{Secret, Violation};
use regain_values::UserId;
use rustls::ClientConfig;
use tokio::{
    sync::Mutex,
    time::{Instant, timeout_at},
};

use crate::{
    client::Client,
    connection::{Connection, Lost, Reply, Search, code},
    entry::Entry,
    mapping::Mapping,
    settings::Settings,
    tls,
};

/// The time for whatever is asked, less than the time after which a change of an account counts as left behind.
const DEADLINE: Duration = Duration::from_secs(8);

/// The time for all that comes before a change is sent, so that some is left to find out how it ended.
const PREPARATION: Duration = Duration::from_secs(3);

/// The time for which facts about the directory are taken to be true.
const FACTS_HOLD: Duration = Duration::from_mins(1);

/// The most entries that are looked at for one user ID: directories find what only looks alike.
const ALIKE: i32 = 50;

/// Why a directory cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A key has a value that cannot be used.
    #[error("directory.ldap.{key}: {text}")]
    Key {
        /// The key, below `directory.ldap`.
        key: &'static str,
        /// The fault.
        text: String,
    },
}

/// A directory's servers and what is asked of them.
pub(crate) struct Core {
    pub(crate) client: Client,
    pub(crate) mapping: Mapping,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) base: String,
}

impl Core {
    pub(crate) fn new(settings: &Settings, outgoing: ClientConfig, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let key = |key| move |text| OpenError::Key { key, text };
        let servers = settings.servers().map_err(key("urls"))?;
        let tls = tls::client_config(settings.ca_file.as_deref(), outgoing).map_err(key("ca_file"))?;
        settings.bind_password().map_err(key("bind_password_file"))?;
        let client = Client::new(servers, tls, settings.clone());
        Ok(Self { client, mapping: Mapping::new(settings), clock, base: settings.base.clone() })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The entries that a filter finds below the base.
    pub(crate) async fn below_base(
        &self,
        filter: &str,
        attributes: &[&str],
        limit: i32,
    ) -> Result<Vec<Entry>, DirectoryError> {
        let search = Search { base: &self.base, scope: Scope::Subtree, filter, attributes, limit };
        let (reply, entries) = self.client.search(search).await?;
        match reply.code {
            code::SUCCESS => Ok(entries),
            // The rest is unknown: it may be anybody.
            code::SIZE_LIMIT_EXCEEDED => Ok(if limit == 1 { entries } else { Vec::new() }),
            code::NO_SUCH_OBJECT => Err(no_base()),
            code => Err(DirectoryError::Unavailable(format!("people cannot be searched for: result code {code}"))),
        }
    }

    /// The one entry that has a user ID; `None` where there is none, or more than one.
    pub(crate) async fn one(
        &self,
        user_id: &UserId,
        class: &str,
        attributes: &[&str],
    ) -> Result<Option<Entry>, DirectoryError> {
        let user_id = self.mapping.without_domain(user_id);
        let filter = format!("(&{class}{})", self.mapping.filter(&user_id));
        let mut found = self.mapping.of(self.below_base(&filter, attributes, ALIKE).await?, &user_id);
        if found.len() > 1 {
            tracing::warn!(people = found.len(), "a user ID is more than one person's, and nobody can use it here");
            return Ok(None);
        }
        Ok(found.pop())
    }

    /// Tells if the directory answers, and has the base.
    pub(crate) async fn check_base(&self) -> Result<(), DirectoryError> {
        self.client.entry(&self.base, &["1.1"]).await?.map(drop).ok_or_else(no_base)
    }

    /// The distinguished name of nobody, in the form that people's have: signing in as it is as much work.
    pub(crate) fn nobody(&self, attribute: &str) -> String {
        format!("{attribute}=00000000-0000-0000-0000-000000000000,{}", self.base)
    }

    /// An account that may be used, and the connection to change it over.
    pub(crate) async fn prepared<A>(
        &self,
        deadline: Deadline,
        usable: impl Future<Output = Result<Option<A>, DirectoryError>>,
    ) -> Result<Option<(A, Connection)>, DirectoryError> {
        let preparation = async {
            let Some(account) = usable.await? else { return Ok(None) };
            Ok(Some((account, self.client.service().await?)))
        };
        deadline.preparation(preparation).await
    }

    /// The answer to a change that was sent over a connection; `None` where it was lost, and the change is found to have been
    /// made.
    pub(crate) async fn answer(
        &self,
        deadline: Deadline,
        connection: &Connection,
        sent: Result<Reply, Lost>,
        changed: impl Future<Output = Result<bool, DirectoryError>>,
    ) -> Result<Option<Reply>, DirectoryError> {
        match sent {
            Ok(reply) => {
                if reply.is_elsewhere() {
                    self.client.leave(connection).await;
                }
                Ok(Some(reply))
            }
            Err(lost) => {
                self.client.drop_after(connection, &lost).await;
                deadline.unknown_end(lost, changed).await.map(|()| None)
            }
        }
    }

    /// Signs in as somebody, on a connection of its own; once, since a wrong password counts.
    pub(crate) async fn bind(&self, dn: &str, password: &Secret<String>) -> Result<Reply, DirectoryError> {
        let connection = self.client.fresh().await?;
        let bound = connection.bind(dn, password).await;
        if let Err(error) = &bound {
            self.client.drop_after(&connection, error).await;
        }
        bound.map_err(DirectoryError::from)
    }
}

/// Refuses empty passwords: none goes out, since a server may take one for another thing to do.
pub(crate) fn refuse_empty(change: &PasswordChange, min_length: u32) -> Result<(), SetPasswordError> {
    if change.current.as_ref().is_some_and(|current| current.expose().is_empty()) {
        return Err(SetPasswordError::WrongPassword);
    }
    if change.new.expose().is_empty() {
        return Err(SetPasswordError::Refused(vec![Violation::TooShort { min: min_length.max(1) }]));
    }
    Ok(())
}

/// Facts about a directory that change seldom, read when they are needed.
pub(crate) struct Facts<T>(Mutex<Option<(Instant, Arc<T>)>>);

impl<T> Default for Facts<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Facts<T> {
    /// The facts as they were read within the last minute, or else anew.
    pub(crate) async fn get(
        &self,
        read: impl Future<Output = Result<T, DirectoryError>>,
    ) -> Result<Arc<T>, DirectoryError> {
        let mut facts = self.0.lock().await;
        if let Some((at, known)) = &*facts
            && at.elapsed() < FACTS_HOLD
        {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(read.await?);
        *facts = Some((Instant::now(), Arc::clone(&read)));
        Ok(read)
    }
}

/// The time by which a request has to be answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }

    /// Runs all of a request that changes nothing.
    pub(crate) async fn whole<T>(
        self,
        work: impl Future<Output = Result<T, DirectoryError>>,
    ) -> Result<T, DirectoryError> {
        timeout_at(self.0 + DEADLINE, work).await.unwrap_or_else(|_| Err(late()))
    }

    /// Runs what comes before a change is sent.
    pub(crate) async fn preparation<T>(
        self,
        work: impl Future<Output = Result<T, DirectoryError>>,
    ) -> Result<T, DirectoryError> {
        timeout_at(self.0 + PREPARATION, work).await.unwrap_or_else(|_| Err(late()))
    }

    /// Finds out how a change ended whose answer was lost.
    pub(crate) async fn unknown_end(
        self,
        lost: Lost,
        changed: impl Future<Output = Result<bool, DirectoryError>>,
    ) -> Result<(), DirectoryError> {
        match self.whole(changed).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(DirectoryError::Unanswered(lost.to_string())),
        }
    }
}

fn no_base() -> DirectoryError {
    DirectoryError::Misconfigured(
        "directory.ldap.base: there is no such entry, or the service account cannot see it".to_owned(),
    )
}

fn late() -> DirectoryError {
    DirectoryError::Unavailable("no answer in time".to_owned())
}

/// A refusal that says nothing about the password, for the log.
pub(crate) fn unexpected(what: &str, reply: &Reply) -> DirectoryError {
    let windows = reply.windows.map(|error| format!(", {error:08X}")).unwrap_or_default();
    DirectoryError::Unavailable(format!("{what}: result code {}{windows}", reply.code))
}

/// The advice about a lockout that a stranger could bring about.
pub(crate) fn too_many(most: u32) -> String {
    let fewer = most.saturating_sub(1);
    format!(
        "the directory locks an account after {most} wrong passwords, so that a stranger could lock people out: allow at \
         most {fewer} here, or raise the directory's number"
    )
}
