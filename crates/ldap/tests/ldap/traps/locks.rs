//! Locks of administrators, which no reset may lift.

use super::*;

/// A reset of an account that an administrator locked succeeds in OpenLDAP, and lifts the lock.
#[tokio::test]
async fn t2_an_administrators_lock_is_never_lifted() {
    let server = server_with(LENIENT, &[]);
    for write in ["exop", "modify"] {
        let accounts = open(&server, &format!("password_write = '{write}'"));
        let ada = find(&accounts, "ada").await.expect("is there");
        assert!(ada.enabled);
        server.lock_by_administrator("ada");
        assert!(!find(&accounts, "ada").await.expect("is there").enabled);
        for result in [set(&accounts, "ada", "new", None).await, set(&accounts, "ada", "new", Some(FIRST)).await] {
            assert!(matches!(result, Err(SetPasswordError::NoSuchAccount)), "{result:?}");
        }
        let unlocked = accounts.unlock(&ada.id).await;
        assert!(matches!(unlocked, Err(UnlockError::NoSuchAccount)), "{unlocked:?}");
        assert_eq!(server.values(&dn("ada"), "pwdAccountLockedTime"), [slapd::LOCKED_BY_ADMINISTRATOR]);
        server.modify(&format!("dn: {}\nchangetype: modify\ndelete: pwdAccountLockedTime\n", dn("ada")));
        assert!(signs_in(&accounts, "ada", FIRST).await);
    }
}

/// The lock comes after the account was looked at, and before the change reaches the server, which has to refuse it.
#[tokio::test(flavor = "multi_thread")]
async fn t2_an_administrators_lock_in_the_last_moment_stays() {
    let people = [slapd::Person { uid: "ada", name: "Ada", password: Some(FIRST), further: &[] }];
    let server = Slapd::start(&Settings { people: &people, is_plain_allowed: true, ..Default::default() });
    let server = Arc::new(server);
    let proxy = LdapProxy::start(server.plain_socket());
    let former = "20260101000000Z";
    for write in ["exop", "modify"] {
        let keys = format!("urls = ['{}']\nunencrypted_loopback = true\npassword_write = '{write}'", proxy.url());
        let accounts = open(&server, &keys);
        let id = find(&accounts, "ada").await.expect("is there").id;
        for current in [None, Some(FIRST)] {
            for lock in [None, Some(former)] {
                if let Some(time) = lock {
                    server.set(&dn("ada"), "pwdAccountLockedTime", time);
                }
                let locked = locks_in_the_last_moment(&proxy, &server);
                let change = PasswordChange { new: "new".into(), current: current.map(Secret::from) };
                let result = accounts.set_password(&id, &change).await;
                locked.await.expect("locks");
                assert!(matches!(result, Err(SetPasswordError::NoSuchAccount)), "{write} {current:?}: {result:?}");
                stays_locked(&server);
            }
        }
        server.set(&dn("ada"), "pwdAccountLockedTime", former);
        let locked = locks_in_the_last_moment(&proxy, &server);
        let unlocked = accounts.unlock(&id).await;
        locked.await.expect("locks");
        assert!(matches!(unlocked, Err(UnlockError::NoSuchAccount)), "{unlocked:?}");
        stays_locked(&server);
        assert!(signs_in(&accounts, "ada", FIRST).await);
    }
}

/// Has an administrator lock Ada's account when the next change is on its way.
fn locks_in_the_last_moment(proxy: &LdapProxy, server: &Arc<Slapd>) -> tokio::task::JoinHandle<()> {
    let (waiting, server) = (proxy.hold(), Arc::clone(server));
    tokio::task::spawn_blocking(move || waiting.after(|| server.lock_by_administrator("ada")))
}

/// Nothing was changed, and then the administrator lifts the lock.
fn stays_locked(server: &Slapd) {
    assert_eq!(server.values(&dn("ada"), "pwdAccountLockedTime"), [slapd::LOCKED_BY_ADMINISTRATOR]);
    server.modify(&format!("dn: {}\nchangetype: modify\ndelete: pwdAccountLockedTime\n", dn("ada")));
    assert!(server.takes("ada", FIRST));
}
