//! The list of the screens that only the full build has.

use regain_flow::FullScreen;

use super::context::Context;
use super::element::Element;
use super::{answer_call, answer_questions, choose_outcome, contact_administrator, security_info, sign_in};

pub(super) fn screen(context: &Context, screen: &FullScreen) -> Element {
    match screen {
        FullScreen::ContactAdministrator(contact) => contact_administrator::screen(context, contact),
        FullScreen::AnswerCall(call) => answer_call::screen(context, call),
        FullScreen::AnswerQuestions(questions) => answer_questions::screen(context, questions),
        FullScreen::ChooseOutcome(outcomes) => choose_outcome::screen(context, outcomes),
        FullScreen::SignIn(sign_in) => sign_in::screen(context, sign_in),
        FullScreen::SecurityInfo(info) => security_info::screen(context, info),
    }
}
