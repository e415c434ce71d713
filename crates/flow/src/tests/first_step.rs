//! The first step, drawn and used before the server has answered.

use regain_protocol::{FlowAnswered, FlowKind, ProblemCode, StepBody};

use super::super::*;
use super::captcha::work;
use super::driven::*;

fn answered(body: StepBody) -> Reply {
    Reply::Flow(Box::new(FlowAnswered { flow: flow("s", body), token: Some("token".into()) }))
}

fn tickets(widget: &Driven) -> Vec<Ticket> {
    let ticket = |effect: &Effect| if let Effect::SolveCaptcha(ticket, _) = effect { Some(*ticket) } else { None };
    widget.effects.iter().filter_map(ticket).collect()
}

fn identified(widget: &Driven) -> usize {
    widget.sent.iter().filter(|sent| matches!(sent, Sent::Answer { .. })).count()
}

#[test]
fn it_is_there_and_has_the_focus_before_the_flow() {
    for kind in [FlowKind::Reset, FlowKind::Unlock] {
        let mut widget = Driven::unconfigured(Setup { kind, ..setup() });
        let view = widget.view();
        assert!(matches!(view.screen, Screen::Identify(_)));
        assert!(view.can_submit && !view.busy && view.trouble.is_none());
        assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::First(Field::UserId)))));
        widget.typed(Field::UserId, "grace@example.com");
        widget.effects.clear();
        widget.reply(answered(identify()));
        assert_eq!(widget.view().key, view.key, "the same screen");
        assert!(matches!(widget.view().screen, Screen::Identify(it) if it.user_id == "grace@example.com"));
        assert!(!widget.has(|effect| matches!(effect, Effect::Focus(_))), "nobody is brought back to the field");
        assert!(widget.has(|effect| matches!(effect, Effect::NotifyHost(HostEvent::Step("identify")))));
        assert!(widget.has(|effect| matches!(effect, Effect::SaveResume(_))));
    }
}

#[test]
fn what_is_sent_before_the_flow_goes_with_it() {
    let mut widget = Driven::open(setup());
    widget.submit();
    assert!(widget.view().busy, "it waits");
    assert_eq!(identified(&widget), 0);
    widget.reply(answered(identify()));
    assert_eq!(identified(&widget), 1);
}

#[test]
fn what_is_sent_before_the_flow_waits_for_its_challenge_too() {
    let mut widget = Driven::open(setup());
    widget.submit();
    widget.reply(answered(work("one")));
    assert!(widget.view().busy);
    assert_eq!(identified(&widget), 0);
    let [ticket] = tickets(&widget)[..] else { panic!("it is worked on once") };
    widget.event(ChallengeEvent::Solved(ticket, "solution".into()));
    assert_eq!(identified(&widget), 1);
}

#[test]
fn typing_on_keeps_it_from_being_sent() {
    let mut widget = Driven::open(setup());
    widget.submit();
    widget.typed(Field::UserId, "grace@example.com");
    widget.reply(answered(identify()));
    assert_eq!(identified(&widget), 0);
}

#[test]
fn without_a_user_id_it_is_at_fault_at_once() {
    let mut widget = Driven::open(Setup { user_id: String::new(), ..setup() });
    widget.submit();
    assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::Field(Field::UserId)))));
    widget.reply(answered(identify()));
    assert_eq!(identified(&widget), 0);
}

#[test]
fn without_a_flow_it_goes_and_what_was_typed_stays() {
    let refused = |status, code| move |widget: &mut Driven| widget.reply(refusal(status, code, None));
    let fails: [&dyn Fn(&mut Driven); 4] = [
        &|widget| widget.reply(Reply::Lost(Fault::Offline)),
        &refused(429, ProblemCode::RateLimited),
        &refused(503, ProblemCode::Unknown),
        &refused(422, ProblemCode::Invalid),
    ];
    for fail in fails {
        let mut widget = Driven::open(setup());
        widget.typed(Field::UserId, "grace@example.com");
        widget.submit();
        fail(&mut widget);
        assert!(matches!(widget.view().screen, Screen::Failed));
        assert!(widget.view().trouble.is_some());
        widget.seconds(60);
        widget.event(Event::CameOnline);
        if widget.awaited.is_none() {
            widget.event(Event::StartedAgain);
        }
        widget.reply(answered(identify()));
        assert!(matches!(widget.view().screen, Screen::Identify(it) if it.user_id == "grace@example.com"));
    }
}

#[test]
fn a_first_step_for_a_fuller_widget_is_handed_over() {
    let mut widget = Driven::open(Setup { can_hand_over: true, ..setup() });
    widget.typed(Field::UserId, "grace@example.com");
    widget.reply(answered(StepBody::Unknown));
    assert!(widget.has(|effect| matches!(effect, Effect::HandOver(_, typed) if typed == "grace@example.com")));
}

#[test]
fn leaving_before_the_flow_deletes_none() {
    let mut widget = Driven::open(setup());
    widget.event(Event::HelpRequested);
    widget.event(Event::Cancelled);
    assert!(!widget.has(|effect| matches!(effect, Effect::DeleteFlow(_))));
    assert_eq!(widget.sent.len(), 1);
}
