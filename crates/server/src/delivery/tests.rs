//! Delivery with a real store; time is moved.

use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use regain_protocol::{FlowKind, Help, Secret};
use tempfile::TempDir;
use tokio::sync::{Notify, Semaphore, oneshot};

use super::*;
use crate::{
    adapters::{Database, SqliteStore},
    config::LimitsConfig,
    messages::CodePurpose,
    ports::{CallInstruction, Change, Committed, EventNotTaken, FlowRow, NewMessage, OsRng},
};

/// A number that the provider refuses.
const UNREACHABLE: &str = "+15005550001";

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

/// Everything that was sent.
#[derive(Clone, Default)]
struct Outbox(Arc<Mutex<Sent>>);

#[derive(Default)]
struct Sent {
    mails: Vec<Message>,
    texts: Vec<TextMessage>,
    calls: Vec<PhoneCall>,
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, Sent> {
        self.0.lock().expect("not poisoned")
    }
}

/// A mail server that is down until it is up: then it is the outbox.
struct Switched {
    up: AtomicBool,
    refusal: fn(String) -> NotifyError,
    /// Number of requests to the phone.
    attempts: AtomicUsize,
    outbox: Outbox,
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
    fn phone(&self, to: &str) -> Result<(), NotifyError> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        if !self.up.load(Ordering::SeqCst) {
            return Err((self.refusal)("down".into()));
        }
        if to == UNREACHABLE { Err(NotifyError::Refused("no such number".into())) } else { Ok(()) }
    }
}

/// The calls that failed.
#[derive(Default)]
struct Calls {
    failed: Mutex<Vec<String>>,
    withheld: Mutex<Vec<String>>,
    busy: AtomicBool,
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

struct World {
    _folder: TempDir,
    store: Arc<SqliteStore>,
    clock: Arc<MovedClock>,
    outbox: Outbox,
    notifier: Arc<Switched>,
    calls: Arc<Calls>,
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
        let keys = Arc::new(Keys::derive(&Secret::new(vec![7; 32])));
        let store = Arc::new(SqliteStore::new(database, (*keys).clone()));
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
            provider_health: ProviderHealth::default(),
            budgets: Budgets::from(&LimitsConfig::default()),
            mail_connections: 4,
            wake: Arc::default(),
        });
        Self { _folder: folder, store, clock, outbox, notifier, calls, keys, delivery }
    }

    /// Another delivery of the same queue.
    fn delivery(&self) -> Delivery {
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
            provider_health: ProviderHealth::default(),
            budgets: Budgets::from(&LimitsConfig::default()),
            mail_connections: 4,
            wake: Arc::default(),
        }
    }

    /// Queues a code for an address, or for nobody, good for ten minutes.
    async fn queue(&self, id: &str, to: Option<&str>) {
        self.queue_content(id, to, Content::Code { code: "042137".into(), minutes: 10, purpose: CodePurpose::Prove })
            .await;
    }

    /// Queues a code for a number, or for nobody.
    async fn queue_text(&self, id: &str, to: Option<&str>) {
        self.queue_content(
            id,
            to,
            Content::TextCode { code: "042137".into(), minutes: 10, purpose: CodePurpose::Prove },
        )
        .await;
    }

    /// Queues a call to a number, or to nobody, that is given up after a minute.
    async fn queue_call(&self, id: &str, to: Option<&str>) {
        let reference = CallRef { flow_id: format!("flow-{id}").into(), call_id: id.into() };
        self.queue_content(id, to, Content::Call { reference }).await;
    }

    async fn queue_content(&self, id: &str, to: Option<&str>, content: Content) {
        let minutes = if matches!(content, Content::Call { .. }) { 1 } else { 10 };
        let (to, locale) = (to.map(str::to_owned), "en".to_owned());
        let outgoing = OutboundMessage { to, locale, user_id: "ada@example.com".into(), content, first_of: None };
        self.queue_payload(id, outgoing.content.channel(), outgoing.seal(&self.keys, &OsRng, id), minutes).await;
    }

    async fn queue_payload(&self, id: &str, channel: Channel, payload: String, minutes: i64) {
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
    async fn deliver_all(&self) -> usize {
        let mut attempts = 0;
        for channel in Channel::ALL {
            while self.delivery.deliver_next(channel).await.expect("the store answers") {
                attempts += 1;
            }
        }
        attempts
    }

    /// Lets two minutes pass, delivering whatever is due; when each of these calls failed, in seconds.
    async fn failed_after(&self, ids: &[&str]) -> Vec<Option<usize>> {
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

    fn failed(&self) -> Vec<String> {
        self.calls.failed.lock().expect("not poisoned").clone()
    }

    fn set_up(&self, up: bool) {
        self.notifier.up.store(up, Ordering::SeqCst);
    }

    fn sent(&self) -> Vec<Message> {
        self.outbox.lock().mails.iter().rev().cloned().collect()
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
    world.queue_payload("a-broken", Channel::Mail, "not ours".to_owned(), 10).await;
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
            self.outbox.lock().mails.push(message.clone());
            Ok(())
        }
    }
    let world = World::new().await;
    let slow = Arc::new(Slow { came: Notify::new(), may: Notify::new(), outbox: world.outbox.clone() });
    let wake = Arc::new(Wake::default());
    let delivery = Arc::new(Delivery { notifier: Arc::clone(&slow) as _, wake: Arc::clone(&wake), ..world.delivery() });
    // A former process died while it was sending this one.
    world.queue("dead", Some("ada@example.net")).await;
    let now = world.clock.now();
    world.store.claim_message(&Channel::ALL, now, now + LEASE).await.expect("answers").expect("is due");
    world.clock.advance(LEASE.as_secs());

    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(Arc::clone(&delivery).run(async {
        let _ = stopped.await;
    }));
    world.queue("m1", Some("ada@example.net")).await;
    wake.queued(Channel::Mail);
    slow.came.notified().await;
    stop.send(()).expect("it runs");
    assert!(!running.is_finished(), "it waits for what is on its way");
    slow.may.notify_one();
    running.await.expect("no panic");
    let sent: Vec<_> = world.sent().into_iter().map(|mail| mail.id).collect();
    assert_eq!(sent, ["m1"], "and what was being sent when the former one died is not sent again");
}

/// D19: behind 40 mails to a silent server a call rings at once, and a text comes.
#[tokio::test]
async fn d19_a_silent_mail_server_holds_up_no_call() {
    /// Takes every mail and never says so.
    struct Silent(Semaphore);
    #[async_trait]
    impl Notifier for Silent {
        async fn send(&self, _: &Message) -> Result<(), NotifyError> {
            self.0.add_permits(1);
            std::future::pending().await
        }
    }
    /// Says that a text or call has come.
    struct Rings(Notify);
    #[async_trait]
    impl Phone for Rings {
        async fn text(&self, _: &TextMessage) -> Result<(), NotifyError> {
            self.0.notify_one();
            Ok(())
        }
        async fn call(&self, _: &PhoneCall) -> Result<(), NotifyError> {
            self.0.notify_one();
            Ok(())
        }
    }
    let world = World::new().await;
    let (rings, wake) = (Arc::new(Rings(Notify::new())), Arc::new(Wake::default()));
    let silent = Arc::new(Silent(Semaphore::new(0)));
    let delivery = Arc::new(Delivery {
        notifier: Arc::clone(&silent) as _,
        phone: Arc::clone(&rings) as _,
        wake: Arc::clone(&wake),
        ..world.delivery()
    });
    for n in 0..40 {
        world.queue(&format!("m{n:02}"), Some("ada@example.net")).await;
    }
    let running = tokio::spawn(delivery.run(std::future::pending()));
    let _all_wait = silent.0.acquire_many(4).await.expect("is open");
    for n in 0..2 {
        world.queue_call(&format!("z-call-{n}"), Some("+14255550123")).await;
        wake.queued(Channel::Call);
        tokio::time::timeout(Duration::from_secs(30), rings.0.notified()).await.expect("it rings");
        world.queue_text(&format!("z-text-{n}"), Some("+14255550123")).await;
        wake.queued(Channel::Text);
        tokio::time::timeout(Duration::from_secs(30), rings.0.notified()).await.expect("it comes");
    }
    running.abort();
}

#[tokio::test]
async fn a_code_by_text_ends_with_the_line_for_browsers() {
    let world = World::new().await;
    world.queue_text("t1", Some("+14255550123")).await;
    world.queue_text("t2", None).await;
    assert_eq!(world.deliver_all().await, 2);
    let outbox = world.outbox.lock();
    let [text] = &outbox.texts[..] else { panic!("one text") };
    assert_eq!((text.id.as_str(), text.to.as_str()), ("t1", "+14255550123"));
    assert_eq!(text.text.expose().lines().last(), Some("@recover.example.com #042137"));
    assert!(outbox.mails.is_empty(), "and no mail");
}

#[tokio::test]
async fn a_text_is_tried_again_within_its_time_unless_the_number_is_refused() {
    let world = World::new().await;
    world.queue_text("t1", Some(UNREACHABLE)).await;
    world.deliver_all().await;
    world.set_up(false);
    world.queue_text("t2", Some("+14255550123")).await;
    world.deliver_all().await;
    world.set_up(true);
    world.clock.advance(5);
    assert_eq!(world.deliver_all().await, 1);
    assert_eq!(world.outbox.lock().texts.len(), 1);
    assert_eq!(world.notifier.attempts.load(Ordering::SeqCst), 3);
    assert!(world.failed().is_empty(), "no call is in it");
}

#[tokio::test]
async fn a_call_is_placed_once_and_nothing_is_said_of_it() {
    let world = World::new().await;
    world.queue_call("c1", Some("+14255550123")).await;
    world.queue_call("c2", None).await;
    assert_eq!(world.failed_after(&["c1", "c2"]).await, [None, None]);
    let outbox = world.outbox.lock();
    let [call] = &outbox.calls[..] else { panic!("one call") };
    assert_eq!((call.reference.call_id.as_str(), call.to.as_str()), ("c1", "+14255550123"));
    assert_eq!(call.locale, "en");
}

#[tokio::test]
async fn a_call_that_is_refused_or_comes_to_nothing_failed() {
    let world = World::new().await;
    world.queue_call("c1", Some(UNREACHABLE)).await;
    assert_eq!(world.failed_after(&["c1"]).await, [None], "which would tell that there is such a number");
    assert_eq!(*world.calls.withheld.lock().expect("not poisoned"), ["c1"], "it goes like a call to nobody");
    assert_eq!(world.notifier.attempts.load(Ordering::SeqCst), 1, "and is not tried again");

    let world = World::refusing_with(NotifyError::Unknown).await;
    world.set_up(false);
    world.queue_call("c1", Some("+14255550123")).await;
    assert_eq!(world.failed_after(&["c1"]).await, [Some(0)]);
    assert_eq!(world.notifier.attempts.load(Ordering::SeqCst), 1, "perhaps it rings: it must not ring twice");

    let world = World::new().await;
    world.set_up(false);
    world.queue_call("c1", Some("+14255550123")).await;
    let failed = world.failed_after(&["c1"]).await;
    assert!(matches!(failed[..], [Some(15..60)]), "after some patience and within its time: {failed:?}");
    assert_eq!(world.failed(), ["c1"], "and is said once");

    world.queue_call("c2", Some("+14255550123")).await;
    world.clock.advance(60);
    assert_eq!(world.failed_after(&["c2"]).await, [Some(0)], "it comes up too late");
}

#[tokio::test]
async fn a_failure_that_nobody_could_be_told_is_not_told_again() {
    let world = World::new().await;
    world.calls.busy.store(true, Ordering::SeqCst);
    world.queue_call("c1", Some(UNREACHABLE)).await;
    assert_eq!(world.deliver_all().await, 1);
    world.calls.busy.store(false, Ordering::SeqCst);
    assert_eq!(world.failed_after(&["c1"]).await, [None]);
}

#[tokio::test]
async fn a_call_to_nobody_goes_as_the_last_real_one_went() {
    for refusal in [NotifyError::Unavailable as fn(String) -> _, NotifyError::Unknown] {
        let world = World::refusing_with(refusal).await;
        world.set_up(false);
        world.queue_call("a-real", Some("+14255550123")).await;
        world.queue_call("b-nobody", None).await;
        let failed = world.failed_after(&["a-real", "b-nobody"]).await;
        assert!(failed[0].is_some() && failed[0] == failed[1], "at the same time: {failed:?}");

        world.queue_call("c-nobody", None).await;
        assert_eq!(world.failed_after(&["c-nobody"]).await[0], failed[0], "a minute later it still knows");

        world.set_up(true);
        world.queue_call("d-real", Some(UNREACHABLE)).await;
        world.queue_call("e-nobody", None).await;
        let failed = world.failed_after(&["d-real", "e-nobody"]).await;
        assert_eq!(failed, [None, None], "a refused number says nothing about the provider, and goes like nobody's");
    }
    let world = World::new().await;
    world.set_up(false);
    world.queue_call("a-real", Some("+14255550123")).await;
    world.failed_after(&["a-real"]).await;
    world.clock.advance(600);
    world.queue_call("b-nobody", None).await;
    assert_eq!(world.failed_after(&["b-nobody"]).await, [None], "it is not remembered for ever");
}

/// D6: what is sent to nobody spends no budget. D2, D13: what is over a budget is not sent, and nobody is told: a call goes
/// like one to nobody.
#[tokio::test]
async fn d6_budgets_are_spent_by_what_is_sent() {
    let world = World::new().await;
    let budgets = Budgets { phone_per_hour: 3, messages_per_hour: 4, ..Budgets::from(&LimitsConfig::default()) };
    let delivery = Delivery { budgets, ..world.delivery() };
    let deliver = async || {
        for channel in Channel::ALL {
            while delivery.deliver_next(channel).await.expect("answers") {}
        }
    };
    for n in 0..20 {
        world.queue_text(&format!("decoy-{n}"), None).await;
        world.queue_call(&format!("decoy-call-{n}"), None).await;
    }
    deliver().await;
    for n in 0..5 {
        world.queue_text(&format!("t{n}"), Some(&format!("+1425555{n}123"))).await;
    }
    deliver().await;
    assert_eq!(world.outbox.lock().texts.len(), 3, "made-up ones cost nothing, real ones are counted");
    world.queue("m0", Some("ada@example.net")).await;
    world.queue("m1", Some("ada@example.net")).await;
    deliver().await;
    assert_eq!(world.sent().len(), 1, "all together have a budget");
    world.queue_call("c0", Some("+14255550123")).await;
    deliver().await;
    assert!(world.outbox.lock().calls.is_empty());
    assert_eq!((world.failed().len(), world.calls.withheld.lock().expect("not poisoned").len()), (0, 1));
    world.clock.advance(3600);
    world.queue_call("c1", Some("+14255550123")).await;
    deliver().await;
    assert_eq!(world.outbox.lock().calls.len(), 1);
}

/// D2: a range of numbers has a budget, which no answer tells.
#[tokio::test]
async fn d2_a_range_of_numbers_over_its_budget_gets_nothing() {
    let world = World::new().await;
    let budgets = Budgets { phone_per_prefix: 2, ..Budgets::from(&LimitsConfig::default()) };
    let delivery = Delivery { budgets, ..world.delivery() };
    for (n, to) in ["+14255550101", "+14255550102", "+14255550103", "+14155550104"].into_iter().enumerate() {
        world.queue_text(&format!("t{n}"), Some(to)).await;
        assert!(delivery.deliver_next(Channel::Text).await.expect("answers"));
    }
    let sent: Vec<_> = world.outbox.lock().texts.iter().map(|text| text.to.clone()).collect();
    assert_eq!(sent, ["+14255550101", "+14255550102", "+14155550104"]);
}

/// D13: a destination gets so many messages in a day, whichever accounts and flows they are asked for in, and in whatever
/// case it is written.
#[tokio::test]
async fn d13_a_destination_has_a_daily_cap() {
    let world = World::new().await;
    let budgets = Budgets { per_destination_a_day: 5, ..Budgets::from(&LimitsConfig::default()) };
    let delivery = Delivery { budgets, ..world.delivery() };
    for n in 0..8 {
        let to = if n % 2 == 0 { "ada@example.net" } else { "Ada@Example.net" };
        world.queue(&format!("m{n}"), Some(to)).await;
        assert!(delivery.deliver_next(Channel::Mail).await.expect("answers"));
        world.clock.advance(3600);
    }
    assert_eq!(world.sent().len(), 5);
    world.queue("other", Some("grace@example.net")).await;
    assert!(delivery.deliver_next(Channel::Mail).await.expect("answers"));
    assert_eq!(world.sent().len(), 6);
    world.clock.advance(24 * 3600);
    world.queue("later", Some("ada@example.net")).await;
    assert!(delivery.deliver_next(Channel::Mail).await.expect("answers"));
    assert_eq!(world.sent().len(), 7);
}

/// D3: whoever else has used up what a destination gets, the first message that a network asks for goes out.
#[tokio::test]
async fn d3_the_first_message_that_a_network_asks_for_is_sent() {
    let world = World::new().await;
    let budgets = Budgets { per_destination: 2, per_destination_a_day: 2, ..Budgets::from(&LimitsConfig::default()) };
    let delivery = Delivery { budgets, ..world.delivery() };
    for index in 0..12 {
        let content = Content::Code { code: "042137".into(), minutes: 10, purpose: CodePurpose::Prove };
        let outgoing = OutboundMessage {
            to: Some("ada@example.net".into()),
            locale: "en".into(),
            user_id: "ada@example.com".into(),
            content,
            first_of: Some(format!("network {}", index / 4)),
        };
        let id = format!("m{index}");
        world.queue_payload(&id, Channel::Mail, outgoing.seal(&world.keys, &OsRng, &id), 10).await;
        assert!(delivery.deliver_next(Channel::Mail).await.expect("answers"));
    }
    assert_eq!(world.sent().len(), 2 + 3, "two for everybody, and the first of each network");
}
