//! The functions of the page's script.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use axum::{body::Body, http::Request};
use jiff::Timestamp;
use regain_playground::{Answer, CallAct, PageClock, Playground};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// The server of the page.
#[wasm_bindgen]
pub struct Server {
    playground: Playground,
    clock: Arc<PageClock>,
}

/// An answer of the API.
#[wasm_bindgen]
pub struct ApiAnswer(Answer);

#[wasm_bindgen]
impl Server {
    /// Starts one at an address; `settings` are JSON.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str, api: &str) -> Result<Self, JsError> {
        let clock = Arc::new(PageClock::new(browsers_time));
        let playground = Playground::new(&serde_json::from_str(settings)?, api, Arc::clone(&clock))?;
        Ok(Self { playground, clock })
    }

    /// Answers a request of the API; `headers` are a JSON list of pairs.
    pub fn handle(&self, method: &str, path: &str, headers: &str, body: Vec<u8>) -> Result<ApiAnswer, JsError> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in serde_json::from_str::<Vec<(String, String)>>(headers)? {
            request = request.header(name, value);
        }
        Ok(ApiAnswer(done(self.playground.handle(request.body(Body::from(body))?))))
    }

    /// The name of who signs in with a password; none where it is not taken.
    #[wasm_bindgen(js_name = signIn)]
    pub fn sign_in(&self, user_id: &str, password: &str) -> Option<String> {
        done(self.playground.sign_in(user_id, password))
    }

    /// Does something with a call: `answer`, `hang_up`, or a key.
    pub fn act(&self, call: &str, act: &str) {
        let act = match act {
            "answer" => CallAct::Answer,
            "hang_up" => CallAct::HangUp,
            key => CallAct::Key(key.chars().next().unwrap_or('#')),
        };
        // A person who was too late sees how the call stands.
        let _ = done(self.playground.act(call, act));
    }

    /// Moves the clock on.
    pub fn advance(&self, seconds: u32) {
        self.clock.advance(seconds);
    }

    /// The outbox, newest first, as JSON. Whatever is due happens before.
    pub fn outbox(&self) -> Result<String, JsError> {
        done(self.playground.deliver());
        Ok(serde_json::to_string(&self.playground.outbox())?)
    }

    /// The people, as JSON.
    pub fn people(&self) -> Result<String, JsError> {
        Ok(serde_json::to_string(&self.playground.people())?)
    }

    /// The languages, as JSON.
    pub fn languages(&self) -> Result<String, JsError> {
        Ok(serde_json::to_string(self.playground.languages())?)
    }
}

#[wasm_bindgen]
impl ApiAnswer {
    /// The status.
    #[wasm_bindgen(getter)]
    pub fn status(&self) -> u16 {
        self.0.status.as_u16()
    }

    /// The headers, a JSON list of pairs.
    #[wasm_bindgen(getter)]
    pub fn headers(&self) -> Result<String, JsError> {
        let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let pairs = self.0.headers.iter().map(|(name, value)| (name.as_str(), text(value)));
        Ok(serde_json::to_string(&pairs.collect::<Vec<_>>())?)
    }

    /// The body.
    #[wasm_bindgen(getter)]
    pub fn body(&self) -> Vec<u8> {
        self.0.body.to_vec()
    }
}

/// The result of work that waits for nothing.
fn done<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => unreachable!("memory answers at once"),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are few enough")]
fn browsers_time() -> Timestamp {
    Timestamp::from_millisecond(js_sys::Date::now() as i64).unwrap_or_default()
}
