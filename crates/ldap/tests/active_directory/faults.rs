//! Controllers that are away. The other faults are of the part that both kinds share, and tried against OpenLDAP.

use std::time::{Duration, Instant};

use regain_ports::{Accounts as _, DirectoryError};
use regain_real_servers::samba::{Domain, Person};
use regain_values::UserId;

use crate::fixture::{FIRST, find, open, set, signs_in};

#[tokio::test]
async fn a_controller_that_was_away_is_found_again() {
    let domain = Domain::new();
    domain.add(&[Person { cn: "ada", account: "ada", password: Some(FIRST), ..Person::default() }]);
    let mut server = domain.start(0);
    let accounts = open(&server, "timeout_ms = 1000");
    assert!(find(&accounts, "ada").await.is_some());
    let ada = UserId::of_directory("ada".to_owned());
    server.server().pause();
    let started = Instant::now();
    let found = accounts.find(&ada).await;
    assert!(matches!(found, Err(DirectoryError::Unavailable(_))), "{found:?}");
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
    server.server().resume();
    assert!(find(&accounts, "ada").await.is_some());
    server.stop();
    let found = accounts.find(&ada).await;
    assert!(matches!(found, Err(DirectoryError::Unavailable(_))), "{found:?}");
    server.restart();
    set(&accounts, "ada", "second", Some(FIRST)).await.expect("sets");
    assert!(signs_in(&accounts, "ada", "second").await);
}
