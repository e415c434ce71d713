//! New recovery codes, shown this once with what helps to keep them; and the question whether new ones are to be made.

use regain_flow::{Codes, Export, SecurityInfoEvent};

use super::parts::{back, form_button};
use crate::i18n::Text;
use crate::views::context::Context;
use crate::views::element::{Element, element};
use crate::views::parts::{actions, form, screen as begin, submit};

pub(super) fn screen(context: &Context, codes: &Codes) -> Element {
    // No program that translates pages, and no reader that guesses at words, is to make something else of them.
    let mut list = element("ol").at("class", "codes").at("translate", "no").at("dir", "ltr");
    for code in codes.iter() {
        list = list.child(element("li").child(element("code").part("key").words(code.expose())));
    }
    let keep = element("p")
        .at("class", "ways")
        .child(form_button("link", context, SecurityInfoEvent::CodesExported(Export::Copy)).say(Text::Copy))
        .child(form_button("link", context, SecurityInfoEvent::CodesExported(Export::Print)).say(Text::RecoveryPrint))
        .child(
            form_button("link", context, SecurityInfoEvent::CodesExported(Export::Download))
                .say(Text::RecoveryDownload),
        );
    begin(Text::KindRecovery, Text::RecoveryLead).child(list).child(keep).child(
        element("div")
            .at("class", "actions")
            .child(form_button("primary", context, SecurityInfoEvent::FormClosed).say(Text::RecoverySaved)),
    )
}

pub(super) fn renewal(context: &Context) -> Element {
    begin(Text::RecoveryAgainHeading, Text::RecoveryAgainLead)
        .child(form(context).child(actions(submit(|_| Text::RecoveryAgainYes), back(context, Text::Back))))
}
