//! `[mail]`

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use regain_protocol::Secret;
use serde::Deserialize;

use super::{Faults, OrganisationConfig, ServerConfig, host_of, is_host, is_loopback, is_mail_address, read_secret};

/// `[mail]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailConfig {
    /// Transport of mail: `smtp` (default).
    pub kind: MailKind,
    /// The sender's address. Required.
    pub from: String,
    /// The sender's name. Default: the organisation's.
    pub from_name: String,
    /// The SMTP server. Required.
    pub host: String,
    /// Its port. Default 587 with `starttls`, 465 with `tls`, 25 with `none`.
    pub port: u16,
    /// Protection of the connection: `starttls` (default), `tls`, or `none`, which only a server on a loopback address
    /// may have.
    pub tls: MailTls,
    /// The name to sign in with, where the server asks for one.
    pub username: Option<String>,
    /// The password to sign in with.
    pub password: Option<Secret<String>>,
    /// A file that holds the password, instead of `password`.
    pub password_file: Option<PathBuf>,
    /// The name by which this server introduces itself to the mail server (`EHLO`). Default: the host of
    /// `server.public_url`. Strict mail servers refuse a name that is not a whole domain.
    pub hello: String,
    /// Number of connections to the mail server at a time, each of which is kept for the next mail. Default 16. Some
    /// providers take fewer.
    pub connections: usize,
    /// After how long a mail server that does not answer is given up, in seconds. Default 10.
    pub timeout_s: u32,
}

/// Transport of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// Through a mail server.
    #[default]
    Smtp,
    /// By a port that the program around the server brings along; no file can say so.
    #[serde(skip)]
    Supplied,
}

/// Protection of the connection to the mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// TLS after `STARTTLS`, required.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

impl MailConfig {
    pub(super) fn check(
        &mut self,
        base: &Path,
        organisation: &OrganisationConfig,
        server: &ServerConfig,
        faults: &mut Faults,
    ) {
        if self.from_name.is_empty() {
            self.from_name.clone_from(&organisation.name);
        }
        faults.require(
            !self.from_name.contains(char::is_control),
            "mail.from_name",
            "may not contain line breaks or control characters",
        );
        if self.port == 0 {
            self.port = match self.tls {
                MailTls::Starttls => 587,
                MailTls::Tls => 465,
                MailTls::None => 25,
            };
        }
        if self.hello.is_empty() {
            self.hello = host_of(&server.public_url).unwrap_or_default();
        } else {
            let advice = "give the name of this server for other mail servers, such as recover.example.com";
            faults.require(is_host(&self.hello), "mail.hello", advice);
        }
        if self.connections == 0 {
            self.connections = 16;
        }
        faults.require(self.connections <= 100, "mail.connections", "must be at most 100");
        if self.timeout_s == 0 {
            self.timeout_s = 10;
        }
        if let Some(path) = &mut self.password_file {
            let key = "mail.password_file";
            if self.password.is_some() {
                faults.add(key, "give either password or password_file, not both");
            } else {
                self.password = read_secret(path, base, key, faults);
            }
        }
        match self.kind {
            MailKind::Supplied => {
                if self.from.is_empty() {
                    self.from = "regain@localhost".into();
                }
            }
            MailKind::Smtp => {
                faults.require(
                    is_host(&self.host),
                    "mail.host",
                    "give the mail server's name alone, such as smtp.example.com; its port is mail.port, its protection mail.tls",
                );
                let has_password = self.password.is_some() || self.password_file.is_some();
                faults.require(
                    self.username.is_some() == has_password,
                    "mail.username",
                    "goes together with password or password_file",
                );
                self.warn_of_port(faults);
                faults.require(
                    self.tls != MailTls::None || is_loopback(&self.host),
                    "mail.tls",
                    "none is for a mail server on a loopback address only: codes would travel in the clear",
                );
            }
        }
        faults.require(is_mail_address(&self.from), "mail.from", "give the sender's mail address");
    }

    /// Warns of the well-known port of another protection (RFC 8314, 7.3).
    fn warn_of_port(&self, faults: &mut Faults) {
        let usual = match (self.port, self.tls) {
            (465, MailTls::Starttls | MailTls::None) => "\"tls\"",
            (25 | 587, MailTls::Tls) => "\"starttls\"",
            _ => return,
        };
        let port = self.port;
        faults.warn("mail.tls", format!("mail servers take mail at port {port} with tls = {usual} as a rule"));
    }

    /// After how long a mail server that does not answer is given up.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_s.into())
    }
}
