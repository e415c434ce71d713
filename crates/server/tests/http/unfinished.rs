//! Changes of an account: one at a time, and each whole or not at all, wherever a server dies.

use std::{
    future::poll_fn,
    pin::pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::http::StatusCode;
use futures_util::future::join_all;
use jiff::Timestamp;
use regain_protocol::Answer;
use regain_server::{
    client::Client,
    flows::AnswerCommand,
    messages::Content,
    ports::{Claim, FlowRow},
};
use serde_json::{Value, json};

use crate::{
    change::OLD,
    people::{ADA, LINUS},
    ports::Silence,
    proofs::EVERYTHING,
    world::{GOOD, Got, Session, World},
};

const OTHER: &str = "another good passphrase";

fn set(password: &str) -> Value {
    json!({ "do": "set_password", "password": password })
}

/// Gives each session its answer, all at once.
async fn at_once(world: &Arc<World>, answers: &[(&Session, Value)]) -> Vec<Got> {
    let requests = answers.iter().map(|(session, answer)| {
        let (world, request) = (Arc::clone(world), session.request(answer));
        tokio::spawn(async move { world.send(request).await })
    });
    join_all(requests).await.into_iter().map(|got| got.expect("no panic")).collect()
}

impl World {
    /// The claims that have an intent.
    async fn intents(&self) -> Vec<Claim> {
        let later = self.now() + jiff::SignedDuration::from_hours(1);
        self.app.ports().store.unsettled_claims(later, later).await.expect("answers")
    }

    /// The number of confirmations that are queued, which are taken out.
    async fn confirmations(&self) -> usize {
        let mail = self.mail().await;
        mail.iter().filter(|mail| matches!(mail.content, Content::Confirmation { .. })).count()
    }

    /// Settles what was left behind, ten seconds later.
    async fn settled(&self) -> usize {
        self.advance(10);
        self.app.flows().settle_left_behind().await.expect("answers")
    }
}

#[track_caller]
fn count(events: &[String], event: &str) -> usize {
    events.iter().filter(|one| *one == event).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn d8_of_two_proven_flows_of_an_account_one_sets_its_password() {
    for elsewhere in [false, true] {
        for _ in 0..5 {
            let world = Arc::new(World::new().await);
            if elsewhere {
                world.directory.move_elsewhere();
            }
            let sessions = [world.proved(ADA).await, world.proved(ADA).await];
            let all = at_once(&world, &[(&sessions[0], set(GOOD)), (&sessions[1], set(OTHER))]).await;
            let done = [&all[0], &all[1]].map(|got| got.status == StatusCode::OK);
            assert_eq!(done.iter().filter(|done| **done).count(), 1, "{all:?}");
            for (got, password) in all.iter().zip([GOOD, OTHER]) {
                assert_eq!(world.signs_in(ADA, password).await, got.status == StatusCode::OK);
                if got.status != StatusCode::OK {
                    got.is_problem(410, "flow_ended");
                }
            }
            let events = [world.events(&sessions[0]).await, world.events(&sessions[1]).await].concat();
            assert_eq!(count(&events, "password_reset"), 1, "{events:?}");
            assert_eq!(world.confirmations().await, 2, "one for each address");
        }
    }
}

/// The claim is the account's, whatever the flows change.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn d8_unlocking_and_security_info_take_turns_with_passwords() {
    for elsewhere in [false, true] {
        let world = Arc::new(World::with(EVERYTHING).await);
        if elsewhere {
            world.directory.move_elsewhere();
        }
        let sessions = [world.proved(LINUS).await, world.proved(LINUS).await];
        let unlock = json!({ "do": "unlock" });
        let all = at_once(&world, &[(&sessions[0], unlock.clone()), (&sessions[1], unlock)]).await;
        assert_eq!(all.iter().filter(|got| got.status == StatusCode::OK).count(), 1, "{all:?}");
        let events = [world.events(&sessions[0]).await, world.events(&sessions[1]).await].concat();
        assert_eq!((count(&events, "account_unlocked"), count(&events, "account_not_locked")), (1, 0), "{events:?}");

        let mut registering = world.signed_in("register", ADA, OLD).await;
        registering.prove(&world, "email").await;
        assert_eq!(registering.step_name(), "security_info");
        let resetting = world.proved(ADA).await;
        let method = registering.step()["methods"][1]["id"].clone();
        let remove = json!({ "do": "remove", "method": method });
        let all = at_once(&world, &[(&registering, remove), (&resetting, set(GOOD))]).await;
        assert_eq!(all.iter().filter(|got| got.status == StatusCode::OK).count(), 1, "{all:?}");
    }
}

/// Polls a future so many times; `None` where it has not ended by then.
async fn polled<T>(times: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut left = times;
    poll_fn(|cx: &mut Context<'_>| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

async fn row(world: &World, session: &Session) -> FlowRow {
    world.app.ports().store.flow(&session.id.as_str().into()).await.expect("answers").expect("is there")
}

fn command(world: &World, session: &Session, password: &str) -> AnswerCommand {
    AnswerCommand {
        flow_id: session.id.as_str().into(),
        token: session.token.as_str().into(),
        step_id: session.step()["id"].as_str().expect("an id").into(),
        answer: Answer::SetPassword { password: password.into(), current: None },
        key: None,
        client: Client::default(),
        now: Timestamp::from_second(world.now().as_second()).expect("a time"),
    }
}

/// The work ends at each await of `set_password` in turn, as that of a server that dies there does. Afterwards the
/// password, the flow, the log and the notices tell one story, and the person can go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d7_a_death_at_any_await_of_set_password_leaves_all_or_nothing() {
    for elsewhere in [false, true] {
        let mut both = [false; 2];
        for times in 0.. {
            let world = World::new().await;
            if elsewhere {
                world.directory.move_elsewhere();
            }
            let mut session = world.proved(ADA).await;
            let other = world.proved(ADA).await;
            let row = row(&world, &session).await;
            let command = command(&world, &session, GOOD);
            let reply = Box::pin(polled(times, world.app.flows().answer(&command, row))).await;
            let reply = reply.map(|reply| reply.expect("answers"));
            let world = world.restarted("").await;
            world.settled().await;
            let is_set = world.signs_in(ADA, GOOD).await;
            session.flow = session.show(&world).await.body;
            let done = session.step_name() == "done";
            let audited = count(&world.events(&session).await, "password_reset");
            let others = other.show(&world).await.body["step"]["name"] == "ended";
            let notices = world.confirmations().await;
            let story = (done, audited, notices, others);
            let expected = if is_set { (true, 1, 2, true) } else { (false, 0, 0, false) };
            assert_eq!(story, expected, "elsewhere: {elsewhere}, after {times} polls, set: {is_set}");
            assert!(reply.is_none() || is_set, "what was said to be done is done");
            both[usize::from(is_set)] = true;
            if !is_set {
                let got = session.answer(&world, set(OTHER)).await;
                assert_eq!(session.step_name(), "done", "elsewhere: {elsewhere}, after {times} polls: {:?}", got.body);
                assert!(world.signs_in(ADA, OTHER).await);
                assert_eq!(world.confirmations().await, 2);
            }
            assert_eq!(world.intents().await, [], "no password is kept");
            if reply.is_some() {
                break;
            }
        }
        assert_eq!(both, [true; 2], "there were deaths before and after");
    }
}

/// Asks for a change, until the directory has it and does not answer.
async fn unanswered(world: &World, session: &Session, answer: &Value, silence: Silence) {
    world.directory.move_elsewhere();
    world.directory.fall_silent(Some(silence));
    let reached = async {
        loop {
            let is_done = match silence {
                Silence::Undone => true,
                Silence::Done if answer["do"] == "unlock" => world.signs_in(LINUS, "the old password of linus").await,
                Silence::Done => world.signs_in(ADA, GOOD).await,
            };
            if is_done && !world.intents().await.is_empty() {
                break;
            }
        }
    };
    tokio::select! {
        got = world.send(session.request(answer)) => panic!("nobody answers: {got:?}"),
        () = reached => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d7_a_directory_elsewhere_is_asked_how_a_change_ended() {
    for silence in [Silence::Done, Silence::Undone] {
        let world = World::new().await;
        let mut session = world.proved(ADA).await;
        let other = world.proved(ADA).await;
        unanswered(&world, &session, &set(GOOD), silence).await;
        let sealed = world.intents().await[0].intent.clone().expect("an intent");
        assert!(!sealed.contains(GOOD));
        let world = world.restarted("").await;
        assert_eq!(world.app.flows().settle_left_behind().await.expect("answers"), 0, "somebody may be at it");
        assert_eq!((world.settled().await, world.settled().await), (1, 0));
        session.flow = session.show(&world).await.body;
        let events = world.events(&session).await;
        let voided = other.show(&world).await.body["step"]["name"] == "ended";
        if silence == Silence::Done {
            assert_eq!((session.step_name(), count(&events, "password_reset"), voided), ("done", 1, true));
            assert_eq!(world.confirmations().await, 2);
        } else {
            assert_eq!((session.step_name(), count(&events, "not_applied"), voided), ("new_password", 1, false));
            assert_eq!(world.confirmations().await, 0);
            session.answer(&world, set(OTHER)).await;
            assert_eq!(session.step_name(), "done");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d7_an_unlocking_elsewhere_is_found_out_too() {
    for silence in [Silence::Done, Silence::Undone] {
        let world = World::with(EVERYTHING).await;
        let mut session = world.proved(LINUS).await;
        unanswered(&world, &session, &json!({ "do": "unlock" }), silence).await;
        let world = world.restarted(EVERYTHING).await;
        assert_eq!(world.settled().await, 1);
        session.flow = session.show(&world).await.body;
        let expected = if silence == Silence::Done { "done" } else { "choose_outcome" };
        assert_eq!(session.step_name(), expected);
    }
}

/// An adapter that lost its connection says so, at once: the change may have been made all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d7_a_change_whose_end_is_lost_is_asked_about_later() {
    for (user_id, answer) in [(ADA, set(GOOD)), (LINUS, json!({ "do": "unlock" }))] {
        let world = World::with(EVERYTHING).await;
        world.directory.move_elsewhere();
        world.directory.give_up(true);
        let mut session = world.proved(user_id).await;
        world.send(session.request(&answer)).await.is_problem(503, "unavailable");
        assert_eq!(world.intents().await.len(), 1);
        world.directory.give_up(false);
        assert_eq!(world.settled().await, 1);
        session.flow = session.show(&world).await.body;
        assert_eq!(session.step_name(), "done");
    }
}

/// While the directory is away nothing is decided, and nobody else changes the account; a while later the owner is told
/// rather than not, and the password is erased.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d7_what_nobody_can_say_is_told_to_the_owner_and_erased() {
    let world = World::new().await;
    let mut session = world.proved(ADA).await;
    unanswered(&world, &session, &set(GOOD), Silence::Done).await;
    let world = world.restarted("").await;
    world.directory.set_down(true);
    assert_eq!(world.settled().await, 0);
    assert_eq!(world.intents().await.len(), 1);
    world.advance(15 * 60);
    assert_eq!(world.settled().await, 1);
    assert_eq!(world.intents().await, []);
    session.flow = session.show(&world).await.body;
    assert_eq!(session.step_name(), "ended", "it does not claim to be done");
    assert_eq!(count(&world.events(&session).await, "outcome_unknown"), 1);
    assert_eq!(world.confirmations().await, 2);

    // A directory that checks no passwords cannot say.
    let world = World::new().await;
    let session = world.proved(ADA).await;
    unanswered(&world, &session, &set(GOOD), Silence::Done).await;
    let world = world.restarted("").await;
    world.directory.sign_nobody_in();
    assert_eq!(world.settled().await, 1);
    assert_eq!(count(&world.events(&session).await, "outcome_unknown"), 1);
}
