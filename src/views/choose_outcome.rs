//! The choice between unlocking, which keeps the password, and a new password.

use regain_protocol::UnlockOutcome;

use super::context::Context;
use super::element::{Element, element};
use super::fields::{choice, choices, error};
use super::parts::{actions, cancel, form, screen as begin, submit};
use crate::i18n::{self, Text};
use regain_flow::{Field, FullScreen, OutcomesView, View};

pub(super) fn screen(context: &Context, outcomes: &OutcomesView) -> Element {
    let mut list = choices(Field::Outcome);
    for (place, outcome) in outcomes.outcomes.iter().enumerate() {
        let (name, meaning) = match outcome {
            UnlockOutcome::Unlock => (Text::OutcomeUnlock, Text::OutcomeUnlockMeans),
            _ => (Text::OutcomeReset, Text::OutcomeResetMeans),
        };
        let words = element("span")
            .at("class", "words")
            .child(element("span").say(name))
            .child(element("span").part("hint").say(meaning));
        list = list.child(choice(context, Field::Outcome, place, outcomes.chosen, "", words));
    }
    let title = if outcomes.outcomes.len() > 1 { Text::OutcomeHeading } else { Text::UnlockHeading };
    begin(title, Text::OutcomeLead).child(
        form(context)
            .child(list.child(error(Field::Outcome, wrong)))
            .child(actions(submit(|_| Text::Next), cancel(context))),
    )
}

fn wrong(view: &View, _: Field) -> Option<String> {
    matches!(view.screen.full(), Some(FullScreen::ChooseOutcome(OutcomesView { error: Some(_), .. })))
        .then(|| i18n::text(Text::ChoiceMissing).to_owned())
}
