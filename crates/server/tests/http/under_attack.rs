//! A stranger who exhausts what can be exhausted, from many networks, while the owner resets.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::StatusCode;
use regain_protocol::Help;
use regain_server::{
    delivery::{Budgets, Delivery, Texts},
    mails::Mails,
    ports::{Channel, Message, Notifier, NotifyError},
};
use serde_json::{Value, json};

use crate::{
    change::OLD,
    people::{ADA, NOBODY},
    ports::NoNotifier,
    world::{GOOD, Got, Session, World, post},
};

const NETWORKS: u8 = 100;

/// The mails that were sent.
#[derive(Default)]
struct Mailbox(Mutex<Vec<Message>>);

#[async_trait]
impl Notifier for Mailbox {
    async fn send(&self, message: &Message) -> Result<(), NotifyError> {
        self.0.lock().expect("not poisoned").push(message.clone());
        Ok(())
    }
}

/// Somebody at an address.
struct At<'a> {
    world: &'a World,
    peer: String,
}

impl At<'_> {
    async fn begins(&self, kind: &str) -> Result<Session, Got> {
        let got = self.world.send_from(&self.peer, post("/v1/flows", None, &json!({ "kind": kind }))).await;
        if got.status == StatusCode::CREATED { Ok(Session::of(&got)) } else { Err(got) }
    }

    async fn says(&self, session: &mut Session, answer: &Value) -> Got {
        let got = self.world.send_from(&self.peer, session.request(answer)).await;
        session.follow(&got);
        got
    }

    /// A flow in which a code was asked for by mail.
    async fn asks(&self, user_id: &str) -> Session {
        let mut session = self.begins("reset").await.expect("begins");
        self.says(&mut session, &json!({ "do": "identify", "user_id": user_id })).await;
        let method = session.methods()[0].clone();
        let got = self.says(&mut session, &json!({ "do": "choose", "method": method })).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
        session
    }

    async fn guesses_codes(&self, session: &mut Session) {
        for _ in 0..5 {
            self.says(session, &json!({ "do": "verify", "code": "000000" })).await;
        }
    }

    /// The answer to a password.
    async fn signs_in(&self, user_id: &str, password: &str) -> Got {
        let mut session = self.begins("change").await.expect("begins");
        self.says(&mut session, &json!({ "do": "sign_in", "user_id": user_id, "password": password })).await
    }
}

fn at(world: &World, peer: impl Into<String>) -> At<'_> {
    At { world, peer: peer.into() }
}

/// Delivers what is queued.
async fn delivered(world: &World, mailbox: &Arc<Mailbox>) {
    let ports = world.app.ports();
    let delivery = Delivery {
        store: ports.store.clone(),
        notifier: mailbox.clone(),
        phone: Arc::new(NoNotifier),
        sessions: None,
        calls: Arc::new(world.app.flows().clone()),
        clock: ports.clock.clone(),
        keys: Arc::new(world.app.keys().clone()),
        mails: Mails::new("Contoso", Help::default(), "https://recover.example.com"),
        texts: Texts { organisation: "Contoso".into(), webotp_host: "recover.example.com".into() },
        budgets: Budgets::from(&world.app.config().limits),
        mail_connections: 1,
        wake: Arc::default(),
    };
    while delivery.deliver_next(Channel::Mail).await.expect("delivers") {}
}

/// The code in the newest mail.
fn code_in(mailbox: &Mailbox) -> String {
    let mails = mailbox.0.lock().expect("not poisoned");
    let text = mails.last().expect("a mail").text.expose();
    let is_code = |word: &&str| word.len() == 10 && word.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    text.split(|c: char| !c.is_alphanumeric()).find(is_code).expect("a long code").to_owned()
}

#[tokio::test]
async fn d3_a_stranger_exhausts_everything_from_a_hundred_networks_while_the_owner_resets() {
    let world = World::new().await;
    let mailbox = Arc::new(Mailbox::default());
    let (home, office) = (at(&world, "198.51.100.7:1"), at(&world, "198.51.100.8:1"));
    assert_eq!(office.signs_in(ADA, OLD).await.status, StatusCode::OK);
    // The owner has a short code, and is slow.
    let mut slow = home.asks(ADA).await;
    let early = world.code().await.expect("a code");

    // Flows with short codes, from before anything was guessed.
    let mut prepared = Vec::new();
    for network in 0..6 {
        prepared.push(at(&world, format!("203.{network}.113.1:1")).asks(ADA).await);
    }
    for session in &mut prepared {
        at(&world, "203.201.113.1:1").guesses_codes(session).await;
    }
    for network in 0..NETWORKS {
        let stranger = at(&world, format!("203.{network}.113.1:1"));
        stranger.guesses_codes(&mut stranger.asks(ADA).await).await;
        stranger.signs_in(ADA, "not the password").await;
    }
    // One of them names the owner until nobody listens any more.
    let loud = at(&world, "203.200.113.1:1");
    let mut refused = 0;
    for _ in 0..25 {
        let mut session = loud.begins("reset").await.expect("begins");
        let got = loud.says(&mut session, &json!({ "do": "identify", "user_id": ADA })).await;
        refused += usize::from(got.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 5, "a network may name an account 20 times");
    loud.signs_in(ADA, OLD).await.is_problem(429, "rate_limited");
    delivered(&world, &mailbox).await;

    // The short code is void, and a long one can be had at once.
    home.says(&mut slow, &json!({ "do": "verify", "code": early })).await.is_problem(422, "code_expired");
    assert_eq!(home.says(&mut slow, &json!({ "do": "resend" })).await.status, StatusCode::OK);
    assert_eq!(slow.step()["length"], 10);
    delivered(&world, &mailbox).await;
    // And the owner begins anew, from wherever that is.
    let hotel = at(&world, "198.51.100.9:1");
    let mut reset = hotel.asks(ADA).await;
    assert_eq!(reset.step()["length"], 10);
    delivered(&world, &mailbox).await;
    let code = code_in(&mailbox);
    let typed = format!(" {} {} ", &code[..5].to_lowercase(), &code[5..]);
    let got = hotel.says(&mut reset, &json!({ "do": "verify", "code": typed })).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    // From where somebody has signed in before, the password can be changed all the while.
    assert_eq!(office.signs_in(ADA, OLD).await.status, StatusCode::OK);
    hotel.says(&mut reset, &json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(reset.step_name(), "done");
    assert!(world.signs_in(ADA, GOOD).await, "and nobody has locked the account");
}

/// A stranger sees the same of nobody.
#[tokio::test]
async fn d3_codes_get_longer_for_nobody_too() {
    let mut seen = Vec::new();
    for user_id in [ADA, NOBODY] {
        let world = World::with("[methods]\nauthenticator = false\n").await;
        let stranger = at(&world, "203.0.113.1:1");
        let mut lengths = Vec::new();
        for _ in 0..6 {
            let mut session = stranger.asks(user_id).await;
            lengths.push(session.step()["length"].clone());
            stranger.guesses_codes(&mut session).await;
            lengths.push(json!(session.step_name()));
        }
        let mut wrong = Vec::new();
        for _ in 0..8 {
            wrong.push(stranger.signs_in(user_id, "not the password").await.status);
        }
        seen.push((lengths, wrong));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].0[..6], [json!(6), json!("ended"), json!(6), json!("ended"), json!(10), json!("ended")]);
}
