//! The content of the outbox.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use jiff::Timestamp;
use regain_server::ports::{CallListener, Clock, Message, PhoneCall, TextMessage};

/// Maximum number of entries; the oldest goes first.
pub(super) const CAPACITY: usize = 200;

/// Keeps the last mails, texts and calls in memory; cheap to clone.
#[derive(Clone)]
pub struct Outbox {
    pub(super) clock: Arc<dyn Clock>,
    entries: Arc<Mutex<VecDeque<OutboxEntry>>>,
    pub(super) listener: Arc<OnceLock<Arc<dyn CallListener>>>,
}

/// One thing in the outbox.
#[derive(Debug, Clone)]
pub enum OutboxEntry {
    /// A mail.
    Mail(OutboxMail),
    /// A text message.
    Text(OutboxText),
    /// A call.
    Call(OutboxCall),
}

/// A mail in the outbox.
#[derive(Debug, Clone)]
pub struct OutboxMail {
    /// Time of sending.
    pub at: Timestamp,
    /// The mail.
    pub message: Message,
}

/// A text message in the outbox.
#[derive(Debug, Clone)]
pub struct OutboxText {
    /// Time of sending.
    pub at: Timestamp,
    /// The text message.
    pub message: TextMessage,
}

/// A call in the outbox.
#[derive(Debug, Clone)]
pub struct OutboxCall {
    /// Time of placing.
    pub at: Timestamp,
    /// The call.
    pub call: PhoneCall,
    /// Its state.
    pub status: CallStatus,
    /// The announcements so far.
    pub said: Vec<Said>,
    /// Counts what happened in it, so that a time that is up knows whether something did meanwhile.
    pub(super) turn: u32,
    /// Time of the last of it.
    pub(super) since: Timestamp,
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").finish_non_exhaustive()
    }
}

impl Outbox {
    /// An empty one.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, entries: Arc::default(), listener: Arc::default() }
    }

    /// Says who is to hear what becomes of its calls: the flows, which are put together later than the
    /// ports. Only the first one counts.
    pub fn report_to(&self, listener: Arc<dyn CallListener>) {
        let _ = self.listener.set(listener);
    }

    /// Everything in it, newest first.
    pub fn entries(&self) -> Vec<OutboxEntry> {
        self.lock().iter().cloned().collect()
    }

    /// Its mails, newest first.
    pub fn mails(&self) -> Vec<OutboxMail> {
        let only = |entry| if let OutboxEntry::Mail(mail) = entry { Some(mail) } else { None };
        self.entries().into_iter().filter_map(only).collect()
    }

    /// Its text messages, newest first.
    pub fn texts(&self) -> Vec<OutboxText> {
        let only = |entry| if let OutboxEntry::Text(text) = entry { Some(text) } else { None };
        self.entries().into_iter().filter_map(only).collect()
    }

    /// Its calls, newest first.
    pub fn calls(&self) -> Vec<OutboxCall> {
        let only = |entry| if let OutboxEntry::Call(call) = entry { Some(call) } else { None };
        self.entries().into_iter().filter_map(only).collect()
    }

    pub(super) fn add(&self, entry: OutboxEntry) {
        let mut entries = self.lock();
        entries.push_front(entry);
        entries.truncate(CAPACITY);
    }

    /// An entry is in it whole or not at all, so a panic elsewhere leaves nothing to worry about.
    pub(super) fn lock(&self) -> MutexGuard<'_, VecDeque<OutboxEntry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CallStatus {
    /// Its name for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::Answered => "answered",
            Self::NotAnswered => "not_answered",
            Self::Ended => "ended",
        }
    }
}

impl OutboxEntry {
    /// Names it among all of them.
    pub fn id(&self) -> &str {
        match self {
            Self::Mail(mail) => &mail.message.id,
            Self::Text(text) => &text.message.id,
            Self::Call(call) => &call.call.reference.call_id,
        }
    }
}

/// State of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallStatus {
    /// It rings.
    Ringing,
    /// Somebody is on the line.
    Answered,
    /// It rang, and nobody answered.
    NotAnswered,
    /// It was answered and is over.
    Ended,
}

/// An announcement in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// The caller's name and the key to press.
    Greeting,
    /// That it was another key, and what to press.
    WrongKey,
    /// That it was the right one.
    Thanks,
    /// That there is nothing to be done in this call.
    Goodbye,
}
