//! Is it really to be removed? Asked in place, with what it means.

use regain_flow::RemovalView;

use super::parts::{back, name_of};
use crate::i18n::Text;
use crate::views::context::Context;
use crate::views::element::{Element, element, ltr};
use crate::views::parts::{actions, form, screen as begin, submit};

pub(super) fn screen(context: &Context, removal: &RemovalView) -> Element {
    let method = &removal.method;
    let mut words = element("span").at("class", "words").child(element("span").say(name_of(method.kind, method.role)));
    if let Some(masked) = &method.masked {
        words = words.child(ltr(masked));
    }
    let warning = if removal.is_last { Text::RemoveLast } else { Text::RemoveTooFew };
    begin(Text::RemoveHeading, Text::RemoveLead)
        .child(element("p").part("method").child(words))
        .child(
            element("p")
                .at("class", "ending")
                .at("part", "warning")
                .has("hidden", !removal.is_last && !removal.too_few)
                .say(warning),
        )
        .child(form(context).child(actions(submit(|_| Text::RemoveYes), back(context, Text::RemoveNo))))
}
