//! Servers that are away, stopped, slow, or not those that they should be.

use std::{
    fmt::Write as _,
    io,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use regain_ldap::LdapDirectory;
use regain_ports::{Accounts as _, Clock as _, DirectoryError, PasswordChange, SetPasswordError, SystemClock};
use regain_real_servers::{
    authority::Certificates,
    ldap_proxy::nobody,
    process::free_address,
    slapd::{Person, SERVICE, SERVICE_PASSWORD, Settings, Slapd},
};
use regain_values::UserId;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use crate::{
    fixture::{nobody_trusted, open, settings},
    traps::{FIRST, find, set},
};

fn server() -> Slapd {
    let people = [Person { uid: "ada", name: "Ada", password: Some(FIRST), further: &[] }];
    Slapd::start(&Settings { people: &people, ..Default::default() })
}

fn is_unavailable<T: std::fmt::Debug>(result: &Result<T, DirectoryError>) {
    let Err(DirectoryError::Unavailable(text)) = result else { panic!("{result:?}") };
    assert!(!text.contains("dc=") && !text.contains(FIRST), "{text}");
}

/// The TLS of outgoing connections that trusts an authority.
fn trusting(authority: &Path) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority).expect("reads")).expect("is one");
    let builder = ClientConfig::builder_with_provider(ring::default_provider().into());
    let builder = builder.with_safe_default_protocol_versions().expect("has versions");
    builder.with_root_certificates(roots).with_no_client_auth()
}

fn ada() -> UserId {
    UserId::of_directory("ada".to_owned())
}

#[tokio::test]
async fn a_stopped_server_is_unavailable_and_found_again() {
    let mut server = server();
    let accounts = open(&server, "");
    assert!(find(&accounts, "ada").await.is_some());
    server.stop();
    is_unavailable(&accounts.find(&ada()).await);
    is_unavailable(&accounts.check().await);
    is_unavailable(&accounts.sign_in(&ada(), &FIRST.into(), jiff::Timestamp::UNIX_EPOCH).await);
    server.restart();
    assert!(find(&accounts, "ada").await.is_some());
}

/// Connections to a stopped process stay open, and new ones are made: nothing but time tells.
#[tokio::test]
async fn a_paused_server_is_given_up_in_time() {
    let server = server();
    let accounts = open(&server, "timeout_ms = 300");
    let id = find(&accounts, "ada").await.expect("is there").id;
    server.server().pause();
    let started = Instant::now();
    is_unavailable(&accounts.find(&ada()).await);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    let change = PasswordChange { new: "new".into(), current: None };
    let result = accounts.set_password(&id, &change).await;
    assert!(matches!(result, Err(SetPasswordError::Directory(DirectoryError::Unavailable(_)))), "{result:?}");
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    server.server().resume();
    assert!(find(&accounts, "ada").await.is_some(), "on a connection of its own");
    assert!(server.takes("ada", FIRST));
}

/// Waiting requests share the failure of one attempt, instead of trying one after another.
#[tokio::test]
async fn who_waits_for_a_connection_shares_its_failure() {
    let server = server();
    let accounts = open(&server, "timeout_ms = 500");
    server.server().pause();
    let started = Instant::now();
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let accounts = Arc::clone(&accounts);
            tokio::spawn(async move { is_unavailable(&accounts.find(&ada()).await) })
        })
        .collect();
    for tried in tries {
        tried.await.expect("no panic");
    }
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    server.server().resume();
}

#[tokio::test]
async fn t13_the_next_server_is_asked_and_stayed_with() {
    let (mut one, two) = (server(), server());
    let dead = nobody();
    let both = one.password_file().with_file_name("both.pem");
    let authorities =
        [&one, &two].map(|server| std::fs::read_to_string(&server.certificates().authority).expect("reads"));
    regain_real_servers::authority::write(&both, &authorities.concat());
    let keys = format!(
        "urls = ['ldaps://{dead}', '{}', '{}']\nca_file = '{}'\ntimeout_ms = 1000",
        one.url(),
        two.url(),
        both.display()
    );
    let accounts = open(&one, &keys);
    let id = |person: Option<regain_ports::Person>| person.expect("is there").id;
    let of_one = id(find(&open(&one, ""), "ada").await);
    assert_eq!(id(find(&accounts, "ada").await), of_one);
    set(&accounts, "ada", "second", Some(FIRST)).await.expect("sets");
    assert!(one.takes("ada", "second") && two.takes("ada", FIRST));
    one.stop();
    let of_two = id(find(&accounts, "ada").await);
    assert_ne!(of_two, of_one);
    one.restart();
    assert_eq!(id(find(&accounts, "ada").await), of_two, "one that works is stayed with");
    two.server().pause();
    assert_eq!(id(find(&accounts, "ada").await), of_one);
    two.server().resume();
}

#[tokio::test]
async fn t5_start_tls_encrypts_and_a_server_must_prove_itself() {
    let server = server();
    let accounts = open(&server, &format!("urls = ['{}']\nstart_tls = true", server.plain_url()));
    assert!(find(&accounts, "ada").await.is_some());
    set(&accounts, "ada", "second", Some(FIRST)).await.expect("sets");
    // Without a file of its own, what all outgoing connections trust.
    let mut settings = settings(&server, "");
    settings.ca_file = None;
    let accounts = LdapDirectory::open(&settings, nobody_trusted(), Arc::new(SystemClock)).expect("opens");
    is_unavailable(&accounts.find(&ada()).await);
    let trusting = trusting(&server.certificates().authority);
    let accounts = LdapDirectory::open(&settings, trusting, Arc::new(SystemClock)).expect("opens");
    assert!(find(&accounts, "ada").await.is_some());
    let folder = server.password_file().with_file_name("other");
    let other = Certificates::make(&folder, free_address(&[]));
    for urls in [format!("urls = ['{}']", server.url()), format!("urls = ['{}']\nstart_tls = true", server.plain_url())]
    {
        let accounts = open(&server, &format!("{urls}\nca_file = '{}'", other.authority.display()));
        let found = accounts.find(&ada()).await;
        is_unavailable(&found);
        assert!(format!("{found:?}").contains("invalid peer certificate"), "{found:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_of_the_service_account_is_named() {
    let server = server();
    let wrong = server.password_file().with_file_name("wrong");
    regain_real_servers::authority::write(&wrong, "not the service account's");
    let accounts = open(&server, &format!("bind_password_file = '{}'", wrong.display()));
    let refused = accounts.check().await.expect_err("is refused");
    let DirectoryError::Misconfigured(text) = &refused else { panic!("{refused:?}") };
    assert!(text.starts_with("directory.ldap.bind_dn: ") && !text.contains(SERVICE), "{text}");
    assert!(!text.contains("not the service account's"), "{text}");
    // The right one counts from the next connection on.
    regain_real_servers::authority::write(&wrong, SERVICE_PASSWORD);
    accounts.check().await.expect("answers");
    let accounts = open(&server, "base = 'ou=nowhere,dc=regain,dc=test'");
    let error = accounts.check().await.expect_err("is not there");
    assert!(
        matches!(&error, DirectoryError::Misconfigured(text) if text.starts_with("directory.ldap.base")),
        "{error:?}"
    );
}

/// Lines of the log, as they are written.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Neither the log nor an error has a distinguished name or a password in it, whatever goes wrong.
#[tokio::test]
async fn names_and_passwords_are_told_to_nobody() {
    let mut server = server();
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    // With one alone, a line that a test on another thread comes to first would be taken for one that nobody wants.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let guard = tracing::subscriber::set_default(subscriber.finish());
    let mut told = String::new();
    for write in ["exop", "modify"] {
        let accounts =
            open(&server, &format!("password_write = '{write}'\ntimeout_ms = 500\nuser_id = ['uid', 'mail']"));
        let id = find(&accounts, "ada").await.expect("is there").id;
        for _ in 0..2 {
            for current in [None, Some("Wrong-Secret-2")] {
                let change = PasswordChange {
                    new: "Chosen-Secret-1".into(),
                    current: current.map(regain_protocol::Secret::from),
                };
                write!(told, "{:?}", accounts.set_password(&id, &change).await).expect("a text");
            }
            write!(told, "{:?}", accounts.sign_in(&ada(), &"Wrong-Secret-2".into(), SystemClock.now()).await)
                .expect("a text");
            write!(told, "{:?} {:?}", accounts.unlock(&id).await, accounts.people(std::slice::from_ref(&id)).await)
                .expect("a text");
            write!(told, "{:?} {:?}", accounts.inspect(100).await, accounts.examine(&ada()).await).expect("a text");
            server.stop();
        }
        server.restart();
    }
    drop(guard);
    told += &String::from_utf8(lines.0.lock().expect("not poisoned").clone()).expect("is text");
    assert!(told.contains("cannot be used"), "something was logged");
    for secret in ["dc=", "uid=", "Chosen-Secret", "Wrong-Secret", SERVICE_PASSWORD, FIRST] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
}
