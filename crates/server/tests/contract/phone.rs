//! The contract of a [`Phone`] run against Twilio, and what is particular to that.

use std::sync::{Arc, Mutex};

use axum::Router;
use prometheus_client::metrics::counter::Counter;
use regain_protocol::Secret;
use regain_server::{
    adapters::{
        Twilio,
        twilio::hooks::{self, Hooks},
    },
    config::PhoneConfig,
    keys::Keys,
    ports::{NotifyError, OsRng, Phone as _},
};

mod library;
mod provider;
pub(crate) mod suite;
mod whole;

use provider::{ACCOUNT, Mood, NO_NUMBER, Provider, TOKEN, Taken, breaks_off, calls_back};
use suite::{ADA, Act, Fixture, Listener, call, phone_suite, text};

use crate::authority::trusted;

/// The address that the provider calls back: behind a proxy, under a path, on a port of its own.
const PUBLIC_URL: &str = "https://recover.example.com:8443/way";

/// The number that texts and calls come from.
const FROM: &str = "+14255550100";

struct Provided {
    provider: Provider,
    twilio: Arc<Twilio>,
    listener: Arc<Listener>,
    hooks: Hooks,
    /// The calls that were answered.
    answered: Mutex<Vec<usize>>,
}

impl Provided {
    async fn with(change: impl FnOnce(PhoneConfig) -> PhoneConfig) -> Self {
        let provider = Provider::new().await;
        let keys = Keys::derive(&Secret::new(vec![7; 32]));
        let config = PhoneConfig {
            account_sid: ACCOUNT.into(),
            auth_token: Some(TOKEN.into()),
            from: Some(FROM.into()),
            base_url: provider.base_url.clone(),
            timeout_s: 1,
            ..PhoneConfig::default()
        };
        let twilio =
            Twilio::new(&change(config), &trusted(), PUBLIC_URL, keys.clone(), Arc::new(OsRng)).expect("can be set up");
        let listener = Arc::new(Listener::default());
        let hooks = Hooks {
            public_url: PUBLIC_URL.into(),
            auth_token: TOKEN.into(),
            keys,
            organisation: "Fish & Chips".into(),
            calls: Arc::clone(&listener) as _,
            undelivered: Counter::default(),
        };
        Self { provider, twilio: Arc::new(twilio), listener, hooks, answered: Mutex::default() }
    }

    fn routes(&self) -> Router {
        hooks::routes(self.hooks.clone())
    }

    fn call(&self, index: usize) -> Taken {
        self.provider.taken_of("Calls.json").swap_remove(index)
    }

    /// The provider says how a call stands.
    async fn stands(&self, call: usize, status: &str) {
        let address = self.call(call).value("StatusCallback").to_owned();
        calls_back(&self.routes(), PUBLIC_URL, &address, &[("CallStatus", status), ("To", ADA)]).await;
    }

    /// The provider asks what to say; what the voice says then.
    async fn asks(&self, call: usize, form: &[(&str, &str)]) -> String {
        let address = self.call(call).value("Url").to_owned();
        calls_back(&self.routes(), PUBLIC_URL, &address, form).await
    }
}

impl Fixture for Provided {
    type Phone = Twilio;

    async fn new() -> Self {
        Self::with(|config| config).await
    }

    fn phone(&self) -> Arc<Twilio> {
        Arc::clone(&self.twilio)
    }

    fn listener(&self) -> &Listener {
        &self.listener
    }

    fn texts(&self) -> Vec<(String, String)> {
        let texts = self.provider.taken_of("Messages.json");
        texts.iter().map(|text| (text.value("To").to_owned(), text.value("Body").to_owned())).collect()
    }

    fn calls(&self) -> Vec<String> {
        self.provider.taken_of("Calls.json").iter().map(|call| call.value("To").to_owned()).collect()
    }

    async fn rings(&self, call: usize) {
        self.stands(call, "initiated").await;
        self.stands(call, "ringing").await;
    }

    async fn does(&self, call: usize, act: Act) {
        match act {
            Act::Answer => {
                self.answered.lock().expect("not poisoned").push(call);
                self.stands(call, "in-progress").await;
                let said = self.asks(call, &[("CallStatus", "in-progress")]).await;
                assert!(said.contains("<Gather"), "{said}");
            }
            Act::Key(key) => {
                let said = self.asks(call, &[("CallStatus", "in-progress"), ("Digits", &key.to_string())]).await;
                if !said.contains("<Gather") {
                    self.stands(call, "completed").await;
                }
            }
            Act::HangUp => {
                let answered = self.answered.lock().expect("not poisoned").contains(&call);
                self.stands(call, if answered { "completed" } else { "busy" }).await;
            }
        }
    }
}

phone_suite!(twilio, crate::phone::Provided);

#[tokio::test]
async fn a_number_that_is_refused_is_refused_and_the_next_is_served() {
    let world = Provided::new().await;
    let error = world.twilio.text(&text(NO_NUMBER, "042137")).await.expect_err("no number");
    assert!(matches!(&error, NotifyError::Refused(reason) if reason.contains("21211")), "{error}");
    let other = world.twilio.call(&call("c1", NO_NUMBER)).await.expect_err("no number");
    assert!(matches!(&other, NotifyError::Refused(_)), "{other}");
    for shown in [format!("{error} {error:?}"), format!("{other} {other:?}"), format!("{:?}", world.twilio)] {
        for secret in [NO_NUMBER, "042137", TOKEN, ACCOUNT] {
            assert!(!shown.contains(secret), "the log learns nothing: {shown}");
        }
    }
    world.twilio.text(&text(ADA, "042137")).await.expect("takes it");
}

#[tokio::test]
async fn what_a_failure_means_depends_on_how_far_the_request_came() {
    let world = Provided::new().await;
    for (mood, is) in [
        (Mood::Answers(401, 20003), "unavailable"),
        (Mood::Answers(429, 20429), "unavailable"),
        (Mood::Answers(503, 20503), "unavailable"),
        (Mood::Answers(400, 21606), "unavailable"),
        (Mood::Answers(400, 21214), "refused"),
        (Mood::AnswersHtml(500), "unavailable"),
        (Mood::AnswersHtml(504), "unknown"),
        (Mood::Hangs, "unknown"),
    ] {
        world.provider.is(mood.clone());
        let error = world.twilio.call(&call("c1", ADA)).await.expect_err("fails");
        assert!(error.to_string().starts_with(is), "{mood:?}: {error}");
        assert!(!error.to_string().contains(ADA), "{error}");
    }
    let base_url = breaks_off().await;
    let broken = Provided::with(|config| PhoneConfig { base_url, ..config }).await;
    let error = broken.twilio.text(&text(ADA, "042137")).await.expect_err("no answer");
    assert!(matches!(error, NotifyError::Unknown(_)), "it may have been taken: {error}");

    let wrong = Provided::with(|config| PhoneConfig { auth_token: Some("wrong".into()), ..config }).await;
    let error = wrong.twilio.text(&text(ADA, "042137")).await.expect_err("fails");
    assert!(error.to_string().starts_with("unavailable") && error.to_string().contains("20003"), "{error}");
    let nobody = Provided::with(|config| PhoneConfig { base_url: "http://127.0.0.1:9".into(), ..config }).await;
    let error = nobody.twilio.text(&text(ADA, "042137")).await.expect_err("nobody is there");
    assert!(matches!(error, NotifyError::Unavailable(_)), "certainly not sent: {error}");
    assert!(!error.to_string().contains("Accounts"), "{error}");
}

#[tokio::test]
async fn what_stands_in_a_request_tells_nothing_of_the_flow() {
    let world = Provided::new().await;
    world.twilio.call(&call("c1", ADA)).await.expect("is placed");
    world.twilio.text(&text(ADA, "042137")).await.expect("takes it");
    let [call, text] = &world.provider.taken()[..] else { panic!("two requests") };
    let speak = call.value("Url");
    assert_eq!(call.value("StatusCallback"), format!("{speak}&status=1"));
    assert!(speak.starts_with(&format!("{PUBLIC_URL}/v1/hooks/voice?call=")), "{speak}");
    assert!(!format!("{call:?}").contains("c1\"") && !format!("{call:?}").contains("flow of"), "{call:?}");
    assert_eq!(text.value("StatusCallback"), format!("{PUBLIC_URL}/v1/hooks/sms?message=t-1"));
}

#[tokio::test]
async fn what_became_of_a_text_is_counted() {
    let world = Provided::new().await;
    world.twilio.text(&text(ADA, "042137")).await.expect("takes it");
    let address = world.provider.taken()[0].value("StatusCallback").to_owned();
    for status in ["sent", "undelivered"] {
        calls_back(&world.routes(), PUBLIC_URL, &address, &[("MessageStatus", status), ("ErrorCode", "30005")]).await;
    }
    assert_eq!(world.hooks.undelivered.get(), 1);
    assert!(world.listener.of("t-1").is_empty());
}
