//! Another code.

use serde_json::json;

use crate::{counters::wrong, world::World};

#[tokio::test]
async fn another_code_can_be_asked_for_after_a_wait_and_three_times() {
    for user_id in ["ada@example.com", "nobody@example.com"] {
        let world = World::new().await;
        let (mut session, first) = world.asked(user_id).await;
        let step = session.step()["id"].clone();
        session.answer(&world, wrong(&first)).await;
        world.advance(10);
        let early = session.answer(&world, json!({ "do": "resend" })).await;
        early.is_problem(429, "rate_limited");
        assert_eq!(early.headers["retry-after"], "20");
        assert_eq!(early.body["flow"]["step"]["resends_left"], 3);
        world.advance(20);
        for left in [2, 1, 0] {
            session.answer(&world, json!({ "do": "resend" })).await;
            assert_eq!(session.flow["notice"], json!({ "code": "code_resent" }));
            let now = session.step();
            assert_eq!((&now["id"], &now["resends_left"], &now["tries_left"]), (&step, &json!(left), &json!(4)));
            world.advance(30);
        }
        let none = session.answer(&world, json!({ "do": "resend" })).await;
        none.is_problem(422, "invalid");
        assert_eq!(world.mail().await.len(), 3, "as many messages as were asked for, whether anybody gets them or not");
    }
}

#[tokio::test]
async fn a_new_code_voids_the_former_one() {
    let world = World::new().await;
    let (mut session, first) = world.asked("ada@example.com").await;
    world.advance(30);
    session.answer(&world, json!({ "do": "resend" })).await;
    let second = world.code().await.expect("a code");
    if first != second {
        session.answer(&world, json!({ "do": "verify", "code": first })).await.is_problem(422, "wrong_code");
        assert_eq!(session.flow["notice"], json!(null), "the notice is about the last thing that happened");
    }
    session.answer(&world, json!({ "do": "verify", "code": second })).await;
    assert_eq!(session.step_name(), "new_password");
}
