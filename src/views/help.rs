//! The help contacts: for a step that this widget does not know, and wherever else nothing more can
//! be done here.

use regain_protocol::Help;

use super::context::Context;
use super::element::{Element, element};
use super::parts::{cancel, screen as begin};
use crate::i18n::{self, Text};
use regain_flow::View;

/// A step that this widget does not know.
pub(super) fn screen(context: &Context) -> Element {
    begin(Text::UnknownHeading, Text::UnknownLead)
        .child(page(context))
        .child(help())
        .child(element("div").at("class", "actions").child(cancel(context)))
}

/// The link's own address, where it leads somewhere else than here.
pub(super) fn page(context: &Context) -> Element {
    let href = context.href();
    let shown = href.is_some();
    element("p")
        .at("class", "lead")
        .has("hidden", !shown)
        .child(element("a").part("link").at("href", href.unwrap_or_default()).say(Text::UnknownPage))
}

/// The organisation's help contacts. They are there when the configuration came, which may be later.
pub(super) fn help() -> Element {
    let contact = |scheme: &'static str, part: fn(&Help) -> Option<&String>, name: Option<Text>| {
        element("li").flag("hidden", move |view| part(&view.config.help).is_none()).child(
            element("a")
                .part("link")
                // A number begins at its left in every language; a name, where the language begins.
                .at("dir", "auto")
                .live_at("href", move |view| part(&view.config.help).map(|address| [scheme, address].concat()))
                .live(move |view| match name {
                    Some(name) => i18n::text(name).to_owned(),
                    None => part(&view.config.help).cloned().unwrap_or_default(),
                }),
        )
    };

    element("div")
        .part("help")
        .child(
            element("p")
                .shows(|view| i18n::text(if nobody(view) { Text::HelpNobody } else { Text::HelpLead }).to_owned()),
        )
        .child(
            element("ul")
                .when("hidden", nobody)
                .child(contact("mailto:", |help| help.email.as_ref(), None))
                .child(contact("tel:", |help| help.phone.as_ref(), None))
                .child(contact(
                    "",
                    |help| help.url.as_ref().filter(|url| url.starts_with("http")),
                    Some(Text::HelpPage),
                )),
        )
}

fn nobody(view: &View) -> bool {
    view.config.help == Help::default()
}
