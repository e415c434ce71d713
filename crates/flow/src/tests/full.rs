//! The steps that only the full build has.

mod rare;
mod registering;

use super::super::*;
use super::driven::Driven;

pub(super) fn call_again() -> Event {
    Event::full(FullEvent::CallAgain).expect("in the full build")
}

pub(super) fn copy_key() -> Event {
    Event::full(FullEvent::KeyCopyRequested).expect("in the full build")
}

pub(super) fn export(export: Export) -> Event {
    Event::full(FullEvent::SecurityInfo(SecurityInfoEvent::CodesExported(export))).expect("in the full build")
}

impl Driven {
    /// Opens or closes a form of the security info.
    pub(super) fn form(&mut self, event: SecurityInfoEvent) {
        self.event(Event::full(FullEvent::SecurityInfo(event)).expect("in the full build"));
    }

    pub(super) fn full_screen(&self) -> FullScreen {
        self.view().screen.full().expect("a screen of the full build").clone()
    }
}
