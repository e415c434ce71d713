//! Calls, questions, administrators, locked accounts: the steps that only the full build has.

use super::super::super::*;
use regain_protocol::{CallStatus, Config, Contact, ProblemCode, Question, StepBody, UnlockOutcome};

use super::super::driven::*;
use super::super::methods::announced;
use super::*;

fn bodies(widget: &Driven) -> Vec<&str> {
    widget.sent.iter().map(|sent| if let Sent::Answer { body, .. } = sent { &**body } else { "get" }).collect()
}

#[test]
fn a_call_is_followed_until_the_proof_has_come_by_the_phone() {
    let mut widget = Driven::at("s", call(CallStatus::Calling, 2));
    widget.seconds(1);
    assert!(widget.sent.is_empty(), "not at once");
    widget.seconds(1);
    assert_eq!(widget.sent, [Sent::Get]);
    assert!(!widget.view().busy && widget.view().can_submit, "nobody waits for that");
    widget.reply(answer("s", call(CallStatus::Ringing, 2)));
    widget.seconds(3);
    widget.reply(answer("s", call(CallStatus::Ringing, 2)));
    assert_eq!(announced(&mut widget), [Announcement::Call(CallStatus::Ringing)], "once");
    let FullScreen::AnswerCall(view) = widget.full_screen() else { panic!("it is the call") };
    assert_eq!((view.status, view.can_call, view.is_over), (CallStatus::Ringing, false, false));
    widget.event(call_again());
    assert_eq!(widget.sent.len(), 2, "one call at a time");
    widget.seconds(3);
    widget.reply(answer("s2", new_password()));
    assert!(matches!(widget.view().screen, Screen::NewPassword(_)));
    let sent = widget.sent.len();
    widget.seconds(10);
    assert_eq!(widget.sent.len(), sent, "and no longer");
}

#[test]
fn a_call_that_is_over_is_asked_about_no_more_and_can_be_made_again() {
    let mut widget = Driven::at("s", call(CallStatus::NoAnswer, 1));
    widget.seconds(10);
    assert!(widget.sent.is_empty());
    widget.event(call_again());
    widget.reply(answer("s", call(CallStatus::Calling, 0)));
    widget.seconds(3);
    assert_eq!(bodies(&widget), [r#"{"do":"call_again"}"#, "get"]);
    widget.reply(answer("s", call(CallStatus::Failed, 0)));
    widget.event(call_again());
    assert_eq!(widget.sent.len(), 2, "there are no more calls");
    widget.event(Event::Step(StepEvent::AnotherMethodRequested));
    assert_eq!(bodies(&widget)[2], r#"{"do":"choose_another"}"#);
}

#[test]
fn what_the_person_wants_goes_before_the_question_about_the_call() {
    let mut widget = Driven::at("s", call(CallStatus::WrongKey, 1));
    widget.seconds(3);
    let asked = widget.awaited.expect("it asks");
    widget.event(call_again());
    assert_eq!(widget.sent.len(), 2);
    widget.event(Event::Replied(asked, answer("s", call(CallStatus::NoAnswer, 1))));
    let FullScreen::AnswerCall(view) = widget.full_screen() else { panic!("it is the call") };
    assert_eq!(view.status, CallStatus::WrongKey, "its reply comes too late");
    assert!(widget.view().busy);
}

#[test]
fn a_lost_question_about_the_call_is_quiet_and_a_lasting_loss_is_not() {
    let mut widget = Driven::at("s", call(CallStatus::Ringing, 1));
    for _ in 0..4 {
        widget.seconds(2);
        widget.reply(Reply::Lost(Fault::Unreachable));
        assert_eq!(widget.fault(), None);
    }
    widget.seconds(2);
    widget.reply(Reply::Lost(Fault::Unreachable));
    assert_eq!(widget.fault(), Some(Fault::Unreachable));
    widget.seconds(4);
    widget.reply(answer("s", call(CallStatus::Ringing, 1)));
    assert_eq!(widget.fault(), None);
    // It goes on, and forgives again.
    widget.seconds(3);
    widget.reply(Reply::Refused { status: 429, problem: None, retry_after: Some(9) });
    assert_eq!((widget.fault(), widget.view().can_submit), (None, true));
    let sent = widget.sent.len();
    widget.seconds(8);
    assert_eq!(widget.sent.len(), sent, "not before the server wants to hear of it");
    widget.seconds(2);
    assert_eq!(widget.sent.len(), sent + 1);
    // No reply at all is given up sooner than one that the person waits for.
    widget.seconds(11);
    assert_eq!(widget.sent.len(), sent + 2);
    assert!(!announced(&mut widget).contains(&Announcement::StillWorking));
}

#[test]
fn questions_are_answered_at_once_and_nobody_learns_which_was_wrong() {
    let mut widget = Driven::at("s", questions(3));
    widget.typed(Field::Answer(0), "one");
    widget.typed(Field::Answer(2), "three");
    widget.submit();
    assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::Field(Field::Answer(1))))));
    assert!(widget.sent.is_empty());
    widget.typed(Field::Answer(1), "two");
    widget.submit();
    let answers =
        r#"{"question":"q1","answer":"one"},{"question":"q2","answer":"two"},{"question":"q3","answer":"three"}"#;
    assert_eq!(bodies(&widget), [[r#"{"do":"answer","answers":["#, answers, "]}"].concat()]);
    widget.reply(refusal(422, ProblemCode::WrongAnswers, Some(flow("s", questions(2)))));
    let FullScreen::AnswerQuestions(view) = widget.full_screen() else { panic!("it asks again") };
    assert_eq!(view.error, Some((Field::Answers, FieldError::Wrong { tries_left: 2 })));
    widget.submit();
    assert_eq!(bodies(&widget)[1], bodies(&widget)[0], "what was typed stays");
}

#[test]
fn more_questions_than_anyone_asks_lead_to_help() {
    let ask = |count: usize| StepBody::AnswerQuestions {
        questions: vec![Question { id: "q".into(), text: "?".into() }; count],
        tries_left: 1,
    };
    for (count, known) in [(0, false), (1, true), (9, true), (10, false)] {
        let widget = Driven::at("s", ask(count));
        assert_eq!(matches!(widget.view().screen.full(), Some(FullScreen::AnswerQuestions(_))), known, "{count}");
    }
}

#[test]
fn anyone_can_turn_to_the_administrators_at_every_step() {
    let bodies_before = [
        identify(),
        choose_method(),
        enter_code(5),
        call(CallStatus::Ringing, 1),
        questions(3),
        choose_outcome(),
        new_password(),
        StepBody::Unknown,
    ];
    for body in bodies_before {
        // The user ID typed so far goes along, so that nobody types it twice.
        let named = matches!(body, StepBody::Identify { .. });
        let mut widget = Driven::at("s", body);
        assert!(widget.view().can_ask_administrator);
        widget.event(Event::HelpRequested);
        let user_id = if named { r#","user_id":"ada@example.com""# } else { "" };
        assert_eq!(bodies(&widget), [[r#"{"do":"ask_administrator""#, user_id, "}"].concat()]);
        widget.reply(answer("s2", contact("asked")));
        assert!(matches!(widget.full_screen(), FullScreen::ContactAdministrator(_)));
        assert!(!widget.view().can_ask_administrator, "they are there");
        widget.typed(Field::Message, "Please ring me.");
        widget.submit();
        assert_eq!(bodies(&widget)[1], r#"{"do":"send_request","message":"Please ring me."}"#);
    }
    let mut widget = Driven::at("s", identify());
    widget.typed(Field::UserId, " ");
    widget.event(Event::HelpRequested);
    assert_eq!(bodies(&widget), [r#"{"do":"ask_administrator"}"#], "and who typed nothing says nothing");
    let mut widget = Driven::at("s", identify());
    widget.event(Event::Configured(Box::new(Config { ask_administrator: false, ..config() })));
    widget.event(Event::HelpRequested);
    assert!(widget.sent.is_empty() && !widget.view().can_ask_administrator, "only where it is offered");
}

#[test]
fn a_page_of_the_organisations_own_is_no_form() {
    let contact = Contact::Url { url: "https://help.example.com/".into() };
    let mut widget = Driven::at(
        "s",
        StepBody::ContactAdministrator { reason: "disabled".into(), contact, needs_user_id: false, back: false },
    );
    widget.submit();
    assert!(widget.sent.is_empty());
    assert!(announced(&mut widget).is_empty());
}

#[test]
fn a_locked_account_is_unlocked_or_gets_a_new_password() {
    for (place, body) in [(0, r#"{"do":"unlock"}"#), (1, r#"{"do":"reset"}"#)] {
        let mut widget = Driven::at("s", choose_outcome());
        widget.submit();
        assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::Field(Field::Outcome)))));
        widget.choose(2);
        widget.choose(place);
        widget.submit();
        assert_eq!(bodies(&widget), [body]);
    }
    let unknown = StepBody::ChooseOutcome { outcomes: vec![UnlockOutcome::Unknown] };
    assert!(matches!(Driven::at("s", unknown).view().screen, Screen::Unknown));
}

#[test]
fn the_administrators_are_no_dead_end() {
    let with = |needs_user_id, back| StepBody::ContactAdministrator {
        reason: "asked".into(),
        contact: Contact::Form {},
        needs_user_id,
        back,
    };
    let go_back = || Event::full(FullEvent::WentBack).expect("in the full build");
    let mut widget = Driven::at("s", with(false, true));
    let FullScreen::ContactAdministrator(view) = widget.full_screen() else { panic!("it is that screen") };
    assert!(view.can_go_back && !view.needs_user_id);
    widget.event(go_back());
    assert_eq!(bodies(&widget), [r#"{"do":"go_back"}"#]);
    assert!(!widget.has(|effect| matches!(effect, Effect::DeleteFlow(_))), "nothing is thrown away");
    let mut widget = Driven::at("s", with(true, false));
    widget.event(go_back());
    widget.typed(Field::Message, "Please ring me.");
    widget.submit();
    assert!(widget.sent.is_empty(), "nobody can be helped who is not named");
    assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::Field(Field::UserId)))));
    widget.typed(Field::UserId, "ada");
    widget.submit();
    assert_eq!(bodies(&widget), [r#"{"do":"send_request","message":"Please ring me.","user_id":"ada"}"#]);
}

#[test]
fn another_call_has_its_time() {
    let mut body = call(CallStatus::NoAnswer, 1);
    if let StepBody::AnswerCall { call_again_at, .. } = &mut body {
        *call_again_at = Some("2026-11-23T14:00:30Z".into());
    }
    let mut widget = Driven::at("s", body);
    let view = |widget: &Driven| match widget.full_screen() {
        FullScreen::AnswerCall(view) => (view.offers_call, view.call_in, view.can_call),
        _ => panic!("it is the call"),
    };
    assert_eq!(view(&widget), (true, 30, false));
    widget.event(call_again());
    assert!(widget.sent.is_empty(), "the server would refuse it");
    widget.seconds(30);
    assert_eq!(view(&widget), (true, 0, true));
    widget.event(call_again());
    assert_eq!(bodies(&widget), [r#"{"do":"call_again"}"#]);
    assert!(!view(&Driven::at("s", call(CallStatus::Ringing, 1))).0, "it rings: there is something else to do");
}
