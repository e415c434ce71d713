//! The contract of a notifier, run against the outbox.

use std::sync::Arc;

use regain_demo::Outbox;
use regain_server::ports::SystemClock;

#[path = "../../../server/tests/contract/notifier/suite.rs"]
pub(crate) mod suite;

use suite::{Arrived, Fixture, notifier_suite};

struct InMemory(Outbox);

impl Fixture for InMemory {
    type Notifier = Outbox;

    async fn new() -> Self {
        Self(Outbox::new(Arc::new(SystemClock)))
    }

    fn notifier(&self) -> Arc<Outbox> {
        Arc::new(self.0.clone())
    }

    fn arrived(&self) -> Vec<Arrived> {
        let arrived = self.0.mails().into_iter().rev().map(|mail| Arrived {
            to: mail.message.to,
            subject: mail.message.subject.expose().clone(),
            text: mail.message.text.expose().clone(),
            html: mail.message.html.expose().clone(),
        });
        arrived.collect()
    }
}

notifier_suite!(outbox, crate::notifier::InMemory);
