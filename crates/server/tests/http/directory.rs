//! A directory that is not ours: it has rules and abilities of its own.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use axum::http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use regain_protocol::{Role, Secret, Violation};
use regain_server::{
    http,
    ports::{
        Abilities, AccountId, AccountMail, AccountPhone, Accounts, DirectoryError, DirectoryRules, PasswordChange,
        Person, RegisterError, Registration, SetPasswordError, SignIn, UnlockError, Unlocked,
    },
    user_id::UserId,
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{
    assertions::{asserted, begin_with, believing},
    people::MARY,
    proofs::{EVERYTHING, everything_and},
    world::{GOOD, World, bare, post},
};

const OLD: &str = "the password that she has";

/// A directory in memory, in which Mary is, locked out.
struct InMemory {
    abilities: Abilities,
    mary: Mutex<(Person, String)>,
    /// Its answers to the next passwords to set.
    refusals: Mutex<VecDeque<SetPasswordError>>,
    refuses_to_unlock: bool,
}

impl InMemory {
    /// One that owns the alternate address and the mobile phone.
    fn new(abilities: Abilities) -> Self {
        let mary = Person {
            id: "3fae0712".into(),
            user_id: MARY.parse().expect("a user ID"),
            display_name: "Mary Jackson".into(),
            enabled: true,
            locked: true,
            has_password: true,
            mails: vec![AccountMail {
                role: Role::Alternate,
                address: "mary@directory.example".parse().expect("an address"),
            }],
            phones: vec![AccountPhone { role: Role::Mobile, number: "+14255550188".parse().expect("a number") }],
            notices: vec!["mary@work.example".parse().expect("an address")],
            groups: Vec::new(),
            password_rules: DirectoryRules::NONE,
        };
        let mary = Mutex::new((mary, OLD.to_owned()));
        Self { abilities, mary, refusals: Mutex::default(), refuses_to_unlock: false }
    }

    fn refusing(self, refusals: impl IntoIterator<Item = SetPasswordError>) -> Self {
        Self { refusals: Mutex::new(refusals.into_iter().collect()), ..self }
    }

    fn person(&self) -> Person {
        self.mary.lock().expect("not poisoned").0.clone()
    }

    fn password(&self) -> String {
        self.mary.lock().expect("not poisoned").1.clone()
    }
}

#[async_trait]
impl Accounts for InMemory {
    fn abilities(&self) -> Abilities {
        self.abilities
    }

    async fn find(&self, user_id: &UserId) -> Result<Option<Person>, DirectoryError> {
        Ok(Some(self.person()).filter(|person| user_id.is_same(&person.user_id)))
    }

    async fn sign_in(
        &self,
        user_id: &UserId,
        password: &Secret<String>,
        _: Timestamp,
    ) -> Result<SignIn<Person>, DirectoryError> {
        assert!(self.abilities.sign_in, "nobody asks what it cannot do");
        let person = self.find(user_id).await?;
        let person = person.filter(|person| !person.locked && *password.expose() == self.password());
        Ok(person.map_or(SignIn::Refused, SignIn::Accepted))
    }

    async fn set_password(&self, id: &AccountId, change: &PasswordChange) -> Result<(), SetPasswordError> {
        if let Some(refusal) = self.refusals.lock().expect("not poisoned").pop_front() {
            return Err(refusal);
        }
        let mut mary = self.mary.lock().expect("not poisoned");
        if mary.0.id != *id {
            return Err(SetPasswordError::NoSuchAccount);
        }
        mary.1.clone_from(change.new.expose());
        mary.0.locked = false;
        Ok(())
    }

    async fn unlock(&self, _: &AccountId) -> Result<Unlocked, UnlockError> {
        assert!(self.abilities.unlock, "nobody asks what it cannot do");
        if self.refuses_to_unlock {
            return Err(UnlockError::NotAllowed);
        }
        self.mary.lock().expect("not poisoned").0.locked = false;
        Ok(Unlocked::WasLocked)
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        Ok(())
    }
}

/// The abilities of a directory that owns what it has.
const OWNER: Abilities = Abilities { remembers: false, owns_alternate: true, owns_mobile: true, ..Abilities::ALL };

async fn world(directory: &Arc<InMemory>, sections: &str) -> World {
    World::with_accounts(sections, Arc::clone(directory) as _).await
}

fn set(password: &str) -> Value {
    json!({ "do": "set_password", "password": password })
}

/// The status of the hosted page of a kind of flow.
async fn hosted_page(world: &World, kind: &str) -> StatusCode {
    let pages = http::hosted::routes(Arc::clone(&world.app), None);
    pages.oneshot(bare(Method::GET, &format!("/{kind}"), None)).await.expect("infallible").status()
}

#[tokio::test]
async fn a_refusal_comes_back_to_the_password_screen_by_the_rules_name() {
    let retry_at = "2026-11-24T09:00:00Z".parse().expect("a time");
    let rules = vec![Violation::TooSoon { retry_at }, Violation::Directory {}];
    let directory = Arc::new(InMemory::new(OWNER).refusing([SetPasswordError::Refused(rules)]));
    let world = world(&directory, "").await;
    let mut session = world.proved(MARY).await;
    session.answer(&world, json!({ "do": "reset" })).await;
    let step = session.step().clone();
    world.mail().await;
    let got = session.answer(&world, set(GOOD)).await;
    let violations = json!([{ "rule": "too_soon", "retry_at": "2026-11-24T09:00:00Z" }, { "rule": "directory" }]);
    assert_eq!(got.is_problem(422, "password_refused").body["violations"], violations);
    assert_eq!(session.step(), &step, "the same step can be answered again");
    assert_eq!(directory.password(), OLD);
    assert!(directory.person().locked && world.mail().await.is_empty());

    let got = session.answer(&world, set("another river that runs north")).await;
    assert_eq!((got.status, session.step_name()), (StatusCode::OK, "done"));
    assert_eq!(directory.password(), "another river that runs north");
}

#[tokio::test]
async fn an_account_that_may_not_be_changed_leads_to_the_administrators() {
    let directory = Arc::new(InMemory::new(OWNER).refusing([SetPasswordError::NotAllowed]));
    let sections = everything_and("");
    let over = world(&directory, &sections).await;
    let mut session = over.proved(MARY).await;
    session.answer(&over, json!({ "do": "reset" })).await;
    session.answer(&over, set(GOOD)).await;
    let step = session.step();
    assert_eq!((&step["name"], &step["reason"]), (&json!("contact_administrator"), &json!("not_allowed")));
    assert_eq!((&step["contact"], &step["back"]), (&json!({ "kind": "form" }), &json!(false)));
    assert_eq!(directory.password(), OLD);
    session.answer(&over, set(GOOD)).await.is_problem(409, "step_passed");

    let directory = Arc::new(InMemory { refuses_to_unlock: true, ..InMemory::new(OWNER) });
    let over = world(&directory, &sections).await;
    let mut session = over.proved(MARY).await;
    session.answer(&over, json!({ "do": "unlock" })).await;
    assert_eq!(session.step()["reason"], "not_allowed", "{:?}", session.flow);
    assert!(directory.person().locked);
}

/// The person hears of the refusal where no administrators can be asked, and the same answer counts once the right is there.
#[tokio::test]
async fn an_account_that_may_not_be_changed_is_a_refusal_where_nobody_can_be_asked() {
    let directory = Arc::new(InMemory::new(OWNER).refusing([SetPasswordError::NotAllowed]));
    let world = world(&directory, "").await;
    let mut session = world.proved(MARY).await;
    session.answer(&world, json!({ "do": "reset" })).await;
    let step = session.step().clone();
    let refused = session.answer(&world, set(GOOD)).await;
    assert_eq!(refused.is_problem(422, "password_refused").body["violations"], json!([{ "rule": "directory" }]));
    assert_eq!(session.step(), &step);
    assert_eq!(directory.password(), OLD);
    session.answer(&world, set(GOOD)).await;
    assert_eq!(session.step()["outcome"], "reset", "{}", session.step());
    assert_eq!(directory.password(), GOOD);
}

#[tokio::test]
async fn only_what_the_directory_can_do_is_on_offer() {
    let all = ["reset", "unlock", "change", "register"];
    for (sign_in, unlock, kinds) in [
        (true, true, &all[..]),
        (true, false, &["reset", "change", "register"]),
        (false, true, &["reset", "unlock"]),
        (false, false, &["reset"]),
    ] {
        let directory = Arc::new(InMemory::new(Abilities { sign_in, unlock, ..OWNER }));
        let world = world(&directory, "[password]\nhistory = 3").await;
        let got = world.send(bare(Method::GET, "/v1/config", None)).await;
        assert_eq!(got.body["flows"], json!(kinds));
        for kind in all {
            let got = world.send(post("/v1/flows", None, &json!({ "kind": kind }))).await;
            let page = hosted_page(&world, kind).await;
            if kinds.contains(&kind) {
                assert_eq!((got.status, page), (StatusCode::CREATED, StatusCode::OK), "{kind}");
            } else {
                assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/kind", "{kind}");
                assert_eq!(page, StatusCode::NOT_FOUND, "{kind}");
            }
        }
        // Mary is locked: where nothing unlocks, there is nothing to choose.
        let session = world.proved(MARY).await;
        assert_eq!(session.step_name(), if unlock { "choose_outcome" } else { "new_password" });
        if !unlock {
            let checks = &session.step()["policy"]["server_checks"];
            assert_eq!(checks, &json!(["common"]), "former passwords are not announced where nobody remembers them");
        }
    }
}

/// The word of the host page's back end stands in for the password.
#[tokio::test]
async fn who_cannot_sign_in_registers_by_an_assertion() {
    let directory = Arc::new(InMemory::new(Abilities { sign_in: false, ..OWNER }));
    let world = world(&directory, &believing()).await;
    let got = world.send(bare(Method::GET, "/v1/config", None)).await;
    assert_eq!(got.body["flows"], json!(["reset", "unlock", "register"]));
    let got = world.send(post("/v1/flows", None, &json!({ "kind": "register" }))).await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/kind");
    assert_eq!(hosted_page(&world, "register").await, StatusCode::NOT_FOUND, "the hosted page has no such word");
    let got = begin_with(&world, "change", MARY, "1").await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/kind", "a change compares the current password");
    let mut session = asserted(&world, "register", MARY, "2").await;
    session.prove(&world, "email").await;
    assert_eq!(session.step_name(), "security_info");
}

#[tokio::test]
async fn who_has_no_proof_and_cannot_sign_in_is_sent_to_the_administrators() {
    let directory = InMemory::new(Abilities { sign_in: false, ..OWNER });
    directory.mary.lock().expect("not poisoned").0.mails.clear();
    directory.mary.lock().expect("not poisoned").0.phones.clear();
    let world = world(&Arc::new(directory), &believing()).await;
    let session = asserted(&world, "register", MARY, "1").await;
    assert_eq!(session.step()["reason"], "second_gate", "{:?}", session.flow);
}

#[tokio::test]
async fn what_the_directory_owns_is_not_the_persons_to_change() {
    let directory = Arc::new(InMemory::new(OWNER));
    directory.mary.lock().expect("not poisoned").0.locked = false;
    let world = world(&directory, EVERYTHING).await;
    let mut session = world.signed_in("register", MARY, OLD).await;
    session.prove(&world, "email").await;
    let step = session.step().clone();
    let allowed: Vec<_> = step["allowed"].as_array().expect("a list").iter().map(|one| one["role"].clone()).collect();
    assert!(!allowed.contains(&json!("alternate")) && !allowed.contains(&json!("mobile")), "{allowed:?}");
    assert!(allowed.contains(&json!("authentication")), "{allowed:?}");
    let methods = step["methods"].as_array().expect("a list");
    assert_eq!(methods.len(), 2, "{methods:?}");
    for method in methods {
        assert_eq!(method["registered"], json!(false), "{method}");
        let got = session.answer(&world, json!({ "do": "remove", "method": method["id"] })).await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/method");
    }
    for (kind, role, value) in
        [("email", "alternate", "x@example.net"), ("sms", "mobile", "+14155550177"), ("call", "mobile", "+14155550177")]
    {
        let got = session.add(&world, kind, json!(role), value).await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/kind", "{kind}");
    }
}

/// The work address is what somebody locked out cannot read: it proves nothing, and hears of what was done.
#[tokio::test]
async fn addresses_for_notices_hear_and_prove_nothing() {
    let directory = Arc::new(InMemory::new(OWNER));
    let world = world(&directory, "").await;
    let session = world.identified(MARY).await;
    assert_eq!(session.methods().len(), 1, "{:?}", session.flow);
    let mut session = world.proved(MARY).await;
    session.answer(&world, json!({ "do": "reset" })).await;
    session.answer(&world, set(GOOD)).await;
    assert_eq!(session.step_name(), "done");
    let mut told: Vec<_> = world.mail().await.into_iter().filter_map(|mail| mail.to).collect();
    told.sort();
    assert_eq!(told, ["mary@directory.example", "mary@work.example"]);
}

/// An address that was registered before the directory owned its role proves nothing any more.
#[tokio::test]
async fn what_the_directory_owns_hides_what_is_registered_in_its_role() {
    let world = World::with(EVERYTHING).await;
    let mary =
        world.app.ports().directory.find(&MARY.parse().expect("a user ID")).await.expect("answers").expect("is there");
    let directory = InMemory::new(Abilities { owns_mobile: false, ..OWNER });
    directory.mary.lock().expect("not poisoned").0.id = mary.id.clone();
    let directory = Arc::new(directory);
    let world = world.restarted_with_accounts(EVERYTHING, Arc::clone(&directory) as _).await;

    let joined = &world.app.ports().directory;
    let found = joined.find(&MARY.parse().expect("a user ID")).await.expect("answers").expect("is there");
    let mails: Vec<_> = found.mails.iter().map(|mail| (mail.role, mail.address.as_str())).collect();
    let (alternate, authentication) = ("mary@directory.example", "mary@example.org");
    assert_eq!(mails, [(Role::Alternate, alternate), (Role::Authentication, authentication)]);
    let phones: Vec<_> = found.phones.iter().map(|phone| (phone.role, phone.number.as_str())).collect();
    assert_eq!(phones, [(Role::Mobile, "+14155550101"), (Role::Authentication, "+14155550102")]);
    assert!(found.authenticator && found.questions == mary.questions);

    directory.mary.lock().expect("not poisoned").0.mails.clear();
    let found = joined.find(&MARY.parse().expect("a user ID")).await.expect("answers").expect("is there");
    assert_eq!(found.mails.len(), 1, "also where the directory has none: {:?}", found.mails);
    let refused = joined.register(&mary.id, &Registration::RemoveMail(Role::Alternate)).await;
    assert!(matches!(refused, Err(RegisterError::NotRegistrable)), "{refused:?}");
    let later = world.now() + SignedDuration::from_hours(1);
    joined.register(&mary.id, &Registration::Confirm(later)).await.expect("all else is ours");
}
