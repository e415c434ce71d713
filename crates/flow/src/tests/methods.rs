//! Text messages, authenticator apps, second proofs, kinds of account.

use super::super::*;
use regain_protocol::{Config, Flow, FlowAnswered, Gate, MethodKind, Notice, NoticeCode, StepBody};

use super::driven::*;

pub(super) fn announced(widget: &mut Driven) -> Vec<Announcement> {
    let mut announced = vec![];
    for effect in widget.effects.drain(..) {
        if let Effect::Announce(announcement) = effect {
            announced.push(announcement);
        }
    }
    announced
}

fn steps(widget: &Driven) -> Vec<&str> {
    widget
        .effects
        .iter()
        .filter_map(|it| if let Effect::NotifyHost(HostEvent::Step(name)) = it { Some(*name) } else { None })
        .collect()
}

fn asked_for_code(kind: MethodKind) -> StepBody {
    let mut asked = enter_code(5);
    let StepBody::EnterCode { method, .. } = &mut asked else { panic!("it is the code") };
    method.kind = kind;
    asked
}

#[test]
fn a_second_proof_is_said_to_be_needed() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.submit();
    let (gate, notice) = (Some(Gate { index: 2, of: 2 }), Some(Notice { code: NoticeCode::AnotherProofNeeded }));
    let flow = Flow { gate, notice, ..flow("s2", choose_method()) };
    widget.reply(Reply::Flow(Box::new(FlowAnswered { flow, token: Some("new".into()) })));
    let view = widget.view();
    assert_eq!((view.gate, view.notice), (gate, Some(NoticeCode::AnotherProofNeeded)));
    assert!(matches!(view.screen, Screen::ChooseMethod(MethodsView { chosen: None, .. })));
}

#[test]
fn text_messages_are_read_only_while_one_is_awaited() {
    let mut widget = Driven::at("s", choose_method());
    widget.choose(0);
    widget.submit();
    widget.reply(answer("s2", asked_for_code(MethodKind::Sms)));
    assert!(widget.subscribed.text_messages);
    widget.effects.clear();
    widget.event(CodeEvent::Read("123456".into()));
    assert!(widget.has(|effect| matches!(effect, Effect::Fill(Field::Code, code) if code.expose() == "123456")));
    assert_eq!((widget.typed_code().as_str(), widget.sent.len()), ("123456", 1), "it is for the person to send it");
    widget.submit();
    assert!(widget.subscribed.text_messages);
    widget.reply(answer("s3", new_password()));
    assert!(!widget.subscribed.text_messages);
    // Nor after the widget has closed, nor for a code by mail.
    let mut widget = Driven::at("s", enter_code(5));
    assert!(!widget.subscribed.text_messages);
    widget.event(Event::Step(StepEvent::AnotherMethodRequested));
    widget.reply(answer("s2", asked_for_code(MethodKind::Sms)));
    widget.event(Event::Cancelled);
    assert!(!widget.subscribed.text_messages);
}

#[test]
fn the_code_of_an_app_has_no_end_to_be_announced() {
    let mut widget = Driven::at("s", asked_for_code(MethodKind::Authenticator));
    widget.seconds(700);
    assert!(
        announced(&mut widget).iter().all(|it| !matches!(it, Announcement::CodeExpires(_) | Announcement::CodeExpired))
    );
}

/// In the lean build the full one goes on here.
#[cfg(feature = "full")]
#[test]
fn a_saved_code_is_typed_and_never_sent_again() {
    let mut asked = asked_for_code(MethodKind::RecoveryCodes);
    let StepBody::EnterCode { length, resends_left, .. } = &mut asked else { panic!("it is the code") };
    (*length, *resends_left) = (15, 0);
    let mut widget = Driven::at("s", asked);
    widget.seconds(700);
    assert!(
        announced(&mut widget).iter().all(|it| !matches!(it, Announcement::CodeExpires(_) | Announcement::CodeExpired))
    );
    widget.event(CodeEvent::Resent);
    assert!(widget.sent.iter().all(|sent| matches!(sent, Sent::Get)), "{:?}", widget.sent);
    let Screen::EnterCode(view) = widget.view().screen else { panic!("it is that screen") };
    assert_eq!((view.kind, view.length, view.can_resend), (MethodKind::RecoveryCodes, 15, false));
}

fn opening() -> Reply {
    Reply::Flow(Box::new(FlowAnswered { flow: flow("s", identify()), token: Some("token".into()) }))
}

fn opened() -> Driven {
    let mut widget = Driven::unconfigured(setup());
    widget.reply(opening());
    widget.sent.clear();
    widget
}

fn kinds(of: &[Option<&str>]) -> Event {
    let account_types = of.iter().map(|href| account_type("kind", *href)).collect();
    Event::Configured(Box::new(Config { account_types, ..config() }))
}

#[test]
fn the_kind_of_account_is_asked_where_there_are_several() {
    let mut widget = Driven::unconfigured(setup());
    widget.effects.clear();
    // It comes with the flow.
    widget.event(kinds(&[None, Some("https://example.com/other")]));
    widget.reply(opening());
    widget.sent.clear();
    assert!(matches!(widget.view().screen, Screen::AccountType), "it asks for the kind");
    assert_eq!(widget.view().config.account_types.len(), 2);
    widget.submit();
    assert!(widget.sent.is_empty(), "there is nothing to send yet");
    let before = widget.view().key;
    widget.event(Event::AccountTypeChosen);
    assert!(matches!(widget.view().screen, Screen::Identify(_)));
    assert_ne!(widget.view().key, before);
    assert_eq!(steps(&widget), ["account_type", "identify"]);
    let focus: Vec<_> = widget
        .effects
        .iter()
        .filter_map(|it| if let Effect::Focus(focus) = it { Some(*focus) } else { None })
        .collect();
    assert_eq!(focus, [Focus::Heading, Focus::First(Field::UserId)]);
    widget.event(Event::StartedAgain);
    widget.reply(Reply::Flow(Box::new(FlowAnswered { flow: flow("s2", identify()), token: Some("t".into()) })));
    assert!(matches!(widget.view().screen, Screen::Identify(_)), "asked once");
}

#[test]
fn the_kind_of_account_is_asked_first_where_the_configuration_is_there_first() {
    let mut widget = Driven::before(setup(), vec![kinds(&[None, Some("https://example.com/other")])]);
    assert!(matches!(widget.view().screen, Screen::AccountType));
    assert!(!widget.has(|effect| matches!(effect, Effect::LoadConfig | Effect::Focus(Focus::First(_)))));
    let question = widget.view().key;
    widget.reply(opening());
    assert_eq!(widget.view().key, question, "it is not drawn anew");
    assert_eq!(steps(&widget), ["account_type"]);
    widget.event(Event::AccountTypeChosen);
    assert!(matches!(widget.view().screen, Screen::Identify(_)));
    // Nor does anybody wait for the flow to answer it.
    let mut widget = Driven::before(setup(), vec![kinds(&[None, None])]);
    widget.event(Event::AccountTypeChosen);
    assert!(matches!(widget.view().screen, Screen::Identify(_)));
    widget.reply(opening());
    assert!(matches!(widget.view().screen, Screen::Identify(_)), "it is asked once");
}

#[test]
fn where_it_was_asked_before_nothing_is_drawn_that_it_takes_the_place_of() {
    let asked_before = || Driven::unconfigured(Setup { asks_account: true, ..setup() });
    let mut widget = asked_before();
    assert!(matches!(widget.view().screen, Screen::Loading));
    widget.event(kinds(&[None, None]));
    widget.reply(opening());
    assert!(matches!(widget.view().screen, Screen::AccountType));
    // It may be another configuration by now, or none.
    for event in [kinds(&[None]), Event::Unconfigured] {
        let mut widget = asked_before();
        widget.event(event);
        widget.reply(opening());
        assert!(matches!(widget.view().screen, Screen::Identify(_)));
    }
}

#[test]
fn the_kind_of_account_is_answered_before_a_flow_is_handed_over() {
    let unknown =
        || Reply::Flow(Box::new(FlowAnswered { flow: flow("s", StepBody::Unknown), token: Some("t".into()) }));
    let setup = || Setup { can_hand_over: true, ..setup() };
    let handed_over = |widget: &Driven| widget.has(|effect| matches!(effect, Effect::HandOver(..)));
    let mut widget = Driven::before(setup(), vec![kinds(&[None, None])]);
    let question = widget.view().key;
    widget.reply(unknown());
    assert!(matches!(widget.view().screen, Screen::AccountType) && widget.view().key == question);
    assert!(!handed_over(&widget));
    widget.event(Event::AccountTypeChosen);
    assert!(matches!(widget.view().screen, Screen::Loading) && handed_over(&widget));
    // A configuration that comes later asks nothing of what was handed over.
    let mut widget = Driven::unconfigured(setup());
    widget.reply(unknown());
    widget.event(kinds(&[None, None]));
    assert!(matches!(widget.view().screen, Screen::Loading) && handed_over(&widget));
}

#[test]
fn one_kind_of_account_is_no_question_nor_is_none() {
    for event in [kinds(&[None]), kinds(&[]), kinds(&[None, Some("javascript:alert(1)")]), Event::Unconfigured] {
        let mut widget = opened();
        widget.event(event);
        assert!(matches!(widget.view().screen, Screen::Identify(_)));
        assert_eq!(steps(&widget), ["identify"]);
    }
}

#[test]
fn a_configuration_that_does_not_come_holds_nobody_up() {
    let mut widget = opened();
    assert!(matches!(widget.view().screen, Screen::Identify(_)));
    widget.typed(Field::UserId, "ada");
    // Nor does one that comes late take away what is being typed.
    widget.event(kinds(&[None, None]));
    assert!(matches!(widget.view().screen, Screen::Identify(_)));
}
