//! Delivery with a real store and a real outbox; time is moved.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use regain_protocol::{FlowKind, Help, Secret};
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::*;
use crate::{
    adapters::{Database, Outbox, SqliteStore},
    outgoing::Content,
    ports::{CallEvent, CallRef, Change, Committed, FlowRow, Heard, NewMessage, OsRng, Unheard},
};

struct MovedClock(Mutex<Timestamp>);

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("not poisoned")
    }
}

impl MovedClock {
    fn advance(&self, seconds: i64) {
        *self.0.lock().expect("not poisoned") += SignedDuration::from_secs(seconds);
    }
}

/// A mail server that is down until it is up: then it is the outbox.
struct Switched {
    up: AtomicBool,
    refusal: fn(String) -> NotifyError,
    outbox: Outbox,
}

#[async_trait]
impl Notifier for Switched {
    async fn send(&self, message: &Message) -> Result<(), NotifyError> {
        if self.up.load(Ordering::SeqCst) {
            self.outbox.send(message).await
        } else {
            Err((self.refusal)("down".into()))
        }
    }
}

/// Nobody calls in these tests.
struct NoCalls;

#[async_trait]
impl CallListener for NoCalls {
    async fn heard(&self, _: &CallRef, _: CallEvent) -> Result<Heard, Unheard> {
        Ok(Heard::Over)
    }
}

struct World {
    _folder: TempDir,
    store: Arc<SqliteStore>,
    clock: Arc<MovedClock>,
    outbox: Outbox,
    notifier: Arc<Switched>,
    keys: Arc<Keys>,
    delivery: Arc<Delivery>,
}

impl World {
    async fn new() -> Self {
        Self::refusing_with(NotifyError::Unavailable).await
    }

    async fn refusing_with(refusal: fn(String) -> NotifyError) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        let store = Arc::new(SqliteStore::new(database));
        let clock = Arc::new(MovedClock(Mutex::new("2026-11-23T14:00:00Z".parse().expect("a valid time"))));
        let outbox = Outbox::new(Arc::clone(&clock) as _);
        let notifier = Arc::new(Switched { up: AtomicBool::new(true), refusal, outbox: outbox.clone() });
        let keys = Arc::new(Keys::derive(&Secret::new(vec![7; 32])));
        let delivery = Arc::new(Delivery {
            store: Arc::clone(&store) as _,
            phone: Arc::new(Outbox::new(Arc::new(crate::ports::SystemClock))),
            calls: Arc::new(NoCalls),
            notifier: Arc::clone(&notifier) as _,
            clock: Arc::clone(&clock) as _,
            keys: Arc::clone(&keys),
            mails: Mails::new("Northwind", Help::default(), "https://recover.example.com"),
            wake: Arc::default(),
        });
        Self { _folder: folder, store, clock, outbox, notifier, keys, delivery }
    }

    /// Queues a code for an address, or for nobody, good for ten minutes.
    async fn queue(&self, id: &str, to: Option<&str>) {
        let outgoing = Outgoing {
            to: to.map(str::to_owned),
            locale: "en".into(),
            user_id: "ada@example.com".into(),
            content: Content::Code { code: "042137".into(), minutes: 10 },
        };
        self.queue_payload(id, outgoing.seal(&self.keys, &OsRng, id)).await;
    }

    async fn queue_payload(&self, id: &str, payload: String) {
        let now = self.clock.now();
        let change = Change {
            flow: FlowRow {
                id: format!("flow-{id}"),
                kind: FlowKind::Reset,
                version: 0,
                token_hash: String::new(),
                account_key: None,
                expires_at: now + SignedDuration::from_mins(15),
                state: String::new(),
            },
            charges: Vec::new(),
            messages: vec![NewMessage {
                id: id.to_owned(),
                flow_id: format!("flow-{id}"),
                payload,
                not_after: now + SignedDuration::from_mins(10),
                voidable: true,
            }],
            replay: None,
            audit: Vec::new(),
            void_others: None,
            now,
        };
        assert_eq!(self.store.commit(&change).await.expect("answers"), Committed::Done);
    }

    /// Delivers everything that is due now; how many attempts that took.
    async fn deliver_all(&self) -> usize {
        let mut attempts = 0;
        while self.delivery.deliver_next().await.expect("the store answers") {
            attempts += 1;
        }
        attempts
    }

    fn sent(&self) -> Vec<Message> {
        self.outbox.mails().into_iter().map(|mail| mail.message).collect()
    }
}

#[tokio::test]
async fn a_queued_code_is_written_and_sent_once() {
    let world = World::new().await;
    world.queue("m1", Some("ada@example.net")).await;
    assert_eq!(world.deliver_all().await, 1);
    let [mail] = &world.sent()[..] else { panic!("one mail, not {:?}", world.sent()) };
    assert_eq!((mail.id.as_str(), mail.to.as_str()), ("m1", "ada@example.net"));
    assert!(mail.text.expose().contains("042137") && mail.html.expose().contains("042137"));
    world.clock.advance(3600);
    assert_eq!(world.deliver_all().await, 0);
}

#[tokio::test]
async fn nobody_gets_what_has_no_recipient() {
    let world = World::new().await;
    world.queue("m1", None).await;
    assert_eq!(world.deliver_all().await, 1, "it is claimed and settled like any other");
    assert!(world.sent().is_empty());
    world.clock.advance(3600);
    assert_eq!(world.deliver_all().await, 0);
}

#[tokio::test]
async fn a_server_that_is_down_is_tried_again_later_and_later() {
    let world = World::new().await;
    world.notifier.up.store(false, Ordering::SeqCst);
    world.queue("m1", Some("ada@example.net")).await;
    for wait in [5, 15, 45, 120, 120] {
        assert_eq!(world.deliver_all().await, 1);
        world.clock.advance(wait - 1);
        assert_eq!(world.deliver_all().await, 0, "not before {wait} s");
        world.clock.advance(1);
    }
    world.notifier.up.store(true, Ordering::SeqCst);
    assert_eq!(world.deliver_all().await, 1);
    assert_eq!(world.sent().len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_after_its_time() {
    let world = World::new().await;
    world.notifier.up.store(false, Ordering::SeqCst);
    world.queue("m1", Some("ada@example.net")).await;
    let mut attempts = 0;
    for _ in 0..100 {
        attempts += world.deliver_all().await;
        world.clock.advance(10);
    }
    assert!((5..=9).contains(&attempts), "{attempts} attempts in ten minutes, then no more");
    world.notifier.up.store(true, Ordering::SeqCst);
    world.queue("m2", Some("ada@example.net")).await;
    world.clock.advance(600);
    assert_eq!(world.deliver_all().await, 1);
    assert!(world.sent().is_empty(), "m2 was queued in time and came up too late");
}

#[tokio::test]
async fn what_is_refused_or_perhaps_sent_is_not_tried_again() {
    for refusal in [NotifyError::Refused as fn(String) -> _, NotifyError::Unknown] {
        let world = World::refusing_with(refusal).await;
        world.notifier.up.store(false, Ordering::SeqCst);
        world.queue("m1", Some("ada@example.net")).await;
        assert_eq!(world.deliver_all().await, 1);
        world.notifier.up.store(true, Ordering::SeqCst);
        world.clock.advance(300);
        assert_eq!(world.deliver_all().await, 0);
        assert!(world.sent().is_empty());
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_opened_does_not_hold_up_the_others() {
    let world = World::new().await;
    world.queue_payload("a-broken", "not ours".to_owned()).await;
    world.queue("b-good", Some("ada@example.net")).await;
    assert_eq!(world.deliver_all().await, 2);
    assert_eq!(world.sent().len(), 1);
}

#[tokio::test]
async fn it_runs_until_it_is_told_to_stop_and_brings_to_an_end_what_it_began() {
    /// Says when a mail has come, and does not take it before it may.
    struct Slow {
        came: Notify,
        may: Notify,
        outbox: Outbox,
    }
    #[async_trait]
    impl Notifier for Slow {
        async fn send(&self, message: &Message) -> Result<(), NotifyError> {
            self.came.notify_one();
            self.may.notified().await;
            self.outbox.send(message).await
        }
    }
    let world = World::new().await;
    let slow = Arc::new(Slow { came: Notify::new(), may: Notify::new(), outbox: world.outbox.clone() });
    let wake = Arc::new(Notify::new());
    let delivery = Arc::new(Delivery {
        store: Arc::clone(&world.store) as _,
        phone: Arc::new(Outbox::new(Arc::new(crate::ports::SystemClock))),
        calls: Arc::new(NoCalls),
        notifier: Arc::clone(&slow) as _,
        clock: Arc::clone(&world.clock) as _,
        keys: Arc::clone(&world.keys),
        mails: world.delivery.mails.clone(),
        wake: Arc::clone(&wake),
    });
    // A former process died while it was sending this one.
    world.queue("dead", Some("ada@example.net")).await;
    world.store.claim_message(world.clock.now()).await.expect("answers").expect("is due");

    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(Arc::clone(&delivery).run(async {
        let _ = stopped.await;
    }));
    world.queue("m1", Some("ada@example.net")).await;
    wake.notify_one();
    slow.came.notified().await;
    stop.send(()).expect("it runs");
    assert!(!running.is_finished(), "it waits for what is on its way");
    slow.may.notify_one();
    running.await.expect("no panic");
    let sent: Vec<_> = world.sent().into_iter().map(|mail| mail.id).collect();
    assert_eq!(sent, ["m1"], "and what was being sent when the former one died is not sent again");
}
