//! The service account's connection, shared by everything that is asked, and connections of their own for signing in.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use regain_ports::DirectoryError;
use rustls::ClientConfig;
use tokio::{sync::Mutex, time::Instant};

use crate::{
    connection::{Connection, Lost, Reply, Search, code},
    entry::Entry,
    settings::{Server, Settings},
};

/// Connections to the servers of one directory.
pub(crate) struct Client {
    servers: Vec<Server>,
    tls: Arc<ClientConfig>,
    settings: Settings,
    /// The place of the server that answered last.
    preferred: AtomicUsize,
    service: Mutex<Service>,
}

#[derive(Default)]
struct Service {
    connection: Option<Connection>,
    /// The last attempt to connect that failed, for those who waited for it.
    failed: Option<(Instant, Lost)>,
}

impl Client {
    pub(crate) fn new(servers: Vec<Server>, tls: Arc<ClientConfig>, settings: Settings) -> Self {
        Self { servers, tls, settings, preferred: AtomicUsize::new(0), service: Mutex::default() }
    }

    /// The service account's connection, opened where there is none.
    pub(crate) async fn service(&self) -> Result<Connection, Lost> {
        let asked = Instant::now();
        let mut service = self.service.lock().await;
        if let Some(connection) = service.connection.as_ref().filter(|connection| !connection.is_closed()) {
            return Ok(connection.clone());
        }
        if let Some((at, lost)) = &service.failed
            && *at > asked
        {
            return Err(lost.clone());
        }
        let opened = self.open_bound().await;
        match opened {
            Ok(connection) => {
                *service = Service { connection: Some(connection.clone()), failed: None };
                Ok(connection)
            }
            Err(lost) => {
                *service = Service { connection: None, failed: Some((Instant::now(), lost.clone())) };
                Err(lost)
            }
        }
    }

    /// Gives up a connection that something went wrong with: nobody gets it again.
    pub(crate) async fn give_up(&self, connection: &Connection) {
        let mut service = self.service.lock().await;
        if service.connection.as_ref().is_some_and(|current| current.number == connection.number) {
            service.connection = None;
        }
    }

    /// Gives up a connection whose server cannot answer now; the next one is asked first from now on.
    pub(crate) async fn leave(&self, connection: &Connection) {
        self.prefer_after(connection.server);
        self.give_up(connection).await;
    }

    /// Gives up a connection by what went wrong with it. Where nothing came back in time, another server is asked next.
    pub(crate) async fn drop_after(&self, connection: &Connection, error: &Lost) {
        if error.has_timed_out() { self.leave(connection).await } else { self.give_up(connection).await }
    }

    /// A connection that nobody is signed in on.
    pub(crate) async fn fresh(&self) -> Result<Connection, Lost> {
        let first = self.preferred.load(Ordering::Relaxed);
        let mut lost = Lost::new("there is no server");
        for place in self.from(first) {
            let server = &self.servers[place];
            match Connection::open(place, server, Arc::clone(&self.tls), self.settings.timeout()).await {
                Ok(connection) => return Ok(connection),
                Err(error) => lost = self.note(place, &error),
            }
        }
        Err(lost)
    }

    async fn open_bound(&self) -> Result<Connection, Lost> {
        let first = self.preferred.load(Ordering::Relaxed);
        let mut lost = Lost::new("there is no server");
        for place in self.from(first) {
            match self.bound(place).await {
                Ok(connection) => {
                    self.preferred.store(place, Ordering::Relaxed);
                    return Ok(connection);
                }
                Err(error) => lost = self.note(place, &error),
            }
        }
        Err(lost)
    }

    async fn bound(&self, place: usize) -> Result<Connection, Lost> {
        let connection =
            Connection::open(place, &self.servers[place], Arc::clone(&self.tls), self.settings.timeout()).await?;
        // Read for each connection, so that it can be changed while the server runs.
        let password = self.settings.bind_password().map_err(Lost::unreadable)?;
        let reply = connection.bind(&self.settings.bind_dn, &password).await?;
        match reply.code {
            code::SUCCESS => Ok(connection),
            code::INVALID_CREDENTIALS => Err(Lost::refused()),
            code => Err(Lost::new(format!("the service account cannot sign in: result code {code}"))),
        }
    }

    /// The places of all servers, from one on.
    fn from(&self, first: usize) -> impl Iterator<Item = usize> + use<> {
        let count = self.servers.len();
        (0..count).map(move |step| (first + step) % count)
    }

    fn prefer_after(&self, place: usize) {
        self.preferred.store((place + 1) % self.servers.len().max(1), Ordering::Relaxed);
    }

    fn note(&self, place: usize, error: &Lost) -> Lost {
        let lost = error.at(&self.servers[place]);
        tracing::warn!(%lost, "a server of the directory cannot be used");
        lost
    }

    /// Searches; where the connection turns out to be of no use, once more on another one. That changes nothing.
    pub(crate) async fn search(&self, search: Search<'_>) -> Result<(Reply, Vec<Entry>), DirectoryError> {
        self.search_on(search).await.map(|(_, reply, entries)| (reply, entries))
    }

    /// [`Client::search`], with the connection that answered.
    pub(crate) async fn search_on(
        &self,
        search: Search<'_>,
    ) -> Result<(Connection, Reply, Vec<Entry>), DirectoryError> {
        let mut lost = None;
        for _ in 0..2 {
            let connection = self.service().await?;
            match connection.search(search).await {
                Ok((reply, entries)) if !reply.is_elsewhere() => return Ok((connection, reply, entries)),
                Ok((reply, _)) => {
                    self.leave(&connection).await;
                    lost = Some(Lost::new(format!("a search: result code {}", reply.code)));
                }
                Err(error) => {
                    self.drop_after(&connection, &error).await;
                    lost = Some(error);
                }
            }
        }
        Err(lost.unwrap_or_else(|| Lost::new("no answer")).into())
    }

    /// The entry of a distinguished name; `None` where there is none.
    pub(crate) async fn entry(&self, dn: &str, attributes: &[&str]) -> Result<Option<Entry>, DirectoryError> {
        self.entry_where(dn, "(objectClass=*)", attributes).await
    }

    /// [`Client::entry`], where a filter holds for it.
    pub(crate) async fn entry_where(
        &self,
        dn: &str,
        filter: &str,
        attributes: &[&str],
    ) -> Result<Option<Entry>, DirectoryError> {
        let (reply, entries) = self.search(Search { filter, ..Search::entry(dn, attributes) }).await?;
        match reply.code {
            code::SUCCESS => Ok(entries.into_iter().next()),
            code::NO_SUCH_OBJECT => Ok(None),
            code => Err(DirectoryError::Unavailable(format!("an entry cannot be read: result code {code}"))),
        }
    }
}
