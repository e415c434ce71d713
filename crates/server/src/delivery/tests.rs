//! Delivery with a real store; time is moved.

mod budgets;
mod phone;
mod world;

use std::sync::atomic::Ordering;

use async_trait::async_trait;
use tokio::sync::{Notify, Semaphore, oneshot};

use super::*;
use crate::{config::LimitsConfig, messages::CodePurpose, ports::OsRng};
use world::*;

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

/// D19: behind 40 mails to a silent server, more than are on their way at a time in all channels, a call rings at once, and
/// a text comes.
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
        // Each to somebody else, or the budget of a destination would withhold most of them.
        world.queue(&format!("m{n:02}"), Some(&format!("ada{n}@example.net"))).await;
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
