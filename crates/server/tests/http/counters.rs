//! Tries and throttles.

use serde_json::{Value, json};

use crate::world::{World, post};

/// A code that is not the right one.
pub(crate) fn wrong(code: &str) -> Value {
    json!({ "do": "verify", "code": if code == "000000" { "000001" } else { "000000" } })
}

#[tokio::test]
async fn five_wrong_codes_end_a_flow() {
    let world = World::new().await;
    let (mut session, code) = world.asked("ada@example.com").await;
    let step = session.step()["id"].clone();
    for left in [4, 3, 2, 1] {
        session.answer(&world, wrong(&code)).await.is_problem(422, "wrong_code");
        assert_eq!((&session.step()["tries_left"], &session.step()["id"]), (&json!(left), &step));
    }
    session.answer(&world, wrong(&code)).await.is_problem(422, "wrong_code");
    let ended = json!({ "id": session.step()["id"], "name": "ended", "reason": "too_many_attempts", "retry_at": null });
    assert_eq!(session.step(), &ended);
    session.answer(&world, json!({ "do": "verify", "code": code })).await.is_problem(410, "flow_ended");
    assert_eq!(session.step(), &ended);
}

#[tokio::test]
async fn going_back_refills_nothing_and_sends_nothing() {
    let world = World::new().await;
    let (mut session, code) = world.asked("ada@example.com").await;
    for left in [4, 3, 2, 1] {
        session.answer(&world, wrong(&code)).await;
        session.answer(&world, json!({ "do": "choose_another" })).await;
        let method = session.methods()[0].clone();
        session.answer(&world, json!({ "do": "choose", "method": method })).await;
        assert_eq!((&session.step()["tries_left"], &session.step()["resends_left"]), (&json!(left), &json!(3)));
    }
    assert!(world.mail().await.is_empty(), "the code that was sent is still the one");
    session.answer(&world, json!({ "do": "verify", "code": code })).await;
    assert_eq!(session.step_name(), "new_password");
}

#[tokio::test]
async fn choosing_again_after_the_wait_counts_as_a_resend() {
    let world = World::new().await;
    let (mut session, first) = world.asked("ada@example.com").await;
    world.advance(30);
    session.answer(&world, json!({ "do": "choose_another" })).await;
    let method = session.methods()[0].clone();
    session.answer(&world, json!({ "do": "choose", "method": method })).await;
    assert_eq!(session.step()["resends_left"], 2);
    let second = world.code().await.expect("another code");
    if first != second {
        session.answer(&world, json!({ "do": "verify", "code": first })).await.is_problem(422, "wrong_code");
    }
    session.answer(&world, json!({ "do": "verify", "code": second })).await;
    assert_eq!(session.step_name(), "new_password");
}

#[tokio::test]
async fn twenty_wrong_codes_a_day_are_the_most_in_all_flows_together() {
    for user_id in ["ada@example.com", "nobody@example.com"] {
        let world = World::new().await;
        let mut sessions = Vec::new();
        for _ in 0..5 {
            sessions.push(world.asked(user_id).await);
        }
        let (mut session, code) = sessions.pop().expect("five");
        for (mut session, code) in sessions {
            for _ in 0..5 {
                session.answer(&world, wrong(&code)).await.is_problem(422, "wrong_code");
            }
        }
        // Even the right code is one too many. It is void, and the flow goes on.
        let verify = json!({ "do": "verify", "code": code });
        session.answer(&world, verify.clone()).await.is_problem(422, "code_expired");
        assert_eq!((session.step_name(), &session.step()["length"]), ("enter_code", &json!(6)));
        session.answer(&world, verify.clone()).await.is_problem(422, "code_expired");
        session.answer(&world, json!({ "do": "resend" })).await;
        assert_eq!(session.step()["length"], 10);
        session.answer(&world, verify).await.is_problem(422, "wrong_code");

        world.advance(24 * 3600);
        let (mut session, code) = world.asked(user_id).await;
        assert_eq!((&session.step()["length"], code.len()), (&json!(6), 6));
        session.answer(&world, json!({ "do": "verify", "code": code })).await;
        let next = if user_id == "ada@example.com" { "new_password" } else { "enter_code" };
        assert_eq!(session.step_name(), next);
    }
}

#[tokio::test]
async fn a_user_id_can_be_given_only_so_often() {
    let world = World::with("[limits]\nidentifications_per_account = 3\n").await;
    for user_id in ["ada@example.com", "nobody@example.com"] {
        for _ in 0..3 {
            world.identified(user_id).await;
        }
        let mut session = world.begin().await;
        let before = session.flow.clone();
        let spelling = user_id.to_uppercase();
        let got = session.answer(&world, json!({ "do": "identify", "user_id": spelling })).await;
        got.is_problem(429, "rate_limited");
        assert_eq!(got.headers["retry-after"], "600");
        assert_eq!(got.body["flow"], before, "the flow goes on");
    }
    world.identified("grace@example.com").await;
    world.advance(600);
    world.identified("ada@example.com").await;
}

#[tokio::test]
async fn a_destination_gets_only_so_many_messages() {
    let world = World::with("[limits]\nmessages_per_destination = 2\n").await;
    for user_id in ["ada@example.com", "nobody@example.com"] {
        for _ in 0..2 {
            world.asked(user_id).await;
        }
        let mut session = world.identified(user_id).await;
        let method = session.methods()[0].clone();
        let got = session.answer(&world, json!({ "do": "choose", "method": method })).await;
        got.is_problem(429, "rate_limited");
        assert_eq!(got.headers["retry-after"], "600");
        assert_eq!(session.step_name(), "choose_method");
    }
    assert!(world.mail().await.is_empty(), "nothing beyond what was read already");
}

#[tokio::test]
async fn all_messages_that_a_network_asks_for_have_a_budget() {
    let world = World::with("[limits]\nmessages_per_hour = 10\n").await;
    world.asked("ada@example.com").await;
    world.asked("nobody@example.com").await;
    let mut session = world.identified("grace@example.com").await;
    let method = session.methods()[0].clone();
    let got = session.answer(&world, json!({ "do": "choose", "method": method })).await;
    assert_eq!(got.is_problem(429, "rate_limited").headers["retry-after"], "3600");
}

#[tokio::test]
async fn one_network_can_begin_only_so_many_flows() {
    let world = World::with("[limits]\nflows_per_client = 2\n").await;
    let begin = |forwarded: &'static str| {
        let mut request = post("/v1/flows", None, &json!({ "kind": "reset" }));
        if !forwarded.is_empty() {
            request.headers_mut().insert("x-forwarded-for", forwarded.parse().expect("a value"));
        }
        request
    };
    for (peer, forwarded, status) in [
        ("198.51.100.1:1", "", 201),
        ("198.51.100.1:2", "203.0.113.1", 201),
        ("198.51.100.1:3", "203.0.113.2", 429),
        ("198.51.100.2:1", "", 201),
        ("[2001:db8:1:1::1]:1", "", 201),
        ("[2001:db8:1:1::2]:1", "", 201),
        ("[2001:db8:1:1:ffff::3]:1", "", 429),
        ("[2001:db8:1:2::1]:1", "", 201),
        ("10.0.0.1:1", "198.51.100.1", 429),
        ("10.0.0.1:1", "198.51.100.3", 201),
        ("10.0.0.1:1", "198.51.100.1, 198.51.100.3", 201),
        ("10.0.0.1:1", "198.51.100.9, 198.51.100.3", 429),
    ] {
        let got = world.send_from(peer, begin(forwarded)).await;
        assert_eq!(got.status.as_u16(), status, "{peer} {forwarded}: {got:?}");
        if status == 429 {
            got.is_problem(429, "rate_limited");
            assert!(got.headers.contains_key("retry-after"));
        }
    }
}

#[tokio::test]
async fn being_recovered_never_locks_sign_in() {
    let world = World::new().await;
    for _ in 0..3 {
        let (mut session, code) = world.asked("ada@example.com").await;
        for _ in 0..5 {
            session.answer(&world, wrong(&code)).await;
        }
    }
    assert!(world.signs_in("ada@example.com", "the old password of Ada").await);
}

#[tokio::test]
async fn d12_many_networks_of_one_customer_are_one() {
    for (limit, factor, address) in [
        // A /64 each in one /48, of which a /56 holds a sixteenth at most.
        (2, 16, (|number| format!("[2001:db8:1:{:x}::1]:50000", number * 0x100)) as fn(u32) -> String),
        // A /64 each in one /56.
        (2, 4, |number| format!("[2001:db8:2:{number:x}::1]:50000")),
        // An address each in one /24.
        (3, 16, |number| format!("198.51.100.{number}:50000")),
    ] {
        let world = World::with(&format!("[limits]\nflows_per_client = {limit}\n")).await;
        let mut taken = 0;
        for number in 0..60 {
            let got = world.send_from(&address(number), post("/v1/flows", None, &json!({ "kind": "reset" }))).await;
            if got.status.is_success() {
                taken += 1;
            } else {
                got.is_problem(429, "rate_limited");
            }
        }
        assert_eq!(taken, limit * factor, "{}", address(0));
        let neighbour = if factor == 4 { "[2001:db8:2:ff00::1]:1" } else { "[2001:db8:77::1]:1" };
        let got = world.send_from(neighbour, post("/v1/flows", None, &json!({ "kind": "reset" }))).await;
        assert!(got.status.is_success(), "others are not shut out");
    }
}
