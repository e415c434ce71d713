//! The contract of [`CaptchaVerifier`], and the adapter for `siteverify` endpoints against a stand-in that
//! speaks their documented wire format.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    Form, Router,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use regain_protocol::Secret;
use regain_server::{
    adapters::SiteVerify,
    ports::{CaptchaError, CaptchaVerifier},
};
use serde::Deserialize;
use serde_json::json;
use tokio::{net::TcpListener, sync::Mutex};

use crate::authority::trusted;

const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

/// Request to the stand-in, by the names in the documentation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    secret: String,
    response: String,
    remoteip: Option<String>,
}

/// The outside service. Its secret key is `right`; the token says what it answers.
struct Service {
    asked: Arc<Mutex<Vec<Asked>>>,
    url: String,
}

impl Service {
    async fn start() -> Self {
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let router = Router::new().route("/siteverify", post(siteverify)).with_state(asked.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/siteverify", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { asked, url }
    }

    fn verifier(&self, secret: &str, timeout: Duration) -> SiteVerify {
        SiteVerify::new(&self.url, &trusted(), secret.into(), timeout).expect("a verifier")
    }
}

async fn siteverify(State(asked): State<Arc<Mutex<Vec<Asked>>>>, Form(form): Form<Asked>) -> Response {
    let seen = {
        let mut asked = asked.lock().await;
        let seen = asked.iter().any(|before| before.response == form.response);
        asked.push(form.clone());
        seen
    };
    let verdict = |success: bool, codes: &[&str]| {
        let body = json!({
            "success": success, "error-codes": codes, "challenge_ts": "2026-11-23T14:16:00Z",
            "hostname": "www.example.com", "action": "", "cdata": "",
        });
        ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
    };
    match form.response.as_str() {
        _ if form.secret != "right" => verdict(false, &["invalid-input-secret"]),
        "good" if seen => verdict(false, &["timeout-or-duplicate"]),
        "good" => verdict(true, &[]),
        "down" => verdict(false, &["internal-error"]),
        "bad request" => (StatusCode::BAD_REQUEST, verdict(false, &["bad-request"])).into_response(),
        "garbage" => "<html>oops</html>".into_response(),
        "no verdict" => "{}".into_response(),
        "endless" => Body::from(vec![b' '; 10_000_000]).into_response(),
        "silence" => std::future::pending().await,
        _ => verdict(false, &["invalid-input-response"]),
    }
}

/// The cases that any verifier keeps, given a token that is good.
async fn keeps_the_contract(verifier: &dyn CaptchaVerifier, good: &str) {
    let good = Secret::from(good);
    assert!(verifier.verify(&good, Some(CLIENT)).await.expect("an answer"));
    assert!(!verifier.verify(&good, Some(CLIENT)).await.expect("an answer"), "a token is good once");
    for bad in ["nonsense".to_owned(), String::new(), "x".repeat(100_000)] {
        assert!(!verifier.verify(&bad.into(), None).await.expect("an answer"));
    }
}

#[tokio::test]
async fn site_verify_keeps_the_contract_and_the_wire_format() {
    let service = Service::start().await;
    keeps_the_contract(&service.verifier("right", Duration::from_secs(10)), "good").await;
    let asked = |response: &str, remoteip: Option<&str>| Asked {
        secret: "right".to_owned(),
        response: response.to_owned(),
        remoteip: remoteip.map(str::to_owned),
    };
    let there = Some("192.0.2.7");
    let expected = [asked("good", there), asked("good", there), asked("nonsense", None)];
    assert_eq!(*service.asked.lock().await, expected, "what is no token is not worth a request");
}

#[tokio::test]
async fn a_fault_of_the_service_is_nobodys_failure() {
    let service = Service::start().await;
    let verifier = service.verifier("right", Duration::from_millis(100));
    for token in ["down", "garbage", "no verdict", "endless", "silence"] {
        let error = verifier.verify(&token.into(), None).await.expect_err(token);
        assert!(matches!(error, CaptchaError::Unavailable(_)), "{token}: {error}");
    }
    let gone = SiteVerify::new("http://127.0.0.1:1/", &trusted(), "right".into(), Duration::from_secs(10))
        .expect("a verifier");
    let error = gone.verify(&"good".into(), None).await.expect_err("nobody is there");
    assert!(matches!(error, CaptchaError::Unavailable(_)), "{error}");
}

#[tokio::test]
async fn a_fault_of_ours_says_which_key_to_look_at() {
    let service = Service::start().await;
    let (right, wrong) =
        (service.verifier("right", Duration::from_secs(10)), service.verifier("hunter2", Duration::from_secs(10)));
    for (verifier, token) in [(&wrong, "good"), (&right, "bad request")] {
        let error = verifier.verify(&token.into(), None).await.expect_err(token);
        assert!(matches!(error, CaptchaError::Misconfigured(_)), "{token}: {error}");
        let text = format!("{error} {verifier:?}");
        assert!(text.contains("captcha.secret_file") && !text.contains("hunter2"), "{text}");
    }
}
