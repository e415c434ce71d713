//! Events of a real account that a stranger's open flow must not show.

use axum::http::StatusCode;
use regain_server::ports::{CallEvent, CallInstruction};
use serde_json::{Value, json};

use crate::{
    people::MARY,
    proofs::everything_and,
    seen::Seen,
    world::{GOOD, Session, World},
};

impl World {
    /// The owner resets by mail.
    async fn resets(&self, user_id: &str) {
        let mut session = self.identified(user_id).await;
        session.prove(self, "email").await;
        let got = session.answer(self, json!({ "do": "set_password", "password": GOOD })).await;
        assert_eq!(got.body["flow"]["step"]["name"], "done", "{got:?}");
    }
}

/// The answers of a stranger at a step of a kind.
fn answers(kind: &str, session: &Session) -> Vec<Value> {
    let again = match kind {
        "questions" => vec![session.answers(|_| "not the answer".into())],
        "email" | "sms" => vec![json!({ "do": "verify", "code": "000000" }), json!({ "do": "resend" })],
        _ => vec![json!({ "do": "verify", "code": "000000" })],
    };
    [again, vec![json!({ "do": "more_time" }), json!({ "do": "choose_another" })]].concat()
}

#[tokio::test]
async fn d2_a_strangers_flow_goes_on_as_nobodys_when_the_owner_resets() {
    for kind in ["email", "sms", "questions", "authenticator", "recovery_codes"] {
        let mut seen: Vec<Vec<Seen>> = Vec::new();
        for is_unknown in [false, true] {
            let world = World::with(&everything_and("[methods]\nrecovery_codes = true\n")).await;
            let user_id = if is_unknown { &has_kind(&world, kind).await } else { MARY };
            let mut stranger = world.chosen(user_id, kind).await;
            let former = world.code().await;
            let mut menu = world.identified(user_id).await;
            world.resets(MARY).await;
            world.mail().await;
            world.advance(40);
            let mut shown = vec![Seen::of(&stranger.show(&world).await), Seen::of(&menu.show(&world).await)];
            if let Some(code) = former {
                let got = stranger.verify(&world, &code).await;
                got.is_problem(422, "wrong_code");
                shown.push(Seen::of(&got));
            }
            for answer in answers(kind, &stranger) {
                shown.push(Seen::of(&stranger.answer(&world, answer).await));
            }
            shown.push(Seen::of(&menu.choose(&world, kind).await));
            shown.push(Seen::of(
                &world
                    .send(crate::world::bare(
                        axum::http::Method::DELETE,
                        &format!("/v1/flows/{}", stranger.id),
                        Some(&stranger.token),
                    ))
                    .await,
            ));
            assert!(world.mail().await.iter().all(|mail| mail.to.is_none()), "nothing is sent");
            seen.push(shown.into_iter().map(|seen| seen.of_kind(kind)).collect());
        }
        assert_eq!(seen[0], seen[1], "{kind}");
    }
}

/// A user ID of nobody that is offered a kind.
async fn has_kind(world: &World, kind: &str) -> String {
    for index in 0..100 {
        let user_id = format!("stranger{index}@example.com");
        if !world.identified(&user_id).await.of_kind(kind).is_empty() {
            return user_id;
        }
    }
    panic!("nobody is offered {kind}")
}

/// A person who has proved something is told as before.
#[tokio::test]
async fn d2_flows_with_a_proof_are_over_when_the_owner_resets() {
    let world = World::with(&everything_and("[gates]\nrequired = 2\n")).await;
    let mut proved = world.identified(MARY).await;
    proved.prove(&world, "email").await;
    let mut other = world.identified(MARY).await;
    other.prove(&world, "email").await;
    other.prove(&world, "authenticator").await;
    let got = other.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    assert_eq!(proved.look(&world).await, "ended");
    assert_eq!(proved.step()["reason"], "cancelled");
    let step = proved.step()["id"].clone();
    proved.look(&world).await;
    assert_eq!(proved.step()["id"], step, "whoever looks sees the same");
    let got = proved.answer(&world, json!({ "do": "choose_another" })).await;
    got.is_problem(410, "flow_ended");
}

#[tokio::test]
async fn d2_a_number_that_cannot_be_called_looks_like_one_that_nobody_answers() {
    let world = World::with(&everything_and("")).await;
    let (mut session, call) = world.called(MARY).await;
    assert_eq!(world.hears(&call, CallEvent::Withheld).await, CallInstruction::Over);
    for _ in 0..90 {
        assert_ne!(session.call_status(&world).await, "failed");
        world.advance(1);
    }
    assert_eq!(session.call_status(&world).await, "no_answer");
    assert_eq!(world.hears(&call, CallEvent::Key('#')).await, CallInstruction::Over);
}

#[tokio::test]
async fn d2_a_call_of_a_stranger_rings_on_when_the_owner_resets_and_proves_nothing() {
    let world = World::with(&everything_and("")).await;
    let (mut session, call) = world.called(MARY).await;
    world.hears(&call, CallEvent::Ringing).await;
    world.resets(MARY).await;
    assert_eq!(session.call_status(&world).await, "ringing");
    assert_eq!(world.hears(&call, CallEvent::Answered).await, CallInstruction::Listening);
    assert_eq!(session.call_status(&world).await, "answered");
    assert_eq!(world.hears(&call, CallEvent::Key('#')).await, CallInstruction::Over);
    assert_eq!(session.call_status(&world).await, "no_answer");
}
