//! What can be done with a new password besides typing it: show it, have one suggested, copy that.

use leptos::prelude::WithUntracked as _;

use super::new_password::of;
use super::parts::{Context, Element, button, element};
use crate::aids;
use crate::flow::{Event, PasswordView, Suggested, View};
use crate::i18n::{self, Text};

/// The row below the field.
pub(super) fn row(context: Context) -> Element {
    let link = |event: fn() -> Event| button("link", context, event);
    let again = element("button").part("link").at("type", "button").on("click", move |_| ask(context, true));
    let other = element("button").part("link").at("type", "button").on("click", move |_| ask(context, false));
    let mut copy = link(|| Event::AskedToCopy).shows(context, |view| {
        words(if suggested(view) == Some(Suggested::Copied) { Text::Copied } else { Text::Copy })
    });
    copy = if aids::can_copy() { copy.when("hidden", context, is_not_given) } else { copy.at("hidden", "") };
    let ways = element("div")
        .at("class", "ways")
        .child(link(|| Event::Showed).shows(context, |view| {
            words(if of(view).is_some_and(|password| password.shown) { Text::HideLabel } else { Text::ShowLabel })
        }))
        .child(
            again.shows(context, |view| words(if is_not_given(view) { Text::Suggest } else { Text::SuggestAnother })),
        )
        .child(other.when("hidden", context, is_not_given).shows(context, |view| {
            words(if of(view).is_some_and(|password| password.words) {
                Text::SuggestCharacters
            } else {
                Text::SuggestWords
            })
        }))
        .child(copy);
    element("div").at("class", "field").child(ways).child(element("p").part("hint").shows(context, |view| {
        match suggested(view) {
            Some(Suggested::Given | Suggested::Copied) => words(Text::SuggestionGiven),
            Some(Suggested::Failed) => words(Text::SuggestionFailed),
            _ => String::new(),
        }
    }))
}

/// Asks for another suggestion, of the same kind or of the other.
fn ask(context: Context, same: bool) {
    let words = context.view.with_untracked(|view| of(view).is_some_and(|password| password.words == same));
    context.send(Event::AskedForSuggestion(words));
}

fn words(text: Text) -> String {
    i18n::text(text).to_owned()
}

fn suggested(view: &View) -> Option<Suggested> {
    of(view).map(|password: &PasswordView| password.suggested)
}

fn is_not_given(view: &View) -> bool {
    !matches!(suggested(view), Some(Suggested::Given | Suggested::Copied))
}
