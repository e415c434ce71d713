//! The strength of a new password: a bar, and in words what it means, why, and what would help. Nothing at
//! all where that can't be told.

use super::context::Context;
use super::element::{Element, element};
use crate::i18n;
use regain_flow::{Strength, View};

/// The meter.
pub(super) fn meter(context: Context) -> Element {
    // For the eye: the words below say it to everybody.
    let bar = element("div").part("meter").live_at("data-score", move || {
        context.read(|view| strength(view).map(|strength| i18n::digits(strength.score.into())))
    });
    element("div")
        .at("class", "strength")
        .when("hidden", context, |view| strength(view).is_none())
        .child(bar)
        .child(element("p").part("hint").shows(context, words))
}

fn strength(view: &View) -> Option<&Strength> {
    view.screen.password()?.strength.as_ref()
}

fn words(view: &View) -> String {
    strength(view).map(|strength| strength.words.clone()).unwrap_or_default()
}
