//! The security questions: each out of those on offer or in the person's own words, with its answer.

use regain_flow::{Field, FieldError, QuestionChoice, QuestionsFormView, RowView, SecurityInfoView, View};

use super::parts::back;
use crate::i18n::{self, Text};
use crate::views::context::Context;
use crate::views::element::{Element, element};
use crate::views::fields::{control, error, input, labelled, no_hint, typed};
use crate::views::parts::{actions, form, heading, submit};

/// The value of an own question in the list; the others have their places.
const OWN: &str = "own";

pub(super) fn screen(context: &Context, form_view: &QuestionsFormView) -> Element {
    let number = |number: u8| i18n::digits(number.into());
    let counts = [number(form_view.offer.to_register), number(form_view.offer.to_answer)];
    let lead = i18n::fill(Text::SetQuestionsLead, &[&counts[0], &counts[1]]);
    let mut fields = element("fieldset")
        .part("questions")
        .at("aria-describedby", "regain-answers-error")
        .child(element("legend").at("class", "unseen").say(Text::SetQuestionsHeading))
        .child(error(Field::Answers, wrong));
    for (place, row) in (0..).zip(&form_view.rows) {
        fields = fields.child(question(context, form_view, place, row));
    }
    element("div")
        .at("class", "screen")
        .child(heading(Text::SetQuestionsHeading))
        .child(element("p").part("lead").words(&lead))
        .child(element("p").part("note").has("hidden", !form_view.replaces).say(Text::SetQuestionsReplace))
        .child(
            form(context).child(fields).child(actions(submit(|_| Text::SetQuestionsSave), back(context, Text::Back))),
        )
}

/// One question with its answer.
fn question(context: &Context, form: &QuestionsFormView, place: u8, row: &RowView) -> Element {
    let nth = i18n::digits(u32::from(place) + 1);
    let label = |text: Text| i18n::fill(text, &[&nth]);
    let (choose, own, answer) = (Field::Question(place), Field::Own(place), Field::Answer(place));
    let own_words = input(context, own, wrong)
        .at("type", "text")
        .at("autocomplete", "off")
        .at("maxlength", "200")
        .at("dir", "auto")
        .at("value", &row.own);
    let answer_words = input(context, answer, wrong).at("type", "text").at("autocomplete", "off").at("dir", "auto");
    element("div")
        .at("class", "question")
        .child(labelled(choose, &label(Text::SetQuestion), no_hint, select(context, form, place, row), wrong))
        .child(element("span").part("hint").at("aria-hidden", "true").live(move |view| whole(view, place)))
        .child(
            labelled(own, &label(Text::SetQuestionWords), no_hint, own_words, wrong)
                .flag("hidden", move |view| chosen(view, place) != Some(QuestionChoice::Own)),
        )
        .child(labelled(answer, &label(Text::SetAnswer), answer_hint, answer_words, wrong))
}

fn select(context: &Context, form: &QuestionsFormView, place: u8, row: &RowView) -> Element {
    let option = |value: String, chosen: bool| element("option").at("value", &value).has("selected", chosen);
    let mut select = control("select", context, Field::Question(place), wrong)
        .at("aria-required", "true")
        .at("dir", "auto")
        // Some browsers tell of a choice only so.
        .on("change", typed(context, Field::Question(place)))
        .child(
            option(String::new(), row.chosen.is_none())
                .at("disabled", "")
                .at("hidden", "")
                .say(Text::SetQuestionChoose),
        );
    for (at, question) in form.offer.predefined.iter().enumerate() {
        let this = QuestionChoice::Offered(at);
        let value = i18n::digits(u32::try_from(at).unwrap_or(u32::MAX));
        // No question twice.
        let taken = move |view: &View| (0..).zip(rows(view)).any(|(row, it)| row != place && it.chosen == Some(this));
        select = select.child(option(value, row.chosen == Some(this)).flag("disabled", taken).words(&question.text));
    }
    if form.offer.own_allowed {
        select =
            select.child(option(OWN.to_owned(), row.chosen == Some(QuestionChoice::Own)).say(Text::SetQuestionOwn));
    }
    select
}

fn rows(view: &View) -> &[RowView] {
    match view.screen.security_info() {
        Some(SecurityInfoView::Questions(form)) => &form.rows,
        _ => &[],
    }
}

fn chosen(view: &View, place: u8) -> Option<QuestionChoice> {
    rows(view).get(usize::from(place))?.chosen
}

/// The words of a question that the closed list may not show to their end.
fn whole(view: &View, place: u8) -> String {
    const SHORT: usize = 30;
    match (view.screen.security_info(), chosen(view, place)) {
        (Some(SecurityInfoView::Questions(form)), Some(QuestionChoice::Offered(at))) => {
            let question = form.offer.predefined.get(at).map_or("", |question| &question.text);
            if question.chars().count() > SHORT { question.to_owned() } else { String::new() }
        }
        _ => String::new(),
    }
}

fn answer_hint(_: &View) -> String {
    i18n::text(Text::SetAnswerHint).to_owned()
}

fn wrong(view: &View, field: Field) -> Option<String> {
    let Some(SecurityInfoView::Questions(form)) = view.screen.security_info() else { return None };
    let (at, error) = form.error?;
    let text = match (at, error) {
        (Field::Question(_), FieldError::Missing) => Text::SetQuestionMissing,
        (Field::Question(_) | Field::Own(_), FieldError::Repeated) => Text::SetQuestionRepeated,
        (Field::Own(_), FieldError::Missing) => Text::SetOwnMissing,
        (Field::Own(_), _) => Text::SetOwnLength,
        (Field::Answer(_), FieldError::Missing) => Text::SetAnswerMissing,
        (Field::Answer(_), FieldError::TooShort) => Text::SetAnswerShort,
        (Field::Answer(_), FieldError::TooLong) => Text::SetAnswerLong,
        (Field::Answer(_), FieldError::Repeated) => Text::SetAnswerRepeated,
        (Field::Answer(_), FieldError::GivenAway) => Text::SetAnswerGivenAway,
        (Field::Answer(_), _) => Text::SetAnswerUnusable,
        _ => Text::SetAnswersUnusable,
    };
    (at == field).then(|| i18n::text(text).to_owned())
}
