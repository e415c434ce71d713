//! Saved recovery codes: each proves once who one is.

use std::{collections::BTreeSet, sync::Arc};

use axum::http::StatusCode;
use futures_util::future::join_all;
use regain_server::messages::{Content, InfoChange};
use serde_json::{Value, json};

use crate::{
    people::{ADA, ANNA, DISABLED, MARY, NINA, NOBODY, RUTH, SAVED, UNREACHABLE},
    proofs::everything_and,
    world::{Session, World},
};

const KIND: &str = "recovery_codes";

fn config() -> String {
    everything_and("[methods]\nrecovery_codes = true\n")
}

fn two_of_everybody() -> String {
    everything_and("[methods]\nrecovery_codes = true\n[gates]\nrequired = 2\n")
}

impl Session {
    /// Has new codes made.
    async fn make_codes(&mut self, world: &World) -> Vec<String> {
        let got = self.answer(world, json!({ "do": "add", "kind": KIND })).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
        let codes = self.step()["new_codes"].as_array().expect("they are shown");
        codes.iter().map(|code| code.as_str().expect("a text").to_owned()).collect()
    }

    fn saved(&self) -> Option<Value> {
        let methods = self.step()["methods"].as_array().expect("a list");
        methods.iter().find(|method| method["kind"] == KIND).cloned()
    }
}

/// Tells if this code proves who somebody is.
async fn proves(world: &World, user_id: &str, code: &str) -> bool {
    let mut session = world.chosen(user_id, KIND).await;
    let got = session.verify(world, code).await;
    if got.status == StatusCode::OK {
        assert_eq!(session.step_name(), "new_password", "{user_id}");
        return true;
    }
    got.is_problem(422, "wrong_code");
    false
}

#[tokio::test]
async fn a_saved_code_is_a_proof_once() {
    let world = World::with(&config()).await;
    let mut session = world.chosen(RUTH, KIND).await;
    let step = session.step();
    assert_eq!((&step["name"], &step["length"]), (&json!("enter_code"), &json!(15)));
    assert_eq!((&step["method"]["masked"], &step["method"]["role"]), (&json!(null), &json!(null)));
    assert_eq!((&step["resends_left"], &step["tries_left"]), (&json!(0), &json!(5)));
    assert_eq!(step["expires_at"], session.flow["expires_at"], "it is good for as long as the flow lasts");
    assert!(world.mail().await.is_empty(), "nothing is sent");
    session.answer(&world, json!({ "do": "resend" })).await.is_problem(422, "invalid");
    session.verify(&world, " 7k3qx 9mbwd\u{2013}2hz4t ").await;
    assert_eq!(session.step_name(), "new_password");

    assert!(!proves(&world, RUTH, SAVED[0]).await, "used by another flow");
    assert!(proves(&world, RUTH, SAVED[1]).await, "the others are as good as before");
    world.advance(86_400);
    assert!(!proves(&world, RUTH, SAVED[0]).await);
}

#[tokio::test]
async fn every_address_is_told_that_one_was_used_and_how_many_are_left() {
    let world = World::with(&config()).await;
    let mut session = world.at_security_info(MARY).await;
    let codes = session.make_codes(&world).await;
    world.mail().await;
    for (code, expected) in codes.iter().zip([9, 8]) {
        assert!(proves(&world, MARY, code).await);
        let mut told = Vec::new();
        for message in world.mail().await {
            let Content::RecoveryCodeUsed { left, client, .. } = &message.content else { panic!("{message:?}") };
            assert_eq!((*left, client.as_deref()), (expected, Some("192.0.2.1")));
            told.extend(message.to);
        }
        told.sort_unstable();
        assert_eq!(told, ["mary@example.net", "mary@example.org"]);
    }
    assert!(!proves(&world, MARY, &codes[0]).await);
    assert!(world.mail().await.is_empty(), "a wrong one is nobody's news");
    assert_eq!(world.at_security_info(MARY).await.saved().expect("they are registered")["left"], 8);
}

#[tokio::test]
async fn new_codes_are_shown_until_the_next_answer_and_never_again() {
    let world = World::with(&config()).await;
    let mut session = world.at_security_info(NINA).await;
    let allowed = session.step()["allowed"].as_array().expect("a list");
    assert_eq!(allowed.last(), Some(&json!({ "kind": KIND, "role": null })));
    assert_eq!((session.saved(), &session.step()["new_codes"]), (None, &json!(null)));
    let codes = session.make_codes(&world).await;
    let each: BTreeSet<_> = codes.iter().collect();
    assert_eq!((codes.len(), each.len()), (10, 10));
    for code in &codes {
        let groups: Vec<_> = code.split('-').collect();
        assert!(groups.len() == 3 && groups.iter().all(|group| group.len() == 5), "{code}");
    }
    let entry = session.saved().expect("they are registered");
    assert_eq!((&entry["left"], &entry["verified"], &entry["masked"]), (&json!(10), &json!(true), &json!(null)));
    let shown = session.show(&world).await;
    assert_eq!(shown.body["step"]["new_codes"], json!(codes), "a reload shows them too");
    session.add(&world, "email", json!("alternate"), "nina@example.net").await;
    session.answer(&world, json!({ "do": "choose_another" })).await;
    assert_eq!(session.step()["new_codes"], json!(null));
    session.answer(&world, json!({ "do": "finish" })).await;
    assert_eq!(session.step()["outcome"], "registered");
    assert!(proves(&world, NINA, &codes[9]).await);
    let log = format!("{:?}", world.app.ports().store.audit(&session.id.as_str().into()).await.expect("answers"));
    assert!(codes.iter().all(|code| !log.contains(code.as_str())), "{log}");
}

#[tokio::test]
async fn new_codes_take_the_place_of_the_former_ones() {
    let world = World::with(&config()).await;
    let mut session = world.at_security_info(RUTH).await;
    world.mail().await;
    let codes = session.make_codes(&world).await;
    let told = world.mail().await;
    assert!(
        matches!(&*told, [one] if matches!(
            one.content,
            Content::SecurityInfoChanged { change: InfoChange::Replaced, kind: regain_protocol::MethodKind::RecoveryCodes, .. }
        )),
        "{told:?}"
    );
    for former in SAVED {
        assert!(!proves(&world, RUTH, former).await, "{former}");
    }
    assert!(proves(&world, RUTH, &codes[0]).await);

    let mut session = world.at_security_info(RUTH).await;
    let id = session.saved().expect("they are registered")["id"].clone();
    let got = session.answer(&world, json!({ "do": "remove", "method": id })).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    assert_eq!(session.saved(), None);
    assert!(!proves(&world, RUTH, &codes[1]).await);
}

#[tokio::test]
async fn the_server_makes_them_and_nobody_else() {
    let world = World::with(&config()).await;
    let mut session = world.at_security_info(NINA).await;
    let got = session.add(&world, KIND, json!(null), "7K3QX-9MBWD-2HZ4T").await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/value");
    let off = World::with(&everything_and("")).await;
    let mut session = off.at_security_info(NINA).await;
    let got = session.add(&off, KIND, json!(null), "").await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/kind");
    assert!(off.identified(RUTH).await.of_kind(KIND).is_empty());
}

#[tokio::test]
async fn they_are_on_offer_to_everybody_and_last() {
    let world = World::with(&config()).await;
    for user_id in [RUTH, MARY, ADA, NINA, NOBODY, DISABLED, UNREACHABLE] {
        let session = world.identified(user_id).await;
        let offered = session.of_kind(KIND);
        assert_eq!(offered.len(), 1, "{user_id}");
        assert_eq!(
            (&offered[0]["role"], &offered[0]["masked"], &offered[0]["confirm"]),
            (&json!(null), &json!(null), &json!(false))
        );
        assert_eq!(session.kinds().last().map(String::as_str), Some(KIND), "{user_id}");
    }
}

#[tokio::test]
async fn wrong_ones_cost_tries_and_look_alike() {
    let world = World::with(&config()).await;
    for user_id in [RUTH, MARY, NOBODY] {
        let mut session = world.chosen(user_id, KIND).await;
        for (left, wrong) in [(4, "ZZZZZ-ZZZZZ-ZZZZZ"), (3, "123456"), (2, "7K3QX-9MBWD-2HZ4U"), (1, "no code")] {
            session.verify(&world, wrong).await.is_problem(422, "wrong_code");
            assert_eq!(session.step()["tries_left"], left, "{user_id}: {wrong}");
        }
        session.verify(&world, "ZZZZZ-ZZZZZ-ZZZZZ").await.is_problem(422, "wrong_code");
        assert_eq!(session.step()["reason"], "too_many_attempts", "{user_id}");
        let got = session.verify(&world, SAVED[0]).await;
        got.is_problem(410, "flow_ended");
    }
    assert!(proves(&world, RUTH, SAVED[0]).await, "what was given too late was not used up");
}

#[tokio::test]
async fn somebody_elses_codes_are_wrong() {
    let world = World::with(&config()).await;
    for user_id in [MARY, NOBODY, DISABLED] {
        assert!(!proves(&world, user_id, SAVED[0]).await, "{user_id}");
    }
    assert!(proves(&world, RUTH, SAVED[0]).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_flows_that_give_a_code_at_once_one_has_proved_it() {
    let world = Arc::new(World::with(&config()).await);
    let mut sessions = Vec::new();
    for _ in 0..12 {
        sessions.push(world.chosen(RUTH, KIND).await);
    }
    let requests = sessions.iter().map(|session| {
        let request = session.request(&json!({ "do": "verify", "code": SAVED[0] }));
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.send(request).await })
    });
    let all: Vec<_> = join_all(requests).await.into_iter().map(|got| got.expect("no panic")).collect();
    assert_eq!(all.iter().filter(|got| got.status == StatusCode::OK).count(), 1, "{all:?}");
    for got in all.iter().filter(|got| got.status != StatusCode::OK) {
        got.is_problem(422, "wrong_code");
    }
}

#[tokio::test]
async fn of_two_proofs_it_is_one() {
    let world = World::with(&two_of_everybody()).await;
    for (first, second, code) in [("email", KIND, SAVED[0]), (KIND, "email", SAVED[1])] {
        let mut session = world.identified(RUTH).await;
        for kind in [first, second] {
            if kind == KIND {
                session.choose(&world, kind).await;
                session.verify(&world, code).await;
            } else {
                session.prove(&world, kind).await;
            }
        }
        assert_eq!((session.step_name(), &session.flow["gate"]), ("new_password", &json!(null)), "{first}, {second}");
    }
    // Two of them are one kind, and not two proofs.
    let mut session = world.chosen(RUTH, KIND).await;
    let step = session.step()["id"].as_str().expect("an id").to_owned();
    session.verify(&world, SAVED[2]).await;
    assert_eq!(session.flow["gate"], json!({ "index": 2, "of": 2 }));
    assert!(session.of_kind(KIND).is_empty());
    let again = session.request_at(&step, &json!({ "do": "verify", "code": SAVED[1] }));
    world.send(again).await.is_problem(409, "step_passed");
}

#[tokio::test]
async fn after_a_proof_only_those_who_have_codes_are_asked_for_one() {
    let world = World::with(&two_of_everybody()).await;
    for (user_id, has_codes) in [(RUTH, true), (MARY, false), (ANNA, false)] {
        let mut session = world.identified(user_id).await;
        assert_eq!(session.of_kind(KIND).len(), 1, "{user_id}");
        session.prove(&world, "email").await;
        assert_eq!(session.step_name(), "choose_method", "{user_id}");
        assert_eq!(!session.of_kind(KIND).is_empty(), has_codes, "{user_id}");
    }
    let mut session = world.identified(ADA).await;
    session.prove(&world, "email").await;
    assert_eq!(session.step()["reason"], "second_gate", "who has no codes has no second way");
}
