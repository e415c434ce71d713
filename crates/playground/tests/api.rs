//! Whole jobs by the page's API, as the widget does them.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use regain_playground::{CallAct, JsonEntry, PageClock, Playground, Settings};
use regain_ports::{Clock as _, SystemClock};
use serde_json::{Value, json};

/// Below a path, as on a file server.
const API: &str = "http://127.0.0.1:8000/try/api";

const NEW: &str = "a river that runs north";

struct Page(Playground, Arc<PageClock>);

impl Page {
    fn open(settings: &Settings) -> Self {
        let clock = Arc::new(PageClock::new(|| SystemClock.now()));
        Self(Playground::new(settings, API, Arc::clone(&clock)).expect("a playground"), clock)
    }

    async fn send(&self, path: &str, token: Option<&str>, body: &Value) -> (StatusCode, Value) {
        let mut request = Request::post(format!("/try/api/v1/{path}")).header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = self.0.handle(request.body(Body::from(body.to_string())).expect("a request")).await;
        (answer.status, serde_json::from_slice(&answer.body).expect("JSON"))
    }

    /// Begins a flow and names who it is about; the token and the next step.
    async fn identified(&self, kind: &str, user_id: &str) -> (String, Value) {
        let (status, begun) = self.send("flows", None, &json!({"kind": kind, "locale": "en"})).await;
        assert_eq!(status, StatusCode::CREATED, "{begun}");
        let mut job = (begun["token"].as_str().expect("a token").to_owned(), begun["flow"].clone());
        self.answer(&mut job, json!({"do": "identify", "user_id": user_id})).await;
        job
    }

    /// Answers the step; the flow and the token are the next ones.
    async fn answer(&self, (token, flow): &mut (String, Value), mut answer: Value) {
        answer["flow"] = flow["id"].clone();
        answer["step"] = flow["step"]["id"].clone();
        let (status, answered) = self.send("answers", Some(token), &answer).await;
        assert_eq!(status, StatusCode::OK, "{answered}");
        if let Some(next) = answered["token"].as_str() {
            next.clone_into(token);
        }
        *flow = answered["flow"].clone();
    }

    /// Asks for the flow as it now stands.
    async fn looks_again(&self, (token, flow): &mut (String, Value)) {
        let path = format!("/try/api/v1/flows/{}", flow["id"].as_str().expect("an id"));
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        let answer = self.0.handle(request.body(Body::empty()).expect("a request")).await;
        *flow = serde_json::from_slice(&answer.body).expect("JSON");
    }

    /// The six digits of the newest mail.
    fn code(&self) -> String {
        let JsonEntry::Mail { text, .. } = self.0.outbox().remove(0) else { panic!("it is a mail") };
        let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
        text.split_whitespace().find(is_code).expect("a code").to_owned()
    }
}

fn without_challenge() -> Settings {
    Settings { captcha: "off".to_owned(), ..Settings::default() }
}

fn step(job: &(String, Value)) -> &str {
    job.1["step"]["name"].as_str().expect("a name")
}

#[tokio::test]
async fn a_password_is_reset_by_a_code_from_the_inbox() {
    let page = Page::open(&without_challenge());
    assert_eq!(
        page.0.sign_in("ada@northwind.example", "analytical engine notes").await.as_deref(),
        Some("Ada Lovelace")
    );
    let mut job = page.identified("reset", "ada@northwind.example").await;
    if step(&job) == "choose_method" {
        let method = job.1["step"]["methods"][0]["id"].clone();
        page.answer(&mut job, json!({"do": "choose", "method": method})).await;
    }
    assert_eq!(step(&job), "enter_code", "{}", job.1);
    page.answer(&mut job, json!({"do": "verify", "code": page.code()})).await;
    assert_eq!(step(&job), "new_password");
    page.answer(&mut job, json!({"do": "set_password", "password": NEW})).await;
    assert_eq!(step(&job), "done");
    assert_eq!(page.0.sign_in("ada@northwind.example", "analytical engine notes").await, None);
    assert_eq!(page.0.sign_in("ada@northwind.example", NEW).await.as_deref(), Some("Ada Lovelace"));
    let JsonEntry::Mail { to, .. } = page.0.outbox().remove(0) else { panic!("it is a mail") };
    assert_eq!(to, "ada.lovelace@mail.example", "the confirmation");
}

#[tokio::test]
async fn a_call_of_the_inbox_is_answered_and_proves() {
    let page = Page::open(&without_challenge());
    let mut job = page.identified("reset", "mary@northwind.example").await;
    let methods = job.1["step"]["methods"].as_array().expect("a choice").clone();
    let call = methods.iter().find(|method| method["kind"] == "call").expect("a call is on offer");
    page.answer(&mut job, json!({"do": "choose", "method": call["id"]})).await;
    assert_eq!(step(&job), "answer_call");
    let JsonEntry::Call { id, status, .. } = page.0.outbox().remove(0) else { panic!("it is a call") };
    assert_eq!(status, "ringing");
    for act in [CallAct::Answer, CallAct::Key('1'), CallAct::Key('#')] {
        page.0.act(&id, act).await.expect("is heard");
    }
    page.looks_again(&mut job).await;
    assert_eq!(step(&job), "new_password");
}

#[tokio::test]
async fn the_clock_ends_calls_and_flows() {
    let page = Page::open(&without_challenge());
    let mut job = page.identified("reset", "mary@northwind.example").await;
    let methods = job.1["step"]["methods"].as_array().expect("a choice").clone();
    let call = methods.iter().find(|method| method["kind"] == "call").expect("a call is on offer");
    page.answer(&mut job, json!({"do": "choose", "method": call["id"]})).await;
    page.1.advance(60);
    page.0.deliver().await;
    let JsonEntry::Call { status, .. } = page.0.outbox().remove(0) else { panic!("it is a call") };
    assert_eq!(status, "not_answered");
    page.1.advance(15 * 60);
    page.looks_again(&mut job).await;
    assert_eq!(step(&job), "ended");
}

#[tokio::test]
async fn every_person_and_setting_fits() {
    for gates in [1, 2] {
        for captcha in ["off", "proof_of_work", "image"] {
            let page = Page::open(&Settings { gates, captcha: captcha.to_owned() });
            let (status, begun) = page.send("flows", None, &json!({"kind": "register", "locale": "de"})).await;
            assert_eq!(status, StatusCode::CREATED, "{begun}");
            assert_eq!(page.0.people().len(), 15);
        }
    }
    assert!(Playground::new(&Settings::default(), "no address", Page::open(&without_challenge()).1).is_err());
}
