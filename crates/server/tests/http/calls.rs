//! Calls: the person answers and presses `#`.

use std::sync::Arc;

use axum::http::StatusCode;
use futures_util::future::join_all;
use regain_server::ports::{CallEvent, CallInstruction, CallRef};
use serde_json::json;

use crate::{
    people::{ANNA, MARY},
    proofs::{EVERYTHING, everything_and},
    world::{GOOD, Session, World},
};

#[tokio::test]
async fn a_call_rings_is_answered_and_the_hash_key_is_a_proof() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.identified(MARY).await;
    let calls = session.of_kind("call");
    let roles: Vec<_> = calls.iter().map(|method| method["role"].as_str().expect("a role")).collect();
    assert_eq!(roles, ["mobile", "authentication", "office"]);
    session.answer(&world, json!({ "do": "choose", "method": calls[2]["id"] })).await;
    let step = session.step().clone();
    assert_eq!(
        (&step["name"], &step["status"], &step["calls_left"]),
        (&json!("answer_call"), &json!("calling"), &json!(3))
    );
    assert_eq!(step["method"], calls[2]);
    let queued = world.mail().await;
    let (to, call) = crate::proofs::called(queued[0].clone()).expect("a call");
    assert_eq!((queued.len(), to.as_deref()), (1, Some("+14155550103")));
    assert!(!session.show(&world).await.body.to_string().contains(&call.call_id), "only the phone knows its name");

    for (event, status) in [(CallEvent::Ringing, "ringing"), (CallEvent::Answered, "answered")] {
        assert_eq!(world.hears(&call, event).await, CallInstruction::Listening);
        assert_eq!(session.call_status(&world).await, status);
        assert_eq!(session.step()["id"], step["id"], "the same step");
    }
    assert_eq!(world.hears(&call, CallEvent::Ringing).await, CallInstruction::Listening);
    assert_eq!(session.call_status(&world).await, "answered", "what is said late takes nothing back");

    assert_eq!(world.hears(&call, CallEvent::Key('#')).await, CallInstruction::Proved);
    let former = session.clone();
    assert_eq!(session.look(&world).await, "new_password", "the step changes under whoever looks");
    assert_ne!(session.step()["id"], step["id"]);
    let got = session.answer(&world, json!({ "do": "set_password", "password": "short" })).await;
    got.is_problem(422, "password_refused");
    assert_eq!(session.token, former.token, "nothing was changed, so nothing rotates");
    let got = session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!((got.status, session.step_name()), (StatusCode::OK, "done"));
}

#[tokio::test]
async fn the_token_rotates_with_the_next_answer_after_the_proof() {
    let world = World::with(&everything_and("[flows]\nunlock = true\n")).await;
    let (mut session, call) = world.called(crate::people::LINUS).await;
    world.hears(&call, CallEvent::Key('#')).await;
    assert_eq!(session.look(&world).await, "choose_outcome");
    let former = session.clone();
    session.answer(&world, json!({ "do": "reset" })).await;
    assert_ne!(session.token, former.token);
    former.show(&world).await.is_problem(401, "unauthorized");
    let latter = session.token.clone();
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!((session.step_name(), &session.token), ("done", &latter), "once");
}

#[tokio::test]
async fn a_wrong_key_costs_a_try_and_is_asked_again_in_the_same_call() {
    let world = World::with(EVERYTHING).await;
    let (mut session, call) = world.called(MARY).await;
    world.hears(&call, CallEvent::Answered).await;
    for key in ['1', '*', '0', '9'] {
        assert_eq!(world.hears(&call, CallEvent::Key(key)).await, CallInstruction::WrongKey);
        assert_eq!(session.call_status(&world).await, "wrong_key");
    }
    let events = world.events(&session).await;
    assert_eq!(events.iter().filter(|event| *event == "wrong_key").count(), 4);
    assert_eq!(
        world.hears(&call, CallEvent::Key('#')).await,
        CallInstruction::Proved,
        "the fifth may be the right one"
    );
    assert_eq!(session.look(&world).await, "new_password");
}

#[tokio::test]
async fn five_wrong_keys_end_the_flow() {
    let world = World::with(EVERYTHING).await;
    let (mut session, call) = world.called(MARY).await;
    for _ in 0..4 {
        assert_eq!(world.hears(&call, CallEvent::Key('1')).await, CallInstruction::WrongKey);
    }
    assert_eq!(world.hears(&call, CallEvent::Key('1')).await, CallInstruction::Over);
    assert_eq!(session.look(&world).await, "ended");
    assert_eq!(session.step()["reason"], "too_many_attempts");
    assert_eq!(world.hears(&call, CallEvent::Key('#')).await, CallInstruction::Over);
    assert_eq!(session.look(&world).await, "ended");
}

#[tokio::test]
async fn wrong_keys_in_several_calls_are_counted_together() {
    let world = World::with(EVERYTHING).await;
    let (mut session, mut call) = world.called(MARY).await;
    for _ in 0..3 {
        assert_eq!(world.hears(&call, CallEvent::Key('1')).await, CallInstruction::WrongKey);
        world.advance(30);
        session.answer(&world, json!({ "do": "call_again" })).await;
        call = world.call().await;
    }
    assert_eq!(world.hears(&call, CallEvent::Key('1')).await, CallInstruction::WrongKey);
    assert_eq!(world.hears(&call, CallEvent::Key('1')).await, CallInstruction::Over);
}

#[tokio::test]
async fn no_news_for_a_minute_is_no_answer() {
    let world = World::with(EVERYTHING).await;
    for (events, status) in [
        (&[][..], "calling"),
        (&[CallEvent::Ringing], "ringing"),
        (&[CallEvent::Ringing, CallEvent::Answered], "answered"),
        (&[CallEvent::Answered, CallEvent::Key('5')], "wrong_key"),
    ] {
        let (mut session, call) = world.called(MARY).await;
        for event in events {
            world.hears(&call, *event).await;
        }
        world.advance(59);
        assert_eq!(session.call_status(&world).await, status);
        world.advance(1);
        assert_eq!(session.call_status(&world).await, "no_answer");
        assert_eq!(world.hears(&call, CallEvent::Key('#')).await, CallInstruction::Over, "too late");
        assert_eq!(session.call_status(&world).await, "no_answer");
        world.advance(600);
    }
}

#[tokio::test]
async fn calling_again_counts_and_waits_until_the_call_is_over() {
    let world = World::with(EVERYTHING).await;
    let (mut session, mut call) = world.called(MARY).await;
    let step = session.step()["id"].clone();
    world.advance(10);
    world.hears(&call, CallEvent::Ringing).await;
    world.advance(25);
    let early = session.answer(&world, json!({ "do": "call_again" })).await;
    assert_eq!(early.is_problem(429, "rate_limited").headers["retry-after"], "35", "while it rings");
    assert!(world.mail().await.is_empty());
    for left in [2, 1, 0] {
        assert_eq!(world.hears(&call, CallEvent::Over).await, CallInstruction::Over);
        assert_eq!(session.call_status(&world).await, "no_answer");
        let got = session.answer(&world, json!({ "do": "call_again" })).await;
        assert_eq!((got.status, &session.step()["calls_left"]), (StatusCode::OK, &json!(left)));
        assert_eq!((&session.step()["status"], &session.step()["id"]), (&json!("calling"), &step), "the same step");
        let former = std::mem::replace(&mut call, world.call().await);
        assert_ne!(former, call);
        assert_eq!(
            world.hears(&former, CallEvent::Key('#')).await,
            CallInstruction::Over,
            "it counts for nothing any more"
        );
        assert_eq!(session.call_status(&world).await, "calling");
        if left > 0 {
            world.hears(&call, CallEvent::Over).await;
            let got = session.answer(&world, json!({ "do": "call_again" })).await;
            assert_eq!(got.is_problem(429, "rate_limited").headers["retry-after"], "30", "not at once either");
        }
        world.advance(30);
    }
    world.hears(&call, CallEvent::Over).await;
    let none = session.answer(&world, json!({ "do": "call_again" })).await;
    assert_eq!(none.is_problem(422, "invalid").body["pointer"], "/do");
    session.answer(&world, json!({ "do": "choose_another" })).await;
    let method = session.of_kind("call")[0]["id"].clone();
    let none = session.answer(&world, json!({ "do": "choose", "method": method })).await;
    none.is_problem(422, "invalid");
    assert!(world.mail().await.is_empty(), "going back refills nothing");
}

#[tokio::test]
async fn a_call_that_could_not_be_placed_has_failed() {
    let world = World::with(EVERYTHING).await;
    let (mut session, call) = world.called(MARY).await;
    assert_eq!(world.hears(&call, CallEvent::Failed).await, CallInstruction::Over);
    assert_eq!(session.call_status(&world).await, "failed");
    assert_eq!(world.hears(&call, CallEvent::Key('#')).await, CallInstruction::Over);
    assert!(world.events(&session).await.contains(&"call_failed".to_owned()));
    world.advance(30);
    session.answer(&world, json!({ "do": "call_again" })).await;
    assert_eq!(session.step()["status"], "calling");
}

/// D2: a call that is withheld, because a budget is spent, goes like a call to nobody, and proves nothing.
#[tokio::test]
async fn d2_a_withheld_call_goes_like_one_to_nobody() {
    let world = World::with(EVERYTHING).await;
    let (mut session, call) = world.called(MARY).await;
    assert_eq!(world.hears(&call, CallEvent::Withheld).await, CallInstruction::Over);
    let mut statuses = vec![session.call_status(&world).await];
    for event in [CallEvent::Ringing, CallEvent::Answered, CallEvent::Key('#'), CallEvent::Over] {
        assert_eq!(world.hears(&call, event).await, CallInstruction::Over, "{event:?}");
    }
    for _ in 0..60 {
        world.advance(1);
        statuses.push(session.call_status(&world).await);
    }
    statuses.dedup();
    statuses.retain(|status| status != "answered");
    assert_eq!(statuses, ["calling", "ringing", "no_answer"]);
    let got = session.answer(&world, json!({ "do": "call_again" })).await;
    assert_eq!((got.status, &session.step()["status"]), (StatusCode::OK, &json!("calling")));
    assert_eq!(
        world.hears(&world.call().await, CallEvent::Ringing).await,
        CallInstruction::Listening,
        "the next one rings"
    );
}

/// `#` in a call that is over says so to the phone, and changes nothing.
async fn is_deaf(world: &World, session: &mut Session, call: &CallRef) {
    let before = session.show(world).await.body;
    for event in [CallEvent::Key('#'), CallEvent::Key('1'), CallEvent::Answered, CallEvent::Over, CallEvent::Failed] {
        assert_eq!(world.hears(call, event).await, CallInstruction::Over, "{event:?}");
    }
    assert_eq!(session.show(world).await.body, before);
}

#[tokio::test]
async fn what_comes_late_or_belongs_elsewhere_changes_nothing() {
    let world = World::with(EVERYTHING).await;
    let (mut left, call) = world.called(MARY).await;
    left.answer(&world, json!({ "do": "choose_another" })).await;
    is_deaf(&world, &mut left, &call).await;
    left.choose(&world, "sms").await;
    is_deaf(&world, &mut left, &call).await;
    world.mail().await;

    let (mut mine, my_call) = world.called(MARY).await;
    let (mut theirs, their_call) = world.called(ANNA).await;
    let crossed = CallRef { flow_id: my_call.flow_id.clone(), call_id: their_call.call_id.clone() };
    is_deaf(&world, &mut mine, &crossed).await;
    let crossed = CallRef { flow_id: their_call.flow_id.clone(), call_id: my_call.call_id.clone() };
    is_deaf(&world, &mut theirs, &crossed).await;
    let unknown = CallRef { flow_id: "nonsense".into(), ..my_call.clone() };
    is_deaf(&world, &mut mine, &unknown).await;

    let (mut cancelled, call) = world.called(MARY).await;
    let path = format!("/v1/flows/{}", cancelled.id);
    world.send(crate::world::bare(axum::http::Method::DELETE, &path, Some(&cancelled.token))).await;
    is_deaf(&world, &mut cancelled, &call).await;

    world.advance(840);
    mine.answer(&world, json!({ "do": "call_again" })).await;
    let late = world.call().await;
    world.hears(&late, CallEvent::Answered).await;
    assert_eq!(mine.call_status(&world).await, "answered");
    world.advance(60);
    assert_eq!(mine.look(&world).await, "ended");
    is_deaf(&world, &mut mine, &late).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_hash_keys_at_once_one_is_the_proof() {
    let world = Arc::new(World::with(EVERYTHING).await);
    let (mut session, call) = world.called(ANNA).await;
    let keys = (0..20).map(|_| {
        let (world, call) = (Arc::clone(&world), call.clone());
        tokio::spawn(async move { world.hears(&call, CallEvent::Key('#')).await })
    });
    let heard: Vec<_> = join_all(keys).await.into_iter().map(|heard| heard.expect("no panic")).collect();
    assert_eq!(heard.iter().filter(|heard| **heard == CallInstruction::Proved).count(), 1, "{heard:?}");
    assert_eq!(heard.iter().filter(|heard| **heard == CallInstruction::Over).count(), 19, "{heard:?}");
    assert_eq!(world.events(&session).await.iter().filter(|event| *event == "proved").count(), 1);
    assert_eq!(session.look(&world).await, "choose_method", "and it opened one gate of two");
}
