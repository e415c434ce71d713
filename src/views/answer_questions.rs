//! The registered questions, to be answered.

use super::context::Context;
use super::element::{Element, element};
use super::fields::{error, input, labelled, no_hint};
use super::parts::{actions, another_method, form, screen as begin, submit};
use crate::i18n::{self, Text};
use regain_flow::{Field, FieldError, FullScreen, QuestionsView, View};

pub(super) fn screen(context: &Context, questions: &QuestionsView) -> Element {
    let mut fields = element("fieldset")
        .part("questions")
        .at("aria-describedby", "regain-answers-error")
        .child(element("legend").at("class", "unseen").say(Text::QuestionsHeading))
        .child(error(Field::Answers, wrong));
    for (place, question) in (0..).zip(&questions.questions) {
        let field = Field::Answer(place);
        let answer = input(context, field, wrong).at("type", "text").at("autocomplete", "off").at("dir", "auto");
        fields = fields.child(labelled(field, &question.text, no_hint, answer, wrong));
    }
    begin(Text::QuestionsHeading, Text::QuestionsLead)
        .child(form(context).child(fields).child(actions(submit(|_| Text::Next), another_method(context))))
}

fn wrong(view: &View, field: Field) -> Option<String> {
    let Some(FullScreen::AnswerQuestions(QuestionsView { error: Some((at, error)), .. })) = view.screen.full() else {
        return None;
    };
    if *at != field {
        return None;
    }
    let text = match error {
        FieldError::Missing => Text::AnswerMissing,
        FieldError::Wrong { tries_left } if *tries_left > 0 => {
            return Some(i18n::counted(Text::AnswersWrongTries, (*tries_left).into(), ""));
        }
        FieldError::Wrong { .. } => Text::AnswersWrong,
        _ => Text::AnswersUnusable,
    };
    Some(i18n::text(text).to_owned())
}
