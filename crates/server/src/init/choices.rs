//! Choices that `regain-server init` leaves to its answers.

use clap::ValueEnum;

/// Protection of the connection to the mail server.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tls {
    /// TLS after STARTTLS
    Starttls,
    /// TLS from the first byte
    #[value(name = "tls")]
    Implicit,
    /// None, towards this machine only
    None,
}

/// The kind of directory.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Regain's own database
    Embedded,
    /// Microsoft's Active Directory, or Samba's
    ActiveDirectory,
    /// OpenLDAP and its kin
    Ldap,
    /// An application's own table
    Sql,
    /// A program of yours
    Hook,
}

impl Kind {
    /// Its text in the configuration.
    pub(crate) fn as_str(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}
