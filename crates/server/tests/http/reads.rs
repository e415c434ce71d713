//! Reads of a flow, of which a request makes one.

use axum::http::Method;
use serde_json::json;

use crate::world::{World, bare};

#[tokio::test]
async fn a_request_reads_its_flow_once_also_where_an_account_is_changed() {
    for is_elsewhere in [false, true] {
        let world = World::new().await;
        if is_elsewhere {
            world.directory.move_elsewhere();
        }
        let (mut session, code) = world.asked("ada@example.com").await;
        let other = world.asked("ada@example.com").await.0;
        for answer in [
            json!({ "do": "verify", "code": "000000" }),
            json!({ "do": "dance" }),
            json!({ "do": "verify", "code": code }),
            json!({ "do": "set_password", "password": "short" }),
            json!({ "do": "set_password", "password": "a river that runs north" }),
            json!({ "do": "more_time" }),
        ] {
            let before = world.reads_of_flows();
            let got = session.answer(&world, answer.clone()).await;
            assert_eq!(world.reads_of_flows() - before, 1, "{answer} {is_elsewhere}: {got:?}");
        }
        assert_eq!(session.flow["step"]["outcome"], "reset");
        for method in [Method::GET, Method::DELETE] {
            let before = world.reads_of_flows();
            let got = world.send(bare(method, &format!("/v1/flows/{}", other.id), Some(&other.token))).await;
            assert_eq!(world.reads_of_flows() - before, 1, "{got:?}");
        }
    }
}
