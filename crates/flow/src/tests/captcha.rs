//! The challenge of the first step: typed, worked out by the browser, too late, refused.

use super::super::*;
use regain_protocol::{Captcha, FlowAnswered, ProblemCode, StepBody};

use super::driven::*;

pub(super) fn image(id: &str) -> StepBody {
    let (id, image, audio) = (id.to_owned(), "data:image/png;base64,".into(), "/v1/audio".into());
    StepBody::Identify { captcha: Some(Captcha::Image { id, image, audio }) }
}

pub(super) fn work(challenge: &str) -> StepBody {
    let text = String::new;
    StepBody::Identify {
        captcha: Some(Captcha::ProofOfWork {
            algorithm: "SHA-256".into(),
            salt: text(),
            challenge: challenge.into(),
            max_number: 1000,
            signature: text(),
        }),
    }
}

fn turnstile() -> StepBody {
    StepBody::Identify { captcha: Some(Captcha::Turnstile { site_key: "key".into() }) }
}

/// A widget at the step, and the challenges that it wanted solved so far.
fn at(body: StepBody) -> (Driven, Vec<Ticket>) {
    let mut widget = Driven::open(setup());
    let answered = FlowAnswered { flow: flow("s", body), token: Some("token".into()) };
    widget.reply(Reply::Flow(Box::new(answered)));
    widget.sent.clear();
    let tickets = tickets(&mut widget);
    (widget, tickets)
}

fn tickets(widget: &mut Driven) -> Vec<Ticket> {
    let mut tickets = vec![];
    for effect in widget.effects.drain(..) {
        if let Effect::SolveCaptcha(ticket, _) = effect {
            tickets.push(ticket);
        }
    }
    tickets
}

fn bodies(widget: &Driven) -> Vec<&str> {
    widget.sent.iter().map(|sent| if let Sent::Answer { body, .. } = sent { &**body } else { "" }).collect()
}

#[cfg(feature = "full")]
#[test]
fn a_picture_is_typed_and_another_one_empties_the_field() {
    let (mut widget, tickets) = at(image("c1"));
    assert!(tickets.is_empty(), "a picture is for people");
    widget.submit();
    assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::Field(Field::Captcha)))));
    widget.typed(Field::Captcha, " 123456 ");
    widget.event(ChallengeEvent::Renewed);
    widget.reply(answer("s", image("c2")));
    assert!(widget.has(|effect| matches!(effect, Effect::Announce(Announcement::NewCaptcha))));
    let Screen::Identify(IdentifyView { captcha: Some(captcha), .. }) = widget.view().screen else {
        panic!("it asks who")
    };
    assert_eq!((captcha.number, captcha.solved), (2, false), "what was typed was for the former one");
    widget.typed(Field::Captcha, "654321");
    widget.submit();
    let identify = r#"{"do":"identify","user_id":"ada@example.com","captcha":{"id":"c2","solution":"654321"}}"#;
    assert_eq!(bodies(&widget), [r#"{"do":"new_captcha"}"#, identify]);
    widget.reply(refusal(422, ProblemCode::CaptchaFailed, Some(flow("s", image("c3")))));
    let Screen::Identify(IdentifyView { error, captcha: Some(captcha), user_id, .. }) = widget.view().screen else {
        panic!("it asks who")
    };
    assert_eq!(error, Some((Field::Captcha, FieldError::Unusable)));
    assert_eq!((captcha.number, &*user_id), (3, "ada@example.com"));
}

#[test]
fn whoever_is_quicker_than_the_browser_waits_for_it() {
    let (mut widget, tickets) = at(work("w1"));
    let [ticket] = tickets[..] else { panic!("it is solved from the beginning") };
    widget.event(ChallengeEvent::Progress(ticket, 40));
    widget.submit();
    widget.submit();
    assert!(widget.sent.is_empty() && widget.view().busy && !widget.view().can_submit);
    assert!(widget.has(|effect| matches!(effect, Effect::Announce(Announcement::StillWorking))));
    widget.event(ChallengeEvent::Solved(Ticket(ticket.0 + 7), "stale".into()));
    assert!(widget.sent.is_empty());
    widget.event(ChallengeEvent::Solved(ticket, "solution".into()));
    let identify = r#"{"do":"identify","user_id":"ada@example.com","captcha":{"solution":"solution"}}"#;
    assert_eq!(bodies(&widget), [identify], "it goes by itself");
    widget.event(ChallengeEvent::Solved(ticket, "solution".into()));
    assert_eq!(widget.sent.len(), 1);
}

#[test]
fn what_is_changed_while_waiting_does_not_go_by_itself() {
    let (mut widget, tickets) = at(work("w1"));
    widget.submit();
    widget.typed(Field::UserId, "grace@example.com");
    assert!(widget.view().can_submit);
    widget.event(ChallengeEvent::Solved(tickets[0], "solution".into()));
    assert!(widget.sent.is_empty());
    widget.submit();
    assert_eq!(widget.sent.len(), 1);
}

#[test]
fn a_solution_that_came_too_late_is_worked_out_anew_once() {
    let (mut widget, before) = at(work("w1"));
    widget.event(ChallengeEvent::Solved(before[0], "1".into()));
    widget.submit();
    widget.reply(refusal(422, ProblemCode::CaptchaFailed, Some(flow("s", work("w2")))));
    let again = tickets(&mut widget);
    assert_eq!(again.len(), 1);
    assert!(widget.view().busy, "nothing to do but to wait");
    widget.event(ChallengeEvent::Solved(again[0], "2".into()));
    assert_eq!(widget.sent.len(), 2, "and it goes by itself");
    widget.reply(refusal(422, ProblemCode::CaptchaFailed, Some(flow("s", work("w3")))));
    let Screen::Identify(IdentifyView { error, .. }) = widget.view().screen else { panic!("it asks who") };
    assert_eq!(error, Some((Field::Captcha, FieldError::Unusable)));
    assert!(!widget.view().busy);
    assert_eq!(tickets(&mut widget).len(), 1, "the new one is solved meanwhile");
}

#[test]
fn a_used_token_is_asked_for_anew() {
    let (mut widget, before) = at(turnstile());
    widget.event(ChallengeEvent::Solved(before[0], "token".into()));
    widget.submit();
    widget.reply(refusal(422, ProblemCode::Invalid, Some(flow("s", turnstile()))));
    assert_eq!(tickets(&mut widget).len(), 1);
}

#[test]
fn what_the_browser_cannot_solve_is_said_and_tried_again() {
    let (mut widget, before) = at(work("w1"));
    widget.submit();
    widget.event(ChallengeEvent::Unsolvable(before[0]));
    let Screen::Identify(IdentifyView { error, .. }) = widget.view().screen else { panic!("it asks who") };
    assert_eq!(error, Some((Field::Captcha, FieldError::Unusable)));
    assert!(widget.view().can_submit);
    assert!(tickets(&mut widget).is_empty(), "not over and over");
    widget.submit();
    let again = tickets(&mut widget);
    widget.event(ChallengeEvent::Solved(again[0], "solution".into()));
    assert_eq!(widget.sent.len(), 1);
}

#[test]
fn a_challenge_from_the_future_leads_to_help() {
    let (widget, _) = at(StepBody::Identify { captcha: Some(Captcha::Unknown) });
    assert!(matches!(widget.view().screen, Screen::Unknown));
}
