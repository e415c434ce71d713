//! The API in process: the real store and the real directory on a temporary file, a clock that is
//! moved, and the queue in place of a mailbox.

mod people;
mod ports;
mod proofs;
mod seen;
mod walks;
mod world;

mod administrators;
mod assertions;
mod audit;
mod authenticator;
mod bodies;
mod breached;
mod calls;
mod challenges;
mod change;
mod confirmations;
mod cors;
mod counters;
mod destinations;
mod detours;
mod directory;
mod errors;
mod expiry;
mod faults;
mod folding;
mod former;
mod gates;
mod guesses;
mod history;
mod meta;
mod once;
mod parallel;
mod questions;
mod recovery_codes;
mod register;
mod registrations;
mod resend;
mod reset;
mod spoken;
mod strangers;
mod strength;
mod swaps;
mod texts;
mod unlock;
