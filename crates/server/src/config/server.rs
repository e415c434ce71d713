//! `[server]`.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
#[cfg(not(target_family = "wasm"))]
use regain_outgoing::authorities;
use regain_protocol::Secret;
use serde::Deserialize;
#[cfg(not(target_family = "wasm"))]
use tokio::sync::Semaphore;

use super::{
    Faults, TrustedProxies,
    address::{self, is_https, is_loopback_address, is_web_address},
    key_file, read_secret, rebase, warn_if_open,
};
use crate::keys::{Keys, MIN_KEY_BYTES};
#[cfg(not(target_family = "wasm"))]
use crate::serve::ConnectionLimits;

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// The address and port to listen on. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// The address under which people reach the server, without a slash at its end. Links are made
    /// from it, never from a request. Default: `http://<listen>` where that is a loopback address.
    pub public_url: String,
    /// The server key: at least 32 random bytes in base64, such as `openssl rand -base64 32` gives.
    /// Changing it voids all open flows, and gives unknown user IDs other decoys.
    pub key: Option<Secret<String>>,
    /// A file that holds the server key, instead of `key`. Made at the first start when it is missing,
    /// readable by its owner only. Either is required.
    pub key_file: Option<PathBuf>,
    /// Files with the server keys that this one replaced, newest first. They open what was sealed with them, such as the
    /// keys of authenticator apps, and make nothing new. Default: none.
    pub former_key_files: Vec<PathBuf>,
    /// The addresses and networks of the reverse proxies whose word counts about where a request came from, or
    /// `"none"`, and `proxy_header` is ignored. Required where `public_url` is `https`: this server does not speak TLS, so
    /// something in front of it does, and by its address alone all people would be one client.
    pub trusted_proxies: Option<TrustedProxies>,
    /// The header that those proxies write: `x-forwarded-for` (default) or `forwarded` (RFC 7239). The
    /// other one is ignored, because a proxy may pass on what a client wrote into it.
    pub proxy_header: ProxyHeader,
    /// The origins whose pages may call the API, such as `https://www.example.com`. The server's own origin needs no
    /// entry.
    #[serde(deserialize_with = "address::origins")]
    pub allowed_origins: Vec<String>,
    /// A file with the certificates of further authorities, as PEM, that outgoing connections trust beside the
    /// system's: an organisation's own, which signs its mail server's certificate, say.
    pub ca_file: Option<PathBuf>,
    /// The folder of the built widget. Default: the one in the program, which releases have.
    pub widget_dir: Option<PathBuf>,
    /// Format of log lines: `text` (default) or `json`.
    pub log: LogFormat,
    /// After how long a request is given up, in seconds. Default 30.
    pub request_timeout_s: u32,
    /// Number of connections at a time; further ones wait, and idle ones are closed to make room. Default 512, half of
    /// the files that a process may have open as a rule.
    pub max_connections: u32,
    /// After how long a connection without a request is closed, in seconds. Default 75: longer than proxies keep theirs,
    /// so that none sends a request into a connection that is being closed.
    pub idle_timeout_s: u32,
    /// The address and port at which `/metrics` is served, to your monitoring alone. Default: nowhere.
    pub metrics_listen: Option<SocketAddr>,
}

/// Format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// The header in which proxies say where a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded`, RFC 7239.
    Forwarded,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            public_url: String::new(),
            key: None,
            key_file: None,
            former_key_files: Vec::new(),
            trusted_proxies: None,
            proxy_header: ProxyHeader::XForwardedFor,
            allowed_origins: Vec::new(),
            ca_file: None,
            widget_dir: None,
            log: LogFormat::Text,
            request_timeout_s: 30,
            max_connections: 512,
            idle_timeout_s: 75,
            metrics_listen: None,
        }
    }
}

/// Why there is no server key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("server.key_file: cannot use {path}: {source}. {}", key_file::advice(.source))]
    File {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of a former key cannot be read.
    #[error("server.former_key_files: cannot read {path}: {source}")]
    FormerFile {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not a key.
    #[error("{0}: must be at least 32 random bytes in base64, such as `openssl rand -base64 32` gives")]
    NotAKey(&'static str),
}

impl ServerConfig {
    /// The server key, from the configuration or its file, which is made when it is missing.
    pub fn server_key(&self) -> Result<Secret<Vec<u8>>, KeyError> {
        let Some(path) = &self.key_file else {
            let key = self.key.as_ref().ok_or(KeyError::NotAKey("server.key"))?;
            return decode(key).ok_or(KeyError::NotAKey("server.key"));
        };
        let text = key_file::read_or_make(path).map_err(|source| KeyError::File { path: path.clone(), source })?;
        decode(&text.into()).ok_or(KeyError::NotAKey("server.key_file"))
    }

    /// The keys that are derived from the server key and from those that it replaced.
    pub fn keys(&self) -> Result<Keys, KeyError> {
        let former = self.former_key_files.iter().map(|path| {
            let text = std::fs::read_to_string(path);
            let text = text.map_err(|source| KeyError::FormerFile { path: path.clone(), source })?;
            decode(&text.into()).ok_or(KeyError::NotAKey("server.former_key_files"))
        });
        let former: Vec<_> = former.collect::<Result<_, _>>()?;
        Ok(Keys::derive(&self.server_key()?).with_former(&former))
    }

    /// Tells if there is a server key already, so that none would be made.
    pub fn has_key(&self) -> bool {
        self.key_file.as_ref().is_none_or(|path| path.exists())
    }

    /// [`ServerConfig::keys`] for commands that only read: where there is no server key, none is made.
    pub fn existing_keys(&self) -> Result<Keys, KeyError> {
        match &self.key_file {
            Some(path) if !self.has_key() => {
                Err(KeyError::File { path: path.clone(), source: std::io::ErrorKind::NotFound.into() })
            }
            _ => self.keys(),
        }
    }

    /// The path below which people reach the server, without a slash at its end: empty where that is the root of its
    /// host.
    pub fn path(&self) -> String {
        address::path(&self.public_url)
    }

    /// Bounds of what clients may hold.
    #[cfg(not(target_family = "wasm"))]
    pub fn connection_limits(&self) -> ConnectionLimits {
        ConnectionLimits {
            connections: usize::try_from(self.max_connections).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS),
            idle: Duration::from_secs(self.idle_timeout_s.into()),
        }
    }

    /// After how long a request is given up.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_s.into())
    }

    pub(super) fn check(&mut self, base: &Path, faults: &mut Faults) {
        if self.public_url.is_empty() && self.listen.ip().is_loopback() {
            self.public_url = format!("http://{}", self.listen);
        }
        let url = self.public_url.trim_end_matches('/').to_owned();
        faults.require(
            is_web_address(&url) && !url.contains(['?', '#']),
            "server.public_url",
            "must be the address under which people reach this server, such as https://recover.example.com",
        );
        faults.require(
            self.trusted_proxies.is_some() || !is_https(&url),
            "server.trusted_proxies",
            "public_url is https, so a proxy is in front of this server: name its address, such as [\"127.0.0.1\"], or \
             everybody counts as one client. If it does not say who its clients are, say \"none\"",
        );
        if is_web_address(&url) && !is_https(&url) && !is_loopback_address(&url) {
            let advice =
                "is http: passwords and codes travel in the clear. Give the https address of the proxy in front";
            faults.warn("server.public_url", advice);
        }
        self.public_url = url;
        match (&self.key, &mut self.key_file) {
            (Some(_), Some(_)) => faults.add("server.key_file", "give either key or key_file, not both"),
            (None, None) => faults.add("server.key_file", "give key_file (made at the first start) or key"),
            (None, Some(path)) => {
                rebase(path, base);
                warn_if_open(path, "server.key_file", faults);
            }
            (Some(key), None) => {
                faults.require(decode(key).is_some(), "server.key", "must be at least 32 random bytes in base64");
            }
        }
        for path in &mut self.former_key_files {
            let key = "server.former_key_files";
            if let Some(text) = read_secret(path, base, key, faults) {
                faults.require(
                    decode(&text).is_some(),
                    key,
                    format!("{} must hold at least 32 random bytes in base64", path.display()),
                );
            }
        }
        for (key, value) in [
            ("server.request_timeout_s", self.request_timeout_s),
            ("server.max_connections", self.max_connections),
            ("server.idle_timeout_s", self.idle_timeout_s),
        ] {
            faults.require(value > 0, key, "must be at least 1");
        }
        if let Some(folder) = &mut self.widget_dir {
            rebase(folder, base);
        }
        if let Some(path) = &mut self.ca_file {
            rebase(path, base);
            #[cfg(not(target_family = "wasm"))]
            if let Err(error) = authorities(path) {
                faults.add("server.ca_file", error);
            }
        }
    }
}

/// The bytes of a key, where it is long enough.
fn decode(key: &Secret<String>) -> Option<Secret<Vec<u8>>> {
    let bytes = STANDARD.decode(key.expose().trim()).ok().map(Secret::new)?;
    (bytes.expose().len() >= MIN_KEY_BYTES).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_missing_key_file_is_made_once_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        let config = ServerConfig { key_file: Some(path.clone()), ..ServerConfig::default() };
        let made = config.server_key().expect("makes one");
        assert_eq!(made.expose().len(), MIN_KEY_BYTES);
        assert_eq!(config.server_key().expect("reads it").expose(), made.expose());
        let metadata = std::fs::metadata(&path).expect("is there");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).expect("reads").count(), 1);
    }

    #[test]
    fn a_key_file_with_something_else_in_it_is_refused_unread_aloud() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        std::fs::write(&path, "hunter2").expect("writes");
        let config = ServerConfig { key_file: Some(path), ..ServerConfig::default() };
        let error = config.server_key().expect_err("not a key").to_string();
        assert!(error.starts_with("server.key_file: ") && !error.contains("hunter2"), "{error}");
    }
}
