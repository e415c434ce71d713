use std::sync::{Arc, Mutex as Told};

use regain_server::ports::{CallInstruction, CallListener, CallRef, EventNotTaken, SystemClock};

use super::{entries::CAPACITY, *};

/// Writes down what it hears. `#` is the right key; `x` finds the server in a bad moment.
#[derive(Default)]
struct Listener(Told<Vec<CallEvent>>);

#[async_trait]
impl CallListener for Listener {
    async fn on_event(&self, call: &CallRef, event: CallEvent) -> Result<CallInstruction, EventNotTaken> {
        assert_eq!(call.flow_id, "f1");
        self.0.lock().expect("not poisoned").push(event);
        match event {
            CallEvent::Ringing | CallEvent::Answered => Ok(CallInstruction::Listening),
            CallEvent::Key('#') => Ok(CallInstruction::Proved),
            CallEvent::Key('x') => Err(EventNotTaken),
            CallEvent::Key(_) => Ok(CallInstruction::WrongKey),
            CallEvent::Over | CallEvent::Failed | CallEvent::Withheld => Ok(CallInstruction::Over),
        }
    }
}

impl Listener {
    fn told(&self) -> Vec<CallEvent> {
        self.0.lock().expect("not poisoned").clone()
    }
}

async fn called() -> (Outbox, Arc<Listener>) {
    let outbox = Outbox::new(Arc::new(SystemClock));
    let listener = Arc::new(Listener::default());
    outbox.report_to(Arc::clone(&listener) as _);
    let reference = CallRef { flow_id: "f1".into(), call_id: "c1".into() };
    let call = PhoneCall { reference, to: "+14255550123".into(), locale: "en".into() };
    outbox.call(&call).await.expect("rings");
    (outbox, listener)
}

fn call(outbox: &Outbox) -> OutboxCall {
    outbox.calls().remove(0)
}

#[tokio::test]
async fn the_newest_is_first_and_the_oldest_goes() {
    let outbox = Outbox::new(Arc::new(SystemClock));
    for n in 0..CAPACITY + 3 {
        let message = Message {
            id: n.to_string(),
            to: "ada@example.net".to_owned(),
            subject: "".into(),
            language: "en",
            text: "".into(),
            html: "".into(),
        };
        outbox.send(&message).await.expect("takes it");
    }
    let text = TextMessage { id: "t1".into(), to: "+14255550123".into(), text: "042137".into() };
    outbox.text(&text).await.expect("takes it");
    let ids: Vec<_> = outbox.entries().iter().map(|entry| entry.id().to_owned()).collect();
    assert_eq!(ids.len(), CAPACITY);
    assert_eq!(ids.first().map(String::as_str), Some("t1"));
    assert_eq!(ids.last().map(String::as_str), Some("4"));
    assert_eq!((outbox.mails().len(), outbox.texts().len()), (CAPACITY - 1, 1));
}

#[tokio::test]
async fn a_call_is_answered_mis_keyed_and_proved() {
    let (outbox, listener) = called().await;
    assert_eq!(call(&outbox).status, CallStatus::Ringing);
    assert!(
        matches!(outbox.act("c1", CallAct::Key('#')).await, Err(NotOnTheLine::TooLate)),
        "not before it is answered"
    );
    outbox.act("c1", CallAct::Answer).await.expect("answers");
    assert!(matches!(outbox.act("c1", CallAct::Answer).await, Err(NotOnTheLine::TooLate)), "once is enough");
    outbox.act("c1", CallAct::Key('5')).await.expect("is heard");
    assert!(matches!(outbox.act("c1", CallAct::Key('x')).await, Err(NotOnTheLine::EventNotTaken(_))));
    assert_eq!(
        (call(&outbox).status, &call(&outbox).said[..]),
        (CallStatus::Answered, &[Said::Greeting, Said::WrongKey][..])
    );
    outbox.act("c1", CallAct::Key('#')).await.expect("is heard");
    assert_eq!((call(&outbox).status, call(&outbox).said.last()), (CallStatus::Ended, Some(&Said::Thanks)));
    assert!(matches!(outbox.act("c1", CallAct::HangUp).await, Err(NotOnTheLine::TooLate)), "it is over");
    assert!(matches!(outbox.act("c2", CallAct::Answer).await, Err(NotOnTheLine::Unknown)));
    let events = [
        CallEvent::Ringing,
        CallEvent::Answered,
        CallEvent::Key('5'),
        CallEvent::Key('x'),
        CallEvent::Key('#'),
        CallEvent::Over,
    ];
    assert_eq!(listener.told(), events);
}

#[tokio::test]
async fn not_taking_it_is_not_answering() {
    let (outbox, listener) = called().await;
    outbox.act("c1", CallAct::HangUp).await.expect("is over");
    assert_eq!(call(&outbox).status, CallStatus::NotAnswered);
    assert_eq!(listener.told(), [CallEvent::Ringing, CallEvent::Over]);
}

#[tokio::test(start_paused = true)]
async fn it_does_not_ring_for_ever() {
    let (outbox, listener) = called().await;
    tokio::time::sleep(super::call::SILENCE / 2).await;
    assert_eq!(call(&outbox).status, CallStatus::Ringing);
    tokio::time::sleep(super::call::SILENCE).await;
    assert_eq!(call(&outbox).status, CallStatus::NotAnswered);
    assert_eq!(listener.told(), [CallEvent::Ringing, CallEvent::Over]);
}

#[tokio::test(start_paused = true)]
async fn the_voice_waits_for_a_key_and_not_for_ever() {
    let (outbox, _) = called().await;
    for act in [CallAct::Answer, CallAct::Key('1'), CallAct::Key('2')] {
        tokio::time::sleep(super::call::SILENCE * 3 / 4).await;
        outbox.act("c1", act).await.expect("is still there");
    }
    tokio::time::sleep(super::call::SILENCE * 5 / 4).await;
    assert_eq!(call(&outbox).status, CallStatus::Ended);
}
