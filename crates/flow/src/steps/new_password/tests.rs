//! The new password, one key at a time.

use regain_protocol::{PasswordPolicy, ProblemCode, Secret, StepBody, Violation};

use super::*;
use crate::effect::Announcement;
use crate::field::{Field, FieldError};
use crate::step::{Refusal, StepState as _};

fn step() -> NewPassword {
    NewPassword::new(StepBody::NewPassword {
        policy: PasswordPolicy { min_length: 15, max_length: 64, forbid_user_id: true, ..PasswordPolicy::default() },
        user_id: "ada@example.com".into(),
        first: false,
        needs_current: false,
    })
    .expect("it is that step")
}

#[test]
fn both_must_be_the_same() {
    let mut step = step();
    step.write(Field::Password, Secret::from("a long enough one"));
    assert_eq!(step.answer().err(), Some(Field::Confirm));
    step.write(Field::Confirm, Secret::from("a long enough two"));
    assert_eq!(step.answer().err(), Some(Field::Confirm));
    assert_eq!(step.error, Some((Field::Confirm, FieldError::Different)));
    step.write(Field::Confirm, Secret::from("a long enough one"));
    assert!(step.answer().is_ok());
}

#[test]
fn what_the_rules_refuse_is_not_sent() {
    let mut step = step();
    step.write(Field::Password, Secret::from("short"));
    step.write(Field::Confirm, Secret::from("short"));
    assert_eq!(step.answer().err(), Some(Field::Password));
    assert_eq!(step.error, Some((Field::Password, FieldError::BreaksRules)));
}

#[test]
fn a_server_refusal_lasts_until_the_password_changes() {
    let mut step = step();
    step.write(Field::Password, Secret::from("correct horse battery"));
    let refusal =
        Refusal { code: ProblemCode::PasswordRefused, pointer: String::new(), violations: vec![Violation::Common {}] };
    assert_eq!(step.refused(refusal), Some(Field::Password));
    assert_eq!(step.refused, [Violation::Common {}]);
    step.write(Field::Password, Secret::from("correct horse batteries"));
    assert!(step.refused.is_empty() && step.error.is_none());
}

#[test]
fn progress_is_said_only_when_it_changes() {
    let mut step = step();
    let said: Vec<_> = ["a", "ab", "ada@example.com", "a long enough one"]
        .map(|text| step.write(Field::Password, Secret::from(text)))
        .into();
    let rules = |met| Some(Announcement::RulesMet { met, of: 3 });
    assert_eq!(said, [rules(2), None, None, rules(3)]);
}

#[test]
fn a_match_is_said_at_once_and_a_mismatch_when_the_second_one_is_complete() {
    let mut step = step();
    let mut types = |field, text: &str| {
        step.write(field, Secret::from(text)).filter(|said| matches!(said, Announcement::Matching(_)))
    };
    let (same, different) = (Some(Announcement::Matching(true)), Some(Announcement::Matching(false)));
    assert_eq!(types(Field::Password, "correct horse"), None);
    assert_eq!(types(Field::Confirm, "corrupt"), None, "it is still being typed");
    assert_eq!(types(Field::Confirm, "corrupt horse"), different);
    assert_eq!(types(Field::Confirm, "corrupt horses"), None, "that is known");
    assert_eq!(types(Field::Confirm, "correct horse"), same);
    assert_eq!(types(Field::Password, "correct horse b"), None, "the first one is being typed now");
    assert_eq!(step.matching, Matching::Unknown);
    assert_eq!(step.write(Field::Password, Secret::from("correct horse")), same);
}

#[test]
fn leaving_a_field_says_that_they_differ() {
    let mut step = step();
    step.write(Field::Password, Secret::from("correct horse"));
    assert_eq!(step.left(Field::Password), None, "the second one is still empty");
    step.write(Field::Confirm, Secret::from("corr"));
    assert_eq!(step.left(Field::Confirm), Some(Announcement::Matching(false)));
    assert_eq!(step.left(Field::Confirm), None, "once");
}
