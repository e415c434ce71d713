//! Security info: what is registered, one form at a time, and the proof that something new is the person's.

mod codes;
mod confirm;
mod destination;
mod overview;
mod qr;
mod questions;
mod removal;

use leptos::prelude::*;
use regain_protocol::{MethodKind, Role};

use super::parts::{Context, Element, element};
use crate::flow::{Change, Event, Screen, SecurityInfoView, View, Way};
use crate::i18n::Text;
pub(super) use confirm::{back_without_adding, confirm_code};

pub(super) fn screen(context: Context, info: &SecurityInfoView) -> AnyView {
    match info {
        SecurityInfoView::Overview(overview) => overview::screen(context, overview),
        SecurityInfoView::Destination(form) => destination::screen(context, form),
        SecurityInfoView::Questions(form) => questions::screen(context, form),
        SecurityInfoView::Removal(removal) => removal::screen(context, removal),
        SecurityInfoView::Renewal => codes::renewal(context),
        SecurityInfoView::Codes(codes) => codes::screen(context, codes),
    }
}

fn of(view: &View) -> Option<&SecurityInfoView> {
    match &view.screen {
        Screen::SecurityInfo(info) => Some(info),
        _ => None,
    }
}

/// A button that opens or closes a form.
fn changes(class: &'static str, context: Context, change: Change) -> Element {
    element("button").part(class).at("type", "button").on("click", move |_| context.send(Event::Changed(change)))
}

fn back(context: Context, text: Text) -> Element {
    changes("secondary", context, Change::GiveUp).say(text)
}

fn name(way: Option<Way>) -> Text {
    match way {
        Some(Way::Email(Some(Role::Alternate))) => Text::WayEmailAlternate,
        Some(Way::Email(Some(Role::Authentication))) => Text::WayEmailAuthentication,
        Some(Way::Email(_)) => Text::WayEmail,
        Some(Way::Phone(Some(Role::Mobile))) => Text::WayPhoneMobile,
        Some(Way::Phone(Some(Role::Authentication))) => Text::WayPhoneAuthentication,
        Some(Way::Phone(Some(Role::Office))) => Text::WayPhoneOffice,
        Some(Way::Phone(_)) => Text::WayPhone,
        Some(Way::Questions) => Text::WayQuestions,
        Some(Way::Authenticator) => Text::WayAuthenticator,
        Some(Way::RecoveryCodes) => Text::KindRecovery,
        None => Text::WayOther,
    }
}

/// What a registered method is.
fn name_of(kind: MethodKind, role: Option<Role>) -> Text {
    name(Way::of(kind, role))
}
