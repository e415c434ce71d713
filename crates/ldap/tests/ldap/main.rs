//! The kind `ldap` against OpenLDAP: the contract of accounts, and what a directory of this kind does that a straightforward
//! adapter gets wrong. A case's number is that of the rule that it keeps (docs/contributing/add-a-directory.md).

mod faults;
mod fixture;
mod malformed;
mod traps;

mod exop {
    regain_ports::accounts_contract!(super::fixture::Slapd<false>);
}

mod modify {
    regain_ports::accounts_contract!(super::fixture::Slapd<true>);
}
