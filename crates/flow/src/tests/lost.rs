//! A person who is lost: sees whom it is about and corrects it, gets more time, sees trouble once.

use super::super::*;
use regain_protocol::{Flow, Outcome, ProblemCode, StepBody};

use super::driven::*;

fn about(user_id: &str, step: &str, body: StepBody) -> Flow {
    Flow { user_id: Some(user_id.into()), ..flow(step, body) }
}

#[test]
fn a_step_of_one_field_begins_in_it_and_any_other_at_its_heading() {
    for (body, focus) in [
        (identify(), Focus::First(Field::UserId)),
        (enter_code(5), Focus::First(Field::Code)),
        (choose_method(), Focus::Heading),
        (new_password(), Focus::Heading),
    ] {
        let mut widget = Driven::open(setup());
        widget.reply(answered(flow("s", body)));
        assert!(widget.has(|effect| matches!(effect, Effect::Focus(to) if *to == focus)), "{focus:?}");
    }
}

#[test]
fn whom_it_is_about_is_on_every_screen_after_the_first_and_can_be_corrected() {
    assert_eq!(Driven::at("s1", identify()).view().identity, None, "it is in the field");
    for body in [choose_method(), enter_code(5), new_password()] {
        let mut widget = Driven::open(Setup { user_id: "other".into(), ..setup() });
        widget.reply(answered(about("ada@example.exmaple", "s2", body)));
        assert_eq!(widget.view().identity.as_deref(), Some("ada@example.exmaple"), "as the server has it");
        assert!(widget.view().can_correct_identity);
        widget.event(Event::StartedAgain);
        assert!(widget.has(|effect| matches!(effect, Effect::DeleteFlow(_))));
        widget.reply(answered(flow("s3", identify())));
        let Screen::Identify(view) = widget.view().screen else { panic!("it asks who") };
        assert_eq!(view.user_id, "ada@example.exmaple", "to be corrected, not typed anew");
        assert_eq!(widget.view().identity, None);
    }
}

#[test]
fn success_names_the_account_that_signs_in_and_a_request_for_help_names_none() {
    let end = |outcome| {
        let user_id = "ada@canonical.example".into();
        StepBody::Done { outcome, user_id, notified: true, continue_url: None }
    };
    let account = |outcome| {
        let mut widget = Driven::open(setup());
        widget.reply(answered(about("ada@example.com", "s2", end(outcome))));
        let Screen::Done(done) = widget.view().screen else { panic!("it is done") };
        done.account
    };
    assert_eq!(account(Outcome::Reset).as_deref(), Some("ada@example.com"), "as it was typed");
    assert_eq!(account(Outcome::Unlocked).as_deref(), Some("ada@example.com"));
    assert_eq!(account(Outcome::RequestSent), None, "nothing was proved");
}

#[test]
fn the_end_can_be_put_off_and_is_announced_anew() {
    let mut widget = Driven::at("s", choose_method());
    widget.choose(1);
    widget.seconds(14 * 60);
    assert!(widget.view().ending == Some(60) && widget.view().can_extend);
    widget.event(Event::MoreTimeRequested);
    assert!(matches!(widget.sent.last(), Some(Sent::Answer { body, .. }) if body == r#"{"do":"more_time"}"#));
    let later = |at: &str| Flow { expires_at: at.into(), ..flow("s", choose_method()) };
    widget.reply(answered(later("2026-11-23T14:29:00Z")));
    assert_eq!(widget.view().ending, None);
    let Screen::ChooseMethod(view) = widget.view().screen else { panic!("the same step") };
    assert_eq!(view.chosen, Some(1), "nothing is lost");
    widget.effects.clear();
    widget.seconds(14 * 60);
    assert!(widget.has(|effect| matches!(effect, Effect::Announce(Announcement::FlowEnds(60)))), "and again");
}

#[test]
fn a_server_that_has_no_more_time_is_no_trouble() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123");
    widget.seconds(14 * 60);
    widget.event(Event::MoreTimeRequested);
    widget.reply(refusal(422, ProblemCode::Invalid, Some(flow("s", enter_code(5)))));
    assert_eq!((widget.fault(), widget.view().can_extend), (None, false));
    let Screen::EnterCode(code) = widget.view().screen else { panic!("the same step") };
    assert_eq!((code.error, widget.typed_code().as_str()), (None, "123"), "the code is not at fault");
}

#[test]
fn a_failure_that_lasts_is_one_failure() {
    let failed = |widget: &Driven| {
        let failed = |effect: &&Effect| matches!(effect, Effect::NotifyHost(HostEvent::Failed(_)));
        let shown = |effect: &&Effect| matches!(effect, Effect::ShowTrouble);
        (widget.effects.iter().filter(failed).count(), widget.effects.iter().filter(shown).count())
    };
    let mut widget = Driven::open(setup());
    for _ in 0..3 {
        widget.reply(Reply::Lost(Fault::Unreachable));
        widget.seconds(20);
    }
    assert_eq!(failed(&widget), (1, 1));
    widget.reply(Reply::Lost(Fault::Offline));
    assert_eq!(failed(&widget), (2, 2), "another remedy");
}
