//! Replies that no server should send: none of them is taken for an answer, and none ends more than its request.

use std::{
    io::Write as _,
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use regain_ldap::{Kind, LdapDirectory, Settings};
use regain_ports::{Accounts as _, DirectoryError, SystemClock};
use regain_real_servers::{ldap_proxy::message, process::free_address};
use regain_values::UserId;

/// The answer to a sign-in that succeeded, after the message's number.
const SIGNED_IN: [u8; 9] = [0x61, 7, 0x0a, 1, 0, 4, 0, 4, 0];

/// A message with an operation, answering the message that has this number.
fn answer(number: u8, operation: &[u8]) -> Vec<u8> {
    let length = u8::try_from(3 + operation.len()).expect("is short");
    [&[0x30, length, 2, 1, number], operation].concat()
}

/// Answers sign-ins rightly and all else by a list, over and over.
fn serve(stream: &mut TcpStream, reply: impl Fn(u8) -> Vec<u8>) {
    while let Ok(request) = message(stream) {
        let (number, operation) = (request[4], request[5]);
        let reply = if operation == 0x60 { answer(number, &SIGNED_IN) } else { reply(number) };
        if stream.write_all(&reply).is_err() {
            return;
        }
    }
}

/// Makes a reply to the message of a number.
type Reply = fn(u8) -> Vec<u8>;

#[tokio::test]
async fn malformed_replies_are_unavailable() {
    let replies: Vec<(&str, Reply)> = vec![
        ("another protocol", |_| b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
        ("nothing of a message", |_| vec![0x30, 0]),
        ("a number that is a text", |_| vec![0x30, 6, 4, 1, 2, 0x65, 1, 0]),
        ("an entry without anything", |number| answer(number, &[0x64, 0])),
        ("an entry whose attributes are a text", |number| answer(number, &[0x64, 4, 4, 0, 4, 0])),
        ("an entry whose name is no text", |number| answer(number, &[0x64, 5, 4, 1, 0xff, 0x30, 0])),
        ("a result without a code", |number| answer(number, &[0x65, 0])),
        ("a result whose code is a text", |number| answer(number, &[0x65, 6, 4, 0, 4, 0, 4, 0])),
        ("an operation of no kind", |number| answer(number, &[0x7e, 0])),
        ("an answer to a sign-in", |number| answer(number, &SIGNED_IN)),
        ("an endless message", |_| vec![0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 2, 1, 2]),
        ("an answer to nobody", |_| answer(99, &[0x65, 7, 0x0a, 1, 0, 4, 0, 4, 0])),
    ];
    let listener = TcpListener::bind((free_address(&[]), 0)).expect("listens");
    let address = listener.local_addr().expect("has an address");
    let current = Arc::new(Mutex::new(replies[0].1));
    let shared = Arc::clone(&current);
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let current = Arc::clone(&shared);
            thread::spawn(move || serve(&mut client, |number| (*current.lock().expect("not poisoned"))(number)));
        }
    });
    let folder = tempfile::tempdir().expect("a folder");
    let password = folder.path().join("password");
    regain_real_servers::authority::write(&password, "secret");
    let mut settings: Settings = toml::from_str(&format!(
        "urls = ['ldap://{address}']\nunencrypted_loopback = true\nbind_dn = 'cn=regain'\nbase = 'dc=example'
bind_password_file = 'password'\ntimeout_ms = 300"
    ))
    .expect("reads");
    assert_eq!(settings.check(Kind::Ldap, folder.path()), []);
    let accounts = LdapDirectory::open(&settings, Arc::new(SystemClock)).expect("opens");
    for (what, reply) in replies {
        *current.lock().expect("not poisoned") = reply;
        let started = Instant::now();
        let found = accounts.find(&UserId::of_directory("ada".to_owned())).await;
        assert!(matches!(found, Err(DirectoryError::Unavailable(_))), "{what}: {found:?}");
        let checked = accounts.check().await;
        assert!(matches!(checked, Err(DirectoryError::Unavailable(_))), "{what}: {checked:?}");
        assert!(started.elapsed() < Duration::from_secs(4), "{what}");
    }
}
