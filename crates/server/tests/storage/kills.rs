//! A2: a server that is killed at random loses nothing that it said was done.

use std::{collections::HashMap, fs, thread, time::Duration};

use regain_server::ports::{OsRng, Rng as _};
use serde_json::json;

use crate::{client::Session, program::Installation, smtp_sink::Sink};

/// The number of kills.
const KILLS: u32 = 4;

/// The number of people, of whom each has one reset under way at most.
const PEOPLE: usize = 3;

/// The outcomes of a person's resets.
#[derive(Default)]
struct Said {
    /// The password of the last reset that was said to be done.
    done: Option<String>,
    /// The passwords of later ones of which nobody knows.
    perhaps: Vec<String>,
    /// The flows that were said to be done.
    flows: Vec<String>,
}

/// One reset; `Err` where the server did not answer.
fn reset(address: &str, sink: &Sink, user_id: &str, password: &str, said: &mut Said) -> std::io::Result<()> {
    let mut session = Session::begin(address)?;
    session.ask(user_id)?;
    // A code of a flow that ended with the server before may come first.
    let mut proved = Err(std::io::ErrorKind::TimedOut.into());
    for _ in 0..4 {
        let Some(code) = sink.code_within(Duration::from_secs(5)) else { break };
        proved = session.answer(json!({ "do": "verify", "code": code }));
        if !matches!(&proved, Err(error) if error.to_string().starts_with("422")) {
            break;
        }
    }
    proved?;
    said.perhaps.push(password.to_owned());
    // The server that died may have been changing the account: its claim is waited for, some seconds in each request.
    let set = || json!({ "do": "set_password", "password": password });
    let mut answered = session.answer(set());
    for _ in 0..3 {
        answered = match answered {
            Err(error) if error.to_string().starts_with("503") => session.answer(set()),
            answered => answered,
        };
    }
    answered?;
    assert_eq!(session.step()["outcome"], "reset");
    said.perhaps.clear();
    said.done = Some(password.to_owned());
    said.flows.push(session.id().to_owned());
    Ok(())
}

/// Checks an installation against what was said.
fn has_all(installation: &Installation, said: &HashMap<String, Said>) {
    let server = installation.start();
    let log = installation.succeeds(&["audit"]);
    for (user_id, said) in said {
        for flow in &said.flows {
            let is_audited =
                log.lines().any(|line| line.contains(flow.as_str()) && line.contains("\"event\":\"password_reset\""));
            assert!(is_audited, "{user_id}: {flow} is not in the log");
        }
        let Some(done) = &said.done else { continue };
        let mut passwords = std::iter::once(done).chain(&said.perhaps);
        let signs_in = passwords.any(|password| Session::signed_in(&server.address, user_id, password).is_ok());
        assert!(signs_in, "{user_id}: the password that was said to be set is not");
    }
    server.stop();
}

#[test]
fn a2_no_reset_that_was_said_to_be_done_is_lost_by_a_kill() {
    let sink = Sink::start();
    let installation = Installation::new(sink.port);
    let person = |n: usize| {
        format!(
            "[[people]]\nuser_id = 'p{n}@example.com'\nname = 'P'\npassword = 'analytical engine notes'\nmails = [{{ role = 'alternate', address = 'p{n}@home.example' }}]\n"
        )
    };
    installation.import(&(0..PEOPLE).map(person).collect::<String>());
    let mut said: HashMap<String, Said> = HashMap::new();
    for kill in 0..KILLS {
        let server = installation.start();
        let address = server.address.clone();
        let mut random = [0; 2];
        OsRng.fill(&mut random);
        let lives = Duration::from_millis(u64::from(u16::from_le_bytes(random)) % 500);
        let mut resets = (0..).map(|n| {
            let user_id = format!("p{}@example.com", n % PEOPLE);
            let password = format!("a river that runs north {kill} {n}");
            let said = said.entry(user_id.clone()).or_default();
            reset(&address, &sink, &user_id, &password, said)
        });
        // One is done for certain, and the server dies during one of those that follow.
        resets.next().expect("there is always one").expect("is done");
        let killer = thread::spawn(move || {
            thread::sleep(lives);
            server.kill();
        });
        assert!(resets.take(1000).any(|reset| reset.is_err()), "it was never killed");
        killer.join().expect("no panic");
        // Taken as it lies there: the file with its log of writes.
        let copy = Installation::new(sink.port);
        for name in ["regain.db", "regain.db-wal", "server.key"] {
            if installation.has(name) {
                fs::copy(installation.path(name), copy.path(name)).expect("copies");
            }
        }
        has_all(&copy, &said);
    }
    has_all(&installation, &said);
}
