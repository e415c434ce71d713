//! The jobs of people who get on: whole resets and registrations, each from another network.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::{Answered, Client, MailServer, PASSWORD, Session, address, user_id};

/// Wait of a client that was answered with 503, which says five seconds.
const UNAVAILABLE_WAIT: Duration = Duration::from_secs(1);

/// The number of times that a request is repeated after a 503.
const REPEATS: u32 = 10;

/// The number of networks that jobs came from so far, of all workers.
static NETWORKS: AtomicU32 = AtomicU32::new(0);

/// A client with what it needs, and the statuses that it was answered with.
pub struct Worker {
    client: Client,
    mail: MailServer,
    /// The number of jobs so far.
    done: u32,
    number: u32,
    /// Statuses since they were last taken.
    pub statuses: Vec<u16>,
}

/// Detours on the way to the reset.
#[derive(Debug, Clone, Copy, Default)]
pub struct Detours {
    /// A wrong code first.
    pub wrong_code: bool,
    /// The page is reloaded while a code is waited for.
    pub resume: bool,
}

impl Worker {
    /// A worker at a server on this computer, which no other has the number of.
    pub fn new(port: u16, mail: MailServer, number: u32) -> Result<Self> {
        Ok(Self { client: Client::connect(port)?, mail, done: 0, number, statuses: Vec::new() })
    }

    /// Goes to another network.
    fn move_on(&mut self) {
        self.done += 1;
        let [a, b, c, d] = NETWORKS.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        self.client.move_to(&format!("{}.{b}.{c}.{d}", a.saturating_add(20)));
    }

    /// Begins a flow, and no more.
    pub fn create(&mut self) -> Result<()> {
        self.move_on();
        self.begin("reset").map(drop)
    }

    /// Begins a reset until a code is sent to a person.
    pub fn start(&mut self, person: usize) -> Result<Session> {
        self.move_on();
        let mut session = self.begin("reset")?;
        self.answer(&mut session, &json!({ "do": "identify", "user_id": user_id(person) }), 200)?;
        self.choose_mail(&mut session)?;
        Ok(session)
    }

    /// Resets a person's password to another.
    pub fn reset(&mut self, person: usize, Detours { wrong_code, resume }: Detours) -> Result<()> {
        let mut session = self.start(person)?;
        if resume {
            let looked = self.client.look(&session)?;
            self.statuses.push(looked.counted());
            ensure!(looked.status == 200, "a flow was not resumed: {}", looked.body);
        }
        if wrong_code {
            self.answer(&mut session, &json!({ "do": "verify", "code": "no code" }), 422)?;
        }
        self.prove(&mut session, person)?;
        let password = format!("a river that runs north {} {}", self.number, self.done);
        self.answer(&mut session, &json!({ "do": "set_password", "password": password }), 200)?;
        ensure!(session.step["outcome"] == "reset", "no reset: {}", session.step);
        Ok(())
    }

    /// Has a person, whose password was never reset, get new recovery codes.
    pub fn register(&mut self, person: usize) -> Result<()> {
        self.move_on();
        let mut session = self.begin("register")?;
        let sign_in = json!({ "do": "sign_in", "user_id": user_id(person), "password": PASSWORD });
        self.answer(&mut session, &sign_in, 200)?;
        self.choose_mail(&mut session)?;
        self.prove(&mut session, person)?;
        self.answer(&mut session, &json!({ "do": "add", "kind": "recovery_codes", "value": "" }), 200)?;
        self.answer(&mut session, &json!({ "do": "finish" }), 200)?;
        ensure!(session.step["outcome"] == "registered", "no registration: {}", session.step);
        Ok(())
    }

    fn begin(&mut self, kind: &str) -> Result<Session> {
        let body = json!({ "kind": kind }).to_string();
        for _ in 0..REPEATS {
            let begun = self.client.send("POST", "/v1/flows", "", None, &body)?;
            self.statuses.push(begun.counted());
            if begun.status != 503 {
                return Session::of(&begun);
            }
            thread::sleep(UNAVAILABLE_WAIT);
        }
        bail!("the server stays unavailable")
    }

    fn choose_mail(&mut self, session: &mut Session) -> Result<()> {
        let method = session.method("email").context("no mail is offered")?;
        self.answer(session, &json!({ "do": "choose", "method": method }), 200)
    }

    fn prove(&mut self, session: &mut Session, person: usize) -> Result<()> {
        let code = self.mail.code(&address(person))?;
        self.answer(session, &json!({ "do": "verify", "code": code }), 200)
    }

    /// Gives an answer, again where the server is unavailable.
    fn answer(&mut self, session: &mut Session, answer: &Value, expected: u16) -> Result<()> {
        for _ in 0..REPEATS {
            let answered = self.client.ask(session, answer)?;
            self.statuses.push(answered.counted());
            let Answered { status, body, .. } = answered;
            match status {
                503 => thread::sleep(UNAVAILABLE_WAIT),
                _ if status == expected => return Ok(()),
                _ => bail!("{} was answered with {status}: {body}", answer["do"]),
            }
        }
        bail!("the server stays unavailable")
    }
}
