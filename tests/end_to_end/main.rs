//! Everything that a person does, end to end: on a real sign-in page, in a real browser, with the built
//! artefact and the real server. Run with `cargo xtask test`. A test that is named for a screen of the
//! design proves what that screen must hold.

mod account_types;
mod administrator;
mod below;
mod calls;
mod challenge;
mod change;
mod characters;
mod codes;
mod directories;
mod engines;
mod gates;
// A folder for each kind of page that the widget is put into.
#[path = "../hosts/mod.rs"]
mod hosts;
mod integrity;
mod keyboard;
mod languages;
mod leaving;
mod link;
mod methods;
mod opening;
mod outages;
mod outside;
mod passwords;
mod person;
mod pictures;
mod playground;
mod recovery_codes;
mod register;
mod reset;
mod spoken;
mod strength;
mod switches;
mod tabs;
mod theming;
mod two_servers;
mod unlock;
