//! The challenge on the first screen.

use leptos::prelude::*;

use super::parts::{Context, element};

/// The challenge's part of the form; empty where there is none.
pub(super) fn part(_: Context) -> AnyView {
    element("div").at("class", "captcha").at("hidden", "").done()
}
