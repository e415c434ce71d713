//! The contract of a phone, run against the outbox.

use std::sync::Arc;

use regain_demo::{CallAct, Outbox};
use regain_server::ports::SystemClock;

#[path = "../../../server/tests/contract/phone/suite.rs"]
pub(crate) mod suite;

use suite::{Act, Fixture, Listener, phone_suite};

struct InMemory {
    outbox: Outbox,
    listener: Arc<Listener>,
}

impl Fixture for InMemory {
    type Phone = Outbox;

    async fn new() -> Self {
        let (outbox, listener) = (Outbox::new(Arc::new(SystemClock)), Arc::new(Listener::default()));
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

    async fn does(&self, call: usize, act: Act) {
        let act = match act {
            Act::Answer => CallAct::Answer,
            Act::Key(key) => CallAct::Key(key),
            Act::HangUp => CallAct::HangUp,
        };
        let call = self.outbox.calls().into_iter().rev().nth(call).expect("is there");
        self.outbox.act(&call.call.reference.call_id, act).await.expect("can be done");
    }
}

phone_suite!(outbox, crate::phone::InMemory);
