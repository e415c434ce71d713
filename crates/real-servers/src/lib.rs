//! Real directories and databases for tests and the demo: each runs as a child process on a loopback address of its own,
//! answers when it has been started, and ends with the value that started it, or with the process.
//!
//! A program that is missing fails the test with the name of the Debian package that has it.

pub mod authority;
pub mod ldap_proxy;
pub mod mariadb;
pub mod organisation;
pub mod postgres;
pub mod process;
pub mod samba;
pub mod slapd;
mod unprivileged;
