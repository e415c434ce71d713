//! The same person in another tab.

use regain_protocol::{EndReason, Outcome, ProblemCode, StepBody};

use super::super::*;
use super::driven::*;

fn cancelled() -> StepBody {
    StepBody::Ended { reason: EndReason::Cancelled, retry_at: None }
}

fn notified(widget: &Driven) -> bool {
    widget.has(|effect| matches!(effect, Effect::NotifyHost(HostEvent::Ended | HostEvent::Done(_))))
}

fn finished(user_id: &str) -> Event {
    Event::FinishedElsewhere(mark("salt", user_id))
}

/// A widget at a code, after another tab was finished for this user ID.
fn after(user_id: &str) -> Driven {
    let mut widget = Driven::at("s", enter_code(5));
    widget.event(finished(user_id));
    widget
}

fn is_done_elsewhere(widget: &Driven) -> bool {
    matches!(widget.view().screen, Screen::Done(DoneView { elsewhere: true, .. }))
}

/// The server does not tell it to a flow that proved nothing, and such a flow leads nowhere.
#[test]
fn a_flow_that_was_finished_in_another_tab_is_no_failure_here() {
    let mut widget = after("Ada@Example.com");
    let Screen::Done(done) = widget.view().screen else { panic!("it is done") };
    assert!(done.elsewhere && done.outcome == Outcome::Unknown && !done.notified);
    assert!(!notified(&widget), "the page has heard of it in that tab");
    assert!(!widget.has(|effect| matches!(effect, Effect::NotifyTabs(_))), "it is not passed on");
    assert!(widget.has(|effect| matches!(effect, Effect::ClearResume)));
    assert!(widget.has(|effect| matches!(effect, Effect::DeleteFlow(_))));
    widget.event(Event::WentToSignIn);
    assert!(
        widget.has(|effect| matches!(effect, Effect::ReturnToSignIn { user_id, .. } if user_id == "ada@example.com"))
    );
}

#[test]
fn the_reply_to_what_was_sent_comes_first() {
    for (reply, elsewhere) in [
        (answered(flow("e", cancelled())), true),
        (refusal(401, ProblemCode::Unauthorized, None), true),
        (refusal(422, ProblemCode::Invalid, None), true),
        (Reply::Lost(Fault::Offline), true),
        (answered(flow("n", new_password())), true),
        (answered(flow("d", done())), false),
        (answered(flow("e", StepBody::Ended { reason: EndReason::TooManyAttempts, retry_at: None })), false),
    ] {
        let mut widget = Driven::at("s", enter_code(5));
        widget.typed(Field::Code, "123456");
        widget.submit();
        widget.event(finished("ada@example.com"));
        assert!(matches!(widget.view().screen, Screen::EnterCode(_)));
        widget.reply(reply);
        assert_eq!(is_done_elsewhere(&widget), elsewhere);
    }
}

#[test]
fn another_persons_tab_means_nothing_here() {
    for message in [mark("salt", "grace@example.com"), "ada@example.com".into(), String::new(), "salt ".into()] {
        let mut widget = Driven::at("s", enter_code(5));
        widget.event(Event::FinishedElsewhere(message));
        assert!(matches!(widget.view().screen, Screen::EnterCode(_)));
        assert!(widget.sent.is_empty());
    }
}

#[test]
fn a_mark_is_the_same_for_the_same_user_id_alone() {
    assert_eq!(mark("salt", "Ada"), mark("salt", "ada"));
    assert_eq!(mark("salt", "ada").len(), "salt ".len() + 16);
    assert_ne!(mark("salt", "ada"), mark("salt", "adb"));
    assert_ne!(mark("salt", "ada")[4..], mark("slat", "ada")[4..]);
    assert!(!mark("salt", "ada").contains("ada"));
}

#[test]
fn only_what_voids_the_other_flows_is_told() {
    for (outcome, is_told) in [
        (Outcome::Unlocked, true),
        (Outcome::FirstPassword, true),
        (Outcome::NotLocked, false),
        (Outcome::RequestSent, false),
    ] {
        let mut widget = Driven::at("s", enter_code(5));
        widget.typed(Field::Code, "123456");
        widget.submit();
        let user_id = "ada@example.com".into();
        let body = StepBody::Done { outcome, user_id, notified: true, continue_url: None };
        widget.reply(answered(flow("d", body)));
        assert_eq!(widget.has(|effect| matches!(effect, Effect::NotifyTabs(_))), is_told, "{outcome:?}");
    }
}

#[test]
fn the_other_tabs_hear_of_a_flow_that_worked() {
    let mut widget = Driven::at("s", new_password());
    widget.typed(Field::Password, "a long passphrase");
    widget.typed(Field::Confirm, "a long passphrase");
    widget.submit();
    widget.reply(answered(flow("d", done())));
    assert!(widget.has(|effect| matches!(effect, Effect::NotifyTabs(user_id) if user_id == "ada@example.com")));
    assert!(matches!(widget.view().screen, Screen::Done(DoneView { elsewhere: false, .. })));
}
