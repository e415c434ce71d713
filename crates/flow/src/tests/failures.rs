//! Servers and networks that fail: what is said, what is sent again, and what is never lost.

use super::super::*;
use regain_protocol::{EndReason, ProblemCode};

use super::driven::*;

#[test]
fn each_failure_reads_differently_and_is_repeated_under_the_same_key() {
    for (reply, fault) in [
        (Reply::Lost(Fault::Offline), Fault::Offline),
        (Reply::Lost(Fault::Unreachable), Fault::Unreachable),
        (Reply::Refused { status: 502, problem: None, retry_after: None }, Fault::Server),
        (refusal(503, ProblemCode::Unavailable, None), Fault::Server),
    ] {
        let mut widget = Driven::at("s", enter_code(5));
        widget.typed(Field::Code, "123456");
        widget.submit();
        widget.reply(reply);
        assert_eq!(widget.fault(), Some(fault));
        assert_eq!(widget.typed_code(), "123456");
        widget.event(Event::Retried);
        assert!(matches!(widget.effects.last(), Some(Effect::Focus(Focus::Heading))), "the button pressed goes away");
        widget.reply(Reply::Lost(Fault::Offline));
        widget.event(Event::CameOnline);
        widget.reply(Reply::Lost(Fault::Server));
        // The form's own button means the same request too, as long as nothing was changed.
        widget.submit();
        assert_eq!(widget.sent.len(), 4);
        assert!(widget.sent.iter().all(|sent| *sent == widget.sent[0]), "{:?}", widget.sent);
        assert_eq!(widget.fault(), Some(Fault::Server), "shown until something comes back");
        widget.reply(answer("s2", new_password()));
        assert_eq!(widget.fault(), None);
    }
}

#[test]
fn it_tries_again_by_itself_and_less_and_less_often() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.submit();
    let mut waits = vec![];
    for _ in 0..5 {
        widget.reply(Reply::Lost(Fault::Unreachable));
        let (sent, mut waited) = (widget.sent.len(), 0);
        while widget.sent.len() == sent && waited < 100 {
            widget.seconds(1);
            waited += 1;
        }
        waits.push(waited);
    }
    assert_eq!(waits, [4, 8, 16, 30, 60]);
    widget.reply(Reply::Lost(Fault::Unreachable));
    let sent = widget.sent.len();
    widget.seconds(100);
    assert_eq!(widget.sent.len(), sent, "after that the person decides");
    assert!(widget.view().trouble.is_some_and(|trouble| trouble.can_retry));
}

#[test]
fn what_was_changed_after_a_failure_is_a_new_request() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "111111");
    widget.submit();
    widget.reply(Reply::Lost(Fault::Unreachable));
    widget.typed(Field::Code, "222222");
    assert_eq!(widget.fault(), None);
    widget.seconds(10);
    assert_eq!(widget.sent.len(), 1, "the former one is not sent behind the person's back");
    widget.submit();
    let [Sent::Answer { key: first, .. }, Sent::Answer { key: second, body, .. }] = &widget.sent[..] else {
        panic!("two answers")
    };
    assert_ne!(first, second);
    assert!(body.contains("222222"));
}

#[test]
fn too_many_requests_count_down_and_then_go_on() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.submit();
    widget.reply(Reply::Refused { status: 429, problem: None, retry_after: Some(7) });
    assert_eq!(widget.view().trouble.and_then(|trouble| trouble.wait), Some(7));
    widget.seconds(3);
    assert_eq!(widget.view().trouble.and_then(|trouble| trouble.wait), Some(4));
    widget.typed(Field::Code, "123457");
    widget.submit();
    assert_eq!(widget.sent.len(), 1, "not before");
    widget.seconds(4);
    assert!(widget.view().can_submit && widget.view().trouble.is_none());
    widget.submit();
    assert_eq!(widget.sent.len(), 2);
}

#[test]
fn too_many_requests_at_the_beginning_leave_a_way_on() {
    let mut widget = Driven::open(setup());
    widget.reply(Reply::Refused { status: 429, problem: None, retry_after: Some(5) });
    assert!(matches!(widget.view().screen, Screen::Failed));
    widget.event(Event::Retried);
    assert_eq!(widget.sent.len(), 1, "not before");
    widget.seconds(6);
    assert!(widget.view().trouble.is_some_and(|trouble| trouble.can_retry));
    widget.event(Event::Retried);
    assert_eq!(widget.sent.len(), 2);
}

#[test]
fn a_step_that_has_passed_shows_where_the_flow_is() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.submit();
    widget.reply(refusal(409, ProblemCode::StepPassed, Some(flow("s2", new_password()))));
    assert!(matches!(widget.view().screen, Screen::NewPassword(_)));
    // Without the flow in the answer, it asks.
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.submit();
    widget.reply(refusal(409, ProblemCode::StepPassed, None));
    assert_eq!(widget.sent.last(), Some(&Sent::Get));
    widget.reply(answer("s2", new_password()));
    assert!(matches!(widget.view().screen, Screen::NewPassword(_)));
}

#[test]
fn an_ended_flow_is_shown_as_ended() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.submit();
    widget.reply(refusal(410, ProblemCode::FlowEnded, Some(flow("e", ended(EndReason::Expired)))));
    let Screen::Ended(view) = widget.view().screen else { panic!("it is over") };
    assert_eq!(view.reason, End::Reason(EndReason::Expired));
    widget.event(Event::StartedAgain);
    assert!(matches!(widget.sent.last(), Some(Sent::Create { .. })));
}

#[test]
fn a_flow_that_the_server_does_not_know_is_over() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.submit();
    widget.reply(refusal(401, ProblemCode::Unauthorized, None));
    let Screen::Ended(view) = widget.view().screen else { panic!("it is over") };
    assert_eq!(view.reason, End::SessionOver);
    assert!(widget.has(|effect| matches!(effect, Effect::ClearResume)));
}

#[test]
fn a_request_without_a_reply_is_given_up_and_its_late_reply_dropped() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.submit();
    let ticket = widget.awaited.expect("a request is on its way");
    widget.seconds(29);
    assert!(widget.view().busy);
    assert!(widget.has(|effect| matches!(effect, Effect::Announce(Announcement::StillWorking))));
    widget.seconds(1);
    assert_eq!(widget.fault(), Some(Fault::Unreachable));
    widget.event(Event::Replied(ticket, answer("s2", new_password())));
    assert!(matches!(widget.view().screen, Screen::EnterCode(_)));
}
