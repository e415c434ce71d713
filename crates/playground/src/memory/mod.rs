//! The ports over this page's memory: the store, the directory's accounts, and what people register. Reloading the page
//! forgets all of it.
//!
//! Each keeps the contract of its port (`tests/contract.rs`), as the adapters over SQL databases do.

mod accounts;
mod charges;
mod queue;
mod registered;
mod registrations;
mod shared;
mod store;
mod stored_account;
mod tables;

pub use shared::Memory;
pub use stored_account::StoredAccount;
