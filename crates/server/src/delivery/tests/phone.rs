//! Text messages and calls.

use super::*;

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

/// Or a stranger would tell real accounts from made-up ones by the process that has the call.
#[tokio::test]
async fn a_call_to_nobody_goes_as_the_last_real_one_went_in_another_process() {
    let world = World::new().await;
    world.set_up(false);
    world.queue_call("a-real", Some("+14255550123")).await;
    assert!(world.failed_after(&["a-real"]).await[0].is_some());
    let other = world.delivery();
    world.queue_call("b-nobody", None).await;
    assert!(other.deliver_next(Channel::Call).await.expect("delivers"));
    let until = world.clock.now() + SignedDuration::from_secs(1);
    let due = world.store.claim_message(&[Channel::Call], world.clock.now(), until).await.expect("answers");
    assert!(due.is_none(), "it waits for its next try");
    world.clock.advance(6);
    let until = world.clock.now() + SignedDuration::from_secs(1);
    let due = world.store.claim_message(&[Channel::Call], world.clock.now(), until).await.expect("answers");
    assert_eq!(due.map(|message| (message.id, message.attempts)), Some(("b-nobody".to_owned(), 1)));
}
