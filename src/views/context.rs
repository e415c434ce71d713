//! The surroundings of every screen: what is to be drawn, and the ways out of the views.

use std::{rc::Rc, sync::Arc};

use leptos::prelude::GetUntracked;
use regain_flow::{Event, FullEvent, View};

use crate::dispatch::Dispatch;
use crate::display::Display;

/// The surroundings of every screen.
#[derive(Clone)]
pub(crate) struct Context(Rc<Handles>);

struct Handles {
    dispatch: Dispatch,
    display: Display,
    /// The link's own address: the way on without the widget.
    href: Option<String>,
}

impl Context {
    pub(crate) fn new(dispatch: Dispatch, display: Display, href: Option<String>) -> Self {
        Self(Rc::new(Handles { dispatch, display, href }))
    }

    #[inline(never)]
    pub(super) fn send(&self, event: Event) {
        self.0.dispatch.send(event);
    }

    /// Sends an event of a step that only the full build has.
    pub(super) fn send_full(&self, event: FullEvent) {
        self.0.dispatch.send_full(event);
    }

    /// The link's own address: the way on without the widget.
    pub(super) fn href(&self) -> Option<&str> {
        self.0.href.as_deref()
    }

    /// The view as it is now.
    pub(super) fn view(&self) -> Arc<View> {
        self.0.display.get_untracked()
    }

    /// The view as it changes.
    pub(super) fn display(&self) -> Display {
        self.0.display.clone()
    }
}
