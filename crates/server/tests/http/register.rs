//! Registering what one can prove oneself by, and proving oneself by it.

use axum::http::StatusCode;
use regain_server::{
    messages::{CodePurpose, Content, InfoChange},
    ports::{CallEvent, CallInstruction},
    totp,
};
use serde_json::{Value, json};

use crate::{
    people::{ADA, ANNA, ANSWERS, DORA, MARY, NINA},
    proofs::{EVERYTHING, everything_and},
    world::{GOOD, Got, Session, World},
};

const NEW: &str = "nina@example.net";

fn password(user_id: &str) -> String {
    let name = user_id.split('@').next().expect("a name");
    if user_id == ADA { "the old password of Ada".to_owned() } else { format!("the old password of {name}") }
}

impl World {
    /// Somebody at their security info, who proves themselves by mail where they have to.
    pub(crate) async fn at_security_info(&self, user_id: &str) -> Session {
        let mut session = self.signed_in("register", user_id, &password(user_id)).await;
        if session.step_name() == "choose_method" {
            session.prove(self, "email").await;
        }
        assert_eq!(session.step_name(), "security_info", "{:?}", session.flow);
        session
    }
}

impl Session {
    pub(crate) async fn add(&mut self, world: &World, kind: &str, role: Value, value: &str) -> Got {
        self.answer(world, json!({ "do": "add", "kind": kind, "role": role, "value": value })).await
    }

    /// Adds something that a code comes back from.
    async fn adds(&mut self, world: &World, kind: &str, role: &str, value: &str) {
        world.mail().await;
        let got = self.add(world, kind, json!(role), value).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
        let code = world.code().await.expect("a code is queued");
        let got = self.verify(world, &code).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
        assert_eq!(self.step_name(), "security_info");
    }

    fn registered(&self) -> Vec<Value> {
        self.step()["methods"].as_array().expect("a list").clone()
    }

    fn entry(&self, kind: &str, role: &str) -> Value {
        let all = self.registered();
        all.into_iter().find(|entry| entry["kind"] == kind && entry["role"] == role).expect("it is registered")
    }
}

fn five_questions() -> Value {
    let answers = ANSWERS.map(|(question, answer)| json!({ "question": question, "answer": answer }));
    json!({ "do": "set_questions", "answers": answers })
}

#[tokio::test]
async fn a_newcomer_registers_an_address_and_resets_with_it() {
    let world = World::new().await;
    let mut session = world.signed_in("register", NINA, &password(NINA)).await;
    let step = session.step();
    assert_eq!((&step["name"], &step["methods"], &step["required"]), (&json!("security_info"), &json!([]), &json!(1)));
    assert_eq!((&step["questions"], &step["reconfirm"]), (&json!(null), &json!(false)));
    let allowed = json!([
        { "kind": "email", "role": "alternate" },
        { "kind": "email", "role": "authentication" },
        { "kind": "authenticator", "role": null },
    ]);
    assert_eq!(step["allowed"], allowed);
    let got = session.answer(&world, json!({ "do": "finish" })).await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/do", "one is asked for");

    let got = session.add(&world, "email", json!("alternate"), &format!(" {NEW} ")).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    let step = session.step();
    assert_eq!((&step["name"], &step["method"]["masked"]), (&json!("enter_code"), &json!("n•••••@e•••••.net")));
    assert_eq!((&session.flow["gate"], &session.flow["kind"]), (&json!(null), &json!("register")));
    let queued = world.mail().await;
    let [mail] = &*queued else { panic!("one mail: {queued:?}") };
    let Content::Code { code, purpose, .. } = &mail.content else { panic!("a code") };
    assert_eq!((mail.to.as_deref(), *purpose), (Some(NEW), CodePurpose::Register));
    session.verify(&world, "000000").await.is_problem(422, "wrong_code");
    let got = session.verify(&world, code.expose()).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    let entry = session.entry("email", "alternate");
    assert_eq!(
        (&entry["masked"], &entry["registered"], &entry["verified"]),
        (&json!("n•••••@e•••••.net"), &json!(true), &json!(true))
    );
    let told = world.mail().await;
    let [notice] = &*told else { panic!("one notice: {told:?}") };
    assert_eq!(notice.to.as_deref(), Some(NEW));
    assert!(matches!(notice.content, Content::SecurityInfoChanged { change: InfoChange::Added, .. }), "{notice:?}");

    session.answer(&world, json!({ "do": "finish" })).await;
    let step = session.step();
    assert_eq!(
        (&step["name"], &step["outcome"], &step["notified"]),
        (&json!("done"), &json!("registered"), &json!(true))
    );
    assert_eq!(
        world.events(&session).await,
        ["flow_begun", "signed_in", "code_sent", "wrong_code", "security_info_changed", "security_info_confirmed"]
    );

    let (mut reset, code) = world.asked(NINA).await;
    reset.verify(&world, &code).await;
    let got = reset.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    assert!(world.signs_in(NINA, GOOD).await);
}

#[tokio::test]
async fn every_kind_can_be_registered_and_proves_who_one_is() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.at_security_info(NINA).await;
    session.adds(&world, "email", "authentication", NEW).await;
    session.adds(&world, "sms", "mobile", "+1 (415) 555-0177").await;

    world.mail().await;
    session.add(&world, "call", json!("authentication"), "+1 415 555 0178").await;
    assert_eq!(session.step_name(), "answer_call");
    let call = world.call().await;
    assert_eq!(world.hears(&call, CallEvent::Key('#')).await, CallInstruction::Proved);
    assert_eq!(session.look(&world).await, "security_info");

    let got = session.answer(&world, five_questions()).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");

    let got = session.add(&world, "authenticator", json!(null), "").await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    let setup = session.step()["setup"].clone();
    let (secret, uri) = (setup["secret"].as_str().expect("a key"), setup["uri"].as_str().expect("an address"));
    assert_eq!(uri, format!("otpauth://totp/Contoso:nina%40example.com?secret={secret}&issuer=Contoso"));
    let key = totp::key_from_base32(&secret.into()).expect("a key");
    let shows = |steps| totp::code(&key, totp::step_at(world.now()) + steps).expose().clone();
    session.verify(&world, &shows(-5)).await.is_problem(422, "wrong_code");
    let code = shows(0);
    session.verify(&world, &code).await;
    assert_eq!(session.step_name(), "security_info");

    let listed: Vec<_> =
        session.registered().iter().map(|entry| (entry["kind"].clone(), entry["role"].clone())).collect();
    let expected = [
        (json!("email"), json!("authentication")),
        (json!("sms"), json!("mobile")),
        (json!("sms"), json!("authentication")),
        (json!("questions"), json!(null)),
        (json!("authenticator"), json!(null)),
    ];
    assert_eq!(listed, expected);

    for kind in ["email", "sms", "call", "questions"] {
        let mut reset = world.identified(NINA).await;
        reset.prove(&world, kind).await;
        assert_eq!(reset.step_name(), "new_password", "{kind}");
    }
    let mut reset = world.chosen(NINA, "authenticator").await;
    reset.verify(&world, &code).await.is_problem(422, "wrong_code");
    world.advance(30);
    reset.verify(&world, &totp::code(&key, totp::step_at(world.now())).expose().clone()).await;
    assert_eq!(reset.step_name(), "new_password");
}

#[tokio::test]
async fn who_has_something_proves_it_before_changing_anything() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.signed_in("register", MARY, &password(MARY)).await;
    assert_eq!(session.step_name(), "choose_method");
    assert_eq!(session.flow["gate"], json!({ "index": 1, "of": 1 }));
    for answer in [
        json!({ "do": "add", "kind": "email", "role": "alternate", "value": "mallory@example.org" }),
        json!({ "do": "remove", "method": "x" }),
        json!({ "do": "finish" }),
        five_questions(),
    ] {
        session.answer(&world, answer).await.is_problem(409, "step_passed");
    }
    let before = session.token.clone();
    session.prove(&world, "authenticator").await;
    assert_eq!(session.step_name(), "security_info");
    assert_ne!(session.token, before);
    // One is enough for administrators too: they have signed in.
    let mut session = world.signed_in("register", ANNA, &password(ANNA)).await;
    session.prove(&world, "email").await;
    assert_eq!(session.step_name(), "security_info");
    assert_eq!(session.entry("call", "office")["registered"], json!(false));
}

#[tokio::test]
async fn replacing_and_removing_tell_the_former_addresses_too() {
    let world = World::new().await;
    let mut session = world.at_security_info(ADA).await;
    session.adds(&world, "email", "alternate", "ada.new@example.net").await;
    let told: Vec<_> = world.mail().await;
    let mut to: Vec<_> = told.iter().filter_map(|notice| notice.to.as_deref()).collect();
    to.sort_unstable();
    assert_eq!(to, ["ada.lovelace@example.org", "ada.new@example.net", "ada@example.net"]);
    assert!(
        told.iter()
            .all(|notice| matches!(notice.content, Content::SecurityInfoChanged { change: InfoChange::Replaced, .. }))
    );
    assert_eq!(session.registered().len(), 2);

    let id = session.entry("email", "alternate")["id"].clone();
    let got = session.answer(&world, json!({ "do": "remove", "method": id })).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    let told = world.mail().await;
    assert_eq!(told.len(), 2, "the one that is gone as well");
    assert!(
        told.iter()
            .all(|notice| matches!(notice.content, Content::SecurityInfoChanged { change: InfoChange::Removed, .. }))
    );
    let got = session.answer(&world, json!({ "do": "remove", "method": id })).await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/method");
    let id = session.entry("email", "authentication")["id"].clone();
    session.answer(&world, json!({ "do": "remove", "method": id })).await;
    assert!(session.registered().is_empty(), "the last one goes too: the page asks before that");
    let got = session.answer(&world, json!({ "do": "finish" })).await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/do");
}

#[tokio::test]
async fn what_the_organisation_keeps_is_not_removed() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.at_security_info(MARY).await;
    let office = session.entry("call", "office")["id"].clone();
    let got = session.answer(&world, json!({ "do": "remove", "method": office })).await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/method");
    let got = session.add(&world, "call", json!("office"), "+1 415 555 0188").await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/kind");
}

#[tokio::test]
async fn a_change_ends_what_is_under_way_with_the_former_address() {
    let world = World::new().await;
    let (mut resetting, code) = world.asked(ADA).await;
    let mut other = world.at_security_info(ADA).await;
    let mut session = world.at_security_info(ADA).await;
    let id = session.entry("email", "alternate")["id"].clone();
    session.answer(&world, json!({ "do": "remove", "method": id })).await;
    // Nobody has proved anything in it, so it goes on as nobody's.
    resetting.verify(&world, &code).await.is_problem(422, "wrong_code");
    other.add(&world, "email", json!("alternate"), "x@example.net").await.is_problem(410, "flow_ended");
    assert_eq!(session.step_name(), "security_info", "the flow that did it goes on");
}

#[tokio::test]
async fn two_who_register_at_once_leave_one_of_both() {
    let world = World::new().await;
    let mut sessions = [world.at_security_info(NINA).await, world.at_security_info(NINA).await];
    let mut codes = Vec::new();
    for (session, address) in sessions.iter_mut().zip(["one@example.net", "two@example.net"]) {
        session.add(&world, "email", json!("alternate"), address).await;
        codes.push(world.code().await.expect("a code"));
    }
    let [one, two] = &mut sessions;
    let (first, second) = tokio::join!(one.verify(&world, &codes[0]), two.verify(&world, &codes[1]));
    let done = [&first, &second].iter().filter(|got| got.status == StatusCode::OK).count();
    assert!(done >= 1, "{first:?} {second:?}");
    let account =
        world.app.ports().directory.find(&NINA.parse().expect("a user ID")).await.expect("answers").expect("is there");
    assert_eq!(account.mails.len(), 1, "{:?}", account.mails);
    // The first of them has been ended by the other, or the other by them.
    let shown = [one.show(&world).await, two.show(&world).await];
    assert!(shown.iter().any(|got| got.body["step"]["name"] == "ended" || got.status == 410), "{shown:?}");
}

#[tokio::test]
async fn going_back_adds_nothing_and_the_code_is_void() {
    let world = World::new().await;
    let mut session = world.at_security_info(NINA).await;
    session.add(&world, "email", json!("alternate"), NEW).await;
    let code = world.code().await.expect("a code");
    session.answer(&world, json!({ "do": "choose_another" })).await;
    assert_eq!((session.step_name(), session.registered().len()), ("security_info", 0));
    session.verify(&world, &code).await.is_problem(409, "step_passed");
    session.add(&world, "email", json!("alternate"), NEW).await;
    session.verify(&world, &code).await.is_problem(422, "wrong_code");
}

#[tokio::test]
async fn wrong_codes_of_a_new_address_end_the_flow() {
    let world = World::new().await;
    let mut session = world.at_security_info(NINA).await;
    session.add(&world, "email", json!("alternate"), NEW).await;
    for _ in 0..5 {
        session.verify(&world, "not it").await.is_problem(422, "wrong_code");
    }
    assert_eq!(session.step()["reason"], "too_many_attempts");
}

#[tokio::test]
async fn a_code_of_an_app_that_is_set_up_is_used_up() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.at_security_info(NINA).await;
    session.add(&world, "authenticator", json!(null), "").await;
    let shown = session.show(&world).await;
    assert_eq!(shown.body["step"]["setup"], session.step()["setup"], "a reload shows the same key");
    let secret = session.step()["setup"]["secret"].as_str().expect("a key").to_owned();
    session.answer(&world, json!({ "do": "choose_another" })).await;
    session.add(&world, "authenticator", json!(null), "").await;
    assert_ne!(session.step()["setup"]["secret"], json!(secret), "a key is offered once");
}

#[tokio::test]
async fn a_directory_that_is_away_takes_nothing_and_the_same_code_can_be_given_again() {
    let world = World::new().await;
    let mut session = world.at_security_info(NINA).await;
    session.add(&world, "email", json!("alternate"), NEW).await;
    let code = world.code().await.expect("a code");
    world.directory.set_down(true);
    session.verify(&world, &code).await.is_problem(503, "unavailable");
    world.directory.set_down(false);
    session.verify(&world, &code).await;
    assert_eq!((session.step_name(), session.registered().len()), ("security_info", 1));
}

#[tokio::test]
async fn how_much_is_asked_for_and_when_to_look_again() {
    let world = World::with(&everything_and("[security_info]\nrequired = 2\nreconfirm_days = 30")).await;
    let mut session = world.at_security_info(NINA).await;
    assert_eq!(session.step()["required"], 2);
    session.adds(&world, "email", "alternate", NEW).await;
    session.answer(&world, json!({ "do": "finish" })).await.is_problem(422, "invalid");
    session.adds(&world, "sms", "mobile", "+14155550177").await;
    session.answer(&world, json!({ "do": "finish" })).await;
    assert_eq!(session.step_name(), "done");
    world.advance(30 * 24 * 3600 - 1);
    assert_eq!(world.at_security_info(NINA).await.step()["reconfirm"], json!(false));
    world.advance(1);
    let mut session = world.at_security_info(NINA).await;
    assert_eq!(session.step()["reconfirm"], json!(true));
    session.answer(&world, json!({ "do": "finish" })).await;
    assert_eq!((session.step_name(), &session.step()["notified"]), ("done", &json!(false)), "nothing was changed");
    assert_eq!(world.at_security_info(NINA).await.step()["reconfirm"], json!(false));
}

#[tokio::test]
async fn two_gates_take_two_kinds_whatever_the_number_is() {
    let world =
        World::with(&everything_and("[gates]\nrequired = 2\n[methods]\nsms = false\ncall_mobile = false")).await;
    let mut session = world.at_security_info(NINA).await;
    session.adds(&world, "email", "alternate", NEW).await;
    session.adds(&world, "email", "authentication", "nina@example.org").await;
    assert_eq!(session.step()["required"], 3, "two addresses are one kind");
    session.answer(&world, json!({ "do": "finish" })).await.is_problem(422, "invalid");
    session.answer(&world, five_questions()).await;
    session.answer(&world, json!({ "do": "finish" })).await;
    assert_eq!(session.step_name(), "done");
}

#[tokio::test]
async fn a_phone_of_the_directory_is_enough_to_prove_it_by() {
    let world = World::with(EVERYTHING).await;
    let session = world.begin_as(&json!({ "kind": "register" })).await;
    let mut session = session;
    let answer = json!({ "do": "sign_in", "user_id": DORA, "password": "anything" });
    session.answer(&world, answer).await.is_problem(422, "wrong_password");
}
