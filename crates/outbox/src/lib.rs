//! A [`Notifier`] and [`Phone`] for made-up people: mails and texts stay in memory, for a page that shows them, and calls
//! ring there until somebody answers them on that page.

mod call;
mod entries;
mod json;

use async_trait::async_trait;
use regain_server::ports::{CallEvent, Message, Notifier, NotifyError, Phone, PhoneCall, TextMessage};

pub use call::{CallAct, NotOnTheLine};
pub use entries::{CallStatus, Outbox, OutboxCall, OutboxEntry, OutboxMail, OutboxText, Said};
pub use json::{JsonEntry, spoken};

#[async_trait]
impl Notifier for Outbox {
    async fn send(&self, message: &Message) -> Result<(), NotifyError> {
        self.add(OutboxEntry::Mail(OutboxMail { at: self.clock.now(), message: message.clone() }));
        Ok(())
    }
}

#[async_trait]
impl Phone for Outbox {
    async fn text(&self, message: &TextMessage) -> Result<(), NotifyError> {
        self.add(OutboxEntry::Text(OutboxText { at: self.clock.now(), message: message.clone() }));
        Ok(())
    }

    async fn call(&self, call: &PhoneCall) -> Result<(), NotifyError> {
        self.add(OutboxEntry::Call(OutboxCall {
            at: self.clock.now(),
            call: call.clone(),
            status: CallStatus::Ringing,
            said: Vec::new(),
            turn: 0,
            since: self.clock.now(),
        }));
        // A phone rings on, heard or not.
        let _ = self.tell(&call.reference, CallEvent::Ringing).await;
        self.end_in_silence(&call.reference.call_id, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
