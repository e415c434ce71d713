//! The kind `ldap` against OpenLDAP: the contract of accounts, and what a directory of this kind does that a straightforward
//! adapter gets wrong. A case's number is the invariant's that it keeps.

mod fixture;

mod exop {
    regain_ports::accounts_contract!(super::fixture::Slapd<false>);
}

mod modify {
    regain_ports::accounts_contract!(super::fixture::Slapd<true>);
}
