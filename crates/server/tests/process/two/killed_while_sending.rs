//! A process dies in the middle of the SMTP dialogue: nothing is lost, and nothing is doubled.

use std::time::{Duration, Instant};

use mail_parser::MessageParser;
use serde_json::Value;
use tokio::time::sleep;

use super::{
    database::{Connection, Shared},
    pair::{Server, Site},
    people::{code, send},
    walk::{Request, Walk},
};
use crate::smtp_server::{Behaviour, Hang, SmtpServer};

/// The time within which each thing must have happened.
const PATIENCE: Duration = Duration::from_secs(30);

/// The configuration with a mail server that stops answering.
const STUCK: &str = "stuck.toml";

/// The configuration with one that works.
const WORKING: &str = "working.toml";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_dies_with_a_mail_that_the_mail_server_has() {
    of_each_mail_one_arrives(Shared::File, Hang::AfterTheMail).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_dies_with_a_mail_that_the_mail_server_was_about_to_take() {
    of_each_mail_one_arrives(Shared::File, Hang::AfterData).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_on_postgresql_dies_with_a_mail_that_the_mail_server_has() {
    of_each_mail_one_arrives(Shared::on_postgres("taken").await, Hang::AfterTheMail).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_on_postgresql_dies_with_a_mail_that_the_mail_server_was_about_to_take() {
    of_each_mail_one_arrives(Shared::on_postgres("untaken").await, Hang::AfterData).await;
}

async fn ask(server: &Server, request: &Request) -> Value {
    let (status, got) = send(&server.address, request).await.expect("answers");
    assert!(matches!(status, 200 | 201), "{status} {got} to {request:?}");
    got
}

/// Waits for something.
async fn until(expected: &str, mut is_there: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_there().await {
        assert!(begun.elapsed() < PATIENCE, "{expected} does not come");
        sleep(Duration::from_millis(10)).await;
    }
}

fn message_ids(mail: &SmtpServer) -> Vec<String> {
    let id = |data: &[u8]| Some(MessageParser::default().parse(data)?.message_id()?.to_owned());
    mail.taken().iter().map(|mail| id(&mail.data).expect("an id")).collect()
}

/// A code that a dead process was sending is never sent by another one, and the person asks for another; a notice, which
/// nobody asks for again, is sent by the other with the same `Message-ID`.
async fn of_each_mail_one_arrives(shared: Shared, hang: Hang) {
    let site = Site::make(&shared, 1).await;
    let (stuck, working) = (
        SmtpServer::plain(Behaviour { hangs: Some(hang), ..Behaviour::default() }).await,
        SmtpServer::plain(Behaviour::default()).await,
    );
    site.configure(STUCK, &stuck);
    site.configure(WORKING, &working);
    let mut beside = shared.connect(&site.folder).await;
    let claimed =
        async |beside: &mut Connection| beside.number("SELECT count(*) FROM messages WHERE progress = 'claimed'").await;

    // A code.
    let mut server = Server::start(&site.folder, STUCK);
    let mut walk = Walk::begun(0, &ask(&server, &Walk::begin(0)).await);
    while walk.step() != "enter_code" {
        walk.take(&ask(&server, &walk.next(None)).await);
    }
    until("a mail", async || stuck.stuck() == 1).await;
    assert_eq!(claimed(&mut beside).await, 1);
    server.kill();
    beside.outlive().await;

    let mut server = Server::start(&site.folder, WORKING);
    until("the end of the code", async || claimed(&mut beside).await == 0).await;
    assert_eq!(working.taken().len(), 0, "nobody gets two codes for one ask");
    if hang == Hang::AfterData {
        assert_eq!(stuck.taken().len(), 0);
        walk.take(&ask(&server, &walk.next(None)).await);
        until("another code", async || code(&working, 0).is_some()).await;
    }
    let arrived = code(&stuck, 0).or_else(|| code(&working, 0)).expect("one of them came");
    walk.take(&ask(&server, &walk.next(Some(&arrived))).await);
    assert_eq!(walk.step(), "new_password");
    server.kill();
    let (codes_of_one, codes_of_other) = (stuck.taken().len(), working.taken().len());
    assert_eq!(codes_of_one + codes_of_other, 1);

    // The notice.
    let mut server = Server::start(&site.folder, STUCK);
    walk.take(&ask(&server, &walk.next(None)).await);
    assert_eq!(walk.step(), "done");
    until("a mail", async || stuck.stuck() == 2).await;
    server.kill();
    beside.outlive().await;

    let _server = Server::start(&site.folder, WORKING);
    until("the notice", async || working.taken().len() > codes_of_other).await;
    until("the end of the queue", async || claimed(&mut beside).await == 0).await;
    let notices = message_ids(&working).split_off(codes_of_other);
    assert_eq!(notices.len(), 1);
    let of_the_dead = message_ids(&stuck).split_off(codes_of_one);
    assert!(of_the_dead.iter().all(|id| *id == notices[0]), "a mail reader takes them for one: {of_the_dead:?}");
    assert_eq!(of_the_dead.len(), usize::from(hang == Hang::AfterTheMail));
    for event in ["proved", "password_reset"] {
        assert_eq!(site.events(&walk.id, event).await, 1, "{event}");
    }
}
