//! The adapter against the reference hooks of `examples`, and against hooks that misbehave.

mod conformance;
mod contract;
mod fake;
mod faults;
mod reference;
mod traps;
