//! Security info: the registered methods, one form at a time, and the proof that something new is the person's.

mod codes;
mod confirm;
mod destination;
mod overview;
mod parts;
mod qr;
mod questions;
mod removal;

use regain_flow::SecurityInfoView;

use super::context::Context;
use super::element::Element;
pub(super) use confirm::{back_without_adding, confirm_code};

pub(super) fn screen(context: &Context, info: &SecurityInfoView) -> Element {
    match info {
        SecurityInfoView::Overview(overview) => overview::screen(context, overview),
        SecurityInfoView::Destination(form) => destination::screen(context, form),
        SecurityInfoView::Questions(form) => questions::screen(context, form),
        SecurityInfoView::Removal(removal) => removal::screen(context, removal),
        SecurityInfoView::Renewal => codes::renewal(context),
        SecurityInfoView::Codes(codes) => codes::screen(context, codes),
    }
}
