//! A code, to be entered.

use regain_flow::CodeView;
use regain_flow::full::IS_FULL;
use regain_protocol::{MethodKind, NoticeCode};

use super::code_field::{another_code, code_field};
use super::context::Context;
use super::element::{Element, HERE, element};
use super::parts::{actions, another_method, form, heading, lead, submit};
use super::security_info::confirm_code;
use crate::i18n::{self, Text};

pub(super) fn screen(context: &Context, code: &CodeView) -> Element {
    if IS_FULL && code.registers {
        return confirm_code(context, code);
    }
    let length = i18n::digits(code.length.into());
    let sent = match (code.kind, &code.masked) {
        (MethodKind::Authenticator, _) => element("p").part("lead").words(&i18n::fill(Text::CodeByApp, &[&length])),
        (MethodKind::RecoveryCodes, _) if IS_FULL => lead(Text::CodeRecovery),
        (_, Some(masked)) => element("p").part("lead").around(&i18n::fill(Text::CodeSentTo, &[&length, HERE]), masked),
        (_, None) => element("p").part("lead").words(&i18n::fill(Text::CodeSent, &[&length])),
    };
    element("div")
        .at("class", "screen")
        .child(heading(Text::CodeHeading))
        .child(sent)
        .child(lead(Text::CodeResent).when("hidden", |view| view.notice != Some(NoticeCode::CodeResent)))
        .child(
            form(context)
                .child(code_field(context, code))
                .child(actions(submit(|_| Text::Verify), another_method(context))),
        )
        .child(another_code(context, code.kind))
}
