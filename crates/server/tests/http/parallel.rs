//! Many requests at once.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use futures_util::{FutureExt as _, future::join_all};
use serde_json::{Value, json};

use crate::{
    counters::wrong,
    world::{GOOD, Got, Session, World, bare},
};

async fn all_at_once(world: &Arc<World>, session: &Session, answer: &Value, times: usize) -> Vec<Got> {
    let requests = (0..times).map(|_| {
        let (world, request) = (Arc::clone(world), session.request(answer));
        tokio::spawn(async move { world.send(request).await })
    });
    join_all(requests).await.into_iter().map(|got| got.expect("no panic")).collect()
}

fn count(all: &[Got], status: u16) -> usize {
    all.iter().filter(|got| got.status.as_u16() == status).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_wrong_codes_five_are_looked_at() {
    let world = Arc::new(World::new().await);
    let (session, code) = world.asked("ada@example.com").await;
    let all = all_at_once(&world, &session, &wrong(&code), 200).await;
    assert_eq!((count(&all, 422), count(&all, 410)), (5, 195));
    let mut left: Vec<_> = all.iter().filter_map(|got| got.body["flow"]["step"]["tries_left"].as_u64()).collect();
    left.sort_unstable();
    assert_eq!(left, [1, 2, 3, 4]);
    let audit = world.app.ports().store.audit(&session.id.as_str().into()).await.expect("answers");
    assert_eq!(audit.iter().filter(|entry| entry.event == "wrong_code").count(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_right_codes_one_counts() {
    let world = Arc::new(World::new().await);
    let (session, code) = world.asked("ada@example.com").await;
    let all = all_at_once(&world, &session, &json!({ "do": "verify", "code": code }), 50).await;
    assert_eq!(count(&all, 200), 1);
    assert_eq!(count(&all, 401), 49, "the token that they came with is void");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_new_passwords_one_is_set() {
    let world = Arc::new(World::new().await);
    let session = world.proved("ada@example.com").await;
    let requests = (0..20).map(|index| {
        let password = format!("{GOOD} number {index}");
        let request = session.request(&json!({ "do": "set_password", "password": password }));
        let world = Arc::clone(&world);
        tokio::spawn(async move { (password, world.send(request).await) })
    });
    let all: Vec<_> = join_all(requests).await.into_iter().map(|got| got.expect("no panic")).collect();
    let set: Vec<_> = all.iter().filter(|(_, got)| got.status == StatusCode::OK).collect();
    assert_eq!(set.len(), 1);
    assert!(world.signs_in("ada@example.com", &set[0].0).await, "it is the one that was said to be set");
    for (_, got) in all.iter().filter(|(_, got)| got.status != StatusCode::OK) {
        got.is_problem(410, "flow_ended");
    }
    assert_eq!(world.mail().await.len(), 2, "one confirmation for each address");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_flows_of_one_account_that_set_a_password_at_once_say_what_is_true() {
    let world = Arc::new(World::new().await);
    let sessions = [world.proved("ada@example.com").await, world.proved("ada@example.com").await];
    let requests = sessions.iter().enumerate().map(|(index, session)| {
        let password = format!("{GOOD} number {index}");
        let request = session.request(&json!({ "do": "set_password", "password": password }));
        let world = Arc::clone(&world);
        tokio::spawn(async move { (password, world.send(request).await) })
    });
    let all: Vec<_> = join_all(requests).await.into_iter().map(|got| got.expect("no panic")).collect();
    let mut is_one_of_them = false;
    for (password, got) in &all {
        if got.status == StatusCode::OK {
            is_one_of_them |= world.signs_in("ada@example.com", password).await;
        } else {
            got.is_problem(410, "flow_ended");
            assert!(!world.signs_in("ada@example.com", password).await, "a password that was not said to be set");
        }
    }
    assert!(is_one_of_them);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing_half_done() {
    let world = World::new().await;
    let session = world.proved("ada@example.com").await;
    let request = session.request(&json!({ "do": "set_password", "password": GOOD }));
    // Asked once, and not again: what was begun goes on by itself on this one thread, which it has not had yet.
    assert!(world.send(request).now_or_never().is_none(), "it was not to wait for the answer");
    while session.show(&world).await.body["step"]["name"] != "done" {
        tokio::task::yield_now().await;
    }
    assert!(world.signs_in("ada@example.com", GOOD).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_resends_one_sends() {
    let world = Arc::new(World::new().await);
    let (session, _) = world.asked("ada@example.com").await;
    world.advance(30);
    let all = all_at_once(&world, &session, &json!({ "do": "resend" }), 20).await;
    assert_eq!((count(&all, 200), count(&all, 429)), (1, 19));
    assert_eq!(world.mail().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_password_that_is_being_set_is_not_cancelled_half_way() {
    let world = Arc::new(World::new().await);
    let session = world.proved("ada@example.com").await;
    let (setting, cancelling) = (Arc::clone(&world), Arc::clone(&world));
    let set = session.request(&json!({ "do": "set_password", "password": GOOD }));
    let cancel = bare(Method::DELETE, &format!("/v1/flows/{}", session.id), Some(&session.token));
    let (set, cancelled) = tokio::join!(
        tokio::spawn(async move { setting.send(set).await }),
        tokio::spawn(async move { cancelling.send(cancel).await }),
    );
    assert_eq!(cancelled.expect("no panic").status, StatusCode::NO_CONTENT);
    let is_set = set.expect("no panic").status == StatusCode::OK;
    assert_eq!(world.signs_in("ada@example.com", GOOD).await, is_set);
    let step = session.show(&world).await.body["step"]["name"].clone();
    assert_eq!(step, if is_set { "done" } else { "ended" });
}
