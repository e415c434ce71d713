//! The owner of an account hears of what was done to it.

use regain_protocol::Outcome;
use regain_server::messages::{Content, Notice, OutboundMessage};
use serde_json::json;

use crate::{
    people::{DORA, LINUS, MARY},
    proofs::EVERYTHING,
    world::{GOOD, Session, World},
};

/// A flow of a kind and a language in which it was proved who one is, by phone.
async fn proved(world: &World, kind: &str, locale: &str, user_id: &str) -> Session {
    let mut session = world.begin_as(&json!({ "kind": kind, "locale": locale })).await;
    session.answer(world, json!({ "do": "identify", "user_id": user_id })).await;
    session.prove(world, "sms").await;
    session
}

/// The confirmations that are queued: whom they go to, in which language, and what was done.
async fn confirmations(world: &World) -> Vec<(String, String, Outcome)> {
    let read = |OutboundMessage { to, locale, content, .. }: OutboundMessage| match content {
        Content::Confirmation { outcome, client, .. } => {
            assert_eq!(client.as_deref(), Some("192.0.2.1"), "from where, roughly");
            (to.expect("an address"), locale, outcome)
        }
        other => panic!("not a confirmation: {other:?}"),
    };
    let mut all: Vec<_> = world.mail().await.into_iter().map(read).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

fn to_both(name: &str, locale: &str, outcome: Outcome) -> Vec<(String, String, Outcome)> {
    [format!("{name}@example.net"), format!("{name}@example.org")].map(|to| (to, locale.to_owned(), outcome)).to_vec()
}

#[tokio::test]
async fn every_address_hears_of_a_reset_in_the_language_of_the_flow() {
    for (asked, locale) in [("en", "en"), ("de-CH", "de"), ("fr", "en")] {
        let world = World::with(EVERYTHING).await;
        let mut session = proved(&world, "reset", asked, MARY).await;
        session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
        assert_eq!(session.step()["notified"], true);
        assert_eq!(confirmations(&world).await, to_both("mary", locale, Outcome::Reset));
    }
}

#[tokio::test]
async fn every_address_hears_of_an_unlock() {
    let world = World::with(EVERYTHING).await;
    let mut session = proved(&world, "unlock", "de", LINUS).await;
    session.answer(&world, json!({ "do": "unlock" })).await;
    assert_eq!(session.step()["notified"], true);
    assert_eq!(confirmations(&world).await, to_both("linus", "de", Outcome::Unlocked));
}

#[tokio::test]
async fn the_code_is_in_the_language_of_the_flow_too() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.begin_as(&json!({ "kind": "reset", "locale": "de" })).await;
    session.answer(&world, json!({ "do": "identify", "user_id": MARY })).await;
    for kind in ["email", "sms", "call"] {
        session.choose(&world, kind).await;
        assert_eq!(world.mail().await[0].locale, "de", "{kind}");
        session.answer(&world, json!({ "do": "choose_another" })).await;
    }
}

#[tokio::test]
async fn nothing_that_did_not_happen_is_confirmed() {
    let world = World::with(EVERYTHING).await;
    let mut session = proved(&world, "unlock", "en", LINUS).await;
    world.directory.set_down(true);
    session.answer(&world, json!({ "do": "unlock" })).await.is_problem(503, "unavailable");
    session.answer(&world, json!({ "do": "reset" })).await;
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await.is_problem(503, "unavailable");
    session.answer(&world, json!({ "do": "set_password", "password": "short" })).await;
    world.directory.set_down(false);
    assert!(world.mail().await.is_empty());
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(confirmations(&world).await, to_both("linus", "en", Outcome::Reset));
}

/// D11: who has no mail address hears by text, in the language of the flow.
#[tokio::test]
async fn d11_whoever_has_no_address_hears_by_text() {
    let world = World::with(EVERYTHING).await;
    let mut session = proved(&world, "reset", "de", DORA).await;
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!((&session.step()["outcome"], &session.step()["notified"]), (&json!("first_password"), &json!(true)));
    let sent = world.mail().await;
    let [OutboundMessage { to, locale, content: Content::TextNotice { notice }, .. }] = &sent[..] else {
        panic!("one text: {sent:?}")
    };
    assert_eq!((to.as_deref(), &**locale, *notice), (Some("+15025550100"), "de", Notice::Reset));
}

/// Sessions end after a reset and after nothing else.
#[tokio::test]
async fn a_reset_ends_the_accounts_sessions_and_an_unlock_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("key");
    std::fs::write(&key, "a key of thirty-two characters or more").expect("writes");
    let hook = format!("[directory]\nsessions_hook = \"https://example.com/end\"\nsessions_key_file = {key:?}\n");
    let world = World::with(&format!("{EVERYTHING}{hook}")).await;
    let ended = async || {
        let of = |outgoing: OutboundMessage| match outgoing.content {
            Content::SessionsEnded { .. } => Some(outgoing.user_id),
            _ => None,
        };
        world.mail().await.into_iter().filter_map(of).collect::<Vec<_>>()
    };
    let mut session = proved(&world, "unlock", "en", LINUS).await;
    session.answer(&world, json!({ "do": "unlock" })).await;
    assert_eq!(ended().await, [""; 0]);
    let mut session = proved(&world, "reset", "en", MARY).await;
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(ended().await, [MARY]);
}
