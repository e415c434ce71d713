//! A server that people reach below a path.

use axum::http::{Method, StatusCode};
use regain_server::http;
use serde_json::json;

use crate::world::{World, bare, post};

const BELOW: &str = r#"
    [server]
    public_url = "https://www.example.com/account/recovery/"
    [captcha]
    kind = "image"
"#;

#[tokio::test]
async fn a6_what_is_told_of_addresses_is_below_the_path() {
    let world = World::with(BELOW).await;
    let got = world.send(post("/v1/flows", None, &json!({ "kind": "reset" }))).await;
    let flow = got.body["flow"]["id"].as_str().expect("an id");
    assert_eq!(got.headers["location"], format!("/account/recovery/v1/flows/{flow}"));
    let audio = got.body["flow"]["step"]["captcha"]["audio"].as_str().expect("an address");
    assert!(audio.starts_with("https://www.example.com/account/recovery/v1/captcha/"), "{audio}");
    let document = world.send(bare(Method::GET, "/openapi.json", None)).await;
    assert_eq!(document.body["servers"][0]["url"], "/account/recovery");
    let root = World::new().await.send(bare(Method::GET, "/openapi.json", None)).await;
    assert_eq!(root.bytes, http::openapi_document().as_bytes(), "the document as it is published");
}

#[tokio::test]
async fn a6_a_proxy_may_take_the_path_off_or_leave_it_on() {
    let world = World::with(BELOW).await;
    for (path, status) in [
        ("/v1/config", StatusCode::OK),
        ("/account/recovery/v1/config", StatusCode::OK),
        ("/account/recovery/v1/config?x=1", StatusCode::OK),
        ("/account/recoveryv1/config", StatusCode::NOT_FOUND),
        ("/account/recovery", StatusCode::NOT_FOUND),
        ("/account/recovery/account/recovery/v1/config", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(world.send(bare(Method::GET, path, None)).await.status, status, "{path}");
    }
}
