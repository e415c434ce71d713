//! The surroundings of every screen: what is to be drawn, and the ways out of the views.

use std::rc::Rc;

use leptos::prelude::*;
use regain_flow::{Event, FullEvent, View};

use crate::dispatch::Dispatch;
use crate::display::{Display, Part};

/// The surroundings of every screen.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    pub(super) view: RwSignal<View>,
    handles: StoredValue<Rc<Handles>, LocalStorage>,
}

struct Handles {
    dispatch: Dispatch,
    display: Rc<Display>,
    /// The link's own address: the way on without the widget.
    href: Option<String>,
}

impl Context {
    pub(crate) fn new(dispatch: Dispatch, display: Rc<Display>, href: Option<String>) -> Self {
        let view = display.view();
        Self { view, handles: StoredValue::new_local(Rc::new(Handles { dispatch, display, href })) }
    }

    #[inline(never)]
    pub(super) fn send(self, event: Event) {
        if let Some(handles) = self.handles.try_get_value() {
            handles.dispatch.send(event);
        }
    }

    /// Sends an event of a step that only the full build has.
    pub(super) fn send_full(self, event: FullEvent) {
        if let Some(handles) = self.handles.try_get_value() {
            handles.dispatch.send_full(event);
        }
    }

    /// The link's own address: the way on without the widget.
    pub(super) fn href(self) -> Option<String> {
        self.handles.try_get_value().and_then(|handles| handles.href.clone())
    }

    /// Something of what is to be drawn; drawn anew when it changes.
    pub(super) fn read<T>(self, read: impl FnOnce(&View) -> T) -> T {
        self.view.with(read)
    }

    /// Has the caller drawn anew with every other key of a part.
    pub(super) fn track(self, part: Part) {
        if let Some(handles) = self.handles.try_get_value() {
            handles.display.track(part);
        }
    }
}
