//! The security info, one form at a time.

use regain_protocol::{
    AllowedMethod, Answer, MethodKind, PredefinedQuestion, ProblemCode, QuestionsOffer, RegisteredMethod, Role, Secret,
    StepBody,
};

use super::*;
use crate::field::{Field, FieldError};
use crate::step::{Refusal, StepState as _, in_context};

use SecurityInfoEvent::{FormClosed, Opened, RemovalOpened};

fn input(step: &mut SecurityInfo, field: Field, text: &str) {
    in_context(|context| step.input(field, text.into(), context));
}

fn refusal(code: ProblemCode, pointer: &str) -> Refusal {
    Refusal { code, pointer: pointer.into(), violations: vec![] }
}

fn method(id: &str, kind: MethodKind, role: Option<Role>) -> RegisteredMethod {
    let masked = Some("•••".into());
    RegisteredMethod { id: id.into(), kind, role, masked, registered: true, verified: true, left: None }
}

fn offer() -> QuestionsOffer {
    let question = |id: &str| PredefinedQuestion { id: id.into(), text: format!("What was the {id}?") };
    let predefined = ["pet", "toy", "dish", "boss"].map(question).into();
    QuestionsOffer { predefined, own_allowed: true, to_register: 3, to_answer: 2 }
}

fn allowed() -> Vec<AllowedMethod> {
    use MethodKind as Kind;
    let of = |kind, role| AllowedMethod { kind, role };
    vec![
        of(Kind::Email, Some(Role::Alternate)),
        of(Kind::Sms, Some(Role::Mobile)),
        of(Kind::Call, Some(Role::Mobile)),
        of(Kind::Questions, None),
        of(Kind::RecoveryCodes, None),
        of(Kind::Authenticator, None),
        of(Kind::Unknown, None),
    ]
}

fn step(methods: Vec<RegisteredMethod>) -> SecurityInfo {
    let (allowed, questions) = (allowed(), Some(offer()));
    let body = StepBody::SecurityInfo { methods, required: 2, allowed, questions, reconfirm: false, new_codes: None };
    SecurityInfo::new(body).expect("it is that step")
}

/// The step with new recovery codes.
fn with_codes(codes: &[&str]) -> SecurityInfo {
    let methods = vec![RegisteredMethod { left: Some(10), ..method("r", MethodKind::RecoveryCodes, None) }];
    let new_codes = Some(codes.iter().map(|code| Secret::from(*code)).collect());
    let body = StepBody::SecurityInfo {
        methods,
        required: 1,
        allowed: allowed(),
        questions: None,
        reconfirm: false,
        new_codes,
    };
    SecurityInfo::new(body).expect("it is that step")
}

fn overview(step: &SecurityInfo) -> OverviewView {
    match step.view(None) {
        SecurityInfoView::Overview(overview) => overview,
        other => panic!("not the overview: {other:?}"),
    }
}

const MAIL: Enrolment = Enrolment::Email(Some(Role::Alternate));
const PHONE: Enrolment = Enrolment::Phone(Some(Role::Mobile));

#[test]
fn what_is_there_is_replaced_and_what_is_not_is_added() {
    let office = RegisteredMethod { registered: false, ..method("o", MethodKind::Call, Some(Role::Office)) };
    let view = overview(&step(vec![office, method("m", MethodKind::Email, Some(Role::Alternate))]));
    let methods: Vec<_> = view.methods.iter().map(|it| (it.place, it.replaced_by)).collect();
    assert_eq!(methods, [(1, Some(MAIL)), (0, None)], "mail first; what the organisation keeps can't be replaced");
    let addable = [PHONE, Enrolment::Authenticator, Enrolment::Questions, Enrolment::RecoveryCodes];
    assert_eq!(view.addable, addable, "a phone is one way, by text or by call");
    assert_eq!((view.count, view.required, view.missing), (2, 2, 0));
}

#[test]
fn what_is_not_confirmed_does_not_count() {
    let unverified = RegisteredMethod { verified: false, ..method("m", MethodKind::Email, None) };
    let view = overview(&step(vec![unverified]));
    assert_eq!((view.count, view.missing), (0, 2));
}

#[test]
fn a_form_opens_closes_and_begins_empty() {
    let mut step = step(vec![]);
    assert_eq!(step.open(Opened(MAIL)).ok(), Some(true));
    assert_eq!(step.open(Opened(Enrolment::Email(Some(Role::Office)))).ok(), Some(false), "nobody may add that");
    input(&mut step, Field::Destination, "ada@example.com");
    assert_eq!(step.contents(), ["ada@example.com"]);
    assert_eq!(step.open(FormClosed).ok(), Some(true));
    assert_eq!(step.open(Opened(MAIL)).ok(), Some(true));
    assert_eq!(step.contents(), [""]);
}

#[test]
fn an_authenticator_app_is_asked_for_at_once() {
    let mut step = step(vec![]);
    let answer = step.open(Opened(Enrolment::Authenticator)).expect_err("there is nothing to fill in");
    assert!(matches!(answer, Answer::Add { kind: MethodKind::Authenticator, role: None, value: None }));
}

#[test]
fn recovery_codes_are_asked_for_at_once_and_made_anew_with_a_question() {
    let is_asked_for =
        |answer: &Answer| matches!(answer, Answer::Add { kind: MethodKind::RecoveryCodes, role: None, value: None });
    let answer = step(vec![]).open(Opened(Enrolment::RecoveryCodes)).expect_err("there is nothing to fill in");
    assert!(is_asked_for(&answer));

    let mut step = step(vec![method("r", MethodKind::RecoveryCodes, None)]);
    assert_eq!(overview(&step).methods[0].replaced_by, Some(Enrolment::RecoveryCodes));
    assert_eq!(step.open(Opened(Enrolment::RecoveryCodes)).ok(), Some(true));
    assert!(matches!(step.view(None), SecurityInfoView::Renewal), "those that there are would stop working");
    let Ok(Some(answer)) = step.answer() else { panic!("they are asked for") };
    assert!(is_asked_for(&answer));
    assert_eq!(step.open(FormClosed).ok(), Some(true));
    assert!(matches!(step.view(None), SecurityInfoView::Overview(_)));
}

#[test]
fn new_recovery_codes_are_shown_until_they_are_kept_and_never_again() {
    let shown = |step: &SecurityInfo| match step.view(None) {
        SecurityInfoView::Codes(codes) => codes.iter().map(|code| code.expose().clone()).collect(),
        _ => Vec::new(),
    };
    let mut step = with_codes(&["7K3QX-9MBWD-2HZ4T", "00000-00000-00001"]);
    assert!(!step.close(), "they came with the answer");
    assert_eq!(shown(&step), ["7K3QX-9MBWD-2HZ4T", "00000-00000-00001"]);
    assert!(!format!("{step:?}").contains("7K3QX"), "{step:?}");
    assert!(!step.renew(with_codes(&["7K3QX-9MBWD-2HZ4T", "00000-00000-00001"])));
    assert!(matches!(step.answer(), Ok(None)), "there is nothing to be sent");
    assert_eq!(step.open(FormClosed).ok(), Some(true));
    assert!(shown(&step).is_empty() && step.codes().is_none());
    assert!(!step.renew(with_codes(&["7K3QX-9MBWD-2HZ4T", "00000-00000-00001"])), "the same step as before");
    assert!(shown(&step).is_empty() && step.codes().is_none());
    assert!(
        matches!(with_codes(&[]).view(None), SecurityInfoView::Overview(_)),
        "without codes there is no list of them"
    );
}

#[test]
fn only_what_is_the_persons_is_removed_and_the_last_one_with_a_warning() {
    let office = RegisteredMethod { registered: false, ..method("o", MethodKind::Call, Some(Role::Office)) };
    let mail = || method("m", MethodKind::Email, Some(Role::Alternate));
    let removal = |step: &SecurityInfo| match step.view(None) {
        SecurityInfoView::Removal(removal) => (removal.is_last, removal.too_few),
        other => panic!("not the removal: {other:?}"),
    };
    let mut one = step(vec![mail()]);
    assert_eq!(one.open(RemovalOpened(0)).ok(), Some(true));
    assert_eq!(removal(&one), (true, true));
    let Ok(Some(Answer::Remove { method: id })) = one.answer() else { panic!("it is removed") };
    assert_eq!(id, "m");
    let mut two = step(vec![office, mail()]);
    assert_eq!(two.open(RemovalOpened(0)).ok(), Some(false));
    assert_eq!(two.open(RemovalOpened(9)).ok(), Some(false));
    assert_eq!(two.open(RemovalOpened(1)).ok(), Some(true));
    assert_eq!(removal(&two), (false, true));
    let three = vec![mail(), method("a", MethodKind::Authenticator, None), method("p", MethodKind::Sms, None)];
    let mut three = step(three);
    assert_eq!(three.open(RemovalOpened(0)).ok(), Some(true));
    assert_eq!(removal(&three), (false, false));
}

#[test]
fn refusals_stand_where_they_belong() {
    let mut step = step(vec![method("m", MethodKind::Email, None)]);
    assert_eq!(step.refused(refusal(ProblemCode::Invalid, "/do")), Some(Field::Methods));
    assert_eq!(overview(&step).error, Some(FieldError::Unfinished { missing: 1 }));
    assert_eq!(step.refused(refusal(ProblemCode::Invalid, "/method")), None);
    assert_eq!(step.open(Opened(PHONE)).ok(), Some(true));
    input(&mut step, Field::Destination, "+49 171 1234567");
    assert_eq!(step.refused(refusal(ProblemCode::Invalid, "/value")), Some(Field::Destination));
    assert_eq!(step.contents(), ["+49 171 1234567"], "what was typed is never lost");
    assert_eq!(step.refused(refusal(ProblemCode::Unknown, "/value")), None);
    assert_eq!(step.open(Opened(Enrolment::Questions)).ok(), Some(true));
    assert_eq!(step.refused(refusal(ProblemCode::Invalid, "/answers")), Some(Field::Question(0)));
    assert_eq!(step.refused(refusal(ProblemCode::Invalid, "/answers/1/answer")), Some(Field::Answer(1)));
    assert_eq!(step.refused(refusal(ProblemCode::Invalid, "/answers/9")), Some(Field::Question(0)));
}

#[test]
fn another_look_at_the_same_step_keeps_the_form_and_redraws_what_changed() {
    let mail = || method("m", MethodKind::Email, Some(Role::Alternate));
    let mut one = step(vec![mail()]);
    assert!(!one.renew(step(vec![mail()])));
    assert!(one.renew(step(vec![])), "the list is another one");
    assert_eq!(one.open(Opened(MAIL)).ok(), Some(true));
    input(&mut one, Field::Destination, "ada@example.com");
    assert!(!one.renew(step(vec![mail()])), "the form is not about the list");
    assert_eq!(one.contents(), ["ada@example.com"]);
    assert!(one.close(), "and closes when it was taken");
    assert!(!one.close());
    assert_eq!(one.open(RemovalOpened(0)).ok(), Some(true));
    assert!(one.renew(step(vec![])), "it is gone already");
    assert!(matches!(one.view(None), SecurityInfoView::Overview(_)));
}

/// Questions filled in: each with what is chosen, the own words and the answer.
fn filled(rows: [(&str, &str, &str); 3]) -> SecurityInfo {
    let mut step = step(vec![]);
    assert_eq!(step.open(Opened(Enrolment::Questions)).ok(), Some(true));
    for (place, (chosen, own, answer)) in (0..).zip(rows) {
        input(&mut step, Field::Question(place), chosen);
        input(&mut step, Field::Own(place), own);
        input(&mut step, Field::Answer(place), answer);
    }
    step
}

#[test]
fn questions_are_sent_by_id_or_in_own_words() {
    let mut step =
        filled([("0", "", "Bello"), ("own", "  Where was the  spring? ", "in the wood"), ("3", "", " Mx Grey ")]);
    let Ok(Some(Answer::SetQuestions { answers })) = step.answer() else { panic!("they are complete") };
    let sent: Vec<_> = answers.iter().map(|it| (it.question.as_str(), it.answer.expose().as_str())).collect();
    assert_eq!(sent, [("pet", "Bello"), ("Where was the  spring?", "in the wood"), ("boss", " Mx Grey ")]);
}

#[test]
fn what_would_be_refused_is_said_before_it_is_sent() {
    use FieldError as Error;
    let long = "x".repeat(41);
    for (rows, field, error) in [
        ([("", "", ""), ("", "", ""), ("", "", "")], Field::Question(0), Error::Missing),
        ([("0", "", "Bello"), ("7", "", "one"), ("2", "", "two")], Field::Question(1), Error::Missing),
        ([("0", "", "Bello"), ("0", "", "one"), ("2", "", "two")], Field::Question(1), Error::Repeated),
        ([("own", " ", "Bello"), ("0", "", "one"), ("2", "", "two")], Field::Own(0), Error::Missing),
        ([("own", "a?", "Bello"), ("0", "", "one"), ("2", "", "two")], Field::Own(0), Error::TooShort),
        ([("0", "", "Bello"), ("own", "what was THE pet?", "one"), ("2", "", "two")], Field::Own(1), Error::Repeated),
        ([("0", "", " "), ("1", "", "one"), ("2", "", "two")], Field::Answer(0), Error::Missing),
        ([("0", "", " a  "), ("1", "", "one"), ("2", "", "two")], Field::Answer(0), Error::TooShort),
        ([("0", "", &long), ("1", "", "one"), ("2", "", "two")], Field::Answer(0), Error::TooLong),
        ([("own", "Is it BELLO?", "Bello"), ("1", "", "one"), ("2", "", "two")], Field::Answer(0), Error::GivenAway),
        ([("0", "", "Bello"), ("1", "", "one"), ("2", "", " bELLO ")], Field::Answer(2), Error::Repeated),
    ] {
        let mut step = filled(rows);
        let before = step.contents();
        assert_eq!(step.answer().err(), Some(field), "{rows:?}");
        let SecurityInfoView::Questions(view) = step.view(None) else { panic!("it stays open") };
        assert_eq!(view.error, Some((field, error)), "{rows:?}");
        assert_eq!(step.contents(), before);
    }
}

#[test]
fn questions_that_nobody_could_register_are_not_on_offer() {
    for offer in [
        QuestionsOffer { to_register: 0, ..offer() },
        QuestionsOffer { to_register: 10, ..offer() },
        QuestionsOffer { to_register: 5, own_allowed: false, ..offer() },
    ] {
        let (allowed, questions) = (allowed(), Some(offer));
        let body = StepBody::SecurityInfo {
            methods: vec![],
            required: 1,
            allowed,
            questions,
            reconfirm: false,
            new_codes: None,
        };
        assert!(!overview(&SecurityInfo::new(body).expect("it is that step")).addable.contains(&Enrolment::Questions));
    }
}
