//! What every [`Phone`] must do, and what is particular to Twilio.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use prometheus_client::metrics::counter::Counter;
use regain_protocol::Secret;
use regain_server::{
    adapters::{CallAct, Outbox, Twilio},
    config::PhoneConfig,
    http::hooks::{self, Hooks},
    keys::Keys,
    ports::{CallEvent, CallListener, CallRef, Heard, NotifyError, OsRng, Phone, PhoneCall, TextMessage, Unheard},
};

use crate::moved_clock::MovedClock;

mod library;
mod provider;
mod whole;

use provider::{ACCOUNT, Mood, NO_NUMBER, Provider, TOKEN, Taken, breaks_off, calls_back};

/// Where the provider calls back: behind a proxy, under a path, on a port of its own.
const PUBLIC_URL: &str = "https://recover.example.com:8443/way";

/// The number that texts and calls come from.
const FROM: &str = "+14255550100";

/// Somebody's number.
const ADA: &str = "+14255550123";

/// A flow that waits for `#`; it writes down what it hears of which call.
#[derive(Default)]
struct Listener(Mutex<Vec<(String, CallEvent)>>);

#[async_trait]
impl CallListener for Listener {
    async fn heard(&self, call: &CallRef, event: CallEvent) -> Result<Heard, Unheard> {
        assert_eq!(call.flow_id, format!("flow of {}", call.call_id));
        self.0.lock().expect("not poisoned").push((call.call_id.clone(), event));
        Ok(match event {
            CallEvent::Key('#') => Heard::Proved,
            CallEvent::Key(_) => Heard::WrongKey,
            CallEvent::Ringing | CallEvent::Answered => Heard::Listening,
            CallEvent::Over | CallEvent::Failed => Heard::Over,
        })
    }
}

impl Listener {
    /// What was heard of one call. What was said twice in a row counts once: the port allows for it.
    fn of(&self, call_id: &str) -> Vec<CallEvent> {
        let heard = self.0.lock().expect("not poisoned");
        let mut events: Vec<_> = heard.iter().filter(|(call, _)| call == call_id).map(|&(_, event)| event).collect();
        events.dedup();
        events
    }
}

/// How an adapter is opened, where its texts come out, and a person with a phone.
trait Fixture {
    type Phone: Phone;
    async fn new() -> Self;
    fn phone(&self) -> Arc<Self::Phone>;
    fn listener(&self) -> &Listener;
    /// Number and text of each, oldest first.
    fn texts(&self) -> Vec<(String, String)>;
    /// The number of each call, oldest first.
    fn calls(&self) -> Vec<String>;
    /// The call of this place in the list rings.
    async fn rings(&self, call: usize);
    /// Somebody does something with it.
    async fn does(&self, call: usize, act: CallAct);
}

struct InMemory {
    outbox: Outbox,
    listener: Arc<Listener>,
}

impl Fixture for InMemory {
    type Phone = Outbox;

    async fn new() -> Self {
        let (outbox, listener) = (Outbox::new(Arc::new(MovedClock::new())), Arc::new(Listener::default()));
        outbox.report_to(Arc::clone(&listener) as _);
        Self { outbox, listener }
    }

    fn phone(&self) -> Arc<Outbox> {
        Arc::new(self.outbox.clone())
    }

    fn listener(&self) -> &Listener {
        &self.listener
    }

    fn texts(&self) -> Vec<(String, String)> {
        let texts = self.outbox.texts().into_iter().rev();
        texts.map(|text| (text.message.to, text.message.text.expose().clone())).collect()
    }

    fn calls(&self) -> Vec<String> {
        self.outbox.calls().into_iter().rev().map(|call| call.call.to).collect()
    }

    async fn rings(&self, _: usize) {}

    async fn does(&self, call: usize, act: CallAct) {
        let call = self.outbox.calls().into_iter().rev().nth(call).expect("is there");
        self.outbox.act(&call.call.reference.call_id, act).await.expect("can be done");
    }
}

struct Provided {
    provider: Provider,
    twilio: Arc<Twilio>,
    listener: Arc<Listener>,
    hooks: Hooks,
    /// Which calls were answered.
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
        let twilio = Twilio::new(&change(config), PUBLIC_URL, keys.clone(), Arc::new(OsRng)).expect("can be set up");
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

    async fn does(&self, call: usize, act: CallAct) {
        match act {
            CallAct::Answer => {
                self.answered.lock().expect("not poisoned").push(call);
                self.stands(call, "in-progress").await;
                let said = self.asks(call, &[("CallStatus", "in-progress")]).await;
                assert!(said.contains("<Gather"), "{said}");
            }
            CallAct::Key(key) => {
                let said = self.asks(call, &[("CallStatus", "in-progress"), ("Digits", &key.to_string())]).await;
                if !said.contains("<Gather") {
                    self.stands(call, "completed").await;
                }
            }
            CallAct::HangUp => {
                let answered = self.answered.lock().expect("not poisoned").contains(&call);
                self.stands(call, if answered { "completed" } else { "busy" }).await;
            }
        }
    }
}

/// Makes a test of each case for one adapter.
macro_rules! suite {
    ($adapter:ident, $fixture:ty, [$($case:ident),* $(,)?]) => {
        mod $adapter {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::$case(&<$fixture as super::Fixture>::new().await).await;
                }
            )*
        }
    };
    ($adapter:ident, $fixture:ty) => {
        suite!($adapter, $fixture, [
            a_text_arrives_as_it_was_sent,
            many_at_once_all_arrive,
            a_call_rings,
            a_call_is_answered_and_proved,
            another_key_is_asked_for_again,
            a_call_that_nobody_takes_is_over,
            a_call_that_is_hung_up_is_over,
            two_calls_are_two,
        ]);
    };
}

suite!(outbox, super::InMemory);
suite!(twilio, super::Provided);

fn text(to: &str, text: &str) -> TextMessage {
    TextMessage { id: "t-1".into(), to: to.into(), text: text.into() }
}

fn call(id: &str, to: &str) -> PhoneCall {
    let reference = CallRef { flow_id: format!("flow of {id}"), call_id: id.into() };
    PhoneCall { reference, to: to.into(), locale: "en".into() }
}

async fn a_text_arrives_as_it_was_sent(fixture: &impl Fixture) {
    let words = "K\u{f6}nig & S\u{f6}hne + 100%: \u{1f511}=042137; \"?\"\n\n@example.com #042137";
    fixture.phone().text(&text(ADA, words)).await.expect("takes it");
    assert_eq!(fixture.texts(), [(ADA.to_owned(), words.to_owned())]);
    assert!(fixture.calls().is_empty());
}

async fn many_at_once_all_arrive(fixture: &impl Fixture) {
    let sending: Vec<_> = (10..30)
        .map(|n| {
            let phone = fixture.phone();
            tokio::spawn(async move { phone.text(&text(&format!("+142555501{n}"), "042137")).await })
        })
        .collect();
    for sent in sending {
        sent.await.expect("no panic").expect("takes it");
    }
    let mut to: Vec<_> = fixture.texts().into_iter().map(|(to, _)| to).collect();
    to.sort();
    assert_eq!(to, (10..30).map(|n| format!("+142555501{n}")).collect::<Vec<_>>());
}

/// Places a call, which rings.
async fn called(fixture: &impl Fixture) {
    fixture.phone().call(&call("c1", ADA)).await.expect("is placed");
    fixture.rings(0).await;
}

async fn a_call_rings(fixture: &impl Fixture) {
    called(fixture).await;
    assert_eq!(fixture.calls(), [ADA]);
    assert_eq!(fixture.listener().of("c1"), [CallEvent::Ringing]);
    assert!(fixture.texts().is_empty());
}

async fn a_call_is_answered_and_proved(fixture: &impl Fixture) {
    called(fixture).await;
    fixture.does(0, CallAct::Answer).await;
    fixture.does(0, CallAct::Key('#')).await;
    let events = [CallEvent::Ringing, CallEvent::Answered, CallEvent::Key('#'), CallEvent::Over];
    assert_eq!(fixture.listener().of("c1"), events);
}

async fn another_key_is_asked_for_again(fixture: &impl Fixture) {
    called(fixture).await;
    fixture.does(0, CallAct::Answer).await;
    for key in ['5', '*', '#'] {
        fixture.does(0, CallAct::Key(key)).await;
    }
    let heard = fixture.listener().of("c1");
    assert_eq!(heard[2..], [CallEvent::Key('5'), CallEvent::Key('*'), CallEvent::Key('#'), CallEvent::Over]);
}

async fn a_call_that_nobody_takes_is_over(fixture: &impl Fixture) {
    called(fixture).await;
    fixture.does(0, CallAct::HangUp).await;
    assert_eq!(fixture.listener().of("c1"), [CallEvent::Ringing, CallEvent::Over]);
}

async fn a_call_that_is_hung_up_is_over(fixture: &impl Fixture) {
    called(fixture).await;
    fixture.does(0, CallAct::Answer).await;
    fixture.does(0, CallAct::HangUp).await;
    assert_eq!(fixture.listener().of("c1"), [CallEvent::Ringing, CallEvent::Answered, CallEvent::Over]);
}

async fn two_calls_are_two(fixture: &impl Fixture) {
    called(fixture).await;
    fixture.phone().call(&call("c2", "+4930123456")).await.expect("is placed");
    fixture.rings(1).await;
    fixture.does(1, CallAct::Answer).await;
    fixture.does(1, CallAct::Key('#')).await;
    assert_eq!(fixture.calls(), [ADA, "+4930123456"]);
    assert_eq!(fixture.listener().of("c1"), [CallEvent::Ringing]);
    assert_eq!(fixture.listener().of("c2").len(), 4);
}

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
