//! Traps about passwords and lockouts.

use jiff::SignedDuration;
use regain_ldap::ActiveDirectory;
use regain_ports::{Accounts as _, Clock as _, DirectoryError, SetPasswordError, SystemClock, Unlocked};
use regain_protocol::Violation;
use regain_real_servers::{
    ldap_proxy::{Fate, LdapProxy},
    samba::{Domain, LOCKED_LONG_AGO, Person, ROOT, dn},
};
use regain_values::UserId;

use crate::fixture::{FIRST, Folder, find, open, set, shared, signs_in};

/// A reset leaves an account locked in Active Directory, unless both are asked for at once; a refused one does neither.
#[tokio::test]
async fn t3_one_modify_sets_and_unlocks() {
    let folder = Folder::new();
    let name = folder.add("ada", &[]);
    let accounts = open(shared(), &format!("base = '{}'", folder.dn));
    for current in [None, Some("second")] {
        shared().lock(&folder.dn("ada"));
        let locked = find(&accounts, &name).await.expect("is there");
        assert!(locked.locked && locked.enabled);
        let refused = set(&accounts, &name, "new", Some("wrong")).await;
        assert!(matches!(refused, Err(SetPasswordError::WrongPassword)), "{refused:?}");
        assert_eq!(find(&accounts, &name).await.as_ref(), Some(&locked));
        let new = if current.is_some() { "third" } else { "second" };
        set(&accounts, &name, new, current).await.expect("sets");
        assert!(!find(&accounts, &name).await.expect("is there").locked);
        assert!(signs_in(&accounts, &name, new).await);
    }
    let id = find(&accounts, &name).await.expect("is there").id;
    assert_eq!(accounts.unlock(&id).await.expect("answers"), Unlocked::WasNotLocked);
    shared().lock(&folder.dn("ada"));
    assert_eq!(accounts.unlock(&id).await.expect("unlocks"), Unlocked::WasLocked);
    assert!(signs_in(&accounts, &name, "third").await);
}

#[tokio::test]
async fn t6_who_must_change_a_password_signs_in_and_can() {
    let folder = Folder::new();
    let (must, old) = (folder.add("must", &[]), folder.add("old", &[]));
    shared().set(&folder.dn("must"), "pwdLastSet", "0");
    shared().set_computed(&folder.dn("old"), "pwdLastSet", LOCKED_LONG_AGO);
    let accounts = open(shared(), &format!("base = '{}'", folder.dn));
    for (cn, name, data) in [("must", must, "data 773"), ("old", old, "data 532")] {
        let answer = shared().bind(&folder.dn(cn), FIRST).expect_err("is refused");
        assert!(answer.contains(data), "{answer}");
        assert!(signs_in(&accounts, &name, FIRST).await, "{cn}");
        assert!(!signs_in(&accounts, &name, "wrong").await, "{cn}");
        assert!(find(&accounts, &name).await.expect("is there").has_password);
        set(&accounts, &name, "second", Some(FIRST)).await.expect("sets");
        assert!(signs_in(&accounts, &name, "second").await && !signs_in(&accounts, &name, FIRST).await, "{cn}");
    }
}

/// A controller goes on taking the password before the last reset, for an hour.
#[tokio::test]
async fn t7_a_former_password_signs_nobody_in() {
    let domain = Domain::new();
    domain.add(&[Person { cn: "ada", account: "ada", password: Some(FIRST), ..Person::default() }]);
    let server = domain.start(60);
    let accounts = open(&server, "");
    assert!(signs_in(&accounts, "ada", FIRST).await);
    set(&accounts, "ada", "second", None).await.expect("sets");
    assert!(server.takes(&dn("ada"), FIRST), "the directory itself takes it");
    let set_at = server.values(&dn("ada"), "pwdLastSet");
    assert!(!signs_in(&accounts, "ada", FIRST).await);
    assert!(signs_in(&accounts, "ada", "second").await);
    assert!(!signs_in(&accounts, "ada", "wrong").await);
    assert_eq!(server.values(&dn("ada"), "pwdLastSet"), set_at, "asking changes nothing");
    let refused = set(&accounts, "ada", "third", Some(FIRST)).await;
    assert!(matches!(refused, Err(SetPasswordError::WrongPassword)), "{refused:?}");
    set(&accounts, "ada", "third", Some("second")).await.expect("sets");
    for (password, is_current) in [(FIRST, false), ("second", false), ("third", true)] {
        assert_eq!(signs_in(&accounts, "ada", password).await, is_current, "{password}");
    }
    // With a least age of passwords it is told the same: the given password is looked at first.
    server.rules(&["--min-pwd-age=1"]);
    let accounts = open(&server, "");
    set(&accounts, "ada", "fourth", None).await.expect("a reset has no least age");
    assert!(server.takes(&dn("ada"), "third"));
    assert!(!signs_in(&accounts, "ada", "third").await && signs_in(&accounts, "ada", "fourth").await);
}

fn refused(result: Result<(), SetPasswordError>) -> Vec<Violation> {
    match result {
        Err(SetPasswordError::Refused(rules)) => rules,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn t8_the_domains_rules_are_told_and_are_an_answer() {
    let domain = Domain::new();
    domain.rules(&[
        "--complexity=on",
        "--min-pwd-length=10",
        "--history-length=3",
        "--min-pwd-age=1",
        "--max-pwd-age=40",
    ]);
    let people =
        ["ada", "grace"].map(|cn| Person { cn, account: cn, password: Some("First-Pass-1"), ..Person::default() });
    domain.add(&people);
    let server = domain.start(0);
    let accounts = open(&server, "");
    let rules = find(&accounts, "ada").await.expect("is there").password_rules;
    assert_eq!((rules.min_length, rules.min_classes, rules.forbid_names), (10, 3, true));
    assert_eq!(refused(set(&accounts, "ada", "Short-1", None).await), [Violation::TooShort { min: 10 }]);
    assert_eq!(refused(set(&accounts, "ada", "", None).await), [Violation::TooShort { min: 10 }]);
    let simple = refused(set(&accounts, "ada", "long and simple", None).await);
    assert_eq!(simple, [Violation::TooFewClasses { min: 3 }]);
    let [Violation::TooSoon { retry_at }] =
        &refused(set(&accounts, "ada", "Second-Pass-1", Some("First-Pass-1")).await)[..]
    else {
        panic!("must be too soon")
    };
    let ahead = retry_at.parse::<jiff::Timestamp>().expect("a time").duration_since(SystemClock.now());
    assert!(ahead > SignedDuration::from_hours(23) && ahead < SignedDuration::from_hours(25), "{ahead}");
    set(&accounts, "ada", "Second-Pass-1", None).await.expect("a reset has no least age");
    server.rules(&["--min-pwd-age=0"]);
    let accounts = open(&server, "");
    let reused = refused(set(&accounts, "ada", "First-Pass-1", Some("Second-Pass-1")).await);
    assert_eq!(reused, [Violation::Reused {}]);
}

/// By default administrators alone may read a fine-grained policy: its rules are shown once the service account may too.
#[tokio::test]
async fn t8_a_fine_grained_policy_counts_before_the_domains() {
    let domain = Domain::new();
    domain.rules(&["--min-pwd-length=10"]);
    domain.add(&["ada", "grace"].map(|cn| Person {
        cn,
        account: cn,
        password: Some("first password"),
        ..Person::default()
    }));
    let server = domain.start(0);
    let pso = ["domain", "passwordsettings", "pso"];
    let strict = ["create", "strict", "1", "--min-pwd-length=16", "--complexity=off", "--account-lockout-threshold=4"];
    server.tool(&[&pso[..], &strict].concat());
    server.tool(&[&pso[..], &["apply", "strict", "grace"]].concat());

    let accounts = open(&server, "");
    let min_length = async |accounts: &ActiveDirectory, user_id| {
        find(accounts, user_id).await.expect("is there").password_rules.min_length
    };
    assert_eq!((min_length(&accounts, "ada").await, min_length(&accounts, "grace").await), (10, 0));
    assert_eq!(refused(set(&accounts, "grace", "Second-Pass-1", None).await), [Violation::Directory {}]);
    let findings = accounts.examine(&UserId::of_directory("grace".to_owned())).await.expect("answers");
    assert!(findings.len() == 1 && findings[0].text.contains("fine-grained"), "{findings:?}");
    assert_eq!(accounts.inspect(4).await.expect("answers"), []);

    server.let_everybody_read(&format!("CN=Password Settings Container,CN=System,{ROOT}"));
    server.let_everybody_read(&format!("CN=strict,CN=Password Settings Container,CN=System,{ROOT}"));
    let accounts = open(&server, "");
    assert_eq!((min_length(&accounts, "ada").await, min_length(&accounts, "grace").await), (10, 16));
    assert_eq!(refused(set(&accounts, "grace", "Second-Pass-1", None).await), [Violation::TooShort { min: 16 }]);
    assert_eq!(accounts.inspect(4).await.expect("answers").len(), 1, "its lockout counts too");
}

/// A controller whose connection is lost in the middle of a change is asked how that ended.
#[tokio::test]
async fn t10_the_end_of_a_lost_change_is_found_out() {
    let folder = Folder::new();
    let name = folder.add("ada", &[]);
    let proxy = LdapProxy::start(shared().plain_socket());
    let keys =
        format!("urls = ['{}']\nunencrypted_loopback = true\ntimeout_ms = 1500\nbase = '{}'", proxy.url(), folder.dn);
    let accounts = open(shared(), &keys);
    let mut current = FIRST.to_owned();
    for fate in [Fate::AnswerLost, Fate::AnswerHeld] {
        let new = format!("set {fate:?}");
        proxy.next(fate);
        set(&accounts, &name, &new, Some(&current)).await.expect("was set");
        assert!(shared().takes(&folder.dn("ada"), &new));
        current = new;
    }
    proxy.next(Fate::Lost);
    let lost = set(&accounts, &name, "never set", None).await;
    assert!(matches!(lost, Err(SetPasswordError::Directory(DirectoryError::Unanswered(_)))), "{lost:?}");
    assert!(shared().takes(&folder.dn("ada"), &current));
    shared().lock(&folder.dn("ada"));
    let ada = find(&accounts, &name).await.expect("is there");
    proxy.next(Fate::AnswerLost);
    assert_eq!(accounts.unlock(&ada.id).await.expect("unlocks"), Unlocked::WasLocked);
    assert!(shared().takes(&folder.dn("ada"), &current));
}

/// Composed or not, spaces at its ends, quotation marks: what is typed is what is set.
#[tokio::test]
async fn t11_a_password_goes_unchanged() {
    let folder = Folder::new();
    let name = folder.add("ada", &[]);
    let accounts = open(shared(), &format!("base = '{}'", folder.dn));
    for password in ["e\u{301}\u{a0}x", " \" spaces \\ ", "k\u{1f511}y"] {
        set(&accounts, &name, password, None).await.expect("sets");
        assert!(signs_in(&accounts, &name, password).await, "{password}");
        assert!(!signs_in(&accounts, &name, "\u{e9}\u{a0}x").await);
    }
}
