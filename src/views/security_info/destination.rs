//! A mail address or a phone, to be added or to take another one's place.

use regain_flow::{DestinationView, Enrolment, Field, FieldError, SecurityInfoView, View};
use regain_protocol::MethodKind;

use super::parts::{back, meaning, name};
use crate::i18n::{self, Text};
use crate::views::context::Context;
use crate::views::element::{Element, HERE, element};
use crate::views::fields::{choice, field, input};
use crate::views::parts::{actions, form, screen as begin, submit};

pub(super) fn screen(context: &Context, form_view: &DestinationView) -> Element {
    let is_phone = matches!(form_view.way, Enrolment::Phone(_));
    let replaces = form_view.replaces.as_ref();
    let (title, words) = match (is_phone, replaces) {
        (false, None) => (Text::EmailAddHeading, Text::EmailAddLead),
        (false, Some(_)) => (Text::EmailReplaceHeading, Text::EmailAddLead),
        (true, None) => (Text::PhoneAddHeading, Text::PhoneAddLead),
        (true, Some(_)) => (Text::PhoneReplaceHeading, Text::PhoneAddLead),
    };
    let (kind, autocomplete) = if is_phone { ("tel", "tel") } else { ("email", "email") };
    let value = input(context, Field::Destination, wrong)
        .at("type", kind)
        .at("inputmode", kind)
        .at("autocomplete", autocomplete)
        .at("dir", "ltr")
        .at("value", &form_view.value);
    let mut screen = begin(title, words);
    if let Some(masked) = replaces {
        let note = element("p").part("note").around(&i18n::fill(Text::Replaces, &[HERE]), masked);
        screen = screen.child(note);
    }
    let hint = if is_phone { phone_hint } else { email_hint };
    let mut fields = form(context).child(field(Field::Destination, name(Some(form_view.way)), hint, value, wrong));
    if form_view.kinds.len() > 1 {
        fields = fields.child(kinds(context, form_view));
    }
    screen.child(fields.child(actions(submit(next), back(context, Text::Back))))
}

/// By text or by call, where both can be had.
fn kinds(context: &Context, form: &DestinationView) -> Element {
    let mut list = element("fieldset").part("group").child(element("legend").part("label").say(Text::PhoneHow));
    for (place, kind) in form.kinds.iter().enumerate() {
        let words = if *kind == MethodKind::Call { Text::PhoneByCall } else { Text::PhoneByText };
        let words = element("span").say(words);
        list = list.child(choice(context, Field::Method, place, Some(form.chosen), kind.as_str(), words));
    }
    list
}

fn email_hint(view: &View) -> String {
    match view.screen.security_info() {
        Some(SecurityInfoView::Destination(form)) => i18n::text(meaning(form.way)).to_owned(),
        _ => String::new(),
    }
}

fn phone_hint(_: &View) -> String {
    i18n::text(Text::PhoneHint).to_owned()
}

fn next(view: &View) -> Text {
    let Some(SecurityInfoView::Destination(form)) = view.screen.security_info() else { return Text::Next };
    match form.kinds.get(form.chosen) {
        Some(MethodKind::Sms) => Text::Sms,
        Some(MethodKind::Call) => Text::Call,
        _ => Text::SendCode,
    }
}

fn wrong(view: &View, _: Field) -> Option<String> {
    let Some(SecurityInfoView::Destination(DestinationView { way, error: Some(error), .. })) =
        view.screen.security_info()
    else {
        return None;
    };
    let text = match (matches!(way, Enrolment::Phone(_)), error) {
        (false, FieldError::Missing) => Text::EmailMissing,
        (false, _) => Text::EmailUnusable,
        (true, FieldError::Missing) => Text::PhoneMissing,
        (true, FieldError::CountryCode) => Text::PhoneCountry,
        (true, _) => Text::PhoneUnusable,
    };
    Some(i18n::text(text).to_owned())
}
