//! The contract of a [`Phone`]: the cases that every adapter runs, here and in the demonstration.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use regain_server::ports::{
    CallEvent, CallInstruction, CallListener, CallRef, EventNotTaken, Phone, PhoneCall, TextMessage,
};

/// Somebody's number.
pub(crate) const ADA: &str = "+14255550123";

/// A flow that waits for `#`; it writes down what it hears of which call.
#[derive(Default)]
pub(crate) struct Listener(Mutex<Vec<(String, CallEvent)>>);

#[async_trait]
impl CallListener for Listener {
    async fn on_event(&self, call: &CallRef, event: CallEvent) -> Result<CallInstruction, EventNotTaken> {
        assert_eq!(call.flow_id.as_str(), format!("flow of {}", call.call_id));
        self.0.lock().expect("not poisoned").push((call.call_id.clone(), event));
        Ok(match event {
            CallEvent::Key('#') => CallInstruction::Proved,
            CallEvent::Key(_) => CallInstruction::WrongKey,
            CallEvent::Ringing | CallEvent::Answered => CallInstruction::Listening,
            CallEvent::Over | CallEvent::Failed | CallEvent::Withheld => CallInstruction::Over,
        })
    }
}

impl Listener {
    /// The events of one call. A repeated event counts once: the port allows for it.
    pub(crate) fn of(&self, call_id: &str) -> Vec<CallEvent> {
        let heard = self.0.lock().expect("not poisoned");
        let mut events: Vec<_> = heard.iter().filter(|(call, _)| call == call_id).map(|&(_, event)| event).collect();
        events.dedup();
        events
    }
}

/// An act of the person who is called.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    Answer,
    Key(char),
    HangUp,
}

/// An adapter, opened, with the place where its texts come out, and a person with a phone.
pub(crate) trait Fixture {
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
    async fn does(&self, call: usize, act: Act);
}

/// Makes a test of each case for one adapter.
macro_rules! phone_suite {
    ($adapter:ident, $fixture:ty, [$($case:ident),* $(,)?]) => {
        mod $adapter {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    use crate::phone::suite::{self, Fixture as _};
                    suite::$case(&<$fixture>::new().await).await;
                }
            )*
        }
    };
    ($adapter:ident, $fixture:ty) => {
        phone_suite!($adapter, $fixture, [
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

pub(crate) use phone_suite;

pub(crate) fn text(to: &str, text: &str) -> TextMessage {
    TextMessage { id: "t-1".into(), to: to.into(), text: text.into() }
}

pub(crate) fn call(id: &str, to: &str) -> PhoneCall {
    let reference = CallRef { flow_id: format!("flow of {id}").into(), call_id: id.into() };
    PhoneCall { reference, to: to.into(), locale: "en".into() }
}

pub(crate) async fn a_text_arrives_as_it_was_sent(fixture: &impl Fixture) {
    let words = "K\u{f6}nig & S\u{f6}hne + 100%: \u{1f511}=042137; \"?\"\n\n@example.com #042137";
    fixture.phone().text(&text(ADA, words)).await.expect("takes it");
    assert_eq!(fixture.texts(), [(ADA.to_owned(), words.to_owned())]);
    assert!(fixture.calls().is_empty());
}

pub(crate) async fn many_at_once_all_arrive(fixture: &impl Fixture) {
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

pub(crate) async fn a_call_rings(fixture: &impl Fixture) {
    called(fixture).await;
    assert_eq!(fixture.calls(), [ADA]);
    assert_eq!(fixture.listener().of("c1"), [CallEvent::Ringing]);
    assert!(fixture.texts().is_empty());
}

pub(crate) async fn a_call_is_answered_and_proved(fixture: &impl Fixture) {
    called(fixture).await;
    fixture.does(0, Act::Answer).await;
    fixture.does(0, Act::Key('#')).await;
    let events = [CallEvent::Ringing, CallEvent::Answered, CallEvent::Key('#'), CallEvent::Over];
    assert_eq!(fixture.listener().of("c1"), events);
}

pub(crate) async fn another_key_is_asked_for_again(fixture: &impl Fixture) {
    called(fixture).await;
    fixture.does(0, Act::Answer).await;
    for key in ['5', '*', '#'] {
        fixture.does(0, Act::Key(key)).await;
    }
    let heard = fixture.listener().of("c1");
    assert_eq!(heard[2..], [CallEvent::Key('5'), CallEvent::Key('*'), CallEvent::Key('#'), CallEvent::Over]);
}

pub(crate) async fn a_call_that_nobody_takes_is_over(fixture: &impl Fixture) {
    called(fixture).await;
    fixture.does(0, Act::HangUp).await;
    assert_eq!(fixture.listener().of("c1"), [CallEvent::Ringing, CallEvent::Over]);
}

pub(crate) async fn a_call_that_is_hung_up_is_over(fixture: &impl Fixture) {
    called(fixture).await;
    fixture.does(0, Act::Answer).await;
    fixture.does(0, Act::HangUp).await;
    assert_eq!(fixture.listener().of("c1"), [CallEvent::Ringing, CallEvent::Answered, CallEvent::Over]);
}

pub(crate) async fn two_calls_are_two(fixture: &impl Fixture) {
    called(fixture).await;
    fixture.phone().call(&call("c2", "+4930123456")).await.expect("is placed");
    fixture.rings(1).await;
    fixture.does(1, Act::Answer).await;
    fixture.does(1, Act::Key('#')).await;
    assert_eq!(fixture.calls(), [ADA, "+4930123456"]);
    assert_eq!(fixture.listener().of("c1"), [CallEvent::Ringing]);
    assert_eq!(fixture.listener().of("c2").len(), 4);
}
