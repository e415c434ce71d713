//! The contract of [`Sessions`], and its adapter against a program that checks signatures as the
//! documentation says.

use std::{collections::VecDeque, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use regain_server::{
    adapters::SessionsHook,
    config::DirectoryConfig,
    keys::hex,
    ports::{EndSessions, NotifyError, Sessions, SystemClock},
};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{net::TcpListener, sync::Mutex};

use crate::authority::trusted;

const KEY: &str = "a key of thirty-two characters or more";

/// The program where people are signed in.
#[derive(Clone, Default)]
struct Program {
    /// The status of its next answers; 204 when there is nothing.
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
    told: Arc<Mutex<Vec<Value>>>,
}

async fn end(State(program): State<Program>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers["regain-signature"].to_str().expect("text");
    let (time, given) = signature.strip_prefix("t=").and_then(|rest| rest.split_once(",v1=")).expect("the form");
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("a key");
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(&body);
    if given != hex(&mac.finalize().into_bytes()) {
        return StatusCode::FORBIDDEN;
    }
    if let Some(answer) = program.answers.lock().await.pop_front() {
        return answer;
    }
    program.told.lock().await.push(serde_json::from_slice(&body).expect("JSON"));
    StatusCode::NO_CONTENT
}

async fn hook(program: &Program, key: &str) -> Arc<dyn Sessions> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/end", listener.local_addr().expect("an address"));
    let router = Router::new().route("/end", post(end)).with_state(program.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config =
        DirectoryConfig { sessions_hook: Some(url), sessions_key: Some(key.into()), ..DirectoryConfig::default() };
    SessionsHook::configured(&config, &trusted(), Arc::new(SystemClock)).expect("a client").expect("is configured")
}

fn ended() -> EndSessions {
    EndSessions {
        id: "m1".into(),
        account_id: "a1".into(),
        user_id: "ada@example.com".into(),
        before: "2026-11-23T14:16:00.25Z".parse().expect("a time"),
    }
}

#[tokio::test]
async fn the_program_is_told_whose_sessions_end_and_can_check_who_says_so() {
    let program = Program::default();
    hook(&program, KEY).await.end(&ended()).await.expect("is told");
    let told = program.told.lock().await.clone();
    let expected = json!({
        "event": "sessions_ended", "id": "m1", "account_id": "a1", "user_id": "ada@example.com",
        "before": "2026-11-23T14:16:00Z",
    });
    assert_eq!(told, [expected]);
}

#[tokio::test]
async fn what_may_help_is_said_to_be_tried_again() {
    let program = Program::default();
    let hook = hook(&program, KEY).await;
    for status in [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS, StatusCode::BAD_GATEWAY] {
        program.answers.lock().await.push_back(status);
        assert!(matches!(hook.end(&ended()).await, Err(NotifyError::Unavailable(_))), "{status}");
    }
    for status in [StatusCode::NOT_FOUND, StatusCode::FOUND] {
        program.answers.lock().await.push_back(status);
        assert!(matches!(hook.end(&ended()).await, Err(NotifyError::Refused(_))), "{status}");
    }
    assert!(program.told.lock().await.is_empty());
}

#[tokio::test]
async fn another_key_convinces_nobody() {
    let program = Program::default();
    let hook = hook(&program, "another key of thirty-two characters").await;
    assert!(matches!(hook.end(&ended()).await, Err(NotifyError::Refused(_))));
    assert!(program.told.lock().await.is_empty());
}

#[tokio::test]
async fn a_program_that_is_not_there_may_be_there_later() {
    let config = DirectoryConfig {
        sessions_hook: Some("http://127.0.0.1:9/".into()),
        sessions_key: Some(KEY.into()),
        ..DirectoryConfig::default()
    };
    let hook =
        SessionsHook::configured(&config, &trusted(), Arc::new(SystemClock)).expect("a client").expect("is configured");
    assert!(matches!(hook.end(&ended()).await, Err(NotifyError::Unavailable(_))));
    assert!(
        SessionsHook::configured(&DirectoryConfig::default(), &trusted(), Arc::new(SystemClock))
            .expect("fine")
            .is_none()
    );
}
