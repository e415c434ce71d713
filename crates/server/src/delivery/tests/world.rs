//! A delivery over a real store, with a mail server and a phone that can be switched.

use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use regain_protocol::{FlowKind, Help, Secret};
use tempfile::TempDir;

use super::super::*;
use crate::{
    adapters::{Database, SqlStore},
    config::LimitsConfig,
    messages::CodePurpose,
    ports::{CallInstruction, Change, Committed, EventNotTaken, FlowRow, NewMessage, OsRng},
};

/// A number that the provider refuses.
pub(super) const UNREACHABLE: &str = "+15005550001";

pub(super) struct MovedClock(pub(super) Mutex<Timestamp>);

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("not poisoned")
    }
}

impl MovedClock {
    pub(super) fn advance(&self, seconds: i64) {
        *self.0.lock().expect("not poisoned") += SignedDuration::from_secs(seconds);
    }
}

/// Everything that was sent.
#[derive(Clone, Default)]
pub(super) struct Outbox(pub(super) Arc<Mutex<Sent>>);

#[derive(Default)]
pub(super) struct Sent {
    pub(super) mails: Vec<Message>,
    pub(super) texts: Vec<TextMessage>,
    pub(super) calls: Vec<PhoneCall>,
}

impl Outbox {
    pub(super) fn lock(&self) -> MutexGuard<'_, Sent> {
        self.0.lock().expect("not poisoned")
    }
}

/// A mail server that is down until it is up: then it is the outbox.
pub(super) struct Switched {
    pub(super) up: AtomicBool,
    pub(super) refusal: fn(String) -> NotifyError,
    /// Number of requests to the phone.
    pub(super) attempts: AtomicUsize,
    pub(super) outbox: Outbox,
}

#[async_trait]
impl Notifier for Switched {
    async fn send(&self, message: &Message) -> Result<(), NotifyError> {
        if self.up.load(Ordering::SeqCst) {
            self.outbox.lock().mails.push(message.clone());
            Ok(())
        } else {
            Err((self.refusal)("down".into()))
        }
    }
}

/// A provider that is down until it is up, and refuses one number: then it is the outbox.
#[async_trait]
impl Phone for Switched {
    async fn text(&self, message: &TextMessage) -> Result<(), NotifyError> {
        self.phone(&message.to)?;
        self.outbox.lock().texts.push(message.clone());
        Ok(())
    }

    async fn call(&self, call: &PhoneCall) -> Result<(), NotifyError> {
        self.phone(&call.to)?;
        self.outbox.lock().calls.push(call.clone());
        Ok(())
    }
}

impl Switched {
    pub(super) fn phone(&self, to: &str) -> Result<(), NotifyError> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        if !self.up.load(Ordering::SeqCst) {
            return Err((self.refusal)("down".into()));
        }
        if to == UNREACHABLE { Err(NotifyError::Refused("no such number".into())) } else { Ok(()) }
    }
}

/// The calls that failed.
#[derive(Default)]
pub(super) struct Calls {
    pub(super) failed: Mutex<Vec<String>>,
    pub(super) withheld: Mutex<Vec<String>>,
    pub(super) busy: AtomicBool,
}

#[async_trait]
impl CallListener for Calls {
    async fn on_event(&self, call: &CallRef, event: CallEvent) -> Result<CallInstruction, EventNotTaken> {
        let events = match event {
            CallEvent::Failed => &self.failed,
            CallEvent::Withheld => &self.withheld,
            _ => panic!("{event:?}"),
        };
        if self.busy.load(Ordering::SeqCst) {
            return Err(EventNotTaken);
        }
        events.lock().expect("not poisoned").push(call.call_id.clone());
        Ok(CallInstruction::Over)
    }
}

pub(super) struct World {
    pub(super) _folder: TempDir,
    pub(super) store: Arc<SqlStore>,
    pub(super) clock: Arc<MovedClock>,
    pub(super) outbox: Outbox,
    pub(super) notifier: Arc<Switched>,
    pub(super) calls: Arc<Calls>,
    pub(super) keys: Arc<Keys>,
    pub(super) delivery: Arc<Delivery>,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::refusing_with(NotifyError::Unavailable).await
    }

    pub(super) async fn refusing_with(refusal: fn(String) -> NotifyError) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        let keys = Arc::new(Keys::derive(&Secret::new(vec![7; 32])));
        let store = Arc::new(SqlStore::new(database, (*keys).clone()));
        let clock = Arc::new(MovedClock(Mutex::new("2026-11-23T14:00:00Z".parse().expect("a valid time"))));
        let outbox = Outbox::default();
        let up = AtomicBool::new(true);
        let notifier = Arc::new(Switched { up, refusal, attempts: AtomicUsize::new(0), outbox: outbox.clone() });
        let calls = Arc::new(Calls::default());
        let delivery = Arc::new(Delivery {
            store: Arc::clone(&store) as _,
            phone: Arc::clone(&notifier) as _,
            sessions: None,
            calls: Arc::clone(&calls) as _,
            notifier: Arc::clone(&notifier) as _,
            clock: Arc::clone(&clock) as _,
            keys: Arc::clone(&keys),
            mails: Mails::new("Northwind", Help::default(), "https://recover.example.com"),
            texts: Texts { organisation: "Northwind".into(), webotp_host: "recover.example.com".into() },
            budgets: Budgets::from(&LimitsConfig::default()),
            mail_connections: 4,
            wake: Arc::default(),
        });
        Self { _folder: folder, store, clock, outbox, notifier, calls, keys, delivery }
    }

    /// Another delivery of the same queue.
    pub(super) fn delivery(&self) -> Delivery {
        Delivery {
            store: Arc::clone(&self.store) as _,
            phone: Arc::clone(&self.notifier) as _,
            sessions: None,
            calls: Arc::clone(&self.calls) as _,
            notifier: Arc::clone(&self.notifier) as _,
            clock: Arc::clone(&self.clock) as _,
            keys: Arc::clone(&self.keys),
            mails: self.delivery.mails.clone(),
            texts: self.delivery.texts.clone(),
            budgets: Budgets::from(&LimitsConfig::default()),
            mail_connections: 4,
            wake: Arc::default(),
        }
    }

    /// Queues a code for an address, or for nobody, good for ten minutes.
    pub(super) async fn queue(&self, id: &str, to: Option<&str>) {
        self.queue_content(id, to, Content::Code { code: "042137".into(), minutes: 10, purpose: CodePurpose::Prove })
            .await;
    }

    /// Queues a code for a number, or for nobody.
    pub(super) async fn queue_text(&self, id: &str, to: Option<&str>) {
        self.queue_content(
            id,
            to,
            Content::TextCode { code: "042137".into(), minutes: 10, purpose: CodePurpose::Prove },
        )
        .await;
    }

    /// Queues a call to a number, or to nobody, that is given up after a minute.
    pub(super) async fn queue_call(&self, id: &str, to: Option<&str>) {
        let reference = CallRef { flow_id: format!("flow-{id}").into(), call_id: id.into() };
        self.queue_content(id, to, Content::Call { reference }).await;
    }

    pub(super) async fn queue_content(&self, id: &str, to: Option<&str>, content: Content) {
        let minutes = if matches!(content, Content::Call { .. }) { 1 } else { 10 };
        let (to, locale) = (to.map(str::to_owned), "en".to_owned());
        let outgoing =
            OutboundMessage { to, locale, user_id: "ada@example.com".into(), content, first_of: None, device: None };
        self.queue_payload(id, outgoing.content.channel(), outgoing.seal(&self.keys, &OsRng, id), minutes).await;
    }

    pub(super) async fn queue_payload(&self, id: &str, channel: Channel, payload: String, minutes: i64) {
        let now = self.clock.now();
        let change = Change {
            flow: FlowRow {
                id: format!("flow-{id}").into(),
                kind: FlowKind::Reset,
                version: 0,
                token_hash: String::new(),
                account_key: None,
                expires_at: now + SignedDuration::from_mins(15),
                state: String::new(),
                voided: false,
            },
            charges: Vec::new(),
            messages: vec![NewMessage {
                id: id.to_owned(),
                flow_id: format!("flow-{id}").into(),
                payload,
                channel,
                not_after: now + SignedDuration::from_mins(minutes),
                voidable: true,
            }],
            replay: None,
            audit: Vec::new(),
            void_others: None,
            claim: None,
            now,
        };
        assert_eq!(self.store.commit(&change).await.expect("answers"), Committed::Done);
    }

    /// Delivers everything that is due now; how many attempts that took.
    pub(super) async fn deliver_all(&self) -> usize {
        let mut attempts = 0;
        for channel in Channel::ALL {
            while self.delivery.deliver_next(channel).await.expect("the store answers") {
                attempts += 1;
            }
        }
        attempts
    }

    /// Lets two minutes pass, delivering whatever is due; when each of these calls failed, in seconds.
    pub(super) async fn failed_after(&self, ids: &[&str]) -> Vec<Option<usize>> {
        let mut after = vec![None; ids.len()];
        for second in 0..120 {
            self.deliver_all().await;
            let failed = self.failed();
            for (after, id) in after.iter_mut().zip(ids) {
                if after.is_none() && failed.iter().any(|failed| failed == id) {
                    *after = Some(second);
                }
            }
            self.clock.advance(1);
        }
        after
    }

    pub(super) fn failed(&self) -> Vec<String> {
        self.calls.failed.lock().expect("not poisoned").clone()
    }

    pub(super) fn set_up(&self, up: bool) {
        self.notifier.up.store(up, Ordering::SeqCst);
    }

    pub(super) fn sent(&self) -> Vec<Message> {
        self.outbox.lock().mails.iter().rev().cloned().collect()
    }
}
