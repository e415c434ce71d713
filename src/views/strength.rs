//! How strong a new password is: a bar, and in words what it means, why, and what would help. Nothing at
//! all where that can't be told.

use super::new_password::of;
use super::parts::{Context, Element, element};
use crate::flow::{Strength, View};
use crate::i18n::{self, Text};

/// The meter.
pub(super) fn meter(context: Context) -> Element {
    let bar = element("div")
        .part("meter")
        .at("role", "meter")
        .at("aria-label", i18n::text(Text::StrengthLabel))
        .at("aria-valuemin", "0")
        .at("aria-valuemax", "4")
        .live_at("aria-valuenow", move || {
            context.read(|view| strength(view).map(|strength| i18n::digits(strength.score.into())))
        })
        .live_at("aria-valuetext", move || Some(context.read(words)));
    element("div")
        .at("class", "strength")
        .when("hidden", context, |view| strength(view).is_none())
        .child(bar)
        .child(element("p").part("hint").shows(context, words))
}

fn strength(view: &View) -> Option<&Strength> {
    of(view)?.strength.as_ref()
}

fn words(view: &View) -> String {
    strength(view).map(|strength| strength.words.clone()).unwrap_or_default()
}
