//! Codes by text message.

use axum::http::StatusCode;
use regain_server::messages::Content;
use serde_json::{Value, json};

use crate::{
    counters::wrong,
    people::{FRITZ, LINUS, MARY, NOBODY},
    proofs::{EVERYTHING, everything_and, only},
    world::{Session, World, merged},
};

#[tokio::test]
async fn a_code_comes_as_a_text_and_is_a_proof() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.identified(MARY).await;
    let [mobile, authentication] = &*session.of_kind("sms") else { panic!("two phones can be texted") };
    assert_eq!((&mobile["role"], &mobile["masked"]), (&json!("mobile"), &json!("+1 •••••01")));
    assert_eq!((&authentication["role"], &authentication["masked"]), (&json!("authentication"), &json!("+1 •••••02")));

    session.answer(&world, json!({ "do": "choose", "method": authentication["id"] })).await;
    let step = session.step();
    assert_eq!((&step["name"], &step["method"]), (&json!("enter_code"), authentication));
    assert_eq!((&step["resends_left"], &step["tries_left"]), (&json!(3), &json!(5)));
    let sent = world.mail().await;
    assert_eq!((sent.len(), sent[0].to.as_deref()), (1, Some("+14155550102")));
    let Content::TextCode { code, minutes: 10, .. } = &sent[0].content else { panic!("no text: {sent:?}") };
    session.verify(&world, code.expose()).await;
    assert_eq!(session.step_name(), "new_password");
}

#[tokio::test]
async fn a_wrong_code_costs_a_try_and_the_fifth_ends_the_flow() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.chosen(MARY, "sms").await;
    let code = world.code().await.expect("a code");
    for left in [4, 3, 2, 1] {
        session.answer(&world, wrong(&code)).await.is_problem(422, "wrong_code");
        assert_eq!(session.step()["tries_left"], left);
    }
    session.answer(&world, wrong(&code)).await.is_problem(422, "wrong_code");
    assert_eq!(session.step()["reason"], "too_many_attempts");
    session.verify(&world, &code).await.is_problem(410, "flow_ended");
}

#[tokio::test]
async fn another_text_can_be_asked_for_three_times_each_after_a_wait() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.chosen(MARY, "sms").await;
    let first = world.code().await.expect("a code");
    let early = session.answer(&world, json!({ "do": "resend" })).await;
    assert_eq!(early.is_problem(429, "rate_limited").headers["retry-after"], "30");
    for left in [2, 1, 0] {
        world.advance(30);
        session.answer(&world, json!({ "do": "resend" })).await;
        assert_eq!(session.step()["resends_left"], left);
    }
    world.advance(30);
    let none = session.answer(&world, json!({ "do": "resend" })).await;
    assert_eq!(none.is_problem(422, "invalid").body["pointer"], "/do");
    let last = world.code().await.expect("a code");
    if first != last {
        session.verify(&world, &first).await.is_problem(422, "wrong_code");
    }
    session.verify(&world, &last).await;
    assert_eq!(session.step_name(), "new_password");
}

/// Wrong in one way after the other, and the same for every one of them.
async fn wrong_in_every_way(world: &World, session: &mut Session, times: usize) {
    for kind in ["email", "sms", "questions", "authenticator"].into_iter().cycle().take(times) {
        session.choose(world, kind).await;
        let answer: Value = match kind {
            "questions" => session.answers(|_| "no idea".to_owned()),
            _ => json!({ "do": "verify", "code": "no code" }),
        };
        let got = session.answer(world, answer).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{got:?}");
        session.answer(world, json!({ "do": "choose_another" })).await;
    }
}

#[tokio::test]
async fn the_tries_of_a_day_are_shared_by_all_channels_and_flows() {
    let world = World::with(EVERYTHING).await;
    let mut last = world.identified(MARY).await;
    for _ in 0..2 {
        wrong_in_every_way(&world, &mut world.identified(MARY).await, 8).await;
        world.advance(100);
    }
    // From half of them on codes that are sent are long, and cost none.
    wrong_in_every_way(&world, &mut last, 8).await;
    // Twenty are gone; the next proof is one too many, wrong or right, and so it is in every channel.
    let got = last.choose(&world, "questions").await;
    assert_eq!(got.status, StatusCode::OK, "choosing costs nothing");
    last.answer(&world, last.answers(crate::proofs::registered)).await.is_problem(410, "flow_ended");
    assert_eq!(last.step()["reason"], "too_many_attempts");
    assert_eq!(last.step()["retry_at"], "2026-11-24T14:16:00Z");
    let (session, call) = world.called(MARY).await;
    world.hears(&call, regain_server::ports::CallEvent::Key('#')).await;
    assert_eq!(session.show(&world).await.body["step"]["reason"], "too_many_attempts");
    world.mail().await;
    let mut other = world.chosen(LINUS, "sms").await;
    let code = world.code().await.expect("a code");
    other.verify(&world, &code).await;
    assert_eq!(other.step_name(), "choose_outcome", "another account has its own");
}

#[tokio::test]
async fn a_number_of_a_country_that_is_not_allowed_is_not_offered() {
    let world = World::with(EVERYTHING).await;
    assert_eq!(world.identified(FRITZ).await.kinds(), ["email"]);
    let wider = World::with(&EVERYTHING.replace("[\"+1\"]", "[\"+1\", \"+4930\"]")).await;
    let session = wider.identified(FRITZ).await;
    assert_eq!(session.kinds(), ["email", "sms", "call"]);
    assert_eq!(session.of_kind("sms")[0]["masked"], "+4930 •••••56");
}

/// Number of these texts that are sent before one is refused, and the refusal's `Retry-After`.
async fn texts_until_refused(world: &World, user_ids: &[&str]) -> (usize, String) {
    for (sent, user_id) in user_ids.iter().enumerate() {
        let mut session = world.identified(user_id).await;
        let before = session.flow.clone();
        let got = session.choose(world, "sms").await;
        if got.status != StatusCode::OK {
            got.is_problem(429, "rate_limited");
            assert_eq!(session.flow, before, "the flow goes on");
            return (sent, got.headers["retry-after"].to_str().expect("text").to_owned());
        }
    }
    panic!("none of {} was refused", user_ids.len())
}

/// D2, D6: budgets that all share answer nobody, so that they tell nothing of an account, and made-up messages cost them
/// nothing. That they are kept is tested where messages are sent (`delivery/tests.rs`).
#[tokio::test]
async fn d2_budgets_that_all_share_answer_nobody() {
    let budgets = "[limits]\nphone_per_prefix = 1\nphone_per_hour = 50\nmessages_per_destination_a_day = 1\n";
    for user_id in [MARY, NOBODY] {
        let world = World::with(&merged(&only(&["sms"]), budgets)).await;
        for _ in 0..9 {
            world.chosen(user_id, "sms").await;
        }
        world.chosen(LINUS, "sms").await;
    }
}

/// D6: a network may ask for a part of a budget, for accounts that exist and for those that do not; others go on.
#[tokio::test]
async fn d6_a_network_has_its_share_of_a_budget() {
    for user_id in [MARY, NOBODY] {
        let world = World::with(&merged(&only(&["sms"]), "[limits]\nphone_per_hour = 20\n")).await;
        let refused = texts_until_refused(&world, &[user_id; 5]).await;
        assert_eq!(refused, (4, "3600".to_owned()), "{user_id}: a fifth");
        let mut session = world.identified(LINUS).await;
        let method = session.of_kind("sms")[0]["id"].clone();
        let choose = session.request(&json!({ "do": "choose", "method": method }));
        assert_eq!(world.send_from("198.51.100.9:50000", choose).await.status, StatusCode::OK, "another network");
        session.choose(&world, "sms").await.is_problem(409, "step_passed");
    }
    // A client with many networks has no more than half of a budget by them.
    let world = World::with(&merged(&only(&["sms"]), "[limits]\nphone_per_hour = 20\n")).await;
    let mut statuses = Vec::new();
    for (index, user_id) in [MARY, LINUS, NOBODY].into_iter().cycle().take(12).enumerate() {
        let session = world.identified(user_id).await;
        let choose = session.request(&json!({ "do": "choose", "method": session.of_kind("sms")[0]["id"] }));
        statuses.push(world.send_from(&format!("198.51.100.{index}:50000"), choose).await.status);
    }
    let sent = statuses.iter().filter(|status| **status == StatusCode::OK).count();
    assert_eq!((sent, statuses[10]), (10, StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
}

#[tokio::test]
async fn the_phones_have_a_budget_which_mail_does_not_use_up() {
    let world = World::with(&everything_and("[limits]\nphone_per_hour = 15\n")).await;
    world.chosen(MARY, "sms").await;
    world.called(LINUS).await;
    world.chosen(MARY, "email").await;
    assert_eq!(texts_until_refused(&world, &[LINUS, MARY]).await, (1, "3600".to_owned()));
    world.chosen(MARY, "email").await;
    let mut session = world.identified(LINUS).await;
    session.choose(&world, "call").await.is_problem(429, "rate_limited");
    world.advance(3600);
    world.chosen(LINUS, "sms").await;
}

#[tokio::test]
async fn a_phone_is_one_destination_however_it_is_reached() {
    for user_id in [MARY, NOBODY] {
        let world = World::with(&merged(&only(&["sms", "call"]), "[limits]\nmessages_per_destination = 2\n")).await;
        assert_eq!(world.identified(user_id).await.kinds(), ["sms", "call"], "{user_id}");
        world.chosen(user_id, "sms").await;
        world.chosen(user_id, "call").await;
        for kind in ["sms", "call"] {
            let mut session = world.identified(user_id).await;
            let got = session.choose(&world, kind).await;
            assert_eq!(got.is_problem(429, "rate_limited").headers["retry-after"], "600", "{user_id} {kind}");
        }
    }
}
