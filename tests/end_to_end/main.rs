//! The main job, end to end: a person on a real sign-in page, in a real browser, with the built
//! artefact and the real server. Run with `cargo xtask test`.

mod codes;
mod hosts;
mod keyboard;
mod outages;
mod person;
mod pictures;
mod reset;
