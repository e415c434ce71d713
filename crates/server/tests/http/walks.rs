//! Everything that somebody who can prove nothing can do with a user ID, by one kind of proof.

use regain_server::ports::{CallEvent, CallRef};
use serde_json::{Value, json};

use crate::{
    counters::wrong,
    people::APP_KEY,
    proofs::called,
    seen::Seen,
    world::{Got, Session, World, bare},
};

/// A walk, and what was seen on it.
pub(crate) struct Walk<'a> {
    world: &'a World,
    kind: &'a str,
    user_id: &'a str,
    pub(crate) seen: Vec<(String, Seen)>,
    flows: Vec<String>,
}

/// All of it; returns what was seen, and how many lines were written into the audit log.
pub(crate) async fn walk(world: &World, kind: &str, user_id: &str) -> (Vec<(String, Seen)>, usize) {
    let mut walk = Walk { world, kind, user_id, seen: Vec::new(), flows: Vec::new() };
    match kind {
        "call" => walk.is_called().await,
        "questions" => walk.is_asked().await,
        _ => walk.has_codes().await,
    }
    walk.asks_for_administrators().await;
    walk.lets_it_expire().await;
    if ["email", "sms", "authenticator", "recovery_codes"].contains(&kind) {
        walk.uses_up_the_tries_of_the_day().await;
    }
    walk.says_who_it_is_too_often().await;
    let mut lines = 0;
    for flow in &walk.flows {
        lines += world.app.ports().store.audit(&flow.as_str().into()).await.expect("answers").len();
    }
    (walk.seen, lines)
}

impl Walk<'_> {
    fn note(&mut self, what: &str, got: &Got) {
        self.seen.push((what.to_owned(), Seen::of(got).of_kind(self.kind)));
    }

    async fn says(&mut self, session: &mut Session, answer: Value) -> Got {
        let what = answer.to_string();
        let got = session.answer(self.world, answer).await;
        self.note(&what, &got);
        got
    }

    async fn begins(&mut self) -> Session {
        let session = self.world.begin().await;
        self.flows.push(session.id.clone());
        session
    }

    /// A flow in which the way was chosen.
    async fn chooses(&mut self) -> Session {
        let mut session = self.begins().await;
        self.says(&mut session, json!({ "do": "identify", "user_id": self.user_id })).await;
        assert_eq!(session.step_name(), "choose_method", "{}", self.user_id);
        self.says(&mut session, json!({ "do": "choose", "method": "nonsense" })).await;
        self.chooses_again(&mut session).await;
        session
    }

    async fn chooses_again(&mut self, session: &mut Session) {
        let method = session.of_kind(self.kind)[0]["id"].clone();
        let got = session.answer(self.world, json!({ "do": "choose", "method": method })).await;
        self.note("choose", &got);
    }

    /// A code that is wrong, whatever is queued and whatever an app shows.
    async fn wrong(&self) -> Value {
        match self.kind {
            "authenticator" => {
                let key = regain_protocol::Secret::new(APP_KEY.to_vec());
                let shown = |code: &String| {
                    regain_server::totp::step_of(Some(&key), &code.as_str().into(), self.world.now()).is_some()
                };
                let code = (0..10).map(|code| format!("{code:06}")).find(|code| !shown(code)).expect("one of them");
                json!({ "do": "verify", "code": code })
            }
            "recovery_codes" => json!({ "do": "verify", "code": "ZZZZZ-ZZZZZ-ZZZZZ" }),
            _ => wrong(&self.world.code().await.expect("a code is queued, even if nobody gets it")),
        }
    }

    async fn has_codes(&mut self) {
        let mut session = self.chooses().await;
        let wrong = self.wrong().await;
        for answer in [
            json!({ "do": "resend" }),
            json!({ "do": "verify", "code": "" }),
            wrong.clone(),
            wrong,
            json!({ "do": "choose_another" }),
        ] {
            self.says(&mut session, answer).await;
        }
        self.chooses_again(&mut session).await;
        self.says(&mut session, json!({ "do": "set_password", "password": "a river that runs north" })).await;
        for wait in [30, 30, 600] {
            self.world.advance(wait);
            self.says(&mut session, json!({ "do": "resend" })).await;
            self.says(&mut session, json!({ "do": "resend" })).await;
        }
        let wrong = self.wrong().await;
        self.says(&mut session, json!({ "do": "ask_administrator", "more": 1 })).await;
        for _ in 0..4 {
            self.says(&mut session, wrong.clone()).await;
        }
        self.is_over(&session).await;
    }

    async fn is_asked(&mut self) {
        let mut session = self.chooses().await;
        let nonsense = session.answers(|_| "no idea".to_owned());
        for _ in 0..2 {
            let got = session.answer(self.world, nonsense.clone()).await;
            self.note("wrong answers", &got);
        }
        self.says(&mut session, json!({ "do": "answer", "answers": [] })).await;
        self.says(&mut session, json!({ "do": "answer", "answers": [{ "question": "x", "answer": "y" }] })).await;
        self.says(&mut session, json!({ "do": "choose_another" })).await;
        self.chooses_again(&mut session).await;
        for _ in 0..4 {
            let got = session.answer(self.world, nonsense.clone()).await;
            self.note("wrong answers", &got);
        }
        self.is_over(&session).await;
    }

    async fn is_called(&mut self) {
        let mut session = self.chooses().await;
        for _ in 0..3 {
            self.rings_for_a_minute(&mut session).await;
            self.says(&mut session, json!({ "do": "call_again" })).await;
        }
        self.rings_for_a_minute(&mut session).await;
        self.says(&mut session, json!({ "do": "call_again" })).await;
        self.says(&mut session, json!({ "do": "choose_another" })).await;
        self.chooses_again(&mut session).await;
    }

    /// A call that nobody answers, looked at every second. A real phone rings and is left alone; how long it
    /// takes to ring and rings, and whether a machine answers it, is different every time.
    async fn rings_for_a_minute(&mut self, session: &mut Session) {
        let queued: Vec<_> = self.world.mail().await.into_iter().filter_map(called).collect();
        let [(to, call)] = &*queued else { panic!("one call is queued, not {}", queued.len()) };
        let mut status = String::new();
        let mut rung = 0;
        for second in 0..60 {
            if to.is_some() {
                self.phone(call, second).await;
            }
            let got = session.show(self.world).await;
            let now = got.body["step"]["status"].as_str().expect("a call").to_owned();
            rung = if now == "ringing" { rung + 1 } else { 0 };
            if rung == 4 {
                // Three seconds after it began to ring.
                self.says(session, json!({ "do": "call_again" })).await;
            }
            if now != status && now != "answered" {
                self.note("look", &got);
            }
            status = now;
            self.world.advance(1);
        }
    }

    async fn phone(&self, call: &CallRef, second: i32) {
        let event = match second {
            2 => CallEvent::Ringing,
            30 => CallEvent::Over,
            _ => return,
        };
        self.world.hears(call, event).await;
    }

    async fn asks_for_administrators(&mut self) {
        for _ in 0..4 {
            let mut session = self.chooses().await;
            self.says(&mut session, json!({ "do": "ask_administrator" })).await;
            self.says(&mut session, json!({ "do": "send_request", "message": "x".repeat(1001) })).await;
            let got = session.answer(self.world, json!({ "do": "send_request", "message": "Please help" })).await;
            // It says again who was named.
            if let Some(user_id) = got.body.pointer("/flow/step/user_id") {
                assert_eq!(*user_id, self.user_id);
            }
            self.seen.push(("send_request".to_owned(), Seen::of(&got)));
            self.world.advance(601);
        }
        let last = self.seen.last().expect("something was seen");
        assert_eq!(last.1.status, 429, "three requests an hour");
    }

    async fn lets_it_expire(&mut self) {
        let mut session = self.chooses().await;
        self.world.advance(900);
        let got = session.show(self.world).await;
        self.note("look", &got);
        self.says(&mut session, json!({ "do": "verify", "code": "123456" })).await;
        self.says(&mut session, json!({ "do": "ask_administrator" })).await;
        let mut cancelled = self.chooses().await;
        let path = format!("/v1/flows/{}", cancelled.id);
        let got = self.world.send(bare(axum::http::Method::DELETE, &path, Some(&cancelled.token))).await;
        self.note("cancel", &got);
        self.says(&mut cancelled, json!({ "do": "ask_administrator" })).await;
        self.world.mail().await;
    }

    async fn uses_up_the_tries_of_the_day(&mut self) {
        self.world.advance(601);
        let mut sessions = Vec::new();
        for _ in 0..4 {
            sessions.push(self.chooses().await);
        }
        let wrong = self.wrong().await;
        for session in &mut sessions {
            for _ in 0..5 {
                self.says(session, wrong.clone()).await;
            }
        }
        let last = &self.seen.last().expect("something was seen").1;
        if ["email", "sms"].contains(&self.kind) {
            assert_eq!(last.body["code"], "code_expired", "the cap of the day: {last:?}");
            let mut session = sessions.pop().expect("the last");
            self.says(&mut session, json!({ "do": "resend" })).await;
            assert_eq!(session.step()["length"], 10);
            for code in ["ZZZZZZZZZZ", "zzzzz zzzzz", "123456", "", "ZZZZZ-ZZZZZ", "ZZZZZZZZZZ"] {
                self.says(&mut session, json!({ "do": "verify", "code": code })).await;
            }
            self.is_over(&session).await;
        } else {
            assert!(last.body["flow"]["step"]["retry_at"].is_string(), "the cap of the day: {last:?}");
        }
    }

    async fn says_who_it_is_too_often(&mut self) {
        self.world.advance(601);
        for _ in 0..21 {
            let mut session = self.begins().await;
            self.says(&mut session, json!({ "do": "identify", "user_id": self.user_id })).await;
        }
        let last = &self.seen.last().expect("something was seen").1;
        assert_eq!(last.status, 429);
    }

    async fn is_over(&mut self, session: &Session) {
        let got = session.show(self.world).await;
        assert_eq!(got.body["step"]["name"], "ended", "{}", self.user_id);
        self.note("look", &got);
    }
}
