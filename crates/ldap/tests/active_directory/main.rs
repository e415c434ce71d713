//! The kind `active_directory` against Samba: the contract of accounts, and what such a directory does that a straightforward
//! adapter gets wrong. A case's number is the invariant's that it keeps.

mod fixture;

mod contract {
    regain_ports::accounts_contract!(super::fixture::Samba);
}
