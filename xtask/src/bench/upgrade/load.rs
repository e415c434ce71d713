//! People who reset their passwords while servers come and go.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use regain_load::{Answered, Client, MailServer, Session, address, user_id};
use serde_json::json;

/// The number of people of each client.
pub(super) const PEOPLE_EACH: usize = 8;

/// The number of people who begin before the upgrade and finish after it: one at each step.
pub(super) const LINGERING: usize = 4;

/// The least number of resets that say anything.
const ENOUGH: u64 = 20;

/// Statuses of answers, and the longest time that one took.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) resets: u64,
    pub(super) statuses: BTreeMap<u16, u64>,
    pub(super) longest: Duration,
}

impl Outcome {
    pub(super) fn requests(&self) -> u64 {
        self.statuses.values().sum()
    }

    fn note(&mut self, answered: &Answered) {
        *self.statuses.entry(answered.status).or_default() += 1;
        self.longest = self.longest.max(answered.took);
    }

    fn add(&mut self, other: Self) {
        self.resets += other.resets;
        self.longest = self.longest.max(other.longest);
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
    }
}

pub(super) fn is_enough(resets: u64) -> Result<()> {
    ensure!(resets >= ENOUGH, "{resets} resets");
    Ok(())
}

/// Clients at work.
pub(super) struct Load {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    clients: Vec<JoinHandle<Result<Outcome>>>,
}

impl Load {
    pub(super) fn start(port: u16, mail: &MailServer, clients: u32) -> Self {
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let first = |client: usize| LINGERING + client * PEOPLE_EACH;
        let clients = (0..clients as usize)
            .map(|client| {
                let (stop, done, mail) = (Arc::clone(&stop), Arc::clone(&done), mail.clone());
                thread::spawn(move || {
                    let (mut connection, mut outcome) = (Client::connect(port)?, Outcome::default());
                    while !stop.load(Ordering::Relaxed) {
                        let person = first(client) + usize::try_from(outcome.resets)? % PEOPLE_EACH;
                        let mut reset = Reset::begin(&mut connection, person, &mut outcome)?;
                        while !reset.step(&mut connection, &mail, &mut outcome)? {}
                        outcome.resets += 1;
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(outcome)
                })
            })
            .collect();
        Self { stop, done, clients }
    }

    /// The number of resets so far.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Lets everybody finish.
    pub(super) fn stop(self) -> Result<Outcome> {
        self.stop.store(true, Ordering::Relaxed);
        let mut outcome = Outcome::default();
        for client in self.clients {
            outcome.add(client.join().unwrap_or_else(|_| bail!("a client panicked"))?);
        }
        Ok(outcome)
    }
}

/// A reset under way.
struct Reset {
    session: Session,
    person: usize,
}

impl Reset {
    fn begin(client: &mut Client, person: usize, outcome: &mut Outcome) -> Result<Self> {
        let key = format!("begin-{person}-{}", outcome.requests());
        let body = json!({ "kind": "reset" }).to_string();
        let begun = client.send("POST", "/v1/flows", "", Some(&key), &body)?;
        outcome.note(&begun);
        Ok(Self { session: Session::of(&begun)?, person })
    }

    /// Gives the next answer; `true` once the reset is done.
    fn step(&mut self, client: &mut Client, mail: &MailServer, outcome: &mut Outcome) -> Result<bool> {
        let answer = match self.name() {
            "identify" => json!({ "do": "identify", "user_id": user_id(self.person) }),
            "choose_method" => {
                let method = self.session.method("email").context("no mail is offered")?;
                json!({ "do": "choose", "method": method })
            }
            "enter_code" => json!({ "do": "verify", "code": mail.code(&address(self.person))? }),
            "new_password" => {
                let password = format!("a river that runs north {} {}", self.person, outcome.requests());
                json!({ "do": "set_password", "password": password })
            }
            other => bail!("a reset is at {other}: {}", self.session.step),
        };
        let key = format!("answer-{}", outcome.requests());
        let answered = client.ask_by(&mut self.session, &answer, Some(&key))?;
        outcome.note(&answered);
        ensure!(answered.status == 200, "{} was answered with {}: {}", answer["do"], answered.status, answered.body);
        Ok(self.name() == "done")
    }

    fn name(&self) -> &str {
        self.session.step["name"].as_str().unwrap_or_default()
    }
}

/// People who are at each step of a reset when the upgrade begins.
pub(super) struct Lingering {
    client: Client,
    resets: Vec<Reset>,
    outcome: Outcome,
}

impl Lingering {
    /// Brings the first of them to the first step, the second to the second, and so on.
    pub(super) fn begin(port: u16, mail: &MailServer) -> Result<Self> {
        let (mut client, mut outcome, mut resets) = (Client::connect(port)?, Outcome::default(), Vec::new());
        for person in 0..LINGERING {
            let mut reset = Reset::begin(&mut client, person, &mut outcome)?;
            for _ in 0..person {
                ensure!(!reset.step(&mut client, mail, &mut outcome)?, "a reset has fewer steps than that");
            }
            resets.push(reset);
        }
        Ok(Self { client, resets, outcome })
    }

    /// Has each of them give one answer.
    pub(super) fn step(&mut self, mail: &MailServer) -> Result<()> {
        for reset in &mut self.resets {
            if reset.name() != "new_password" {
                reset.step(&mut self.client, mail, &mut self.outcome)?;
            }
        }
        Ok(())
    }

    /// Has all of them finish.
    pub(super) fn finish(&mut self, mail: &MailServer) -> Result<()> {
        for reset in &mut self.resets {
            while !reset.step(&mut self.client, mail, &mut self.outcome)? {}
            self.outcome.resets += 1;
        }
        Ok(())
    }

    pub(super) fn resets(&self) -> u64 {
        self.outcome.resets
    }
}
