//! At a random moment one of the processes is killed, or PostgreSQL restarts, while many people reset their passwords.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use mail_parser::MessageParser;
use regain_server::ports::{Accounts as _, Channel, Clock as _, OsRng, Rng as _, SignIn, Store as _, SystemClock};
use tokio::time::sleep;

use super::{
    database::Shared,
    pair::{CONFIGURATION, Pair, Server},
    people::address,
    walk::password,
};

/// The number of people who reset their passwords over a file, each once.
const PEOPLE: usize = 200;

/// The same over PostgreSQL.
const PEOPLE_ON_POSTGRES: usize = 80;

/// The number of them who are at it at a time.
const AT_A_TIME: usize = 8;

/// The blow that the processes have to withstand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blow {
    ServerIsKilled,
    DatabaseRestarts,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn d7_d20_of_two_processes_one_is_killed_and_every_reset_counts_once() {
    every_reset_counts_once(Shared::File, Blow::ServerIsKilled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_processes_on_postgresql_one_is_killed_and_every_reset_counts_once() {
    every_reset_counts_once(Shared::on_postgres("killed").await, Blow::ServerIsKilled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgresql_restarts_under_load_and_every_reset_counts_once() {
    every_reset_counts_once(Shared::alone_on_postgres("restarted").await, Blow::DatabaseRestarts).await;
}

/// Every reset that was said to be done is there, in the log once, and confirmed once: nothing is lost with the process
/// that dies, and nothing is done twice by the other.
async fn every_reset_counts_once(mut shared: Shared, blow: Blow) {
    let people = match &shared {
        Shared::File => PEOPLE,
        Shared::Postgres(..) => PEOPLE_ON_POSTGRES,
    };
    let Pair { site, mut first, second, crowd } = Pair::start(&shared, people).await;
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..AT_A_TIME)
        .map(|_| {
            let (crowd, next) = (Arc::clone(&crowd), Arc::clone(&next));
            tokio::spawn(async move {
                let mut flows = Vec::new();
                loop {
                    let person = next.fetch_add(1, Ordering::SeqCst);
                    if person >= people {
                        return flows;
                    }
                    flows.push((person, crowd.reset(person).await));
                }
            })
        })
        .collect();

    let mut random = [0];
    OsRng.fill(&mut random);
    let after = 20 + usize::from(random[0]) * (people - 50) / 255;
    eprintln!("killed after {after} resets");
    while crowd.done.load(Ordering::SeqCst) < after {
        assert!(!workers.iter().any(tokio::task::JoinHandle::is_finished), "somebody could not go on");
        sleep(Duration::from_millis(1)).await;
    }
    if blow == Blow::DatabaseRestarts {
        shared.restart();
    } else {
        first.kill();
        first = Server::start(&site.folder, CONFIGURATION);
        *crowd.addresses.lock().expect("not poisoned") = vec![first.address.clone(), second.address.clone()];
    }

    let mut flows = Vec::new();
    for worker in workers {
        flows.extend(worker.await.expect("no panic"));
    }
    assert_eq!(flows.len(), people);

    // Queued messages are sent; those that the dead one was sending stay until their lease is over.
    let store = site.store();
    let mut waiting = 0;
    while waiting < 10 {
        assert!(Instant::now() < crowd.until, "the queue does not run empty");
        waiting = if crowd.is_idle().await { waiting + 1 } else { 0 };
    }
    drop((first, second));
    let later = SystemClock.now() + SignedDuration::from_mins(5);
    let mut left_behind = Vec::new();
    while let Some(message) =
        store.claim_message(&Channel::ALL, later, later + SignedDuration::from_mins(3)).await.expect("answers")
    {
        left_behind.push(message.id);
    }
    eprintln!("{} notices were with the dead process", left_behind.len());
    let workers = if blow == Blow::ServerIsKilled { 4 } else { 8 };
    assert!(left_behind.len() <= workers, "no more than there were workers: {left_behind:?}");

    let mut confirmed: HashMap<String, Vec<String>> = HashMap::new();
    for mail in crowd.mail.taken() {
        let parsed = MessageParser::default().parse(&mail.data).expect("a mail");
        if !parsed.subject().expect("a subject").contains("verification code") {
            let id = parsed.message_id().expect("an id").split('@').next().expect("a name").to_owned();
            confirmed.entry(mail.to[0].clone()).or_default().push(id);
        }
    }
    let mut missing = 0;
    for (person, flow) in flows {
        let audit = store.audit(&flow.as_str().into()).await.expect("answers");
        let resets = audit.iter().filter(|entry| entry.event == "password_reset").count();
        assert_eq!(resets, 1, "person {person}: {audit:?}");
        let user_id = format!("person{person}").parse().expect("a user ID");
        let signed_in = site.directory.sign_in(&user_id, &password(person).into(), SystemClock.now()).await;
        assert!(matches!(signed_in, Ok(SignIn::Accepted(_))), "person {person}: {signed_in:?}");
        match confirmed.get(&address(person)).map(Vec::as_slice) {
            // The other process may have died between the mail server's answer and its own note of it.
            Some([_]) => {}
            Some([one, another]) => panic!("person {person} was told twice: {one}, {another}"),
            Some(more) => panic!("person {person} was told {} times", more.len()),
            None => missing += 1,
        }
    }
    assert!(missing <= left_behind.len(), "{missing} were not told");
}
