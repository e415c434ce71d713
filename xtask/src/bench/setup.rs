//! A release server in a folder of this tree's build output.

use anyhow::Result;
use regain_load::{Installation, Setup};

use crate::{native, paths};

/// Starts one with so many people; `more` is added to its configuration.
pub(super) fn start(name: &str, people: usize, mail_port: u16, more: &str) -> Result<Installation> {
    Installation::start(&Setup {
        program: &native::release_server(),
        folder: &paths::target().join("bench").join(name),
        people,
        have_passwords: true,
        mail_port,
        more,
    })
}
