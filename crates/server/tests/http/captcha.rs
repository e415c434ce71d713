//! The challenge at the first step.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use regain_protocol::Secret;
use regain_server::ports::OsRng;
use serde_json::{Value, json};

use crate::world::{Got, Session, World, bare};

const WORK: &str = "[captcha]\nkind = \"proof_of_work\"\nmax_number = 1000\n";
const PICTURE: &str = "[captcha]\nkind = \"image\"\n";

fn identify(captcha: &Value) -> Value {
    json!({ "do": "identify", "user_id": "ada@example.com", "captcha": captcha })
}

/// What the step asks for, by the solver that browsers run, in the form in which they send it. It names
/// its challenge; a bare number would be another challenge's too, once in a thousand times.
fn worked_out(step: &Value) -> Value {
    let mut payload = step["captcha"].clone();
    let text = |member: &str| step["captcha"][member].as_str().expect("a text");
    let number = regain_proof_of_work::solve(text("salt"), text("challenge"), 0, 1000).expect("a number");
    payload["number"] = number.into();
    json!({ "solution": STANDARD.encode(payload.to_string()) })
}

/// The digits in the step's picture.
fn read(world: &World, step: &Value) -> Value {
    let audio = step["captcha"]["audio"].as_str().expect("an address");
    let sealed = audio.rsplit('/').next().and_then(|file| file.strip_suffix(".wav")).expect("a file");
    let opened = world.app.keys().open("captcha", sealed).expect("ours");
    let digits = String::from_utf8(opened.expose()[..6].to_vec()).expect("digits");
    json!({ "id": step["captcha"]["id"], "solution": digits })
}

#[tokio::test]
async fn work_counts_in_its_own_flow_and_once() {
    let world = World::with(WORK).await;
    let (mut one, mut other) = (world.begin().await, world.begin().await);
    let solution = worked_out(one.step());
    other.answer(&world, identify(&solution)).await.is_problem(422, "captcha_failed");
    other
        .answer(&world, json!({ "do": "identify", "user_id": "ada@example.com" }))
        .await
        .is_problem(422, "captcha_failed");
    let asked = one.request(&identify(&solution));
    one.answer(&world, identify(&solution)).await;
    assert_eq!(one.step_name(), "choose_method");
    world.send(asked).await.is_problem(409, "step_passed");
}

#[tokio::test]
async fn work_that_was_wrong_or_too_late_is_to_be_done_anew() {
    let world = World::with(WORK).await;
    let mut session = world.begin().await;
    let (before, solution) = (session.flow.clone(), worked_out(session.step()));
    world.advance(600);
    let late = session.answer(&world, identify(&solution)).await;
    late.is_problem(422, "captcha_failed");
    assert_anew(&before, &late);
    session.follow(&late);
    session.answer(&world, identify(&worked_out(&late.body["flow"]["step"]))).await;
    assert_eq!(session.step_name(), "choose_method");
}

/// The same step with another challenge.
fn assert_anew(before: &Value, got: &Got) {
    let (before, after) = (&before["step"], &got.body["flow"]["step"]);
    assert_eq!(before["id"], after["id"]);
    assert_eq!(before["captcha"]["kind"], after["captcha"]["kind"]);
    assert_ne!(before["captcha"], after["captcha"]);
}

#[tokio::test]
async fn a_wrong_reading_gets_another_picture_and_the_former_one_counts_no_more() {
    let world = World::with(PICTURE).await;
    let mut session = world.begin().await;
    let (before, former) = (session.flow.clone(), read(&world, session.step()));
    let wrong = session.answer(&world, identify(&json!({ "solution": "none" }))).await;
    wrong.is_problem(422, "captcha_failed");
    assert_anew(&before, &wrong);
    session.answer(&world, identify(&former)).await.is_problem(422, "captcha_failed");
    let another = session.answer(&world, json!({ "do": "new_captcha" })).await;
    assert_eq!(another.status, StatusCode::OK);
    let session = &mut Session { flow: session.show(&world).await.body, ..session.clone() };
    assert_eq!(session.show(&world).await.body, session.flow, "looked at again, it is the same picture");
    let digits = read(&world, session.step());
    session.answer(&world, identify(&digits)).await;
    assert_eq!(session.step_name(), "choose_method");
}

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
async fn nothing_else_is_spoken() {
    let world = World::new().await;
    let (late, good) = (audio(&world, 1_000), audio(&world, 4_102_444_800));
    for address in [&*late, "/v1/captcha/nonsense.wav", &good.replace(".wav", ""), &good.replace(".wav", "A.wav")] {
        world.send(bare(Method::GET, address, None)).await.is_problem(404, "not_found");
    }
}
