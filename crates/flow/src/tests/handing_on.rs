//! Hand-over: to a fuller one, and to a flow of another kind.

use regain_protocol::{Flow, FlowAnswered, FlowKind, Notice, NoticeCode, ProblemCode, StepBody};

use super::super::*;
use super::driven::*;

fn told(widget: &Driven) -> Vec<&HostEvent> {
    widget
        .effects
        .iter()
        .filter_map(|effect| if let Effect::NotifyHost(event) = effect { Some(event) } else { None })
        .collect()
}

/// A widget at a step that it does not know, with a fuller one to be had.
fn at_an_unknown_step() -> Driven {
    let mut widget = Driven::open(Setup { can_hand_over: true, ..setup() });
    let answered = FlowAnswered { flow: flow("s", StepBody::Unknown), token: Some("token".into()) };
    widget.reply(Reply::Flow(Box::new(answered)));
    widget
}

#[test]
fn an_unknown_step_is_a_fuller_widgets_and_the_page_hears_nothing_of_it() {
    let widget = at_an_unknown_step();
    let resume = Resume { id: "flow".into(), token: "token".into() };
    assert!(widget.has(
        |effect| matches!(effect, Effect::HandOver(it, user_id) if *it == resume && user_id == "ada@example.com")
    ));
    assert!(matches!(widget.view().screen, Screen::Loading));
    assert_eq!(told(&widget), Vec::<&HostEvent>::new());
}

#[test]
fn without_a_fuller_widget_there_is_help() {
    let mut widget = Driven::open(setup());
    let answered = FlowAnswered { flow: flow("s", StepBody::Unknown), token: Some("token".into()) };
    widget.reply(Reply::Flow(Box::new(answered)));
    assert!(matches!(widget.view().screen, Screen::Unknown));
    assert_eq!(told(&widget), [&HostEvent::Step("unknown")]);
    assert!(!widget.has(|effect| matches!(effect, Effect::HandOver(..))));
}

#[test]
fn security_info_that_is_due_is_one_press_away() {
    let mut widget = Driven::at("s", new_password());
    let mut flow = flow("d", done());
    flow.notice = Some(Notice { code: NoticeCode::SecurityInfoDue });
    widget.typed(Field::Password, "a long passphrase");
    widget.typed(Field::Confirm, "a long passphrase");
    widget.submit();
    widget.reply(Reply::Flow(Box::new(FlowAnswered { flow, token: None })));
    assert!(matches!(widget.view().screen, Screen::Done(DoneView { due: true, .. })));
    widget.event(Event::WentTo(FlowKind::Register));
    let whose = |effect: &Effect| matches!(effect, Effect::OpenFlow(FlowKind::Register, id) if id == "ada@example.com");
    assert!(widget.has(whose));
    assert!(!widget.has(|effect| matches!(effect, Effect::DeleteFlow(_))), "this one is done");
    assert!(
        !widget.has(|effect| matches!(effect, Effect::NotifyHost(HostEvent::Closed))),
        "the next one opens in its place"
    );
}

#[test]
fn a_flow_that_was_left_behind_is_of_its_own_kind() {
    let resume = Resume { id: "flow".into(), token: "token".into() };
    let mut widget = Driven::open(Setup { resume: Some(resume), ..setup() });
    let flow = Flow { kind: FlowKind::Unlock, ..flow("s", identify()) };
    widget.reply(Reply::Flow(Box::new(FlowAnswered { flow, token: None })));
    assert!(matches!(widget.view().screen, Screen::Identify(IdentifyView { kind: FlowKind::Unlock, .. })));
    widget.submit();
    widget.reply(refusal(401, ProblemCode::Unauthorized, None));
    widget.event(Event::StartedAgain);
    assert!(
        widget.has(|effect| matches!(effect, Effect::CreateFlow { create, .. } if create.kind == FlowKind::Unlock))
    );
}
