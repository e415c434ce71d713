//! [`Accounts`] behind a hook.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use regain_outgoing::{CaFileError, TrustedRoots, WebClientError, web_client_for};
use regain_ports::{
    Abilities, AccountId, Accounts, Clock, DirectoryError, Finding, PasswordChange, Person, Rng, SetPasswordError,
    SignIn, UnlockError, Unlocked,
};
use regain_protocol::{Secret, Violation};
use regain_values::UserId;
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::Instant;

use crate::{
    KeyError, Settings, SigningKey, VERSION,
    client::{CONNECT_WITHIN, Client, Fault},
    replies::{About, Found, HookAbilities, HookAccount, PasswordSet, People, SignedIn, UnlockReply},
    requests::{self, Endpoint, MAX_IDS},
};

/// Time for a request that changes nothing.
const READ_WITHIN: Duration = Duration::from_secs(3);

/// Time for one try of a change.
const TRY_WITHIN: Duration = Duration::from_secs(6);

/// Time for both tries of a change: less than a flow waits, so that it hears how that ended, or that nobody knows.
const CHANGE_WITHIN: Duration = Duration::from_millis(7500);

/// The accounts behind one hook.
pub struct Hook {
    client: Client,
    abilities: HookAbilities,
    settings: Settings,
}

/// Why a hook cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file holds no key.
    #[error("directory.hook.{0}: {1}")]
    Key(&'static str, #[source] KeyError),
    /// The file of authorities cannot be used.
    #[error("directory.hook.ca_file: {0}")]
    CaFile(#[from] CaFileError),
    /// There is no client to ask with.
    #[error("directory.hook: {0}")]
    Client(#[from] WebClientError),
    /// It does not answer as it must.
    #[error(transparent)]
    NoAnswer(DirectoryError),
    /// It speaks another version.
    #[error("directory.hook.url: the hook speaks version {0} of the protocol; this server speaks version {VERSION}")]
    Version(u32),
}

impl From<OpenError> for DirectoryError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NoAnswer(error) => error,
            other => Self::Misconfigured(other.to_string()),
        }
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").field("url", &self.client.url).finish_non_exhaustive()
    }
}

impl Hook {
    /// Asks a hook for its version and abilities; it has to answer. `roots` are the authorities of all connections.
    pub async fn open(
        settings: Settings,
        roots: &TrustedRoots,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, OpenError> {
        let client = Self::client(&settings, roots, clock, rng)?;
        let about = about(&client).await.map_err(|fault| OpenError::NoAnswer(of_reading(fault)))?;
        if about.version != VERSION {
            return Err(OpenError::Version(about.version));
        }
        Ok(Self { client, abilities: about.abilities, settings })
    }

    fn client(
        settings: &Settings,
        roots: &TrustedRoots,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Client, OpenError> {
        let load = |name, path| SigningKey::load(path).map_err(|error| OpenError::Key(name, error));
        let mut keys = vec![load("key_file", &settings.key_file)?];
        if let Some(path) = &settings.next_key_file {
            keys.push(load("next_key_file", path)?);
        }
        let own = settings.ca_file.as_deref().map(TrustedRoots::only).transpose()?;
        let http = web_client_for(&settings.url, CONNECT_WITHIN, own.as_ref().unwrap_or(roots))?;
        Ok(Client { http, url: settings.url.trim_end_matches('/').to_owned(), keys, clock, rng })
    }

    /// The client, for requests that no directory sends.
    pub(crate) const fn requests(&self) -> &Client {
        &self.client
    }

    /// Tells if it finds people by their ids.
    pub(crate) const fn has_people(&self) -> bool {
        self.abilities.people
    }

    /// Asks for something that changes nothing.
    async fn ask<T: DeserializeOwned>(&self, endpoint: Endpoint, body: &impl Serialize) -> Result<T, DirectoryError> {
        let message = self.client.message(endpoint, Some(body));
        self.client.send(&message, READ_WITHIN).await.map_err(of_reading)
    }

    /// Asks for a change, and once more with the same id where nobody said how that ended.
    async fn change<T: DeserializeOwned>(
        &self,
        endpoint: Endpoint,
        body: &impl Serialize,
    ) -> Result<T, DirectoryError> {
        let message = self.client.message(endpoint, Some(body));
        let deadline = Instant::now() + CHANGE_WITHIN;
        let first = match self.client.send(&message, TRY_WITHIN).await {
            Ok(reply) => return Ok(reply),
            Err(Fault::Refused(text)) => return Err(DirectoryError::Misconfigured(text)),
            Err(Fault::Garbled(text)) => return Err(DirectoryError::Unanswered(text)),
            Err(fault) => fault,
        };
        tracing::warn!(fault = %first, "a change is asked for again, by the same id");
        let left = deadline.saturating_duration_since(Instant::now()).min(TRY_WITHIN);
        match (first, self.client.send(&message, left).await) {
            (_, Ok(reply)) => Ok(reply),
            (Fault::NotSent(_), Err(Fault::NotSent(text))) => Err(DirectoryError::Unavailable(text)),
            (Fault::NotSent(_), Err(Fault::Refused(text))) => Err(DirectoryError::Misconfigured(text)),
            (_, Err(fault)) => Err(DirectoryError::Unanswered(fault.to_string())),
        }
    }

    /// The hook's word about itself, which must be that of the start.
    async fn checked(&self) -> Result<About, DirectoryError> {
        let about = about(&self.client).await.map_err(of_reading)?;
        if (about.version, about.abilities) == (VERSION, self.abilities) {
            return Ok(about);
        }
        let text = "directory.hook.url: the hook's version or abilities have changed: start this server again";
        Err(DirectoryError::Misconfigured(text.to_owned()))
    }

    /// The account, where it is the one of a user ID.
    fn matching(&self, account: HookAccount, user_id: &UserId) -> Option<Person> {
        if account.spelt().is_same(user_id) {
            return Some(self.person(account));
        }
        tracing::warn!(account_id = %account.id, "the hook found an account of another user ID, which is left out");
        None
    }

    fn person(&self, account: HookAccount) -> Person {
        let (person, unused) = account.read(self.abilities());
        for unused in unused {
            tracing::warn!(account_id = %person.id, %unused, "a part of an account is left out");
        }
        person
    }
}

async fn about(client: &Client) -> Result<About, Fault> {
    let message = client.message(Endpoint::About, None::<&()>);
    client.send(&message, READ_WITHIN).await
}

fn of_reading(fault: Fault) -> DirectoryError {
    match fault {
        Fault::NotSent(text) | Fault::Lost(text) => DirectoryError::Unavailable(text),
        Fault::Refused(text) | Fault::Garbled(text) => DirectoryError::Misconfigured(text),
    }
}

/// The form in which a hook is asked for a user ID; `None` for one that nobody has.
fn asked_for(user_id: &UserId) -> Option<String> {
    let folded = user_id.folded();
    UserId::parse(&folded).is_ok().then_some(folded)
}

#[async_trait]
impl Accounts for Hook {
    fn abilities(&self) -> Abilities {
        self.abilities.of_the_port()
    }

    async fn find(&self, user_id: &UserId) -> Result<Option<Person>, DirectoryError> {
        let Some(asked) = asked_for(user_id) else { return Ok(None) };
        let found: Found = self.ask(Endpoint::Find, &requests::Find { user_id: &asked }).await?;
        Ok(found.account.and_then(|account| self.matching(account, user_id)))
    }

    async fn sign_in(
        &self,
        user_id: &UserId,
        password: &Secret<String>,
        _now: Timestamp,
    ) -> Result<SignIn<Person>, DirectoryError> {
        let Some(asked) = asked_for(user_id) else { return Ok(SignIn::Refused) };
        // Programs that take an empty password for none at all have let people in.
        if !self.abilities.sign_in || password.expose().is_empty() {
            return Ok(SignIn::Refused);
        }
        let body = requests::SignIn { user_id: &asked, password };
        let SignedIn::Accepted { account } = self.ask(Endpoint::SignIn, &body).await? else {
            return Ok(SignIn::Refused);
        };
        let Some(person) = self.matching(*account, user_id) else { return Ok(SignIn::Refused) };
        if person.enabled && !person.locked && person.has_password {
            return Ok(SignIn::Accepted(person));
        }
        tracing::warn!(account_id = %person.id, "the hook signed in to an account that nobody can sign in to");
        Ok(SignIn::Refused)
    }

    async fn set_password(&self, id: &AccountId, change: &PasswordChange) -> Result<(), SetPasswordError> {
        let PasswordChange { new, current } = change;
        if id.as_str().is_empty() {
            return Err(SetPasswordError::NoSuchAccount);
        }
        if new.expose().is_empty() {
            return Err(SetPasswordError::Refused(vec![Violation::TooShort { min: 1 }]));
        }
        if current.as_ref().is_some_and(|current| current.expose().is_empty()) {
            return Err(SetPasswordError::WrongPassword);
        }
        let body = requests::SetPassword { id, password: new, current: current.as_ref() };
        match self.change(Endpoint::SetPassword, &body).await? {
            PasswordSet::Done {} => Ok(()),
            PasswordSet::NoSuchAccount {} => Err(SetPasswordError::NoSuchAccount),
            PasswordSet::WrongPassword {} => Err(SetPasswordError::WrongPassword),
            PasswordSet::NotAllowed {} => Err(SetPasswordError::NotAllowed),
            PasswordSet::Refused { violations } => Err(SetPasswordError::Refused(told(violations))),
        }
    }

    async fn unlock(&self, id: &AccountId) -> Result<Unlocked, UnlockError> {
        if id.as_str().is_empty() {
            return Err(UnlockError::NoSuchAccount);
        }
        match self.change(Endpoint::Unlock, &requests::Unlock { id }).await? {
            UnlockReply::Unlocked {} => Ok(Unlocked::WasLocked),
            UnlockReply::NotLocked {} => Ok(Unlocked::WasNotLocked),
            UnlockReply::NoSuchAccount {} => Err(UnlockError::NoSuchAccount),
            UnlockReply::NotAllowed {} => Err(UnlockError::NotAllowed),
        }
    }

    async fn people(&self, ids: &[AccountId]) -> Result<Option<Vec<Person>>, DirectoryError> {
        if !self.abilities.people {
            return Ok(None);
        }
        let mut people = Vec::with_capacity(ids.len());
        for ids in ids.chunks(MAX_IDS) {
            let reply: People = self.ask(Endpoint::People, &requests::People { ids }).await?;
            let asked = reply.people.into_iter().map(|account| self.person(account));
            people.extend(asked.filter(|person| ids.contains(&person.id)));
        }
        Ok(Some(people))
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        self.checked().await.map(drop)
    }

    async fn inspect(&self, wrong_passwords_per_account: u32) -> Result<Vec<Finding>, DirectoryError> {
        let about = self.checked().await?;
        let HookAbilities { sign_in, unlock, owns_alternate, owns_mobile, people } = self.abilities;
        let url = "directory.hook.url";
        let mut findings = Vec::new();
        let all = [
            ("sign_in", sign_in),
            ("unlock", unlock),
            ("owns_alternate", owns_alternate),
            ("owns_mobile", owns_mobile),
            ("people", people),
        ];
        let has: Vec<_> = all.iter().filter(|(_, has)| *has).map(|(name, _)| *name).collect();
        findings.push(Finding::fact(url, format!("the hook's abilities: {}", has.join(", "))));
        if let Some(failures) = about.failures_until_lockout.filter(|failures| *failures <= wrong_passwords_per_account)
        {
            let text = format!(
                "the hook locks an account after {failures} wrong passwords, so that strangers could lock people out: \
                 the limit must be lower"
            );
            findings.push(Finding::fault("limits.wrong_passwords_per_account", text));
        }
        if !sign_in {
            let text =
                "without the ability sign_in nobody can find out how a change ended that the hook left unanswered";
            findings.push(Finding::warning(url, text));
        }
        if (owns_alternate || owns_mobile) && !people {
            let text = "the hook owns roles and lacks the ability people: made-up accounts cannot take after real ones";
            findings.push(Finding::warning(url, text));
        }
        let next = self.settings.next_key_file.as_deref().map(|path| ("directory.hook.next_key_file", path));
        for (key, path) in [("directory.hook.key_file", &*self.settings.key_file)].into_iter().chain(next) {
            if others_can_read(path) {
                findings.push(Finding::warning(key, "other users of this machine can read it: chmod 600"));
            }
        }
        Ok(findings)
    }

    async fn examine(&self, user_id: &UserId) -> Result<Vec<Finding>, DirectoryError> {
        let Some(asked) = asked_for(user_id) else { return Ok(Vec::new()) };
        let found: Found = self.ask(Endpoint::Find, &requests::Find { user_id: &asked }).await?;
        let url = "directory.hook.url";
        let Some(account) = found.account else { return Ok(Vec::new()) };
        if !account.spelt().is_same(user_id) {
            let text = "the hook found an account of another user ID, which counts as none";
            return Ok(vec![Finding::fault(url, text)]);
        }
        let (_, unused) = account.read(self.abilities());
        Ok(unused.into_iter().map(|unused| Finding::warning(url, format!("left out: {unused}"))).collect())
    }
}

/// Violations as people are told of them: one that nobody knows is the directory's.
fn told(violations: Vec<Violation>) -> Vec<Violation> {
    let known = violations.into_iter().map(|violation| match violation {
        Violation::Unknown => Violation::Directory {},
        known => known,
    });
    let mut told: Vec<_> = known.collect();
    if told.is_empty() {
        told.push(Violation::Directory {});
    }
    told
}

#[cfg(unix)]
fn others_can_read(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_: &std::path::Path) -> bool {
    false
}
