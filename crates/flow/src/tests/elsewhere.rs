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

/// A widget at a code, once the server was asked after another tab was finished for this user ID.
fn after(user_id: &str) -> Driven {
    let mut widget = Driven::at("s", enter_code(5));
    widget.event(Event::FinishedElsewhere(user_id.into()));
    widget
}

#[test]
fn a_flow_that_was_finished_in_another_tab_is_no_failure_here() {
    let mut widget = after("Ada@Example.com");
    assert!(widget.has(|effect| matches!(effect, Effect::GetFlow { .. })), "only the server knows");
    widget.reply(answered(flow("e", cancelled())));
    let Screen::Done(done) = widget.view().screen else { panic!("it is done") };
    assert!(done.elsewhere && done.outcome == Outcome::Unknown && !done.notified);
    assert!(!notified(&widget), "the page has heard of it in that tab");
    assert!(!widget.has(|effect| matches!(effect, Effect::NotifyTabs(_))), "it is not passed on");
    widget.event(Event::WentToSignIn);
    assert!(
        widget.has(|effect| matches!(effect, Effect::ReturnToSignIn { user_id, .. } if user_id == "ada@example.com"))
    );
}

#[test]
fn a_flow_that_is_forgotten_by_then_is_none_either() {
    let mut widget = after("ada@example.com");
    widget.reply(refusal(401, ProblemCode::Unauthorized, None));
    assert!(matches!(widget.view().screen, Screen::Done(DoneView { elsewhere: true, .. })));
}

#[test]
fn a_flow_that_goes_on_goes_on() {
    let mut widget = after("ada@example.com");
    widget.reply(answered(flow("s", enter_code(5))));
    assert!(matches!(widget.view().screen, Screen::EnterCode(_)));
    // Ended for another reason, it has ended.
    widget.event(Event::FinishedElsewhere("ada@example.com".into()));
    widget.reply(answered(flow("e", StepBody::Ended { reason: EndReason::TooManyAttempts, retry_at: None })));
    assert!(matches!(widget.view().screen, Screen::Ended(_)) && notified(&widget));
}

#[test]
fn another_persons_tab_means_nothing_here() {
    let widget = after("grace@example.com");
    assert!(!widget.has(|effect| matches!(effect, Effect::GetFlow { .. })));
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
