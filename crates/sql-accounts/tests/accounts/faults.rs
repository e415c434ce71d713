//! Databases that are stopped, slow, in the way or gone in the middle of a write.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use regain_ports::{
    Accounts as _, Clock as _, DirectoryError, OsRng, SetPasswordError, SignIn, UnlockError,
    contract::{MovedClock, accounts::PEOPLE},
};
use regain_real_servers::{authority::Certificates, mariadb::MariaDb, postgres::Postgres};
use regain_sql_accounts::{OpenError, Settings, SqlAccounts};
use sqlx::{Connection as _, MySqlConnection, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::{
    mariadb, postgres, sqlite,
    table::{Database, Table, hash_of},
    traps::{find, id_of, to, user},
};

async fn open(settings: &Settings) -> Result<SqlAccounts, OpenError> {
    SqlAccounts::open(settings, None, Arc::new(MovedClock::default()), Arc::new(OsRng)).await
}

fn quick(settings: Settings) -> Settings {
    Settings { timeout_ms: 500, ..settings }
}

const ADA: &str = "INSERT INTO users (username, name, password, is_active, locked, failed)
                   VALUES ('ada', 'Ada', 'HASH', TRUE, FALSE, 0)";

fn ada() -> String {
    ADA.replace("HASH", &hash_of("first"))
}

async fn signs_in(accounts: &SqlAccounts, password: &str) -> bool {
    let now = MovedClock::default().now();
    matches!(accounts.sign_in(&user("ada"), &password.into(), now).await, Ok(SignIn::Accepted(_)))
}

/// Nothing is answered but that the database does not.
async fn nothing_answers(accounts: &SqlAccounts, ada: &regain_ports::AccountId) {
    let unavailable = |error: &DirectoryError| matches!(error, DirectoryError::Unavailable(_));
    assert!(accounts.find(&user("ada")).await.is_err_and(|error| unavailable(&error)));
    let now = MovedClock::default().now();
    assert!(accounts.sign_in(&user("ada"), &"first".into(), now).await.is_err_and(|error| unavailable(&error)));
    assert!(accounts.check().await.is_err_and(|error| unavailable(&error)));
    assert!(accounts.people(std::slice::from_ref(ada)).await.is_err_and(|error| unavailable(&error)));
    let set = accounts.set_password(ada, &to("second", None)).await;
    assert!(matches!(set, Err(SetPasswordError::Directory(DirectoryError::Unavailable(_)))), "{set:?}");
    let unlocked = accounts.unlock(ada).await;
    assert!(matches!(unlocked, Err(UnlockError::Directory(DirectoryError::Unavailable(_)))), "{unlocked:?}");
}

/// 4.4.13, and that it goes on by itself afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn t13_postgres_is_stopped_paused_and_started_again() {
    let mut server = Postgres::start();
    let settings = quick(postgres::prepare(&server));
    server.execute("postgres", &ada());
    let accounts = open(&settings).await.expect("opens");
    let id = id_of(&accounts, "ada").await;
    server.server().pause();
    nothing_answers(&accounts, &id).await;
    server.server().resume();
    assert!(signs_in(&accounts, "first").await);
    server.stop();
    nothing_answers(&accounts, &id).await;
    server.restart();
    assert!(signs_in(&accounts, "first").await, "nothing changed, and it connects anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn t13_mariadb_is_stopped_paused_and_started_again() {
    let mut server = MariaDb::start();
    let settings = quick(mariadb::prepare(&server));
    server.execute_as_root(&format!("USE app; {}", ada()));
    let accounts = open(&settings).await.expect("opens");
    let id = id_of(&accounts, "ada").await;
    server.server().pause();
    nothing_answers(&accounts, &id).await;
    server.server().resume();
    assert!(signs_in(&accounts, "first").await);
    server.stop();
    nothing_answers(&accounts, &id).await;
    server.restart();
    assert!(signs_in(&accounts, "first").await, "nothing changed, and it connects anew");
}

/// The application holds the row, or all of SQLite's file, in a transaction of its own.
#[tokio::test(flavor = "multi_thread")]
async fn another_transaction_is_in_the_way() {
    macro_rules! in_the_way_of {
        ($database:ty, $connection:ty, $url:expr, $begin:literal) => {{
            let table = Table::<$database>::open(&PEOPLE[..1]).await;
            let accounts = table.reopened(quick).await.expect("opens");
            let ada = id_of(&accounts, "ada@example.com").await;
            let url: String = $url(&table.database);
            let mut application = <$connection>::connect(&url).await.expect("connects");
            sqlx::raw_sql($begin).execute(&mut application).await.expect("begins");
            let hold = "UPDATE users SET name = 'Ada King' WHERE username = 'Ada@Example.com'";
            sqlx::raw_sql(hold).execute(&mut application).await.expect("holds the row");
            let waited = accounts.set_password(&ada, &to("second", None)).await;
            let is_unavailable = matches!(waited, Err(SetPasswordError::Directory(DirectoryError::Unavailable(_))));
            assert!(is_unavailable, "{waited:?}");
            assert!(find(&accounts, "ada@example.com").await.is_some(), "reading goes on");
            sqlx::raw_sql("ROLLBACK").execute(&mut application).await.expect("ends");
            let now = table.clock.now();
            let first = "first password of ada".into();
            let signed_in = accounts.sign_in(&user("ada@example.com"), &first, now).await.expect("answers");
            assert!(matches!(signed_in, SignIn::Accepted(_)), "nothing changed");
            accounts.set_password(&ada, &to("second", None)).await.expect("sets");
        }};
    }
    let as_admin = |settings: Settings| settings.url.expect("set").expose().replace("//regain:", "//admin:");
    in_the_way_of!(sqlite::Sqlite, SqliteConnection, sqlite::Sqlite::url, "BEGIN IMMEDIATE");
    in_the_way_of!(postgres::Postgres, PgConnection, |d: &postgres::Postgres| as_admin(d.settings()), "BEGIN");
    in_the_way_of!(
        mariadb::MariaDb,
        MySqlConnection,
        |d: &mariadb::MariaDb| as_admin(d.settings()),
        "START TRANSACTION"
    );
}

/// The database takes longer for the commit than anybody waits, and commits.
#[tokio::test(flavor = "multi_thread")]
async fn t10_a_commit_of_unknown_end_is_said_to_be_one() {
    let table = Table::<postgres::Postgres>::open(&PEOPLE).await;
    let accounts = table.reopened(quick).await.expect("opens");
    let (ada, linus) = (id_of(&accounts, "ada@example.com").await, id_of(&accounts, "linus@example.com").await);
    let slow =
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1.5); RETURN NEW; END';
                CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON users DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION slow()";
    table.database.run(slow).await;
    let ended = accounts.set_password(&ada, &to("second", None)).await;
    assert!(matches!(ended, Err(SetPasswordError::Directory(DirectoryError::Unanswered(_)))), "{ended:?}");
    let ended = accounts.unlock(&linus).await;
    assert!(matches!(ended, Err(UnlockError::Directory(DirectoryError::Unanswered(_)))), "{ended:?}");
    // A transaction that waits for the row sees how it ended.
    table.database.run("ALTER TABLE users DISABLE TRIGGER slow").await;
    table.database.run("UPDATE users SET name = 'Ada King'").await;
    let now = table.clock.now();
    let signed_in = accounts.sign_in(&user("ada@example.com"), &"second".into(), now).await.expect("answers");
    assert!(matches!(signed_in, SignIn::Accepted(_)));
    assert!(find(&accounts, "linus@example.com").await.is_some_and(|linus| !linus.locked));
}

/// Says no to TLS: PostgreSQL's clients ask for it first.
fn refuse_tls_of_postgres(client: &mut TcpStream, _: &mut TcpStream) {
    const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
    let mut request = [0; 8];
    client.read_exact(&mut request).expect("asks for TLS");
    assert_eq!(request, SSL_REQUEST);
    client.write_all(b"N").expect("answers");
}

/// Takes TLS out of what MariaDB says first: its version, ended by 0, a number, 8 bytes, 0, and what it is capable of.
fn refuse_tls_of_mariadb(client: &mut TcpStream, server: &mut TcpStream) {
    const TLS: u8 = 0x08;
    let mut header = [0; 4];
    server.read_exact(&mut header).expect("greets");
    let mut greeting = vec![0; usize::from(header[0]) | usize::from(header[1]) << 8];
    server.read_exact(&mut greeting).expect("greets");
    let version_ends = greeting.iter().skip(1).position(|byte| *byte == 0).expect("ends") + 1;
    let capabilities = &mut greeting[version_ends + 1 + 4 + 8 + 1 + 1];
    assert_eq!(*capabilities & TLS, TLS, "it offers TLS");
    *capabilities &= !TLS;
    client.write_all(&header).expect("passes on");
    client.write_all(&greeting).expect("passes on");
}

/// Passes connections on, without TLS, and loses the answer to one `COMMIT`.
fn forgetful_proxy(
    server: SocketAddr,
    refuse_tls: fn(&mut TcpStream, &mut TcpStream),
    forgets: &Arc<AtomicBool>,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let address = listener.local_addr().expect("is bound");
    let forgets = Arc::clone(forgets);
    thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, forgets) = (client.expect("connects"), Arc::clone(&forgets));
            let mut server = TcpStream::connect(server).expect("connects");
            thread::spawn(move || {
                refuse_tls(&mut client, &mut server);
                let (mut from, mut back) = (server.try_clone().expect("clones"), client.try_clone().expect("clones"));
                let loses = Arc::new(AtomicBool::new(false));
                let loses_too = Arc::clone(&loses);
                thread::spawn(move || {
                    let mut buffer = [0; 4096];
                    while let Ok(read @ 1..) = from.read(&mut buffer) {
                        if loses_too.load(Ordering::SeqCst) || back.write_all(&buffer[..read]).is_err() {
                            break;
                        }
                    }
                    let _ = back.shutdown(std::net::Shutdown::Both);
                });
                let mut buffer = [0; 4096];
                while let Ok(read @ 1..) = client.read(&mut buffer) {
                    // An isolation level, `READ COMMITTED`, is none.
                    let is_commit = [&b"COMMIT"[..], b"COMMIT\0"].iter().any(|end| buffer[..read].ends_with(end));
                    if is_commit && forgets.swap(false, Ordering::SeqCst) {
                        loses.store(true, Ordering::SeqCst);
                    }
                    if server.write_all(&buffer[..read]).is_err() {
                        break;
                    }
                }
                let _ = server.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    address
}

/// The answer to the commit of a new password is lost, and so is that to one of an unlocking.
async fn a_lost_answer_is_found_out<D: Database>(refuse_tls: fn(&mut TcpStream, &mut TcpStream)) {
    let table = Table::<D>::open(&PEOPLE).await;
    let url = table.database.settings().url.expect("set").expose().clone();
    let (before, after) = url.split_once('@').expect("has a user");
    let (host, database) = after.split_once('/').expect("has a database");
    let forgets = Arc::new(AtomicBool::new(false));
    let proxy = forgetful_proxy(host.parse().expect("an address"), refuse_tls, &forgets);
    let through = |settings| Settings { url: Some(format!("{before}@{proxy}/{database}").into()), ..settings };
    let accounts = table.reopened(through).await.expect("opens");
    let (ada, linus) = (id_of(&accounts, "ada@example.com").await, id_of(&accounts, "linus@example.com").await);
    forgets.store(true, Ordering::SeqCst);
    accounts.set_password(&ada, &to("second", Some("first password of ada"))).await.expect("is found out");
    assert!(!forgets.load(Ordering::SeqCst), "an answer was lost");
    let now = table.clock.now();
    let signed_in = accounts.sign_in(&user("ada@example.com"), &"second".into(), now).await.expect("answers");
    assert!(matches!(signed_in, SignIn::Accepted(_)));
    forgets.store(true, Ordering::SeqCst);
    let ended = accounts.unlock(&linus).await;
    assert!(matches!(ended, Err(UnlockError::Directory(DirectoryError::Unanswered(_)))), "{ended:?}");
    assert!(find(&accounts, "linus@example.com").await.is_some_and(|linus| !linus.locked), "and it was done");
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_a_commit_whose_answer_postgres_loses_is_found_to_have_happened() {
    a_lost_answer_is_found_out::<postgres::Postgres>(refuse_tls_of_postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_a_commit_whose_answer_mariadb_loses_is_found_to_have_happened() {
    a_lost_answer_is_found_out::<mariadb::MariaDb>(refuse_tls_of_mariadb).await;
}

/// 4.4.5: a certificate of another authority, or none, and nothing is sent.
#[tokio::test(flavor = "multi_thread")]
async fn t5_a_database_of_another_authority_is_not_spoken_to() {
    let (postgres, mariadb) = (Postgres::start(), MariaDb::start());
    let folder = TempDir::new().expect("a folder");
    let other = Certificates::make(folder.path(), [127, 0, 0, 1].into());
    for (settings, own) in
        [(postgres::prepare(&postgres), postgres.certificates()), (mariadb::prepare(&mariadb), mariadb.certificates())]
    {
        let with = |ca_file: &std::path::Path| Settings { ca_file: Some(ca_file.to_owned()), ..settings.clone() };
        open(&with(&own.authority)).await.expect("its own is trusted");
        match open(&with(&other.authority)).await {
            Err(OpenError::Directory(DirectoryError::Unavailable(text))) => {
                assert!(text.contains("certificate") && !text.contains("password"), "{text}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_of_ours_is_said_without_it() {
    for settings in [
        Table::<postgres::Postgres>::open(&[]).await.database.settings(),
        Table::<mariadb::MariaDb>::open(&[]).await.database.settings(),
    ] {
        let url = settings.url.clone().expect("set").expose().replace("database%20password%201", "tiger");
        match open(&Settings { url: Some(url.into()), ..settings }).await {
            Err(OpenError::Directory(DirectoryError::Misconfigured(text))) => {
                assert!(text.starts_with("directory.sql.url: ") && !text.contains("tiger"), "{text}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_made() {
    let table = Table::<sqlite::Sqlite>::open(&[]).await;
    let url = table.database.url().replace("app.db", "other.db");
    let missing = table.reopened(|settings| Settings { url: Some(url.as_str().into()), ..settings }).await;
    assert!(matches!(missing, Err(OpenError::Directory(_))), "{missing:?}");
    assert!(!std::path::Path::new(url.trim_start_matches("sqlite://")).exists());
}
