//! Accounts in a directory that speaks LDAP: [`ActiveDirectory`] for Microsoft's and Samba's, [`LdapDirectory`] for OpenLDAP
//! and its kin.
//!
//! Both are [`Accounts`](regain_ports::Accounts) over one [`Core`](core::Core): connections, the search for a person, and
//! the reading of addresses and numbers. Each says for itself what its accounts' states are, how a password is set, and what
//! the server's answers mean.
//!
//! Distinguished names and passwords are in no log and no error.

mod active_directory;
mod client;
mod connection;
mod core;
mod entry;
mod mapping;
mod openldap;
mod rules;
mod schema;
mod settings;
mod tls;

pub use active_directory::ActiveDirectory;
pub use core::OpenError;
pub use openldap::LdapDirectory;
pub use settings::{Kind, PasswordWrite, Settings};
