//! Replies that no server should send: none of them is taken for an answer, and none ends more than its request.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use regain_ldap::{Kind, LdapDirectory, Settings};
use regain_ports::{Accounts as _, DirectoryError, SystemClock};
use regain_real_servers::{ldap_proxy::message, process::free_address};
use regain_values::UserId;
use tempfile::TempDir;

use crate::fixture::nobody_trusted;

/// The answer to a sign-in that succeeded, after the message's number.
const SIGNED_IN: [u8; 9] = [0x61, 7, 0x0a, 1, 0, 4, 0, 4, 0];

/// A message with an operation, answering the message that has this number.
fn answer(number: u8, operation: &[u8]) -> Vec<u8> {
    let length = u8::try_from(3 + operation.len()).expect("is short");
    [&[0x30, length, 2, 1, number], operation].concat()
}

/// The answer to a message that has this number.
type Script = fn(u8) -> Vec<u8>;

/// The tag of a request to sign in.
const SIGN_IN: u8 = 0x60;

/// A server that answers each request by its number and tag.
fn scripted(reply: impl Fn(u8, u8) -> Vec<u8> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((free_address(&[]), 0)).expect("listens");
    let address = listener.local_addr().expect("has an address");
    let reply = Arc::new(reply);
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let reply = Arc::clone(&reply);
            thread::spawn(move || {
                while let Ok(request) = message(&mut client) {
                    if client.write_all(&reply(request[4], request[5])).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

fn open(keys: &str) -> (TempDir, LdapDirectory) {
    let folder = tempfile::tempdir().expect("a folder");
    regain_real_servers::authority::write(&folder.path().join("password"), "secret");
    let mut settings: Settings = toml::from_str(&format!(
        "{keys}\nunencrypted_loopback = true\nbind_dn = 'cn=regain'\nbase = 'dc=example'
bind_password_file = 'password'"
    ))
    .expect("reads");
    assert_eq!(settings.check(Kind::Ldap, folder.path()), []);
    let accounts = LdapDirectory::open(&settings, nobody_trusted(), Arc::new(SystemClock)).expect("opens");
    (folder, accounts)
}

#[tokio::test]
async fn malformed_replies_are_unavailable() {
    let replies: Vec<(&str, Script)> = vec![
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
    let current = Arc::new(Mutex::new(replies[0].1));
    let shared = Arc::clone(&current);
    let address = scripted(move |number, operation| {
        let reply = *shared.lock().expect("not poisoned");
        if operation == SIGN_IN { answer(number, &SIGNED_IN) } else { reply(number) }
    });
    let (_folder, accounts) = open(&format!("urls = ['ldap://{address}']\ntimeout_ms = 100"));
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

/// The connection itself can fail as oddly: at the first answer, and before it is encrypted.
#[tokio::test]
async fn a_server_that_speaks_something_else_is_unavailable() {
    let address = scripted(|_, _| b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec());
    let refused = scripted(|number, _| answer(number, &[0x7e, 0]));
    let unwilling = scripted(|number, _| answer(number, &[0x78, 7, 0x0a, 1, 53, 4, 0, 4, 0]));
    for address in [address, refused, unwilling] {
        for keys in ["", "\nstart_tls = true"] {
            let (_folder, accounts) = open(&format!("urls = ['ldap://{address}']{keys}"));
            let checked = accounts.check().await;
            assert!(matches!(checked, Err(DirectoryError::Unavailable(_))), "{keys}: {checked:?}");
        }
        let (_folder, accounts) = open(&format!("urls = ['ldaps://{address}']"));
        assert!(matches!(accounts.check().await, Err(DirectoryError::Unavailable(_))));
    }
}

/// A server that is busy, unavailable or refers to another one is left for the next.
#[tokio::test]
async fn t13_a_busy_server_is_left_for_the_next() {
    let of_code = |code: u8| {
        scripted(move |number, operation| match operation {
            SIGN_IN => answer(number, &SIGNED_IN),
            _ => answer(number, &[0x65, 7, 0x0a, 1, code, 4, 0, 4, 0]),
        })
    };
    let whole = of_code(0);
    for code in [51, 52, 10] {
        let busy = of_code(code);
        let (_folder, alone) = open(&format!("urls = ['ldap://{busy}']"));
        let checked = alone.check().await;
        assert!(matches!(checked, Err(DirectoryError::Unavailable(_))), "{code}: {checked:?}");
        let (_folder, accounts) = open(&format!("urls = ['ldap://{busy}', 'ldap://{whole}']"));
        let checked = accounts.check().await;
        // The other one answers: that there is no base.
        assert!(matches!(checked, Err(DirectoryError::Misconfigured(_))), "{code}: {checked:?}");
    }
}
