//! Codes and tokens of one flow are refused in another, and success ends the others.

use serde_json::json;

use crate::world::{GOOD, World};

#[tokio::test]
async fn codes_and_tokens_belong_to_their_flow() {
    let world = World::new().await;
    let (mine, my_code) = world.asked("ada@example.com").await;
    let (mut other, other_code) = world.asked("ada@example.com").await;
    let (mut theirs, _) = world.asked("grace@example.com").await;
    if my_code != other_code {
        other.answer(&world, json!({ "do": "verify", "code": my_code })).await.is_problem(422, "wrong_code");
    }
    theirs.answer(&world, json!({ "do": "verify", "code": my_code })).await.is_problem(422, "wrong_code");

    let mut swapped = mine.clone();
    swapped.token.clone_from(&other.token);
    swapped.answer(&world, json!({ "do": "verify", "code": my_code })).await.is_problem(401, "unauthorized");

    let mut crossed = mine.clone();
    crossed.flow["step"]["id"] = other.step()["id"].clone();
    crossed.answer(&world, json!({ "do": "verify", "code": my_code })).await.is_problem(409, "step_passed");

    let mut mine = mine;
    mine.answer(&world, json!({ "do": "verify", "code": my_code })).await;
    assert_eq!(mine.step_name(), "new_password");
}

#[tokio::test]
async fn a_code_is_for_the_method_that_it_was_sent_by() {
    let world = World::new().await;
    let (mut session, first) = world.asked("ada@example.com").await;
    session.answer(&world, json!({ "do": "choose_another" })).await;
    let method = session.methods()[1].clone();
    session.answer(&world, json!({ "do": "choose", "method": method })).await;
    let second = world.code().await.expect("a code");
    if first != second {
        session.answer(&world, json!({ "do": "verify", "code": first })).await.is_problem(422, "wrong_code");
    }
    session.answer(&world, json!({ "do": "verify", "code": second })).await;
    assert_eq!(session.step_name(), "new_password");
}

#[tokio::test]
async fn success_ends_the_accounts_other_flows_and_nobody_elses() {
    let world = World::new().await;
    let mut proved = world.proved("ada@example.com").await;
    let mut begun = world.identified("ADA@example.com").await;
    let method = begun.methods()[0].clone();
    begun.answer(&world, json!({ "do": "choose", "method": method })).await;
    let code = world.code().await.expect("a code");
    let (mut theirs, their_code) = world.asked("grace@example.com").await;
    let mut mine = world.proved("ada@example.com").await;
    mine.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(mine.step_name(), "done");

    let got = proved.answer(&world, json!({ "do": "set_password", "password": "another good passphrase" })).await;
    got.is_problem(410, "flow_ended");
    assert_eq!((&proved.step()["name"], &proved.step()["reason"]), (&json!("ended"), &json!("cancelled")));
    // Nobody has proved anything in the other one, and nobody can any more.
    begun.answer(&world, json!({ "do": "verify", "code": code })).await.is_problem(422, "wrong_code");
    begun.answer(&world, json!({ "do": "set_password", "password": "another good passphrase" })).await;
    assert_eq!(begun.step_name(), "enter_code");
    theirs.answer(&world, json!({ "do": "verify", "code": their_code })).await;
    assert_eq!(theirs.step_name(), "new_password");

    let mut again = world.proved("ada@example.com").await;
    again.answer(&world, json!({ "do": "set_password", "password": "another good passphrase" })).await;
    assert_eq!(mine.show(&world).await.body["step"]["name"], "done", "what is done stays done");
}
