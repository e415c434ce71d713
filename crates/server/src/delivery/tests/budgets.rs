//! Budgets, of which only what is sent spends.

use super::*;

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
            device: None,
        };
        let id = format!("m{index}");
        world.queue_payload(&id, Channel::Mail, outgoing.seal(&world.keys, &OsRng, &id), 10).await;
        assert!(delivery.deliver_next(Channel::Mail).await.expect("answers"));
    }
    assert_eq!(world.sent().len(), 2 + 3, "two for everybody, and the first of each network");
}
