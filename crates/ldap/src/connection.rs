//! One connection to one server. Whatever goes wrong with an operation, the connection is of no further use.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use ldap3::{
    Ldap, LdapConnAsync, LdapConnSettings, LdapError, LdapResult, Mod, Scope, SearchOptions, StdStream,
    controls::{Control, RawControl},
    exop::PasswordModify,
};
use regain_ports::DirectoryError;
use regain_protocol::Secret;
use rustls::ClientConfig;
use tokio::{
    net::TcpStream,
    task::AbortHandle,
    time::{Instant, timeout_at},
};

use crate::{entry::Entry, settings::Server};

/// The control by which a server says which rule of its password policy it applied (draft-behera-ldap-password-policy).
pub(crate) const PASSWORD_POLICY: &str = "1.3.6.1.4.1.42.2.27.8.5.1";

/// Result codes of RFC 4511, 4.1.9, and of the controls that are used.
pub(crate) mod code {
    pub(crate) const SUCCESS: u32 = 0;
    pub(crate) const SIZE_LIMIT_EXCEEDED: u32 = 4;
    pub(crate) const REFERRAL: u32 = 10;
    pub(crate) const UNAVAILABLE_CRITICAL_EXTENSION: u32 = 12;
    pub(crate) const NO_SUCH_ATTRIBUTE: u32 = 16;
    pub(crate) const CONSTRAINT_VIOLATION: u32 = 19;
    pub(crate) const ATTRIBUTE_OR_VALUE_EXISTS: u32 = 20;
    pub(crate) const NO_SUCH_OBJECT: u32 = 32;
    pub(crate) const INVALID_CREDENTIALS: u32 = 49;
    pub(crate) const INSUFFICIENT_ACCESS_RIGHTS: u32 = 50;
    pub(crate) const BUSY: u32 = 51;
    pub(crate) const UNAVAILABLE: u32 = 52;
    pub(crate) const UNWILLING_TO_PERFORM: u32 = 53;
    pub(crate) const ASSERTION_FAILED: u32 = 122;
    /// Nothing was refused and, as was asked, nothing was done.
    pub(crate) const NO_OPERATION: u32 = 16654;
}

/// Why an operation has no result. Whether the server carried it out is unknown.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{text}")]
pub(crate) struct Lost {
    text: String,
    cause: Cause,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The connection failed.
    Failed,
    /// Nothing came back in time.
    TimedOut,
    /// The service account is refused: trying again does not help.
    Refused,
}

impl Lost {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), cause: Cause::Failed }
    }

    fn timed_out(text: &str) -> Self {
        Self { text: text.to_owned(), cause: Cause::TimedOut }
    }

    /// A refusal of the service account.
    pub(crate) fn refused() -> Self {
        Self { text: "refuses the service account: it or its password is wrong".to_owned(), cause: Cause::Refused }
    }

    /// A password of the service account that cannot be read.
    pub(crate) fn unreadable(text: String) -> Self {
        Self { text, cause: Cause::Refused }
    }

    /// The server may not answer others either.
    pub(crate) fn has_timed_out(&self) -> bool {
        self.cause == Cause::TimedOut
    }

    /// The same, with the server that it is about.
    pub(crate) fn at(&self, server: &Server) -> Self {
        Self { text: format!("{}:{}: {}", server.host, server.port, self.text), cause: self.cause }
    }
}

impl From<Lost> for DirectoryError {
    fn from(lost: Lost) -> Self {
        match lost.cause {
            Cause::Refused => Self::Misconfigured(format!("directory.ldap.bind_dn: {lost}")),
            Cause::Failed | Cause::TimedOut => Self::Unavailable(lost.text),
        }
    }
}

impl From<LdapError> for Lost {
    /// Only what has no distinguished name in it is told.
    fn from(error: LdapError) -> Self {
        Self::new(match error {
            LdapError::Timeout { .. } => return Self::timed_out(NO_ANSWER),
            LdapError::Io { source } => source.to_string(),
            LdapError::Rustls { source } => source.to_string(),
            LdapError::LdapResult { result } => format!("result code {}", result.rc),
            LdapError::FilterParsing => "a filter cannot be read".to_owned(),
            _ => "the connection was closed".to_owned(),
        })
    }
}

const NO_ANSWER: &str = "no answer in time";
const MALFORMED: &str = "a reply is malformed";

/// A server's answer to an operation.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// The result code.
    pub(crate) code: u32,
    /// The Windows error that the diagnostic text begins with, in eight hexadecimal digits.
    pub(crate) windows: Option<u32>,
    /// The Windows error of a refused bind, after `data`.
    pub(crate) bind: Option<u32>,
    /// The error of the server's password policy.
    pub(crate) policy: Option<u8>,
}

impl Reply {
    fn of(result: &LdapResult) -> Self {
        let windows = result.text.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let data = result.text.split_once(", data ").map(|(_, after)| after);
        let digits = data.and_then(|text| text.split(|c: char| !c.is_ascii_hexdigit()).next());
        let bind = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let control = result.ctrls.iter().find(|Control(_, raw)| raw.ctype == PASSWORD_POLICY);
        let policy = control.and_then(|Control(_, raw)| policy_error(raw.val.as_deref()?));
        Self { code: result.rc, windows, bind, policy }
    }

    /// The server cannot answer now, or another one has to be asked: busy, unavailable, a referral.
    pub(crate) fn is_elsewhere(&self) -> bool {
        matches!(self.code, code::BUSY | code::UNAVAILABLE | code::REFERRAL)
    }
}

/// The error in the value of a password policy's response: a sequence of a warning `[0]` and an error `[1]`.
fn policy_error(value: &[u8]) -> Option<u8> {
    let mut rest = match value {
        [0x30, length, rest @ ..] if usize::from(*length) == rest.len() => rest,
        _ => return None,
    };
    while let [tag, length, after @ ..] = rest {
        let (content, following) = after.split_at_checked(usize::from(*length))?;
        match (tag, content) {
            (0x81, [error]) => return Some(*error),
            _ => rest = following,
        }
    }
    None
}

/// Tasks that drive connections, ended with the last use of them.
#[derive(Debug)]
struct Driver(AbortHandle);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A connection; cheap to clone, and shared by parallel operations.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    ldap: Ldap,
    driver: Arc<Driver>,
    timeout: Duration,
    /// Tells it from others.
    pub(crate) number: u64,
    /// The place of its server in the list.
    pub(crate) server: usize,
}

impl Connection {
    /// Connects and, where it is asked for, encrypts.
    pub(crate) async fn open(
        place: usize,
        server: &Server,
        tls: Arc<ClientConfig>,
        timeout: Duration,
    ) -> Result<Self, Lost> {
        static OPENED: AtomicU64 = AtomicU64::new(0);
        let server = server.clone();
        let opening = tokio::spawn(async move {
            let stream = TcpStream::connect((server.host.as_str(), server.port)).await?;
            // Otherwise the first bind waits for the acknowledgement of what was sent before it.
            stream.set_nodelay(true)?;
            let settings = LdapConnSettings::new()
                .set_std_stream(StdStream::Tcp(stream.into_std()?))
                .set_config(tls)
                .set_starttls(server.start_tls);
            LdapConnAsync::from_url_with_settings(settings, &server.url).await
        });
        let ending = opening.abort_handle();
        let opened = tokio::time::timeout(timeout, opening).await;
        let (connection, ldap) = match opened {
            Ok(Ok(opened)) => opened?,
            Ok(Err(_panicked)) => return Err(Lost::new(MALFORMED)),
            Err(_elapsed) => {
                ending.abort();
                return Err(Lost::timed_out("no connection in time"));
            }
        };
        let driver = Arc::new(Driver(tokio::spawn(connection.drive()).abort_handle()));
        Ok(Self { ldap, driver, timeout, number: OPENED.fetch_add(1, Ordering::Relaxed), server: place })
    }

    /// Tells if it is known to have been closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.ldap.clone().is_closed() || self.driver.0.is_finished()
    }

    /// Signs in. An empty password is never sent: servers take it for nobody's, and accept it.
    pub(crate) async fn bind(&self, dn: &str, password: &Secret<String>) -> Result<Reply, Lost> {
        if password.expose().is_empty() {
            return Err(Lost::new("an empty password is not sent"));
        }
        let (dn, password) = (dn.to_owned(), password.clone());
        self.call(|mut ldap| async move {
            let policy = vec![RawControl { ctype: PASSWORD_POLICY.to_owned(), crit: false, val: None }];
            Ok(Reply::of(&ldap.with_controls(policy).simple_bind(&dn, password.expose()).await?))
        })
        .await
    }

    /// Searches; entries that refer to other servers are left out.
    pub(crate) async fn search(&self, search: Search<'_>) -> Result<(Reply, Vec<Entry>), Lost> {
        let Search { base, scope, filter, attributes, limit } = search;
        let (base, filter) = (base.to_owned(), filter.to_owned());
        let attributes: Vec<String> = attributes.iter().map(|&name| name.to_owned()).collect();
        self.call(|mut ldap| async move {
            let options = SearchOptions::new().sizelimit(limit);
            let found = ldap.with_search_options(options).search(&base, scope, &filter, attributes).await?;
            Ok((Reply::of(&found.1), found.0.into_iter().map(Entry::read).collect()))
        })
        .await
    }

    /// Changes an entry, all of it or nothing.
    pub(crate) async fn modify(
        &self,
        dn: &str,
        changes: Vec<Mod<Vec<u8>>>,
        controls: Vec<RawControl>,
    ) -> Result<Reply, Lost> {
        let dn = dn.to_owned();
        self.call(|mut ldap| async move { Ok(Reply::of(&ldap.with_controls(controls).modify(&dn, changes).await?)) })
            .await
    }

    /// Sets a password by RFC 3062; where the current one is given, it must be right.
    pub(crate) async fn set_password(
        &self,
        dn: &str,
        current: Option<&Secret<String>>,
        new: &Secret<String>,
    ) -> Result<Reply, Lost> {
        let (dn, current, new) = (dn.to_owned(), current.cloned(), new.clone());
        self.call(|mut ldap| async move {
            let request = PasswordModify {
                user_id: Some(&dn),
                old_pass: current.as_ref().map(|current| current.expose().as_str()),
                new_pass: Some(new.expose()),
            };
            let policy = vec![RawControl { ctype: PASSWORD_POLICY.to_owned(), crit: false, val: None }];
            // Of the reply only the result counts: the library panics over values that it cannot read.
            Ok(Reply::of(&ldap.with_controls(policy).extended(request).await?.1))
        })
        .await
    }

    /// Runs an operation in a task of its own: it ends in its time, and a malformed reply, at which the library panics,
    /// ends the task alone.
    async fn call<T, F>(&self, operation: impl FnOnce(Ldap) -> F) -> Result<T, Lost>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, LdapError>> + Send + 'static,
    {
        let mut ldap = self.ldap.clone();
        ldap.with_timeout(self.timeout);
        match timeout_at(Instant::now() + self.timeout, tokio::spawn(operation(ldap))).await {
            Ok(Ok(done)) => Ok(done?),
            Ok(Err(_panicked)) => Err(Lost::new(MALFORMED)),
            Err(_elapsed) => Err(Lost::timed_out(NO_ANSWER)),
        }
    }
}

/// Parts of a search.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search<'a> {
    pub(crate) base: &'a str,
    pub(crate) scope: Scope,
    pub(crate) filter: &'a str,
    pub(crate) attributes: &'a [&'a str],
    /// The most entries; 0 for any number.
    pub(crate) limit: i32,
}

impl<'a> Search<'a> {
    /// A look at one entry.
    pub(crate) const fn entry(base: &'a str, attributes: &'a [&'a str]) -> Self {
        Self { base, scope: Scope::Base, filter: "(objectClass=*)", attributes, limit: 0 }
    }
}

/// A replacement of an attribute's values; without one the attribute is removed.
pub(crate) fn replace(name: &str, value: Option<&[u8]>) -> Mod<Vec<u8>> {
    Mod::Replace(name.into(), value.map(<[u8]>::to_vec).into_iter().collect())
}

/// A removal of a value, which must be there.
pub(crate) fn delete(name: &str, value: &[u8]) -> Mod<Vec<u8>> {
    Mod::Delete(name.into(), HashSet::from([value.to_vec()]))
}

/// An addition of a value.
pub(crate) fn add(name: &str, value: &[u8]) -> Mod<Vec<u8>> {
    Mod::Add(name.into(), HashSet::from([value.to_vec()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u32, text: &str, policy: Option<&[u8]>) -> Reply {
        let control = |value: &[u8]| {
            Control(None, RawControl { ctype: PASSWORD_POLICY.to_owned(), crit: false, val: Some(value.to_vec()) })
        };
        let ctrls = policy.map(control).into_iter().collect();
        Reply::of(&LdapResult { rc: code, matched: String::new(), text: text.to_owned(), refs: Vec::new(), ctrls })
    }

    #[test]
    fn codes_are_read_and_texts_are_not() {
        let refused = reply(19, "0000052D: Constraint violation - check_password_restrictions: …", None);
        assert_eq!((refused.windows, refused.bind), (Some(0x52d), None));
        let text = "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 52e, v1db1";
        assert_eq!(reply(49, text, None).bind, Some(0x52e));
        for text in ["", "Password fails quality checking policy", ", data ", "ü000052D"] {
            let refused = reply(53, text, None);
            assert_eq!((refused.windows, refused.bind), (None, None), "{text}");
        }
    }

    #[test]
    fn the_password_policys_error_is_read() {
        for (value, error) in [
            (&[0x30, 3, 0x81, 1, 8][..], Some(8)),
            (&[0x30, 8, 0xa0, 3, 0x80, 1, 5, 0x81, 1, 2], Some(2)),
            (&[0x30, 5, 0xa0, 3, 0x80, 1, 5], None),
            (&[0x30, 0], None),
            (&[], None),
            (&[0x30, 9, 0x81, 1, 8], None),
            (&[0x30, 3, 0x81, 9, 8], None),
        ] {
            assert_eq!(reply(19, "", Some(value)).policy, error, "{value:?}");
        }
    }
}
