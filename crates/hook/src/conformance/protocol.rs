//! Cases about the protocol: signatures, times, requests that come twice, garbage.

use std::time::Duration;

use regain_ports::{
    Accounts as _, Person,
    contract::accounts::{AccountsFixture as _, Case, new_password},
};
use regain_protocol::Secret;
use regain_values::{AccountId, UserId};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::fixture::HookFixture;
use crate::{
    SigningKey,
    client::Message,
    replies::{PasswordSet, UnlockReply},
    requests::{Endpoint, SetPassword, Unlock},
};

/// Time for a reply.
const WITHIN: Duration = Duration::from_secs(6);

/// The difference of clocks that a hook has to take, and one that it has not, in seconds.
const TOLERATED: i64 = 4 * 60;
const NOT_TOLERATED: i64 = 6 * 60;

macro_rules! list {
    ($($case:ident),* $(,)?) => {
        vec![$(Case { name: stringify!($case), run: |fixture| Box::pin($case(fixture)) }),*]
    };
}

pub(super) fn cases<'p>() -> Vec<Case<HookFixture<'p>>> {
    list![
        a_request_without_the_right_signature_is_refused,
        a_request_of_another_time_is_refused,
        one_right_signature_is_enough,
        each_of_two_keys_is_enough,
        garbage_is_refused,
        a_change_that_is_asked_for_twice_happens_once,
        a_change_that_is_asked_for_twice_at_once_happens_once,
        an_unlocking_that_is_asked_for_twice_is_answered_alike,
        a_password_is_taken_as_it_is_typed,
        people_are_found_by_their_ids,
        signing_in_takes_as_long_for_nobody,
    ]
}

impl HookFixture<'_> {
    fn seconds(&self) -> i64 {
        self.now().as_second()
    }

    fn key(&self) -> &SigningKey {
        &self.hook.requests().keys[0]
    }

    fn find(&self) -> Message {
        self.message(Endpoint::Find, &json!({ "user_id": self.cast().ada.user_id.to_lowercase() }))
    }

    fn message(&self, endpoint: Endpoint, body: &Value) -> Message {
        self.hook.requests().message(endpoint, Some(body))
    }

    /// The status of the answer to a request with this time and these signatures.
    async fn status(&self, message: &Message, seconds: i64, signatures: &str) -> StatusCode {
        let sent = self.hook.requests().exchange(message, seconds, signatures, WITHIN).await;
        sent.unwrap_or_else(|fault| panic!("{fault}")).status()
    }

    fn signed(&self, message: &Message, seconds: i64) -> String {
        self.key().sign(&message.id, seconds, message.body.expose())
    }

    async fn person(&self) -> Person {
        let user_id = UserId::of_directory(self.cast().ada.user_id.to_owned());
        self.hook.find(&user_id).await.expect("answers").expect("is there")
    }

    fn set_password(&self, id: &AccountId, new: &str, current: Option<&str>) -> Message {
        let (new, current) = (Secret::from(new), current.map(Secret::from));
        let body = SetPassword { id, password: &new, current: current.as_ref() };
        self.hook.requests().message(Endpoint::SetPassword, Some(&body))
    }

    async fn changed(&self, message: &Message) -> PasswordSet {
        self.hook.requests().send(message, WITHIN).await.unwrap_or_else(|fault| panic!("{fault}"))
    }

    async fn signs_in(&self, password: &str) -> bool {
        let user_id = UserId::of_directory(self.cast().ada.user_id.to_owned());
        let signed_in = self.hook.sign_in(&user_id, &password.into(), self.now()).await.expect("answers");
        matches!(signed_in, regain_ports::SignIn::Accepted(_))
    }
}

async fn a_request_without_the_right_signature_is_refused(fixture: &HookFixture<'_>) {
    let (message, seconds) = (fixture.find(), fixture.seconds());
    let right = fixture.signed(&message, seconds);
    assert_eq!(fixture.status(&message, seconds, &right).await, StatusCode::OK, "the right one is taken");
    let another = SigningKey::parse(&"A".repeat(44)).expect("a key");
    let other_body = fixture.message(Endpoint::Find, &json!({ "user_id": "somebody-else" }));
    for (what, signature) in [
        ("none", String::new()),
        ("garbage", "v1,AAAA".to_owned()),
        ("another key's", another.sign(&message.id, seconds, message.body.expose())),
        ("another request's id", fixture.key().sign("msg_other", seconds, message.body.expose())),
        ("another time's", fixture.signed(&message, seconds - 1)),
        ("another body's", fixture.key().sign(&message.id, seconds, other_body.body.expose())),
        ("one without its version", right.trim_start_matches("v1,").to_owned()),
        ("another version's", right.replace("v1,", "v1a,")),
        ("part of it", right[..right.len() - 4].to_owned()),
    ] {
        assert_eq!(fixture.status(&message, seconds, &signature).await, StatusCode::UNAUTHORIZED, "signature: {what}");
    }
    let about = fixture.hook.requests().message(Endpoint::About, None::<&()>);
    let status = fixture.status(&about, seconds, "v1,AAAA").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "GET is signed too");
}

async fn a_request_of_another_time_is_refused(fixture: &HookFixture<'_>) {
    for (off, expected) in [
        (-NOT_TOLERATED, StatusCode::UNAUTHORIZED),
        (-TOLERATED, StatusCode::OK),
        (TOLERATED, StatusCode::OK),
        (NOT_TOLERATED, StatusCode::UNAUTHORIZED),
    ] {
        let (message, seconds) = (fixture.find(), fixture.seconds() + off);
        let signature = fixture.signed(&message, seconds);
        assert_eq!(fixture.status(&message, seconds, &signature).await, expected, "{off} seconds off");
    }
}

async fn one_right_signature_is_enough(fixture: &HookFixture<'_>) {
    let (message, seconds) = (fixture.find(), fixture.seconds());
    let right = fixture.signed(&message, seconds);
    for signatures in [format!("v1,AAAA {right}"), format!("{right} v1,AAAA"), format!("v2,AAAA {right}")] {
        assert_eq!(fixture.status(&message, seconds, &signatures).await, StatusCode::OK, "{signatures}");
    }
}

async fn each_of_two_keys_is_enough(fixture: &HookFixture<'_>) {
    for key in &fixture.hook.requests().keys {
        let (message, seconds) = (fixture.find(), fixture.seconds());
        let signature = key.sign(&message.id, seconds, message.body.expose());
        assert_eq!(fixture.status(&message, seconds, &signature).await, StatusCode::OK);
    }
}

async fn garbage_is_refused(fixture: &HookFixture<'_>) {
    let is_refused = async |endpoint, body: &[u8]| {
        let message = Message { body: Secret::new(body.to_vec()), ..fixture.message(endpoint, &json!({})) };
        let seconds = fixture.seconds();
        let status = fixture.status(&message, seconds, &fixture.signed(&message, seconds)).await;
        let text = String::from_utf8_lossy(body);
        assert!(status.is_client_error(), "{} {text}: {status}", endpoint.path());
    };
    for endpoint in [Endpoint::Find, Endpoint::SignIn, Endpoint::SetPassword, Endpoint::Unlock] {
        for body in [&b""[..], b"{", b"[]", b"null", b"\"ada\"", b"{}", b"\xff\xfe"] {
            is_refused(endpoint, body).await;
        }
    }
    for (endpoint, body) in [
        (Endpoint::Find, json!({ "user_id": 1 })),
        (Endpoint::Find, json!({ "user_id": null })),
        (Endpoint::Find, json!({ "user_id": ["ada"] })),
        (Endpoint::SignIn, json!({ "user_id": "ada" })),
        (Endpoint::SignIn, json!({ "user_id": "ada", "password": { "$ne": "" } })),
        (Endpoint::SetPassword, json!({ "id": "1", "password": ["a"] })),
        (Endpoint::SetPassword, json!({ "id": "1", "password": new_password(1), "current": 1 })),
        (Endpoint::Unlock, json!({ "id": { "$gt": "" } })),
    ] {
        is_refused(endpoint, body.to_string().as_bytes()).await;
    }
}

/// The second time, the current password is not the given one any more.
async fn a_change_that_is_asked_for_twice_happens_once(fixture: &HookFixture<'_>) {
    let person = fixture.person().await;
    let message = fixture.set_password(&person.id, &new_password(1), fixture.cast().ada.password);
    for time in ["first", "second", "third"] {
        let reply = fixture.changed(&message).await;
        assert!(matches!(reply, PasswordSet::Done {}), "the {time} time: {reply:?}");
    }
    // Another request is another change, and what it set is not set back by the first one.
    let other = fixture.set_password(&person.id, &new_password(2), Some(&new_password(1)));
    assert!(matches!(fixture.changed(&other).await, PasswordSet::Done {}));
    assert!(matches!(fixture.changed(&message).await, PasswordSet::Done {}));
    assert!(fixture.signs_in(&new_password(2)).await, "the later change stands");
    // A refusal is repeated too.
    let wrong = fixture.set_password(&person.id, &new_password(3), Some("wrong"));
    for _ in 0..2 {
        let reply = fixture.changed(&wrong).await;
        assert!(matches!(reply, PasswordSet::WrongPassword {}), "{reply:?}");
    }
}

async fn a_change_that_is_asked_for_twice_at_once_happens_once(fixture: &HookFixture<'_>) {
    let person = fixture.person().await;
    let message = fixture.set_password(&person.id, &new_password(1), fixture.cast().ada.password);
    let (one, other) = tokio::join!(fixture.changed(&message), fixture.changed(&message));
    for reply in [one, other] {
        assert!(matches!(reply, PasswordSet::Done {}), "{reply:?}");
    }
}

async fn an_unlocking_that_is_asked_for_twice_is_answered_alike(fixture: &HookFixture<'_>) {
    let Some(locked) = fixture.cast().linus else { return };
    let user_id = UserId::of_directory(locked.user_id.to_owned());
    let id = fixture.hook.find(&user_id).await.expect("answers").expect("is there").id;
    let message = fixture.hook.requests().message(Endpoint::Unlock, Some(&Unlock { id: &id }));
    for time in ["first", "second"] {
        let reply: UnlockReply =
            fixture.hook.requests().send(&message, WITHIN).await.unwrap_or_else(|fault| panic!("{fault}"));
        assert!(matches!(reply, UnlockReply::Unlocked {}), "the {time} time: {reply:?}");
    }
}

/// Neither trimmed nor cut off. Forms of one letter may count as one, as NIST SP 800-63B-4 advises.
async fn a_password_is_taken_as_it_is_typed(fixture: &HookFixture<'_>) {
    let person = fixture.person().await;
    let long = new_password(1).repeat(3);
    for (password, others) in [
        (format!(" {} ", new_password(1)), vec![new_password(1)]),
        (format!("{}\u{e4}\u{1d11e}", new_password(2)), vec![new_password(2)]),
        (format!("{long}1"), vec![format!("{long}2"), long.clone()]),
    ] {
        let length = password.chars().count();
        let reply = fixture.changed(&fixture.set_password(&person.id, &password, None)).await;
        assert!(matches!(reply, PasswordSet::Done {}), "{length} characters: {reply:?}");
        for other in others {
            assert!(!fixture.signs_in(&other).await, "another password than the one of {length} characters signs in");
        }
        assert!(fixture.signs_in(&password).await, "the password of {length} characters does not sign in");
    }
}

async fn people_are_found_by_their_ids(fixture: &HookFixture<'_>) {
    let person = fixture.person().await;
    let mut expected = vec![person];
    if let Some(disabled) = fixture.cast().disabled {
        let user_id = UserId::of_directory(disabled.user_id.to_owned());
        expected.extend(fixture.hook.find(&user_id).await.expect("answers"));
    }
    let ids = expected.iter().map(|person| person.id.clone()).chain(["no-such-account".into()]);
    let ids: Vec<AccountId> = ids.collect();
    let mut people = fixture.hook.people(&ids).await.expect("answers").expect("it has the ability");
    people.sort_by_key(|person| ids.iter().position(|id| *id == person.id));
    assert_eq!(people, expected);
    assert_eq!(fixture.hook.people(&[]).await.expect("answers"), Some(Vec::new()));
}

/// Half of the time would tell who has an account, whatever else the server does about it.
async fn signing_in_takes_as_long_for_nobody(fixture: &HookFixture<'_>) {
    const TIMES: usize = 7;
    let ada = fixture.cast().ada;
    let mut took = [Vec::new(), Vec::new()];
    for _ in 0..TIMES {
        for (user_id, took) in [ada.user_id, "nobody-at-all@example.com"].into_iter().zip(&mut took) {
            let password = ada.password.unwrap_or_default().into();
            let started = tokio::time::Instant::now();
            fixture
                .hook
                .sign_in(&UserId::of_directory(user_id.to_owned()), &password, fixture.now())
                .await
                .expect("answers");
            took.push(started.elapsed());
        }
    }
    // The least of several is what other work on the machine has prolonged least.
    let [somebody, nobody] = took.map(|took| took.into_iter().min().unwrap_or_default());
    let margin = Duration::from_millis(5);
    let is_alike = nobody * 2 + margin >= somebody && somebody * 2 + margin >= nobody;
    assert!(is_alike, "{} ms for somebody, {} ms for nobody", somebody.as_millis(), nobody.as_millis());
}
