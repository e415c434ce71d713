//! The digits of a picture, spoken.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use regain_protocol::Secret;
use regain_server::ports::OsRng;

use crate::world::{Got, World, bare};

/// The address of digits that are spoken until `until`.
fn audio(world: &World, until: i64) -> String {
    let sealed = world.app.keys().seal(&OsRng, "captcha", &Secret::new(format!("306895 {until}").into_bytes()));
    format!("/v1/captcha/{sealed}.wav")
}

async fn part(world: &World, address: &str, range: &str) -> Got {
    let request = Request::get(address).header(header::RANGE, range).body(Body::empty()).expect("a request");
    world.send(request).await
}

#[tokio::test]
async fn digits_are_spoken_to_whoever_has_their_address_and_kept_by_nobody() {
    let world = World::new().await;
    let address = audio(&world, 4_102_444_800);
    let got = world.send(bare(Method::GET, &address, None)).await;
    assert_eq!((got.status, &got.headers["content-type"]), (StatusCode::OK, &"audio/wav".parse().expect("a value")));
    assert_eq!(got.headers["cache-control"], "no-store");
    assert!(got.bytes.starts_with(b"RIFF"));
    assert_eq!(world.send(bare(Method::GET, &address, None)).await.bytes, got.bytes, "twice the same");

    let beginning = part(&world, &address, "bytes=0-1").await;
    assert_eq!(beginning.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(beginning.bytes, b"RI");
    assert_eq!(beginning.headers["content-range"], *format!("bytes 0-1/{}", got.bytes.len()));
    assert_eq!(part(&world, &address, "bytes=9999999-").await.status, StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn a8_pages_that_isolate_themselves_can_play_it() {
    let world = World::new().await;
    let address = audio(&world, 4_102_444_800);
    for got in [world.send(bare(Method::GET, &address, None)).await, part(&world, &address, "bytes=0-1").await] {
        assert_eq!(got.headers["cross-origin-resource-policy"], "cross-origin");
    }
    let config = world.send(bare(Method::GET, "/v1/config", None)).await;
    assert!(!config.headers.contains_key("cross-origin-resource-policy"), "the API is for whom CORS names");
}

#[tokio::test]
async fn nothing_else_is_spoken() {
    let world = World::new().await;
    let (late, good) = (audio(&world, 1_000), audio(&world, 4_102_444_800));
    for address in [&*late, "/v1/captcha/nonsense.wav", &good.replace(".wav", ""), &good.replace(".wav", "A.wav")] {
        world.send(bare(Method::GET, address, None)).await.is_problem(404, "not_found");
    }
}
