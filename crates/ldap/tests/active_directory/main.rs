//! The kind `active_directory` against Samba: the contract of accounts, and what such a directory does that a straightforward
//! adapter gets wrong. A case's number is that of the rule that it keeps (docs/contributing/add-a-directory.md).

mod faults;
mod fixture;
mod passwords;
mod people;

mod contract {
    regain_ports::accounts_contract!(super::fixture::Samba);
}
