//! The handle by which events reach the flow core, from whatever hears of them.

use std::rc::Rc;

use regain_flow::{Event, FullEvent};

/// A receiver of events.
pub(crate) trait Receive {
    /// Takes in what happened.
    fn receive(self: Rc<Self>, event: Event);
}

/// The handle by which events reach the flow core.
#[derive(Clone)]
pub(crate) struct Dispatch(Rc<dyn Receive>);

impl Dispatch {
    pub(crate) fn new(receiver: Rc<dyn Receive>) -> Self {
        Self(receiver)
    }

    #[inline(never)]
    pub(crate) fn send(&self, event: Event) {
        Rc::clone(&self.0).receive(event);
    }

    /// Sends an event of a step that only the full build has.
    pub(crate) fn send_full(&self, event: FullEvent) {
        if let Some(event) = Event::full(event) {
            self.send(event);
        }
    }
}
