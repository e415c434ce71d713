//! The server's clock, of which a request has one reading.

use axum::http::Method;
use serde_json::json;

use crate::world::{World, bare, post};

#[tokio::test]
async fn a7_the_date_is_that_of_the_servers_clock_also_when_it_was_set_back() {
    let world = World::new().await;
    for (passed, date) in [
        (0, "Mon, 23 Nov 2026 14:16:00 GMT"),
        (3600, "Mon, 23 Nov 2026 15:16:00 GMT"),
        (-7200, "Mon, 23 Nov 2026 13:16:00 GMT"),
    ] {
        world.advance(passed);
        for path in ["/v1/config", "/healthz", "/openapi.json", "/nowhere", "/v1/flows/x"] {
            let got = world.send(bare(Method::GET, path, None)).await;
            assert_eq!(got.headers.get_all("date").iter().collect::<Vec<_>>(), [date], "{path}");
        }
    }
}

#[tokio::test]
async fn a7_a_request_reads_the_clock_once() {
    let world = World::new().await;
    let session = world.asked("ada@example.com").await.0;
    for (what, request) in [
        ("begin", post("/v1/flows", None, &json!({ "kind": "reset" }))),
        ("show", bare(Method::GET, &format!("/v1/flows/{}", session.id), Some(&session.token))),
        ("wrong code", session.request(&json!({ "do": "verify", "code": "000000" }))),
        ("nonsense", session.request(&json!({ "do": "dance" }))),
        ("more time", session.request(&json!({ "do": "more_time" }))),
        ("cancel", bare(Method::DELETE, &format!("/v1/flows/{}", session.id), Some(&session.token))),
        ("no flow", bare(Method::GET, "/v1/flows/x", Some("x"))),
    ] {
        let before = world.readings_of_the_clock();
        let got = world.send(request).await;
        assert_eq!(world.readings_of_the_clock() - before, 1, "{what}: {got:?}");
    }
}
