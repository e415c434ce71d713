//! The way through the steps, as the server leads it.

use super::super::*;
use regain_protocol::{
    Config, EndReason, Flow, FlowAnswered, Help, Notice, NoticeCode, Outcome, ProblemCode, StepBody,
};

use super::driven::*;

#[test]
fn the_whole_way_is_led_by_the_server() {
    let mut widget = Driven::open(setup());
    assert!(matches!(widget.view().screen, Screen::Identify(_)), "the first step is known");
    let answered = FlowAnswered { flow: flow("s1", identify()), token: Some("t1".into()) };
    widget.reply(Reply::Flow(Box::new(answered)));
    let Screen::Identify(IdentifyView { user_id, .. }) = widget.view().screen else { panic!("it asks who") };
    assert_eq!(user_id, "ada@example.com", "carried over from the host page");
    widget.submit();
    widget.reply(answer("s2", choose_method()));
    widget.choose(1);
    widget.submit();
    widget.reply(answer("s3", enter_code(5)));
    widget.typed(Field::Code, "123 456");
    widget.submit();
    let answered = FlowAnswered { flow: flow("s4", new_password()), token: Some("t2".into()) };
    widget.reply(Reply::Flow(Box::new(answered)));
    widget.typed(Field::Password, "a new passphrase");
    widget.typed(Field::Confirm, "a new passphrase");
    widget.submit();
    widget.reply(answer("s5", done()));
    assert!(matches!(widget.view().screen, Screen::Done(DoneView { outcome: Outcome::Reset, notified: true, .. })));
    let sent = |n: u32, step: &str, body: &str, token: &str| Sent::Answer {
        key: format!("nonce-{n}"),
        step: step.into(),
        body: body.into(),
        token: token.into(),
    };
    assert_eq!(
        widget.sent,
        [
            Sent::Create { key: "nonce-1".into() },
            sent(2, "s1", r#"{"do":"identify","user_id":"ada@example.com"}"#, "t1"),
            sent(3, "s2", r#"{"do":"choose","method":"m2"}"#, "t1"),
            sent(4, "s3", r#"{"do":"verify","code":"123456"}"#, "t1"),
            sent(5, "s4", r#"{"do":"set_password","password":"a new passphrase"}"#, "t2"),
        ]
    );
    assert!(widget.has(|effect| matches!(effect, Effect::ClearResume)), "nothing is left for a reload");
    widget.event(Event::WentToSignIn);
    assert!(
        widget.has(|effect| matches!(effect, Effect::ReturnToSignIn { user_id, .. } if user_id == "ada@example.com"))
    );
}

#[test]
fn a_new_step_takes_the_focus_and_a_wrong_field_keeps_it() {
    let mut widget = Driven::at("s", choose_method());
    widget.submit();
    assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::Field(Field::Method)))));
    widget.choose(0);
    widget.submit();
    widget.effects.clear();
    widget.reply(answer("s2", enter_code(5)));
    assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::First(Field::Code)))));
    assert!(widget.has(|effect| matches!(effect, Effect::NotifyHost(HostEvent::Step("enter_code")))));
}

#[test]
fn repeated_clicks_send_one_request() {
    let mut widget = Driven::at("s", identify());
    for _ in 0..5 {
        widget.submit();
    }
    assert_eq!(widget.sent.len(), 1);
    assert!(widget.view().busy && !widget.view().can_submit);
}

#[test]
fn a_wrong_code_is_said_in_place_and_stays_typed() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "111111");
    widget.submit();
    let drawn = widget.view().key;
    widget.reply(refusal(422, ProblemCode::WrongCode, Some(flow("s", enter_code(4)))));
    let Screen::EnterCode(code) = widget.view().screen else { panic!("it stays at the code") };
    assert_eq!(code.error, Some(FieldError::Wrong { tries_left: 4 }));
    assert_eq!(widget.view().key, drawn, "the field is not drawn anew");
    assert_eq!(widget.typed_code(), "111111");
    assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::Field(Field::Code)))));
}

#[test]
fn the_last_wrong_code_ends_the_flow() {
    let mut widget = Driven::at("s", enter_code(1));
    widget.typed(Field::Code, "111111");
    widget.submit();
    widget.reply(refusal(422, ProblemCode::WrongCode, Some(flow("e", ended(EndReason::TooManyAttempts)))));
    let Screen::Ended(view) = widget.view().screen else { panic!("it is over") };
    assert_eq!(view.reason, End::Reason(EndReason::TooManyAttempts));
    assert!(widget.has(|effect| matches!(effect, Effect::ClearResume)));
}

#[test]
fn a_reload_goes_on_at_the_same_step() {
    let resume = Resume { id: "flow".into(), token: "token".into() };
    let mut widget = Driven::open(Setup { resume: Some(resume), reopened: true, ..setup() });
    assert_eq!(widget.sent, [Sent::Get]);
    widget.reply(answer("s", enter_code(3)));
    assert!(matches!(widget.view().screen, Screen::EnterCode(_)));
    widget.typed(Field::Code, "123456");
    widget.submit();
    assert!(matches!(&widget.sent[1], Sent::Answer { token, .. } if token == "token"));
}

#[test]
fn a_flow_that_is_gone_after_a_reload_is_said_to_be_over_and_after_a_click_replaced() {
    for reply in
        [refusal(401, ProblemCode::Unauthorized, None), answer("e", ended(EndReason::Expired)), answer("d", done())]
    {
        let resume = Some(Resume { id: "flow".into(), token: "token".into() });
        let mut clicked = Driven::open(Setup { resume: resume.clone(), ..setup() });
        clicked.reply(reply.clone());
        assert!(matches!(clicked.sent.last(), Some(Sent::Create { .. })));
        let mut reloaded = Driven::open(Setup { resume, reopened: true, ..setup() });
        reloaded.reply(reply);
        assert_eq!(reloaded.sent, [Sent::Get]);
        assert!(matches!(reloaded.view().screen, Screen::Ended(_) | Screen::Done(_)));
    }
}

#[test]
fn another_code_can_be_asked_for_when_its_time_has_come() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "12");
    widget.event(CodeEvent::Resent);
    assert!(widget.sent.is_empty(), "not yet");
    widget.seconds(30);
    widget.event(CodeEvent::Resent);
    widget.event(CodeEvent::Resent);
    assert_eq!(widget.sent.len(), 1);
    let notice = Some(Notice { code: NoticeCode::CodeResent });
    let flow = Flow { notice, ..flow("s", enter_code(5)) };
    widget.reply(Reply::Flow(Box::new(FlowAnswered { flow, token: None })));
    assert!(widget.has(|effect| matches!(effect, Effect::Announce(Announcement::CodeSent))));
    assert_eq!(widget.typed_code(), "12");
}

#[test]
fn the_end_of_the_flow_is_announced_and_then_asked_about() {
    let mut widget = Driven::at("s", choose_method());
    widget.seconds(14 * 60);
    let view = widget.view();
    assert_eq!(view.ending, Some(60));
    let said = |widget: &Driven| {
        let mut said = vec![];
        for effect in &widget.effects {
            if let Effect::Announce(Announcement::FlowEnds(left)) = effect {
                said.push(*left);
            }
        }
        said
    };
    assert_eq!(said(&widget), [60], "well over the 20 s that WCAG 2.2.1 asks for");
    widget.seconds(55);
    assert_eq!(said(&widget), [60, 10]);
    assert!(widget.sent.is_empty(), "not before its time");
    widget.seconds(5);
    assert_eq!(widget.sent, [Sent::Get], "only the server says that it is over");
    // It is not over: this device's clock is ahead. No storm of questions.
    widget.reply(answer("s", choose_method()));
    widget.seconds(10);
    assert_eq!(widget.sent.len(), 1);
    widget.seconds(30);
    widget.reply(answer("e", ended(EndReason::Expired)));
    assert!(matches!(widget.view().screen, Screen::Ended(_)));
}

#[test]
fn countdowns_run_by_the_servers_clock() {
    let mut widget = Driven::at("s", enter_code(5));
    // This device is an hour ahead.
    widget.now += 3_600_000;
    let Screen::EnterCode(code) = widget.view().screen else { panic!("it is the code") };
    assert_eq!(code.expires_in, 0);
    widget.event(Event::ClockRead(-3_600_000));
    let Screen::EnterCode(code) = widget.view().screen else { panic!("it is the code") };
    assert_eq!((code.expires_in, code.resend_in), (600, 30));
}

#[test]
fn an_unknown_step_leads_to_help() {
    let mut widget = Driven::at("s", StepBody::Unknown);
    assert!(matches!(widget.view().screen, Screen::Unknown));
    widget.submit();
    assert!(widget.sent.is_empty());
    let help = Help { email: Some("help@example.com".into()), ..Help::default() };
    let config = Config { help: help.clone(), ..config() };
    widget.event(Event::Configured(Box::new(config)));
    assert_eq!(widget.view().config.help, help);
}

#[test]
fn closing_tells_the_server_and_forgets() {
    let mut widget = Driven::at("s", identify());
    widget.submit();
    widget.event(Event::Cancelled);
    assert!(widget.has(|effect| matches!(effect, Effect::DeleteFlow(_))));
    assert!(widget.has(|effect| matches!(effect, Effect::ClearResume)));
    assert!(widget.has(|effect| matches!(effect, Effect::NotifyHost(HostEvent::Closed))));
    assert!(!widget.subscribed.ticks);
    widget.effects.clear();
    widget.reply(answer("s2", choose_method()));
    assert!(widget.effects.is_empty(), "nothing happens after the end");
}

#[test]
fn a_continue_address_that_is_no_page_is_dropped() {
    for (url, kept) in [
        ("https://example.com/in", true),
        ("/in", true),
        ("javascript:alert(1)", false),
        ("//evil", false),
        ("/\\evil", false),
        ("/\t/evil", false),
        ("https://example.com\\@evil", false),
    ] {
        let mut widget = Driven::at("s", new_password());
        widget.typed(Field::Password, "a new passphrase");
        widget.typed(Field::Confirm, "a new passphrase");
        widget.submit();
        let body = StepBody::Done {
            outcome: Outcome::Reset,
            user_id: String::new(),
            notified: false,
            continue_url: Some(url.into()),
        };
        widget.reply(answer("d", body));
        widget.event(Event::WentToSignIn);
        let found = widget.has(|effect| matches!(effect, Effect::ReturnToSignIn { continue_url: Some(_), .. }));
        assert_eq!(found, kept, "{url}");
    }
}
