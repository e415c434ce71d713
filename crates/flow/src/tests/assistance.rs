//! The assistance with choosing a password: asked for at the right time, and dropped when it comes too late.

use super::super::*;
use regain_protocol::{FlowKind, Method, MethodKind, PasswordPolicy, ServerCheck, StepBody, Violation};

use super::driven::*;

/// The step with every rule that can be looked up.
fn strict() -> StepBody {
    let policy = PasswordPolicy {
        min_length: 8,
        max_length: 64,
        min_score: 3,
        forbid_user_id: true,
        forbidden_words: vec!["Contoso".into()],
        server_checks: vec![ServerCheck::Common, ServerCheck::Breached],
        ..PasswordPolicy::default()
    };
    StepBody::NewPassword { policy, user_id: "ada@example.com".into(), first: false, needs_current: false }
}

fn verdict(score: u8) -> Strength {
    Strength { score, words: format!("{score} of 4") }
}

/// The effects since this was last asked, by their kind.
fn asked<T>(widget: &mut Driven, of: impl Fn(&Effect) -> Option<T>) -> Vec<T> {
    widget.effects.drain(..).filter_map(|effect| of(&effect)).collect()
}

fn scored(effect: &Effect) -> Option<(Ticket, String)> {
    match effect {
        Effect::ScorePassword(ticket, password) => Some((*ticket, password.expose().clone())),
        _ => None,
    }
}

fn checks(effect: &Effect) -> Option<(Ticket, String)> {
    match effect {
        Effect::CheckBreached(ticket, password) => Some((*ticket, password.expose().clone())),
        _ => None,
    }
}

fn said(effect: &Effect) -> Option<Announcement> {
    match effect {
        Effect::Announce(announcement) => Some(announcement.clone()),
        _ => None,
    }
}

/// The words that scoring was begun with since this was last asked.
fn begun(widget: &mut Driven) -> Vec<Vec<String>> {
    widget.scored_with.drain(..).collect()
}

fn password(widget: &Driven) -> Box<PasswordView> {
    match widget.view().screen {
        Screen::NewPassword(password) => password,
        _ => panic!("not at the password"),
    }
}

fn standing(widget: &Driven, rule: &Violation) -> Standing {
    password(widget).items.iter().find(|item| item.rules == [rule.clone()]).expect("it is on the list").standing
}

/// Types a password; gives the ticket by which it goes.
fn types(widget: &mut Driven, text: &str) -> Ticket {
    widget.effects.clear();
    widget.typed(Field::Password, text);
    widget.effects.iter().find_map(scored).expect("it is scored").0
}

#[test]
fn strength_comes_after_the_first_step_and_anew_with_the_words_of_the_last() {
    let mut widget = Driven::open(setup());
    widget.reply(Reply::Flow(Box::new(regain_protocol::FlowAnswered {
        flow: flow("s1", identify()),
        token: Some("token".into()),
    })));
    assert!(begun(&mut widget).is_empty(), "not at the first step");
    widget.submit();
    widget.reply(answer("s2", choose_method()));
    assert_eq!(begun(&mut widget), [["ada@example.com"]]);
    widget.event(Event::StrengthReady(true));
    widget.submit();
    widget.choose(0);
    widget.submit();
    widget.reply(answer("s3", enter_code(5)));
    assert!(begun(&mut widget).is_empty(), "it is there");
    widget.typed(Field::Code, "123456");
    widget.submit();
    widget.reply(answer("s4", strict()));
    assert_eq!(begun(&mut widget), [["ada@example.com", "Contoso"]]);
    let text = types(&mut widget, "before it is ready");
    widget.effects.clear();
    widget.event(Event::StrengthReady(true));
    assert_eq!(asked(&mut widget, scored), [(text, "before it is ready".to_owned())]);
    widget.typed(Field::Confirm, "before it is ready");
    widget.event(PasswordEvent::Scored(Ticket(0), verdict(0)));
    widget.submit();
    widget.reply(answer("s5", done()));
    assert_eq!(widget.subscribed.strength, None);
}

#[test]
fn who_only_unlocks_does_not_pay_for_it() {
    let mut widget = Driven::open(Setup { kind: FlowKind::Unlock, ..setup() });
    let token = Some("token".into());
    let flow = regain_protocol::Flow { kind: FlowKind::Unlock, ..flow("s1", choose_method()) };
    widget.reply(Reply::Flow(Box::new(regain_protocol::FlowAnswered { flow, token })));
    assert!(begun(&mut widget).is_empty());
    widget.choose(0);
    widget.submit();
    widget.reply(answer("s2", new_password()));
    assert_eq!(begun(&mut widget), [["ada@example.com"]]);
}

#[test]
fn a_verdict_about_another_password_is_dropped() {
    let mut widget = Driven::at("s", strict());
    let rule = Violation::TooGuessable { min: 3 };
    assert_eq!(standing(&widget, &rule), Standing::Later, "nobody can say yet");
    widget.event(Event::StrengthReady(true));
    assert_eq!(standing(&widget, &rule), Standing::Open);
    let first = types(&mut widget, "first one");
    let second = types(&mut widget, "another one");
    assert_ne!(first, second);
    widget.event(PasswordEvent::Scored(first, verdict(4)));
    assert_eq!(password(&widget).strength, None, "it was about another one");
    widget.event(PasswordEvent::Scored(second, verdict(2)));
    assert_eq!(standing(&widget, &rule), Standing::Open);
    widget.event(PasswordEvent::Scored(second, verdict(3)));
    assert_eq!(standing(&widget, &rule), Standing::Met);
    // An empty field has no strength.
    widget.typed(Field::Password, "");
    assert_eq!(password(&widget).strength, None);
}

#[test]
fn too_weak_is_not_sent_but_not_known_is() {
    let mut widget = Driven::at("s", strict());
    widget.event(Event::StrengthReady(true));
    let text = types(&mut widget, "long enough");
    widget.typed(Field::Confirm, "long enough");
    widget.event(PasswordEvent::Scored(text, verdict(2)));
    widget.submit();
    assert!(widget.sent.is_empty());
    assert_eq!(password(&widget).error, Some((Field::Password, FieldError::BreaksRules)));
    // The verdict is about what was there before, and the server can judge by itself.
    widget.typed(Field::Password, "long enough too");
    widget.typed(Field::Confirm, "long enough too");
    widget.submit();
    assert_eq!(widget.sent.len(), 1);
}

#[test]
fn without_a_worker_nothing_is_said_and_nothing_is_kept_back() {
    let mut widget = Driven::at("s", strict());
    widget.event(Event::StrengthReady(true));
    let text = types(&mut widget, "long enough");
    widget.event(PasswordEvent::Scored(text, verdict(0)));
    widget.event(Event::StrengthReady(false));
    assert_eq!(password(&widget).strength, None);
    assert_eq!(standing(&widget, &Violation::TooGuessable { min: 3 }), Standing::Later);
    types(&mut widget, "long enough again");
    widget.typed(Field::Confirm, "long enough again");
    widget.submit();
    assert_eq!(widget.sent.len(), 1);
}

#[test]
fn strength_is_said_once_typing_rests_and_when_it_changed() {
    let mut widget = Driven::at("s", strict());
    widget.event(Event::StrengthReady(true));
    let text = types(&mut widget, "a");
    widget.effects.clear();
    widget.event(PasswordEvent::Scored(text, verdict(0)));
    assert!(asked(&mut widget, said).is_empty(), "not while typing");
    widget.event(PasswordEvent::TypingPaused(text));
    assert_eq!(asked(&mut widget, said), [Announcement::Strength(verdict(0).words)]);
    let text = types(&mut widget, "ab");
    widget.effects.clear();
    widget.event(PasswordEvent::TypingPaused(Ticket(text.0 - 1)));
    widget.event(PasswordEvent::Scored(text, verdict(0)));
    widget.event(PasswordEvent::TypingPaused(text));
    assert!(asked(&mut widget, said).is_empty(), "it is the same");
    let text = types(&mut widget, "abc");
    widget.effects.clear();
    widget.event(PasswordEvent::TypingPaused(text));
    widget.event(PasswordEvent::Scored(text, verdict(1)));
    assert_eq!(asked(&mut widget, said), [Announcement::Strength(verdict(1).words)], "the verdict may come later");
    let text = types(&mut widget, "abcd");
    widget.event(PasswordEvent::Scored(text, verdict(4)));
    let text = types(&mut widget, "abc");
    widget.effects.clear();
    widget.event(PasswordEvent::Scored(text, verdict(1)));
    widget.event(PasswordEvent::TypingPaused(text));
    let again = [Announcement::Strength(verdict(1).words)];
    assert_eq!(asked(&mut widget, said), again, "another one was shown in between");
}

#[test]
fn leaks_are_looked_up_when_typing_rests_and_the_rules_are_kept() {
    let mut widget = Driven::at("s", strict());
    let rule = Violation::Breached {};
    let text = types(&mut widget, "short");
    widget.event(PasswordEvent::TypingPaused(text));
    assert!(asked(&mut widget, checks).is_empty(), "the rules come first");
    assert_eq!(standing(&widget, &rule), Standing::Open);
    let stale = types(&mut widget, "long enough");
    let text = types(&mut widget, "long enough!");
    widget.event(PasswordEvent::TypingPaused(stale));
    assert!(asked(&mut widget, checks).is_empty(), "it does not rest");
    widget.event(PasswordEvent::TypingPaused(text));
    widget.event(PasswordEvent::TypingPaused(text));
    assert_eq!(asked(&mut widget, checks), [(text, "long enough!".to_owned())], "once");
    assert_eq!(standing(&widget, &rule), Standing::Looking);
    widget.event(PasswordEvent::BreachChecked(stale, 7));
    assert_eq!(standing(&widget, &rule), Standing::Looking, "about another one");
    widget.event(PasswordEvent::BreachChecked(text, 0));
    assert_eq!(standing(&widget, &rule), Standing::Met);
    for (count, now, words) in [(-1, Standing::Later, 0), (3, Standing::Broken, 1)] {
        let text = types(&mut widget, &format!("long enough {count}"));
        assert_eq!(standing(&widget, &rule), Standing::Open);
        widget.event(PasswordEvent::TypingPaused(text));
        widget.effects.clear();
        widget.event(PasswordEvent::BreachChecked(text, count));
        assert_eq!(standing(&widget, &rule), now);
        assert_eq!(asked(&mut widget, said), vec![Announcement::Breached; words]);
    }
}

#[test]
fn nobody_waits_for_a_look_up_and_the_server_has_the_last_word() {
    let mut widget = Driven::at("s", strict());
    let text = types(&mut widget, "long enough");
    widget.typed(Field::Confirm, "long enough");
    widget.event(PasswordEvent::TypingPaused(text));
    widget.submit();
    assert_eq!(widget.sent.len(), 1, "while it is being looked up");
    let mut reply = refusal(422, regain_protocol::ProblemCode::PasswordRefused, Some(flow("s", strict())));
    if let Reply::Refused { problem: Some(problem), .. } = &mut reply {
        problem.violations = vec![Violation::Breached {}];
    }
    widget.reply(reply);
    assert_eq!(standing(&widget, &Violation::Breached {}), Standing::Broken);
    assert_eq!(password(&widget).error, Some((Field::Password, FieldError::Refused)));
    widget.event(PasswordEvent::BreachChecked(text, 0));
    assert_eq!(standing(&widget, &Violation::Breached {}), Standing::Broken, "what comes later does not soften it");
}

#[test]
fn a_directory_that_refuses_for_now_says_until_when() {
    let mut widget = Driven::at("s", strict());
    types(&mut widget, "long enough");
    widget.typed(Field::Confirm, "long enough");
    widget.submit();
    let mut reply = refusal(422, regain_protocol::ProblemCode::PasswordRefused, Some(flow("s", strict())));
    if let Reply::Refused { problem: Some(problem), .. } = &mut reply {
        problem.violations = vec![Violation::TooSoon { retry_at: "2026-11-24T14:00:00Z".into() }];
    }
    widget.reply(reply);
    let first = password(&widget).too_soon_for;
    assert!(first > 3600, "{first}");
    widget.seconds(60);
    assert_eq!(password(&widget).too_soon_for, first - 60);
}

#[test]
fn a_suggestion_is_in_both_fields_seen_and_sent() {
    let mut widget = Driven::at("s", strict());
    widget.event(PasswordEvent::SuggestionRequested { same_kind: true });
    let suggests = |effect: &Effect| match effect {
        Effect::SuggestPassword(ticket, values) => Some((*ticket, values.clone())),
        _ => None,
    };
    let asked_for = asked(&mut widget, suggests);
    let [(ticket, values)] = &asked_for[..] else { panic!("one suggestion is asked for") };
    assert_eq!(values, &["1", "8", "64", "0", "0", "1", "ada@example.com", "Contoso"]);
    widget.event(PasswordEvent::Suggested(*ticket, Some("brain-song-humble-reef-mill".into()), true));
    let fills: Vec<_> = widget.effects.iter().filter(|effect| matches!(effect, Effect::Fill(..))).collect();
    assert!(matches!(fills[..], [Effect::Fill(Field::Password, _), Effect::Fill(Field::Confirm, _)]));
    assert!(widget.has(|effect| matches!(effect, Effect::Announce(Announcement::Suggested))));
    let view = password(&widget);
    assert!(view.shown && view.suggestion == Suggestion::Given { can_copy: true } && view.matching == Matching::Same);
    widget.event(PasswordEvent::CopyRequested);
    assert!(
        widget.has(|effect| matches!(effect, Effect::Copy(text) if text.expose() == "brain-song-humble-reef-mill"))
    );
    widget.event(PasswordEvent::Copied(true));
    assert_eq!(password(&widget).suggestion, Suggestion::Copied);
    widget.submit();
    assert!(matches!(&widget.sent[..], [Sent::Answer { body, .. }] if body.contains("brain-song-humble-reef-mill")));
    assert!(!password(&widget).shown, "password managers look for hidden fields");
}

#[test]
fn a_suggestion_that_comes_too_late_or_not_at_all_is_none() {
    let mut widget = Driven::at("s", strict());
    let ticket = |widget: &Driven| match password(widget).suggestion {
        Suggestion::Waiting(ticket) => ticket,
        other => panic!("{other:?}"),
    };
    widget.event(PasswordEvent::SuggestionRequested { same_kind: false });
    let first = ticket(&widget);
    widget.event(PasswordEvent::SuggestionRequested { same_kind: false });
    widget.event(PasswordEvent::Suggested(first, Some("brain-song-humble".into()), true));
    let second = ticket(&widget);
    widget.typed(Field::Password, "my own");
    widget.event(PasswordEvent::Suggested(second, Some("brain-song-humble".into()), true));
    assert!(!widget.has(|effect| matches!(effect, Effect::Fill(..))), "what was typed stays");
    widget.event(PasswordEvent::SuggestionRequested { same_kind: true });
    widget.effects.clear();
    widget.event(PasswordEvent::Suggested(ticket(&widget), None, true));
    assert_eq!(password(&widget).suggestion, Suggestion::Failed);
    assert_eq!(asked(&mut widget, said), [Announcement::NoSuggestion]);
}

#[test]
fn what_cannot_be_copied_is_shown_to_be_copied_by_hand() {
    let mut widget = Driven::at("s", strict());
    widget.typed(Field::Password, "long enough");
    widget.event(PasswordEvent::Copied(false));
    assert!(password(&widget).shown);
    assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::Field(Field::Password)))));
}

#[test]
fn fields_that_were_filled_without_a_word_are_read_when_the_form_is_sent() {
    let mut widget = Driven::at("s", strict());
    // As the shell reads them off the fields before it passes the button's event on.
    for field in [Field::Password, Field::Confirm] {
        widget.typed(field, "filled by a script");
    }
    widget.submit();
    assert!(matches!(&widget.sent[..], [Sent::Answer { body, .. }] if body.contains("filled by a script")));
    // Read again while the request waits to be sent once more, they are what they were: it goes under its key.
    widget.reply(Reply::Lost(Fault::Offline));
    for field in [Field::Password, Field::Confirm] {
        widget.typed(field, "filled by a script");
    }
    widget.submit();
    assert_eq!(widget.sent.len(), 2);
    assert_eq!(widget.sent[0], widget.sent[1]);
}

#[test]
fn caps_lock_is_told_of_once_and_forgotten_with_the_field() {
    let mut widget = Driven::at("s", strict());
    for _ in 0..2 {
        widget.event(PasswordEvent::CapsLock(Some(Field::Password)));
    }
    assert_eq!(asked(&mut widget, said), [Announcement::CapsLock]);
    assert_eq!(password(&widget).caps_lock, Some(Field::Password));
    widget.event(PasswordEvent::Left(Field::Password));
    assert_eq!(password(&widget).caps_lock, None);
    // Elsewhere these are nothing.
    let mut widget = Driven::at(
        "s",
        StepBody::EnterCode {
            method: Method { kind: MethodKind::Authenticator, ..method("m") },
            length: 6,
            expires_at: String::new(),
            resend_at: String::new(),
            resends_left: 0,
            tries_left: 1,
            setup: None,
        },
    );
    for event in [
        PasswordEvent::CapsLock(Some(Field::Password)),
        PasswordEvent::VisibilityToggled,
        PasswordEvent::CopyRequested,
        PasswordEvent::Left(Field::Password),
    ] {
        widget.event(event);
    }
    assert!(widget.effects.is_empty());
}

#[test]
fn a_password_that_a_rule_or_a_breach_refuses_is_not_praised() {
    let mut widget = Driven::at("s", strict());
    widget.event(Event::StrengthReady(true));
    let text = types(&mut widget, "short");
    widget.event(PasswordEvent::Scored(text, verdict(4)));
    assert_eq!(password(&widget).strength, Some(Strength::default()), "a rule refuses it");
    let text = types(&mut widget, "long enough");
    widget.event(PasswordEvent::Scored(text, verdict(4)));
    assert_eq!(password(&widget).strength, Some(verdict(4)));
    widget.event(PasswordEvent::TypingPaused(text));
    widget.event(PasswordEvent::BreachChecked(text, 7));
    assert_eq!(password(&widget).strength, Some(Strength::default()), "a breach refuses it");
    // Advice is no praise.
    let text = types(&mut widget, "short");
    widget.event(PasswordEvent::Scored(text, verdict(1)));
    assert_eq!(password(&widget).strength, Some(verdict(1)));
    widget.effects.clear();
    let text = types(&mut widget, "brief");
    widget.event(PasswordEvent::TypingPaused(text));
    widget.event(PasswordEvent::Scored(text, verdict(4)));
    assert!(asked(&mut widget, said).iter().all(|it| !matches!(it, Announcement::Strength(_))), "nor for the ear");
}

#[test]
fn words_are_one_rule_and_the_maximum_is_there_when_it_is_exceeded() {
    let mut widget = Driven::at("s", strict());
    let words = [Violation::ContainsUserId {}, Violation::ContainsForbiddenWord { word: "Contoso".into() }];
    let view = password(&widget);
    assert!(view.items.iter().any(|item| item.rules == words), "{:?}", view.items);
    let max = Violation::TooLong { max: 64 };
    assert_eq!(standing(&widget, &max), Standing::Hidden);
    types(&mut widget, &"long enough ".repeat(6));
    assert_eq!(standing(&widget, &max), Standing::Broken);
    types(&mut widget, "my contoso password");
    let folded =
        |widget: &Driven| password(widget).items.into_iter().find(|item| item.rules == words).map(|item| item.standing);
    assert_eq!(folded(&widget), Some(Standing::Open), "one of them is broken");
    types(&mut widget, "long enough");
    assert_eq!((folded(&widget), standing(&widget, &max)), (Some(Standing::Met), Standing::Hidden));
}
