//! The kinds of account to choose from.

use leptos::prelude::*;
use regain_protocol::AccountType;

use super::parts::{Context, button, element, screen as begin};
use crate::i18n::Text;
use regain_flow::Event;

pub(super) fn screen(context: Context, kinds: &[AccountType]) -> AnyView {
    let mut list = element("div").part("choices");
    for kind in kinds {
        let choice = match &kind.href {
            Some(href) => element("a").part("choice").with("href", href.clone()),
            None => button("choice", context, || Event::AccountTypeChosen),
        };
        list = list.child(choice.words(kind.label.clone()));
    }
    begin(Text::AccountHeading, Text::AccountLead).child(list).done()
}
