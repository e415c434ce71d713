//! At each step of a reset the process dies that has the request, and the other one goes on with it.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use mail_parser::MessageParser;
use regain_server::ports::{Accounts as _, Clock as _, SignIn, SystemClock};
use serde_json::Value;
use tokio::{task::block_in_place, time::sleep};

use super::{
    database::{Connection, Shared},
    pair::{CONFIGURATION, Pair, Server, Site},
    people::{Crowd, address, answered, begin, send},
    walk::{Request, Walk, password},
};

/// The moment at which a process dies of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// It has the request, and nothing of it is committed.
    BeforeTheCommit,
    /// It has committed, and its answer comes to nobody.
    AfterTheCommit,
}

/// The flow that is gone through while processes die.
struct Ordeal {
    site: Site,
    crowd: Arc<Crowd>,
    /// The one that gets the next request and dies, and the other.
    servers: [Server; 2],
    beside: Connection,
    moment: Moment,
}

impl Ordeal {
    /// Has one process die of a request and the other one answer it; a new one takes the place of the dead.
    async fn outlive(&mut self, request: &Request) -> Value {
        let [dies, goes_on] = &mut self.servers;
        match self.moment {
            Moment::BeforeTheCommit => {
                // A file is locked whole, so nothing is committed there whenever the process dies.
                match (&self.beside, request.body["do"].as_str()) {
                    (Connection::Postgres(_), Some("set_password")) => self.beside.hold_accounts().await,
                    _ => self.beside.hold_flows().await,
                }
                let connection = begin(&dies.address, request).await.expect("takes it");
                match &self.beside {
                    Connection::Postgres(_) => self.beside.is_waited_for().await,
                    // Nobody can see who waits for a file; the server is at work, at least.
                    Connection::File(_) => {
                        let alive = block_in_place(|| crate::answer(&dies.address, "GET /healthz"));
                        assert!(alive.starts_with("HTTP/1.1 200 "), "{alive}");
                    }
                }
                dies.kill();
                self.beside.release().await;
                let answer = answered(connection).await;
                assert!(answer.is_err(), "{request:?} was answered: {answer:?}");
            }
            Moment::AfterTheCommit => {
                let (status, got) = send(&dies.address, request).await.expect("answers");
                assert!(matches!(status, 200 | 201), "{status} {got} to {request:?}");
                dies.kill();
            }
        }
        *self.crowd.addresses.lock().expect("not poisoned") = vec![goes_on.address.clone()];
        let (status, got) = self.crowd.ask(0, request).await;
        assert!(matches!(status, 200 | 201), "{status} {got} to {request:?}");
        *dies = Server::start(&self.site.folder, CONFIGURATION);
        self.servers.swap(0, 1);
        got
    }

    /// Waits until a server has sent all that is queued, with what dead ones left behind.
    async fn delivers(&mut self) {
        while !self.crowd.is_idle().await {}
        self.servers.iter_mut().for_each(Server::kill);
        self.beside.outlive().await;
        self.servers[0] = Server::start(&self.site.folder, CONFIGURATION);
        let queued = "SELECT count(*) FROM messages WHERE progress IN ('queued', 'claimed')";
        while self.beside.number(queued).await > 0 {
            assert!(Instant::now() < self.crowd.until, "the queue does not run empty");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn at_each_step_a_process_dies_before_it_commits() {
    a_reset_outlives_its_servers(Shared::File, Moment::BeforeTheCommit).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn at_each_step_a_process_dies_after_it_has_committed() {
    a_reset_outlives_its_servers(Shared::File, Moment::AfterTheCommit).await;
}

/// With the new password it dies between the claim on the account and the change.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn at_each_step_on_postgresql_a_process_dies_before_it_commits() {
    a_reset_outlives_its_servers(Shared::on_postgres("unsaid").await, Moment::BeforeTheCommit).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn at_each_step_on_postgresql_a_process_dies_after_it_has_committed() {
    a_reset_outlives_its_servers(Shared::on_postgres("unheard").await, Moment::AfterTheCommit).await;
}

/// Nothing is lost with the process that dies, and nothing is done twice by the other.
async fn a_reset_outlives_its_servers(shared: Shared, moment: Moment) {
    let Pair { site, first, second, crowd } = Pair::start(&shared, 1).await;
    let beside = shared.connect(&site.folder).await;
    let mut ordeal = Ordeal { site, crowd, servers: [first, second], beside, moment };

    let begun = ordeal.outlive(&Walk::begin(0)).await;
    let mut walk = Walk::begun(0, &begun);
    let (mut steps, mut lost) = (Vec::new(), 0);
    while walk.step() != "done" {
        let mut code = None;
        if walk.step() == "enter_code" {
            code = ordeal.crowd.arrives(0).await;
            lost += usize::from(code.is_none());
        }
        steps.push(walk.step().to_owned());
        let got = ordeal.outlive(&walk.next(code.as_deref())).await;
        walk.take(&got);
    }
    steps.dedup();
    assert_eq!(steps, ["identify", "choose_method", "enter_code", "new_password"]);
    ordeal.delivers().await;

    for event in ["flow_begun", "proved", "password_reset"] {
        assert_eq!(ordeal.site.events(&walk.id, event).await, 1, "{event}");
    }
    assert_eq!(ordeal.site.events(&walk.id, "code_sent").await, 1 + lost, "another one for each that was lost");
    let (user_id, new) = ("person0".parse().expect("a user ID"), password(0).into());
    let signed_in = ordeal.site.directory.sign_in(&user_id, &new, SystemClock.now());
    assert!(matches!(signed_in.await, Ok(SignIn::Accepted(_))));

    let mut subjects: HashMap<String, String> = HashMap::new();
    for mail in ordeal.crowd.mail.taken() {
        assert_eq!(mail.to, [address(0)]);
        let parsed = MessageParser::default().parse(&mail.data).expect("a mail");
        subjects.insert(parsed.message_id().expect("an id").to_owned(), parsed.subject().expect("one").to_owned());
    }
    let (codes, notices): (Vec<_>, Vec<_>) =
        subjects.into_values().partition(|subject| subject.contains("verification code"));
    assert!((1..=1 + lost).contains(&codes.len()), "{lost} lost: {codes:?}");
    assert_eq!(notices.len(), 1, "{notices:?}");
}
