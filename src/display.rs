//! The drawn state of a widget: what the flow core says is to be drawn, and the parts that are drawn anew as a whole.

use leptos::prelude::*;
use leptos::reactive::signal::ArcTrigger;
use regain_flow::View;

/// A part that is drawn as a whole, anew whenever its key is another. Memos for it would be 1 kB of the widget.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// The screen.
    Screen,
    /// The digits to read and the field for them.
    Challenge,
    /// The place of the challenge, which comes with the flow.
    ChallengePlace,
}

/// The drawn state of a widget.
pub(crate) struct Display {
    view: RwSignal<View>,
    redraw: [ArcTrigger; 3],
}

impl Display {
    pub(crate) fn new(view: View) -> Self {
        Self { view: RwSignal::new(view), redraw: Default::default() }
    }

    /// The view, to be read where it is drawn.
    pub(crate) fn view(&self) -> RwSignal<View> {
        self.view
    }

    /// Draws another view.
    pub(crate) fn show(&self, view: View) {
        let keys = view.keys();
        for (place, former) in self.view.with_untracked(View::keys).into_iter().enumerate() {
            if former != keys[place] {
                self.redraw[place].notify();
            }
        }
        self.view.set(view);
    }

    /// Has the caller drawn anew with every other key of a part.
    pub(crate) fn track(&self, part: Part) {
        self.redraw[part as usize].track();
    }
}
