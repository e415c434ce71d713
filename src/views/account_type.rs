//! The kinds of account to choose from.

use regain_protocol::AccountType;

use super::context::Context;
use super::element::{Element, element};
use super::parts::{button, screen as begin};
use crate::i18n::Text;
use regain_flow::Event;

pub(super) fn screen(context: &Context, kinds: &[AccountType]) -> Element {
    let mut list = element("div").part("choices");
    for kind in kinds {
        let choice = match &kind.href {
            Some(href) => element("a").part("choice").at("href", href),
            None => button("choice", context, || Event::AccountTypeChosen),
        };
        list = list.child(choice.words(&kind.label));
    }
    begin(Text::AccountHeading, Text::AccountLead).child(list)
}
