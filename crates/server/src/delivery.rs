//! Delivery: takes queued messages off the store and hands them to what carries them, mails to the
//! notifier, texts and calls to the phone, off the path of any request.

use std::{future::Future, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
    time::interval,
};
use tracing::{error, info, warn};

use crate::{
    keys::Keys,
    mails::{Mails, TextContent, text_message, text_notice},
    messages::{Content, OutboundMessage},
    ports::{
        CallEvent, CallListener, CallRef, Channel, Charged, ClaimedMessage, Clock, EndSessions, Message, Notifier,
        NotifyError, Phone, PhoneCall, Sessions, Settlement, Store, StoreError, TextMessage, Wake,
    },
    runtime::{sleep, timeout},
};

mod budgets;
mod provider_health;

pub use budgets::Budgets;

/// Number of texts, calls and requests to programs, of each, that are on their way at a time.
const AT_A_TIME: usize = 4;

/// Time between looks for messages that have become due again; new ones come with a wake-up.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The time for which a message is leased to a worker. Afterwards its process is taken for dead.
const LEASE: SignedDuration = SignedDuration::from_mins(3);

/// The time within which a worker is done with a message, so that it never outlives its lease.
const SEND_WITHIN: Duration = Duration::from_secs(150);

/// Time between looks for messages whose lease is over.
const ABANDON_EVERY: Duration = Duration::from_secs(30);

/// Time before what became of a message is said again to a store that did not take it.
const SAY_AGAIN: Duration = Duration::from_secs(1);

/// The number of times that it is said, until the lease is over.
const TIMES_SAID: u32 = 30;

/// Time before the first retry; each further one waits three times as long.
const FIRST_RETRY: SignedDuration = SignedDuration::from_secs(5);

/// The longest wait before a retry.
const LONGEST_RETRY: SignedDuration = SignedDuration::from_mins(2);

/// Delivers what is queued.
pub struct Delivery {
    /// The queue of messages.
    pub store: Arc<dyn Store>,
    /// Sends mails.
    pub notifier: Arc<dyn Notifier>,
    /// Sends text messages and places calls.
    pub phone: Arc<dyn Phone>,
    /// Ends sessions where people are signed in, if that is configured.
    pub sessions: Option<Arc<dyn Sessions>>,
    /// Notified of calls that cannot be placed.
    pub calls: Arc<dyn CallListener>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Keys that open messages.
    pub keys: Arc<Keys>,
    /// Writes mails.
    pub mails: Mails,
    /// Values for text messages.
    pub texts: Texts,
    /// The budgets of what is sent.
    pub budgets: Budgets,
    /// Number of mails that are on their way at a time.
    pub mail_connections: usize,
    /// Notified by whoever has queued a message.
    pub wake: Arc<Wake>,
}

/// The organisation's values in text messages, from its configuration.
#[derive(Debug, Clone)]
pub struct Texts {
    /// The organisation's name.
    pub organisation: String,
    /// The host that a code is for, as the last line says to browsers (WebOTP).
    pub webotp_host: String,
}

/// The receiver of a delivered message.
enum Carried {
    /// Its recipient.
    Sent,
    /// Nobody, because it has no recipient.
    ToNobody,
}

impl Delivery {
    /// Delivers until `shutdown` completes; what is on its way then is brought to its end, and
    /// nothing else is begun.
    pub async fn run(self: Arc<Self>, shutdown: impl Future<Output = ()> + Send) {
        let mut looks = interval(ABANDON_EVERY);
        let (stop, stopped) = watch::channel(false);
        let mut channels = JoinSet::new();
        for channel in Channel::ALL {
            channels.spawn(Arc::clone(&self).work(channel, stopped.clone()));
        }
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                _ = looks.tick() => self.abandon().await,
            }
        }
        stop.send_replace(true);
        while channels.join_next().await.is_some() {}
    }

    /// Gives up on codes and calls of a process that died while it was sending them.
    async fn abandon(&self) {
        let now = self.clock.now();
        match self.store.abandon_claimed(now, now + LEASE).await {
            Ok(0) => {}
            Ok(count) => warn!(count, "messages were being sent when a server died; nobody knows whether they were"),
            Err(error) => error!(%error, "cannot look for messages that a dead process was sending"),
        }
    }

    /// Number of messages of a channel that are on their way at a time, so that one slow answer does not keep
    /// everybody waiting. No channel waits for another.
    const fn at_a_time(&self, channel: Channel) -> usize {
        match channel {
            Channel::Mail => self.mail_connections,
            Channel::Text | Channel::Call | Channel::Hook => AT_A_TIME,
        }
    }

    /// Delivers the messages of a channel: what is due while there is room, then it waits for a wake-up.
    async fn work(self: Arc<Self>, channel: Channel, mut stopped: watch::Receiver<bool>) {
        let mut sending = JoinSet::new();
        while !*stopped.borrow() {
            let is_full = sending.len() >= self.at_a_time(channel);
            let claimed = if is_full { Ok(None) } else { self.claim(channel).await };
            match claimed {
                Ok(Some(claimed)) => {
                    let delivery = Arc::clone(&self);
                    sending.spawn(async move { delivery.take(&claimed).await });
                    continue;
                }
                Ok(None) => {}
                Err(error) => warn!(%error, "cannot look for queued messages"),
            }
            tokio::select! {
                Some(ended) = sending.join_next() => said(ended),
                () = self.wake.of(channel).notified(), if !is_full => {}
                () = sleep(LOOK_EVERY), if !is_full => {}
                _ = stopped.changed() => {}
            }
        }
        while let Some(ended) = sending.join_next().await {
            said(ended);
        }
    }

    async fn claim(&self, channel: Channel) -> Result<Option<ClaimedMessage>, StoreError> {
        let now = self.clock.now();
        self.store.claim_message(&[channel], now, now + LEASE).await
    }

    /// Delivers a message and says what became of it.
    async fn take(&self, claimed: &ClaimedMessage) -> Result<(), StoreError> {
        let settlement = self.deliver(claimed).await;
        self.settle(claimed, settlement).await
    }

    /// Delivers the message of a channel that has been due for longest; `false` where none is.
    pub async fn deliver_next(&self, channel: Channel) -> Result<bool, StoreError> {
        let Some(claimed) = self.claim(channel).await? else { return Ok(false) };
        self.take(&claimed).await?;
        Ok(true)
    }

    /// Says what became of a message, again and again while it is this worker's: what is not said is sent once more.
    async fn settle(&self, claimed: &ClaimedMessage, settlement: Settlement) -> Result<(), StoreError> {
        for _ in 1..TIMES_SAID {
            match self.store.settle_message(claimed, settlement).await {
                Ok(()) => return Ok(()),
                Err(error) => warn!(%error, "what became of a message is not said yet"),
            }
            sleep(SAY_AGAIN).await;
        }
        self.store.settle_message(claimed, settlement).await
    }

    /// Sends one message and says what became of it. The log names the message, never an address, a
    /// number, a user ID or a code.
    async fn deliver(&self, claimed: &ClaimedMessage) -> Settlement {
        let message = claimed.id.as_str();
        let outgoing = match OutboundMessage::open(&self.keys, message, &claimed.payload) {
            Ok(outgoing) => outgoing,
            Err(error) => {
                error!(message, %error, "not sent");
                return Settlement::Failed;
            }
        };
        let (settlement, event) = if claimed.not_after <= self.clock.now() {
            warn!(message, attempts = claimed.attempts, "not sent: its time is over");
            (Settlement::Failed, CallEvent::Failed)
        } else {
            match self.pay(claimed, &outgoing).await {
                Ok(true) => self.attempt(claimed, &outgoing).await,
                Ok(false) => (Settlement::Failed, CallEvent::Withheld),
                Err(error) => {
                    error!(message, %error, "not sent: nobody knows what its budgets have left");
                    (retry(claimed, self.clock.now()), CallEvent::Failed)
                }
            }
        };
        if let (Settlement::Failed, Content::Call { reference }) = (settlement, &outgoing.content) {
            self.tell(message, reference, event).await;
        }
        settlement
    }

    /// Pays for a message before it is tried for the first time; `false` where a budget has nothing left.
    async fn pay(&self, claimed: &ClaimedMessage, outgoing: &OutboundMessage) -> Result<bool, StoreError> {
        let Some(to) = outgoing.to.as_deref().filter(|_| claimed.attempts == 0) else { return Ok(true) };
        let is_first = match &outgoing.first_of {
            Some(bucket) => self.store.charge(&[budgets::first(bucket)], self.clock.now()).await? == Charged::Done,
            None => false,
        };
        let (names, charges): (Vec<_>, Vec<_>) =
            self.budgets.charges(&self.keys, &outgoing.content, to, is_first).into_iter().unzip();
        if charges.is_empty() {
            return Ok(true);
        }
        match self.store.charge(&charges, self.clock.now()).await? {
            Charged::Done => Ok(true),
            Charged::OverLimit { bucket, .. } => {
                let budget = charges.iter().zip(names).find(|(charge, _)| charge.bucket == bucket);
                let budget = budget.map_or("unknown", |(_, name)| name);
                warn!(message = claimed.id, budget, "withheld: the budget is spent");
                Ok(false)
            }
        }
    }

    /// Tries once; says too what whoever waits for a call that failed is to hear.
    async fn attempt(&self, claimed: &ClaimedMessage, outgoing: &OutboundMessage) -> (Settlement, CallEvent) {
        let message = claimed.id.as_str();
        let late = |_| Err(NotifyError::Unknown("it took too long".into()));
        match timeout(SEND_WITHIN, self.carry(message, outgoing)).await.unwrap_or_else(late) {
            Ok(Carried::Sent) => info!(message, attempts = claimed.attempts + 1, "sent"),
            // It has cost as much until here, so it costs as much to say.
            Ok(Carried::ToNobody) => info!(message, attempts = claimed.attempts + 1, "settled without a recipient"),
            Err(NotifyError::Unavailable(reason)) => {
                let settlement = retry(claimed, self.clock.now());
                let again = settlement != Settlement::Failed;
                warn!(message, attempts = claimed.attempts + 1, reason, again, "not sent");
                return (settlement, CallEvent::Failed);
            }
            Err(NotifyError::Refused(reason)) => {
                warn!(message, reason, "refused");
                // It is about this number, and a made-up one is never refused.
                return (Settlement::Failed, CallEvent::Withheld);
            }
            Err(NotifyError::Unknown(reason)) => {
                warn!(message, reason, "perhaps sent; not tried again, so that nobody gets two");
                return (Settlement::Failed, CallEvent::Failed);
            }
        }
        (Settlement::Sent, CallEvent::Failed)
    }

    /// Hands a message to what carries it. One without a recipient costs the same until there.
    async fn carry(&self, id: &str, outgoing: &OutboundMessage) -> Result<Carried, NotifyError> {
        let OutboundMessage { to, locale, user_id, content, device, .. } = outgoing;
        match content {
            Content::TextCode { code, minutes, purpose } => {
                let Texts { organisation, webotp_host } = &self.texts;
                let content = TextContent { code, minutes: *minutes, purpose: *purpose };
                let text = text_message(locale, organisation, &content, webotp_host);
                let Some(to) = to.clone() else { return Ok(Carried::ToNobody) };
                self.phone.text(&TextMessage { id: id.to_owned(), to, text }).await?;
            }
            Content::TextNotice { notice } => {
                let text = text_notice(locale, &self.texts.organisation, *notice).into();
                let Some(to) = to.clone() else { return Ok(Carried::ToNobody) };
                self.phone.text(&TextMessage { id: id.to_owned(), to, text }).await?;
            }
            Content::Call { reference } => {
                let Some(to) = to.clone() else {
                    let called = provider_health::call_nobody(&*self.store, self.clock.now()).await;
                    return called.map(|()| Carried::ToNobody);
                };
                let call = PhoneCall { reference: reference.clone(), to, locale: locale.clone() };
                let placed = self.phone.call(&call).await;
                provider_health::note(&*self.store, &placed, self.clock.now()).await;
                placed?;
            }
            Content::SessionsEnded { before } => {
                let (Some(to), Some(sessions)) = (to, &self.sessions) else {
                    return Ok(Carried::ToNobody);
                };
                let (id, account_id, user_id) = (id.to_owned(), to.as_str().into(), user_id.clone());
                sessions.end(&EndSessions { id, account_id, user_id, before: *before }).await?;
            }
            Content::Code { .. }
            | Content::Confirmation { .. }
            | Content::SecurityInfoChanged { .. }
            | Content::RecoveryCodeUsed { .. }
            | Content::AdministratorRequest { .. } => {
                let not_one = || NotifyError::Refused("the catalogue has no such mail".into());
                let mail = self.mails.write(locale, user_id, content, *device).ok_or_else(not_one)?;
                let Some(to) = to.clone() else { return Ok(Carried::ToNobody) };
                let mail = Message {
                    id: id.to_owned(),
                    to,
                    subject: mail.subject,
                    language: mail.language,
                    text: mail.text,
                    html: mail.html,
                };
                self.notifier.send(&mail).await?;
            }
        }
        Ok(Carried::Sent)
    }

    /// Says that a call is not going to ring. Where that cannot be said, the flow finds out by itself:
    /// it hears nothing of the call any more.
    async fn tell(&self, message: &str, reference: &CallRef, event: CallEvent) {
        if let Err(error) = self.calls.on_event(reference, event).await {
            warn!(message, %error, ?event, "nobody was told that the call does not ring");
        }
    }
}

/// Logs how a delivery ended that nobody else hears of. A panic concerns one message.
fn said(ended: Result<Result<(), StoreError>, JoinError>) {
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => warn!(%error, "nobody noted what became of a message"),
        Err(error) => error!(panicked = error.is_panic(), "the delivery of a message ended in the middle"),
    }
}

/// Schedules the next attempt: later each time, and never after the message's time.
fn retry(claimed: &ClaimedMessage, now: Timestamp) -> Settlement {
    let factor = 3_i32.saturating_pow(claimed.attempts.min(10));
    let at = now + FIRST_RETRY.saturating_mul(factor).min(LONGEST_RETRY);
    if at < claimed.not_after { Settlement::RetryAt(at) } else { Settlement::Failed }
}

#[cfg(test)]
mod tests;
