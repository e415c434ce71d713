//! The parts that the forms of the security info share.

use regain_flow::{Enrolment, FullEvent, SecurityInfoEvent};
use regain_protocol::{MethodKind, Role};

use crate::i18n::Text;
use crate::views::context::Context;
use crate::views::element::Element;
use crate::views::parts::full_button;

/// A button for what is done with the security info.
pub(super) fn form_button(class: &'static str, context: &Context, event: SecurityInfoEvent) -> Element {
    full_button(class, context, FullEvent::SecurityInfo(event))
}

pub(super) fn back(context: &Context, text: Text) -> Element {
    form_button("secondary", context, SecurityInfoEvent::FormClosed).say(text)
}

pub(super) fn name(way: Option<Enrolment>) -> Text {
    match way {
        Some(Enrolment::Email(Some(Role::Alternate))) => Text::WayEmailAlternate,
        Some(Enrolment::Email(Some(Role::Authentication))) => Text::WayEmailAuthentication,
        Some(Enrolment::Email(_)) => Text::WayEmail,
        Some(Enrolment::Phone(Some(Role::Mobile))) => Text::WayPhoneMobile,
        Some(Enrolment::Phone(Some(Role::Authentication))) => Text::WayPhoneAuthentication,
        Some(Enrolment::Phone(Some(Role::Office))) => Text::WayPhoneOffice,
        Some(Enrolment::Phone(_)) => Text::WayPhone,
        Some(Enrolment::Questions) => Text::WayQuestions,
        Some(Enrolment::Authenticator) => Text::WayAuthenticator,
        Some(Enrolment::RecoveryCodes) => Text::KindRecovery,
        None => Text::WayOther,
    }
}

/// The difference between an address of one's own and one that is kept for this.
pub(super) fn meaning(way: Enrolment) -> Text {
    match way {
        Enrolment::Email(Some(Role::Alternate)) => Text::HintAlternate,
        Enrolment::Email(Some(Role::Authentication)) | Enrolment::Phone(Some(Role::Authentication)) => {
            Text::HintAuthentication
        }
        _ => Text::Nothing,
    }
}

/// Its sign, by the kind of method: see the stylesheet.
pub(super) fn sign(way: Enrolment) -> &'static str {
    match way {
        Enrolment::Email(_) => "email",
        Enrolment::Phone(_) => "call",
        Enrolment::Questions => "questions",
        Enrolment::Authenticator | Enrolment::RecoveryCodes => "authenticator",
    }
}

/// The name of a registered method.
pub(super) fn name_of(kind: MethodKind, role: Option<Role>) -> Text {
    name(Enrolment::new(kind, role))
}
