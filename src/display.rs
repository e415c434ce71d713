//! The drawn state of a widget.

use std::sync::Arc;

use leptos::prelude::ArcRwSignal;
use regain_flow::View;

/// The drawn state of a widget: what the flow core says is to be drawn. It is shared, so that nobody holds the signal while
/// something is drawn: a field that goes away may have events of its own.
pub(crate) type Display = ArcRwSignal<Arc<View>>;
