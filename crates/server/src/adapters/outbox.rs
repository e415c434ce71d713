//! The demo's [`Notifier`]: mails stay in memory, for a page that shows them.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::ports::{Clock, Message, Notifier, NotifyError, Phone, PhoneCall, TextMessage};

/// How many mails are kept; the oldest goes first.
const CAPACITY: usize = 200;

/// Keeps the last mails in memory; cheap to clone.
#[derive(Clone)]
pub struct Outbox {
    clock: Arc<dyn Clock>,
    mails: Arc<Mutex<VecDeque<OutboxMail>>>,
}

/// A mail in the outbox.
#[derive(Debug, Clone)]
pub struct OutboxMail {
    /// When it was sent.
    pub at: Timestamp,
    /// The mail.
    pub message: Message,
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").finish_non_exhaustive()
    }
}

impl Outbox {
    /// An empty one.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, mails: Arc::default() }
    }

    /// Its mails, newest first.
    pub fn mails(&self) -> Vec<OutboxMail> {
        self.lock().iter().cloned().collect()
    }

    /// A mail is in it whole or not at all, so a panic elsewhere leaves nothing to worry about.
    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<OutboxMail>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Notifier for Outbox {
    async fn send(&self, message: &Message) -> Result<(), NotifyError> {
        let mail = OutboxMail { at: self.clock.now(), message: message.clone() };
        let mut mails = self.lock();
        mails.push_front(mail);
        mails.truncate(CAPACITY);
        Ok(())
    }
}

#[async_trait]
impl Phone for Outbox {
    async fn text(&self, _: &TextMessage) -> Result<(), NotifyError> {
        Err(NotifyError::Refused("no phone yet".into()))
    }

    async fn call(&self, _: &PhoneCall) -> Result<(), NotifyError> {
        Err(NotifyError::Refused("no phone yet".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SystemClock;

    #[tokio::test]
    async fn the_newest_is_first_and_the_oldest_goes() {
        let outbox = Outbox::new(Arc::new(SystemClock));
        for n in 0..CAPACITY + 3 {
            let message = Message {
                id: n.to_string(),
                to: "ada@example.net".to_owned(),
                subject: String::new(),
                text: "".into(),
                html: "".into(),
            };
            outbox.send(&message).await.expect("takes it");
        }
        let ids: Vec<_> = outbox.mails().into_iter().map(|mail| mail.message.id).collect();
        assert_eq!(ids.len(), CAPACITY);
        assert_eq!(ids.first().map(String::as_str), Some("202"));
        assert_eq!(ids.last().map(String::as_str), Some("3"));
    }
}
