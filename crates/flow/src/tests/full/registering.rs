//! Signing in, and what the forms of the security info do to the widget around them.

use regain_protocol::{
    AuthenticatorSetup, Config, Flow, FlowAnswered, FlowKind, Gate, Method, MethodKind, ProblemCode, Role, StepBody,
};

use super::super::super::*;
use super::super::driven::*;
use super::*;

const MAIL: Enrolment = Enrolment::Email(Some(Role::Alternate));

fn at(step: &str, body: StepBody) -> Driven {
    let mut widget = Driven::open(Setup { kind: FlowKind::Register, ..setup() });
    widget.reply(next(step, body));
    widget.effects.clear();
    widget.sent.clear();
    widget
}

fn next(step: &str, body: StepBody) -> Reply {
    let flow = Flow { kind: FlowKind::Register, ..flow(step, body) };
    Reply::Flow(Box::new(FlowAnswered { flow, token: Some("token".into()) }))
}

fn at_heading(widget: &mut Driven) -> bool {
    let at_heading = widget.has(|effect| matches!(effect, Effect::Focus(Focus::Heading)));
    widget.effects.clear();
    at_heading
}

fn is_export(effect: &Effect) -> bool {
    matches!(effect, Effect::Full(it) if matches!(**it, FullEffect::ExportCodes(..)))
}

fn is_overview(widget: &Driven) -> bool {
    matches!(widget.full_screen(), FullScreen::SecurityInfo(info) if matches!(*info, SecurityInfoView::Overview(_)))
}

fn refused_at(pointer: &str, step: &str, body: StepBody) -> Reply {
    let flow = Flow { kind: FlowKind::Register, ..flow(step, body) };
    let mut reply = refusal(422, ProblemCode::Invalid, Some(flow));
    if let Reply::Refused { problem: Some(problem), .. } = &mut reply {
        problem.pointer = Some(pointer.into());
    }
    reply
}

fn sent_bodies(widget: &Driven) -> Vec<&str> {
    widget
        .sent
        .iter()
        .filter_map(|sent| if let Sent::Answer { body, .. } = sent { Some(body.as_str()) } else { None })
        .collect()
}

#[test]
fn signing_in_takes_the_user_id_along_and_says_what_is_wrong_at_the_password() {
    let mut widget = at("s", StepBody::SignIn { user_id: None, captcha: None });
    let FullScreen::SignIn(view) = widget.full_screen() else { panic!("it is that screen") };
    assert_eq!((view.user_id.as_str(), view.known, view.can_reset), ("ada@example.com", false, false));
    widget.event(Event::Configured(Box::new(Config { flows: vec![FlowKind::Reset], ..config() })));
    assert!(matches!(widget.full_screen(), FullScreen::SignIn(SignInView { can_reset: true, .. })));
    widget.typed(Field::Current, "wrong");
    widget.submit();
    let flow = Flow { kind: FlowKind::Register, ..flow("s", StepBody::SignIn { user_id: None, captcha: None }) };
    widget.reply(refusal(422, ProblemCode::WrongPassword, Some(flow)));
    let FullScreen::SignIn(view) = widget.full_screen() else { panic!("it is that screen") };
    assert_eq!(view.error, Some((Field::Current, FieldError::Unusable)));
    assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::Field(Field::Current)))));

    widget.typed(Field::UserId, "grace");
    widget.event(Event::WentTo(FlowKind::Reset));
    assert!(widget.has(|effect| matches!(effect, Effect::OpenFlow(FlowKind::Reset, id) if id == "grace")));
    assert!(widget.has(|effect| matches!(effect, Effect::DeleteFlow(_))));
}

#[test]
fn each_form_is_a_screen_with_the_focus_on_its_heading() {
    let mut widget = at("s", security_info(2));
    for change in [
        SecurityInfoEvent::Opened(MAIL),
        SecurityInfoEvent::FormClosed,
        SecurityInfoEvent::RemovalOpened(0),
        SecurityInfoEvent::FormClosed,
    ] {
        let key = widget.view().key;
        widget.form(change);
        assert_ne!(widget.view().key, key, "{change:?}");
        assert!(at_heading(&mut widget), "{change:?}");
    }
    widget.form(SecurityInfoEvent::FormClosed);
    assert!(!at_heading(&mut widget), "nothing was open");
    assert!(widget.sent.is_empty(), "the server hears nothing of it");
}

#[test]
fn a_refused_address_stays_and_a_taken_one_leads_on() {
    let mut widget = at("s", security_info(2));
    widget.form(SecurityInfoEvent::Opened(MAIL));
    widget.typed(Field::Destination, "ada@example.org");
    widget.submit();
    widget.reply(refused_at("/value", "s", security_info(2)));
    let FullScreen::SecurityInfo(view) = widget.full_screen() else { panic!("it is that screen") };
    let SecurityInfoView::Destination(form) = *view else { panic!("the form stays") };
    assert_eq!((form.value.as_str(), form.error), ("ada@example.org", Some(FieldError::Unusable)));
    widget.typed(Field::Destination, "ada@example.net");
    widget.submit();
    widget.reply(next("c", enter_code(5)));
    let Screen::EnterCode(code) = widget.view().screen else { panic!("the code is asked for") };
    assert!(code.registers, "the proofs are done, so it is about the new address");
    widget.event(Event::Step(StepEvent::AnotherMethodRequested));
    assert_eq!(sent_bodies(&widget).last(), Some(&r#"{"do":"choose_another"}"#));
    widget.reply(next("s2", security_info(2)));
    assert!(is_overview(&widget));
}

#[test]
fn a_code_for_a_proof_is_another_matter() {
    let mut widget = Driven::open(Setup { kind: FlowKind::Register, ..setup() });
    let gate = Some(Gate { index: 1, of: 1 });
    let flow = Flow { kind: FlowKind::Register, gate, ..flow("c", enter_code(5)) };
    widget.reply(Reply::Flow(Box::new(FlowAnswered { flow, token: Some("token".into()) })));
    assert!(matches!(widget.view().screen, Screen::EnterCode(CodeView { registers: false, .. })));
}

#[test]
fn what_was_taken_at_the_same_step_closes_its_form() {
    let mut widget = at("s", security_info(2));
    widget.form(SecurityInfoEvent::RemovalOpened(0));
    widget.effects.clear();
    widget.submit();
    assert_eq!(sent_bodies(&widget), [r#"{"do":"remove","method":"m1"}"#]);
    widget.form(SecurityInfoEvent::FormClosed);
    assert!(!is_overview(&widget), "not while it is being removed");
    widget.reply(next("s", security_info(2)));
    assert!(is_overview(&widget) && at_heading(&mut widget));
}

#[test]
fn finishing_too_early_says_what_is_missing() {
    let mut widget = at("s", security_info(3));
    widget.submit();
    assert_eq!(sent_bodies(&widget), [r#"{"do":"finish"}"#]);
    widget.reply(refused_at("/do", "s", security_info(3)));
    let FullScreen::SecurityInfo(view) = widget.full_screen() else { panic!("it is that screen") };
    let SecurityInfoView::Overview(view) = *view else { panic!("the overview") };
    assert_eq!((view.missing, view.error), (2, Some(FieldError::Unfinished { missing: 2 })));
    assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::Field(Field::Methods)))));
}

/// A form is not sent because another one, which was closed since, got lost.
#[test]
fn what_failed_in_one_form_is_not_sent_from_another() {
    let mut widget = at("s", security_info(1));
    widget.submit();
    widget.reply(Reply::Lost(Fault::Server));
    widget.form(SecurityInfoEvent::Opened(MAIL));
    assert_eq!(widget.fault(), None);
    widget.seconds(20);
    widget.typed(Field::Destination, "ada@example.org");
    widget.submit();
    assert_eq!(sent_bodies(&widget).len(), 2);
    assert!(sent_bodies(&widget)[1].contains(r#""do":"add""#));
}

#[test]
fn an_authenticator_app_comes_with_its_key_and_the_key_can_be_copied() {
    let mut widget = at("s", security_info(1));
    widget.form(SecurityInfoEvent::Opened(Enrolment::Authenticator));
    assert_eq!(sent_bodies(&widget), [r#"{"do":"add","kind":"authenticator"}"#]);
    let setup = AuthenticatorSetup { secret: "KEY".into(), uri: "otpauth://totp/x".into() };
    let body = match enter_code(5) {
        StepBody::EnterCode { length, expires_at, resend_at, resends_left, tries_left, .. } => {
            let method = Method { kind: MethodKind::Authenticator, role: None, masked: None, ..method("m9") };
            let setup = Some(setup.clone());
            StepBody::EnterCode { method, length, expires_at, resend_at, resends_left, tries_left, setup }
        }
        other => other,
    };
    widget.reply(next("c", body));
    let Screen::EnterCode(code) = widget.view().screen else { panic!("the code is asked for") };
    assert_eq!(code.setup.as_ref().map(|it| (***it).clone()), Some(setup.clone()));
    widget.event(copy_key());
    assert!(
        widget.has(
            |effect| matches!(effect, Effect::Full(it) if matches!(&**it, FullEffect::CopyKey(it) if **it == setup))
        )
    );
}

/// They are secrets: they are in what the screen is drawn from and in what helps to keep them, for as long as they are
/// shown.
#[test]
fn new_recovery_codes_are_shown_and_kept_and_then_gone() {
    let mut widget = at("s", security_info(1));
    widget.event(export(Export::Copy));
    assert!(!widget.has(is_export), "there are none yet");
    widget.form(SecurityInfoEvent::Opened(Enrolment::RecoveryCodes));
    assert_eq!(sent_bodies(&widget), [r#"{"do":"add","kind":"recovery_codes"}"#]);
    widget.reply(next("c", with_codes(security_info(1))));
    assert!(at_heading(&mut widget));
    let FullScreen::SecurityInfo(info) = widget.full_screen() else { panic!("it is that step") };
    let SecurityInfoView::Codes(codes) = *info else { panic!("they are shown: {info:?}") };
    assert_eq!(codes.len(), 2);
    for keep in [Export::Copy, Export::Print, Export::Download] {
        widget.event(export(keep));
        assert!(widget.has(
            |effect| matches!(effect, Effect::Full(it) if matches!(&**it, FullEffect::ExportCodes(to, it) if *to == keep && *it == codes))
        ));
    }
    let seen = format!("{:?} {:?} {:?}", widget.model, widget.effects, widget.view());
    assert!(!seen.contains("7K3QX"), "{seen}");
    widget.effects.clear();
    widget.submit();
    assert_eq!(widget.sent.len(), 1, "there is nothing to be sent");
    widget.form(SecurityInfoEvent::FormClosed);
    assert!(is_overview(&widget) && at_heading(&mut widget));
    widget.event(export(Export::Copy));
    assert!(!widget.has(is_export));
    assert_eq!(widget.sent.len(), 1, "the server hears nothing of it");
}

#[test]
fn what_the_host_page_vouches_for_is_not_kept_for_whoever_comes_next() {
    let kept = Resume { id: "somebody-elses".into(), token: "token".into() };
    let is_saved = |effect: &Effect| matches!(effect, Effect::SaveResume(_));
    for (kind, signed_in, is_kept) in [
        (FlowKind::Register, true, false),
        (FlowKind::Change, true, false),
        (FlowKind::Register, false, true),
        (FlowKind::Reset, true, true),
    ] {
        let widget = Driven::open(Setup { kind, signed_in, resume: Some(kept.clone()), ..setup() });
        assert_eq!(matches!(widget.sent[0], Sent::Get), is_kept, "{kind:?}: {:?}", widget.sent);
        assert_eq!(widget.has(|effect| matches!(effect, Effect::ClearResume)), !is_kept, "{kind:?}");
        let flow = Flow { kind, ..flow("s", identify()) };
        let answered = FlowAnswered { flow, token: Some("token".into()) };
        let mut widget = Driven::open(Setup { kind, signed_in, ..setup() });
        widget.reply(Reply::Flow(Box::new(answered)));
        assert_eq!(widget.has(is_saved), is_kept, "{kind:?}");
    }
}

#[test]
fn a_first_screen_brings_nothing_heavy_in() {
    let mut widget = Driven::open(Setup { kind: FlowKind::Change, ..setup() });
    let at = |step, body| {
        let flow = Flow { kind: FlowKind::Change, ..flow(step, body) };
        Reply::Flow(Box::new(FlowAnswered { flow, token: Some("token".into()) }))
    };
    widget.reply(at("s1", StepBody::SignIn { user_id: None, captcha: None }));
    assert!(widget.scored_with.is_empty());
    widget.typed(Field::Current, "current");
    widget.submit();
    widget.reply(at("s2", new_password()));
    assert!(!widget.scored_with.is_empty());
}

#[test]
fn an_address_is_shown_as_it_was_typed_and_what_became_of_it_is_said() {
    let shown = |widget: &Driven| match widget.view().screen {
        Screen::EnterCode(code) => code.masked,
        _ => panic!("the code is asked for"),
    };
    let changed = |widget: &Driven| match widget.full_screen() {
        FullScreen::SecurityInfo(info) => match *info {
            SecurityInfoView::Overview(info) => info.changed,
            other => panic!("not the overview: {other:?}"),
        },
        _ => panic!("it is that step"),
    };
    let mut widget = at("s", security_info(1));
    assert!(!widget.view().can_ask_administrator, "there is nothing that cannot be done another way");
    widget.form(SecurityInfoEvent::Opened(MAIL));
    widget.typed(Field::Destination, "ada@example.org");
    widget.submit();
    widget.reply(next("c", enter_code(5)));
    assert_eq!(shown(&widget).as_deref(), Some("ada@example.org"));
    let seen = format!("{:?}", widget.model);
    assert!(!seen.contains("ada@example.org"), "{seen}");
    widget.typed(Field::Code, "123456");
    widget.submit();
    widget.effects.clear();
    widget.reply(next("s2", security_info(1)));
    assert_eq!(changed(&widget), Some(ChangeKind::Replaced));
    let is_said = |effect: &Effect| matches!(effect, Effect::Announce(Announcement::InfoChanged(ChangeKind::Replaced)));
    assert!(widget.has(is_said));
    // A proof that is given up changes nothing.
    widget.form(SecurityInfoEvent::Opened(Enrolment::Phone(Some(Role::Mobile))));
    widget.typed(Field::Destination, "+49 171 1234567");
    widget.submit();
    widget.reply(next("c2", enter_code(5)));
    widget.event(StepEvent::AnotherMethodRequested);
    widget.reply(next("s3", security_info(1)));
    assert_eq!(changed(&widget), None);
    widget.form(SecurityInfoEvent::RemovalOpened(0));
    widget.submit();
    widget.reply(next("s3", security_info(1)));
    assert_eq!(changed(&widget), Some(ChangeKind::Removed));
}
