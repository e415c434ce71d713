//! What can be done with a new password besides typing it: show it, have one suggested, copy that.

use super::new_password::of;
use super::parts::{Context, Element, button, element};
use crate::flow::{Event, Suggested, View};
use crate::i18n::Text;

/// The row below the field.
pub(super) fn row(context: Context) -> Element {
    let show = button("link", context, || Event::Showed).says(context, |view| {
        if of(view).is_some_and(|password| password.shown) { Text::HideLabel } else { Text::ShowLabel }
    });
    let suggest = button("link", context, || Event::AskedForSuggestion(true))
        .says(context, |view| if given(view).is_some() { Text::SuggestAnother } else { Text::Suggest });
    let other = button("link", context, || Event::AskedForSuggestion(false))
        .when("hidden", context, |view| given(view).is_none())
        .says(context, |view| {
            if of(view).is_some_and(|password| password.words) { Text::SuggestCharacters } else { Text::SuggestWords }
        });
    let copy = button("link", context, || Event::AskedToCopy)
        .when("hidden", context, |view| {
            !matches!(given(view), Some(Suggested::Given { can_copy: true } | Suggested::Copied))
        })
        .says(context, |view| if given(view) == Some(Suggested::Copied) { Text::Copied } else { Text::Copy });
    let ways = element("div").at("class", "ways").child(show).child(suggest).child(other).child(copy);
    element("div").at("class", "field").child(ways).child(element("p").part("hint").says(context, |view| {
        match of(view).map(|password| password.suggested) {
            Some(Suggested::Given { .. } | Suggested::Copied) => Text::SuggestionGiven,
            Some(Suggested::Failed) => Text::SuggestionFailed,
            _ => Text::Nothing,
        }
    }))
}

/// The suggestion that is in the fields.
fn given(view: &View) -> Option<Suggested> {
    of(view).map(|password| password.suggested).filter(|it| matches!(it, Suggested::Given { .. } | Suggested::Copied))
}
