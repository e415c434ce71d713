//! The actions on a new password besides typing it: to show it, to have one suggested, to copy that.

use super::context::Context;
use super::element::{Element, element};
use super::parts::button;
use crate::i18n::Text;
use regain_flow::{PasswordEvent, Suggestion, View};

/// The row below the field.
pub(super) fn row(context: &Context) -> Element {
    let show = button("link", context, || PasswordEvent::VisibilityToggled.into()).says(|view| {
        if view.screen.password().is_some_and(|password| password.shown) { Text::HideLabel } else { Text::ShowLabel }
    });
    let suggest = button("link", context, || PasswordEvent::SuggestionRequested { same_kind: true }.into())
        .says(|view| if given(view).is_some() { Text::SuggestAnother } else { Text::Suggest });
    let other = button("link", context, || PasswordEvent::SuggestionRequested { same_kind: false }.into())
        .when("hidden", |view| given(view).is_none())
        .says(|view| {
            if view.screen.password().is_some_and(|password| password.words) {
                Text::SuggestCharacters
            } else {
                Text::SuggestWords
            }
        });
    let copy = button("link", context, || PasswordEvent::CopyRequested.into())
        .when("hidden", |view| !matches!(given(view), Some(Suggestion::Given { can_copy: true } | Suggestion::Copied)))
        .says(|view| if given(view) == Some(Suggestion::Copied) { Text::Copied } else { Text::Copy });
    let ways = element("div").at("class", "ways").child(show).child(suggest).child(copy).child(other);
    // Longer than the field is wide: here all of it can be seen. `region.rs` writes it.
    let whole =
        element("p").part("value").at("id", "regain-suggestion").at("dir", "ltr").when("hidden", |view| {
            given(view).is_none() || view.screen.password().is_none_or(|password| !password.shown)
        });
    element("div").at("class", "field").child(ways).child(whole).child(element("p").part("hint").says(|view| {
        match view.screen.password().map(|password| password.suggestion) {
            Some(Suggestion::Given { .. } | Suggestion::Copied) => Text::SuggestionGiven,
            Some(Suggestion::Failed) => Text::SuggestionFailed,
            _ => Text::Nothing,
        }
    }))
}

/// The suggestion that is in the fields.
fn given(view: &View) -> Option<Suggestion> {
    view.screen
        .password()
        .map(|password| password.suggestion)
        .filter(|it| matches!(it, Suggestion::Given { .. } | Suggestion::Copied))
}
