//! The strength of a new password: a bar, and in words what it means, why, and what would help. Nothing at
//! all where that can't be told.

use super::element::{Element, element};
use crate::i18n;
use regain_flow::{Strength, View};

/// The meter.
pub(super) fn meter() -> Element {
    // For the eye: the words below say it to everybody.
    let bar = element("div")
        .part("meter")
        .live_at("data-score", |view| strength(view).map(|strength| i18n::digits(strength.score.into())));
    element("div")
        .at("class", "strength")
        .when("hidden", |view| strength(view).is_none())
        .child(bar)
        .child(element("p").part("hint").shows(words))
}

fn strength(view: &View) -> Option<&Strength> {
    view.screen.password()?.strength.as_ref()
}

fn words(view: &View) -> String {
    strength(view).map(|strength| strength.words.clone()).unwrap_or_default()
}
