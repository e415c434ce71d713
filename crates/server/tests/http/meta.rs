//! Endpoints apart from flows.

use std::time::{Duration, Instant};

use axum::{
    body::to_bytes,
    http::{Method, StatusCode},
};
use jiff::SignedDuration;
use regain_server::http;
use serde_json::json;
use tower::ServiceExt as _;

use crate::world::{World, bare};

#[tokio::test]
async fn the_public_configuration() {
    let world = World::new().await;
    let got = world.send(bare(Method::GET, "/v1/config", None)).await;
    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(
        got.body,
        json!({
            "name": "Contoso",
            "logo": null,
            "account_types": [{ "id": "work", "label": "Work or school account", "href": null }],
            "flows": ["reset", "unlock", "change", "register"],
            "locales": ["en", "de"],
            "help": { "email": "help@example.com", "phone": null, "url": null },
            "user_id_hint": "name@example.com",
            "ask_administrator": false,
        })
    );
}

#[tokio::test]
async fn health_is_about_the_process_and_readiness_about_what_it_needs() {
    let world = World::new().await;
    world.directory.set_down(true);
    assert_eq!(world.send(bare(Method::GET, "/healthz", None)).await.status, StatusCode::OK);
    let got = world.send(bare(Method::GET, "/readyz", None)).await;
    got.is_problem(503, "unavailable");
    assert!(!String::from_utf8_lossy(&got.bytes).contains("switched off"), "what is wrong is in the log");
    world.directory.set_down(false);
    // A result stands for a second, whoever asks.
    let deadline = Instant::now() + Duration::from_secs(10);
    while world.send(bare(Method::GET, "/readyz", None)).await.status != StatusCode::OK {
        assert!(Instant::now() < deadline, "it never is ready again");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_clock_far_from_the_one_that_all_servers_share_is_not_ready() {
    for (seconds, is_ready) in [(0, true), (29, true), (-29, true), (31, false), (-31, false)] {
        let world = World::new().await;
        world.set_shared_time(Some(world.now() + SignedDuration::from_secs(seconds)));
        let got = world.send(bare(Method::GET, "/readyz", None)).await;
        assert_eq!(got.status == StatusCode::OK, is_ready, "{seconds}");
        if !is_ready {
            got.is_problem(503, "unavailable");
            assert_eq!(got.body["detail"], "the clock is not the database's");
        }
    }
}

/// However often somebody asks, the directory is asked once a second.
#[tokio::test]
async fn a_flood_of_readiness_reaches_the_directory_once() {
    let world = World::new().await;
    for _ in 0..50 {
        assert_eq!(world.send(bare(Method::GET, "/readyz", None)).await.status, StatusCode::OK);
    }
    let checked = world.directory.checked();
    assert!((1..10).contains(&checked), "{checked}");
}

#[tokio::test]
async fn the_contract_is_served() {
    let world = World::new().await;
    let got = world.send(bare(Method::GET, "/openapi.json", None)).await;
    assert_eq!((got.status, &got.body["openapi"]), (StatusCode::OK, &json!("3.1.0")));
    assert_eq!(got.headers["content-type"], "application/json");
}

#[tokio::test]
async fn metrics_count_and_name_nobody() {
    let world = World::new().await;
    let session = world.proved("ada@example.com").await;
    world.send(bare(Method::GET, "/nowhere/ada@example.com?token=secret", None)).await;
    let metrics = http::metrics_router(&world.app);
    let got = metrics.oneshot(bare(Method::GET, "/metrics", None)).await.expect("infallible");
    let (got, body) = got.into_parts();
    let text = String::from_utf8(to_bytes(body, usize::MAX).await.expect("a body").into()).expect("text");
    let line = r#"regain_http_requests_total{method="POST",route="/v1/answers",status="2xx"} 3"#;
    assert!(text.lines().any(|l| l == line), "{text}");
    assert!(!text.contains("ada@") && !text.contains(&session.id) && !text.contains("secret"), "{text}");
    assert_eq!(got.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
}

#[tokio::test]
async fn d2_the_public_knows_no_metrics() {
    let world = World::new().await;
    world.send(bare(Method::GET, "/metrics", None)).await.is_problem(404, "not_found");
    let metrics = http::metrics_router(&world.app);
    for path in ["/", "/v1/config", "/healthz"] {
        let got = metrics.clone().oneshot(bare(Method::GET, path, None)).await.expect("infallible");
        assert_eq!(got.status(), StatusCode::NOT_FOUND, "{path}: nothing else is served there");
    }
}

#[tokio::test]
async fn every_response_has_the_headers_that_protect() {
    let world = World::new().await;
    for path in ["/v1/config", "/healthz", "/metrics", "/openapi.json", "/v1/flows/x", "/v1/flows", "/nowhere"] {
        let got = world.send(bare(Method::GET, path, None)).await;
        assert_eq!(got.headers["cache-control"], "no-store", "{path}");
        assert_eq!(got.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(got.headers["referrer-policy"], "no-referrer", "{path}");
    }
}
