//! Traps of OpenLDAP.

mod locks;
mod warnings;

use std::sync::Arc;

use jiff::SignedDuration;
use regain_ldap::LdapDirectory;
use regain_ports::{
    Accounts as _, Clock as _, DirectoryError, PasswordChange, Person, SetPasswordError, Severity, SignIn, SystemClock,
    UnlockError, Unlocked,
};
use regain_protocol::{Secret, Violation};
use regain_real_servers::{
    ldap_proxy::{Fate, LdapProxy},
    slapd::{self, LENIENT, PEOPLE, POLICY, RIGHTS, Settings, Slapd, dn},
};
use regain_values::UserId;

use crate::fixture::open;

pub(crate) const FIRST: &str = "First-Pass-1";

/// A server with Ada, and further lines of her entry and of the policy.
fn server_with(policy: &str, further: &[&str]) -> Slapd {
    let further: Vec<_> = further.iter().map(|&line| line.to_owned()).collect();
    let people = [slapd::Person { uid: "ada", name: "Ada Lovelace", password: Some(FIRST), further: &further }];
    Slapd::start(&Settings { policy: Some(policy), people: &people, ..Default::default() })
}

pub(crate) async fn find(accounts: &LdapDirectory, user_id: &str) -> Option<Person> {
    accounts.find(&UserId::of_directory(user_id.to_owned())).await.expect("answers")
}

async fn signs_in(accounts: &LdapDirectory, user_id: &str, password: &str) -> bool {
    let user_id = UserId::of_directory(user_id.to_owned());
    let signed_in = accounts.sign_in(&user_id, &password.into(), SystemClock.now()).await.expect("answers");
    matches!(signed_in, SignIn::Accepted(_))
}

pub(crate) async fn set(
    accounts: &LdapDirectory,
    user_id: &str,
    new: &str,
    current: Option<&str>,
) -> Result<(), SetPasswordError> {
    let id = find(accounts, user_id).await.expect("is there").id;
    accounts.set_password(&id, &PasswordChange { new: new.into(), current: current.map(Secret::from) }).await
}

fn refused(result: Result<(), SetPasswordError>) -> Vec<Violation> {
    match result {
        Err(SetPasswordError::Refused(rules)) => rules,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn t1_two_people_of_one_id_are_nobody() {
    let server = server_with(LENIENT, &["mail: shared@example.com"]);
    let accounts = open(&server, "user_id = ['uid', 'mail']");
    assert!(find(&accounts, "shared@example.com").await.is_some());
    let mail = ["mail: shared@example.com".to_owned()];
    server.add(&slapd::Person { uid: "grace", name: "Grace", password: Some("Other-Pass-1"), further: &mail });
    assert_eq!(find(&accounts, "Shared@Example.com").await, None);
    assert!(!signs_in(&accounts, "shared@example.com", FIRST).await);
    assert!(find(&accounts, "grace").await.is_some() && signs_in(&accounts, "ada", FIRST).await);
}

#[tokio::test]
async fn t2_who_is_never_helped_looks_unknown() {
    let people = ["ada", "grace", "root", "chief"].map(|uid| slapd::Person {
        uid,
        name: uid,
        password: Some(FIRST),
        further: &[],
    });
    let entries = "
dn: ou=board,ou=people,dc=regain,dc=test
objectClass: organizationalUnit
ou: board

dn: uid=boss,ou=board,ou=people,dc=regain,dc=test
objectClass: inetOrgPerson
uid: boss
cn: Boss
sn: Boss
userPassword: First-Pass-1

dn: cn=admins,ou=groups,dc=regain,dc=test
objectClass: groupOfNames
cn: admins
member: uid=root,ou=people,dc=regain,dc=test
";
    let server = Slapd::start(&Settings { people: &people, entries, ..Default::default() });
    let never = "never = ['cn=admins,ou=groups,dc=regain,dc=test', 'UID=chief, ou=People,dc=regain,dc=test', 'ou=board,ou=people,dc=regain,dc=test']";
    let accounts = open(&server, never);
    for user_id in ["root", "chief", "boss"] {
        assert!(!find(&accounts, user_id).await.expect("is there").enabled, "{user_id}");
        assert!(!signs_in(&accounts, user_id, FIRST).await, "{user_id}");
        let result = set(&accounts, user_id, "new", None).await;
        assert!(matches!(result, Err(SetPasswordError::NoSuchAccount)), "{user_id}: {result:?}");
    }
    assert!(signs_in(&accounts, "ada", FIRST).await && signs_in(&accounts, "grace", FIRST).await);
}

#[tokio::test]
async fn t2_an_account_whose_time_is_over_may_not_be_used() {
    for line in ["pwdEndTime: 20260101000000Z", "pwdStartTime: 20990101000000Z"] {
        let server = server_with(LENIENT, &[line]);
        let accounts = open(&server, "");
        assert!(!find(&accounts, "ada").await.expect("is there").enabled, "{line}");
        assert!(!signs_in(&accounts, "ada", FIRST).await, "{line}");
    }
}

/// No group is never the answer where it cannot be asked for.
#[tokio::test]
async fn t2_groups_that_cannot_be_read_are_a_fault() {
    let entries = "
dn: cn=admins,ou=groups,dc=regain,dc=test
objectClass: groupOfNames
cn: admins
member: uid=ada,ou=people,dc=regain,dc=test
";
    let people = [slapd::Person { uid: "ada", name: "Ada", password: Some(FIRST), further: &[] }];
    let rights = format!("access to attrs=member by * none\n{RIGHTS}");
    let server = Slapd::start(&Settings { people: &people, entries, rights: &rights, ..Default::default() });
    for groups in ["admins = 'cn=admins,ou=groups,dc=regain,dc=test'", "admins = 'cn=gone,ou=groups,dc=regain,dc=test'"]
    {
        let accounts = open(&server, &format!("groups = {{ {groups} }}"));
        let found = accounts.find(&UserId::of_directory("ada".to_owned())).await;
        assert!(
            matches!(&found, Err(DirectoryError::Misconfigured(text)) if text.starts_with("directory.ldap.groups")),
            "{found:?}"
        );
    }
}

#[tokio::test]
async fn t6_who_must_change_a_password_signs_in_and_can() {
    let policy = format!("{LENIENT}pwdMaxAge: 3600\npwdMustChange: TRUE\n");
    for line in ["pwdChangedTime: 20260101000000Z", "pwdReset: TRUE"] {
        let server = server_with(&policy, &[line]);
        let accounts = open(&server, "");
        assert!(signs_in(&accounts, "ada", FIRST).await, "{line}");
        assert!(!signs_in(&accounts, "ada", "wrong").await, "{line}");
        set(&accounts, "ada", "second", Some(FIRST)).await.expect("sets");
        assert!(signs_in(&accounts, "ada", "second").await && !signs_in(&accounts, "ada", FIRST).await, "{line}");
    }
}

#[tokio::test]
async fn t8_the_servers_rules_are_told_and_are_an_answer() {
    let policy = format!("{LENIENT}pwdMinLength: 10\npwdCheckQuality: 2\npwdMinAge: 3600\n");
    let server = server_with(&policy, &["pwdChangedTime: 20260101000000Z"]);
    for write in ["exop", "modify"] {
        let accounts = open(&server, &format!("password_write = '{write}'"));
        assert_eq!(find(&accounts, "ada").await.expect("is there").password_rules.min_length, 10);
        for password in ["short", ""] {
            assert_eq!(refused(set(&accounts, "ada", password, None).await), [Violation::TooShort { min: 10 }]);
        }
    }
    let accounts = open(&server, "");
    set(&accounts, "ada", "long enough 1", None).await.expect("sets");
    let [Violation::TooSoon { retry_at }] = &refused(set(&accounts, "ada", "long enough 2", None).await)[..] else {
        panic!("must be too soon")
    };
    let ahead = retry_at.parse::<jiff::Timestamp>().expect("a time").duration_since(SystemClock.now());
    assert!(ahead > SignedDuration::from_mins(55) && ahead < SignedDuration::from_mins(65), "{ahead}");
    server.set(POLICY, "pwdMinAge", "0");
    assert_eq!(refused(set(&open(&server, ""), "ada", "long enough 1", None).await), [Violation::Reused {}]);
}

#[tokio::test]
async fn t8_a_policy_of_its_own_counts_before_everybodys() {
    let entries = "
dn: cn=strict,ou=policies,dc=regain,dc=test
objectClass: person
objectClass: pwdPolicy
cn: strict
sn: strict
pwdAttribute: userPassword
pwdMinLength: 16
pwdCheckQuality: 2
";
    let further = ["pwdPolicySubentry: cn=strict,ou=policies,dc=regain,dc=test".to_owned()];
    let people = [
        slapd::Person { uid: "ada", name: "Ada", password: Some(FIRST), further: &further },
        slapd::Person { uid: "grace", name: "Grace", password: Some(FIRST), further: &[] },
    ];
    let server = Slapd::start(&Settings { people: &people, entries, ..Default::default() });
    let min_length = async |accounts: &LdapDirectory, user_id| {
        find(accounts, user_id).await.expect("is there").password_rules.min_length
    };
    let accounts = open(&server, &format!("password_policy = '{POLICY}'"));
    assert_eq!((min_length(&accounts, "ada").await, min_length(&accounts, "grace").await), (16, 0));
    assert_eq!(accounts.inspect(1).await.expect("answers"), []);
    let unnamed = open(&server, "").inspect(1).await.expect("answers");
    assert!(unnamed.iter().any(|finding| finding.key == "directory.ldap.password_policy"), "{unnamed:?}");
}

#[tokio::test]
async fn t9_a_missing_right_is_no_outage() {
    let rights = "access to attrs=userPassword by anonymous auth by dn.exact=\"cn=regain,ou=services,dc=regain,dc=test\" =sx by * none
access to * by dn.exact=\"cn=regain,ou=services,dc=regain,dc=test\" read by anonymous auth by * none
";
    let people = [slapd::Person { uid: "ada", name: "Ada", password: Some(FIRST), further: &[] }];
    let server = Slapd::start(&Settings { people: &people, rights, ..Default::default() });
    for write in ["exop", "modify"] {
        let accounts = open(&server, &format!("password_write = '{write}'"));
        let result = set(&accounts, "ada", "new", None).await;
        assert!(matches!(result, Err(SetPasswordError::NotAllowed)), "{result:?}");
    }
    let accounts = open(&server, "");
    let id = find(&accounts, "ada").await.expect("is there").id;
    let unlocked = accounts.unlock(&id).await;
    assert!(matches!(unlocked, Err(UnlockError::NotAllowed)), "{unlocked:?}");
    let findings = accounts.examine(&UserId::of_directory("ada".to_owned())).await.expect("answers");
    let faults: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Fault).collect();
    assert!(
        faults.len() == 2 && faults[0].text.contains("userPassword") && faults[1].text.contains("pwdAccountLockedTime"),
        "{findings:?}"
    );
    assert!(server.takes("ada", FIRST), "nothing was written");
}

/// A server whose connection is lost in the middle of a change is asked how that ended.
#[tokio::test]
async fn t10_the_end_of_a_lost_change_is_found_out() {
    let people = [slapd::Person { uid: "ada", name: "Ada", password: Some(FIRST), further: &[] }];
    let server = Slapd::start(&Settings { people: &people, is_plain_allowed: true, ..Default::default() });
    let proxy = LdapProxy::start(server.plain_socket());
    let mut current = FIRST.to_owned();
    for write in ["exop", "modify"] {
        let keys = format!(
            "urls = ['{}']\nunencrypted_loopback = true\ntimeout_ms = 1000\npassword_write = '{write}'",
            proxy.url()
        );
        let accounts = open(&server, &keys);
        for fate in [Fate::AnswerLost, Fate::AnswerHeld] {
            let new = format!("{write} {fate:?}");
            proxy.next(fate);
            set(&accounts, "ada", &new, Some(&current)).await.expect("was set");
            assert!(server.takes("ada", &new));
            current = new;
        }
        proxy.next(Fate::Lost);
        let lost = set(&accounts, "ada", "never set", Some(&current)).await;
        assert!(matches!(lost, Err(SetPasswordError::Directory(DirectoryError::Unanswered(_)))), "{lost:?}");
        assert!(server.takes("ada", &current) && find(&accounts, "ada").await.is_some(), "and it goes on");
    }
    let accounts = open(&server, &format!("urls = ['{}']\nunencrypted_loopback = true", proxy.url()));
    server.set(&dn("ada"), "pwdAccountLockedTime", "20260101000000Z");
    let ada = find(&accounts, "ada").await.expect("is there");
    assert!(ada.locked);
    proxy.next(Fate::AnswerLost);
    assert_eq!(accounts.unlock(&ada.id).await.expect("unlocks"), Unlocked::WasLocked);
    assert!(server.takes("ada", &current));
}

/// Composed or not, spaces at its ends, quotation marks: what is typed is what is set.
#[tokio::test]
async fn t11_a_password_goes_unchanged() {
    let server = server_with(LENIENT, &[]);
    for write in ["exop", "modify"] {
        let accounts = open(&server, &format!("password_write = '{write}'"));
        for password in ["e\u{301}\u{a0}\u{1f511}", " \" spaces \\ ", "{SSHA}no hash"] {
            set(&accounts, "ada", &format!("{write} {password}"), None).await.expect("sets");
            assert!(signs_in(&accounts, "ada", &format!("{write} {password}")).await, "{password}");
            assert!(!signs_in(&accounts, "ada", &format!("{write} \u{e9}\u{a0}\u{1f511}")).await);
        }
    }
}

#[tokio::test]
async fn t12_a_lockout_that_a_stranger_brings_about_is_a_fault() {
    let server = server_with(LENIENT, &[]);
    let accounts = open(&server, "");
    assert_eq!(accounts.inspect(9).await.expect("answers"), []);
    let findings = accounts.inspect(10).await.expect("answers");
    assert!(findings.len() == 1 && findings[0].severity == Severity::Fault, "{findings:?}");
    assert_eq!(findings[0].key, "limits.wrong_passwords_per_account");
}

/// Roles that the directory owns come from it, and people are found by id wherever they move.
#[tokio::test]
async fn people_are_found_by_their_ids() {
    let further = [
        "mobile: (425) 555-0123",
        "telephoneNumber: +1 425 555 0100 x7",
        "mail: ada@work.example",
        "mail: SMTP:ada@home.example",
    ];
    let server = server_with(LENIENT, &further);
    let keys = "alternate_mail = 'mail'\nmobile = 'mobile'\noffice = 'telephoneNumber'\ndefault_country = '+1'";
    let accounts: Arc<LdapDirectory> = open(&server, keys);
    let ada = find(&accounts, "ada").await.expect("is there");
    let phones: Vec<_> = ada.phones.iter().map(|phone| phone.number.as_str()).collect();
    assert_eq!((phones, ada.mails.len(), ada.notices.len()), (vec!["+14255550123", "+14255550100"], 1, 2));
    assert!(accounts.abilities().owns_alternate && accounts.abilities().owns_mobile);
    let moved = format!("dn: {}\nchangetype: modrdn\nnewrdn: uid=countess\ndeleteoldrdn: 1\n", dn("ada"));
    server.modify(&moved);
    let ids = [ada.id.clone(), "no-such-account".into(), "00000000-0000-0000-0000-000000000000".into()];
    let people = accounts.people(&ids).await.expect("answers").expect("can be asked");
    assert_eq!(people.len(), 1);
    assert!(people[0].id == ada.id && people[0].user_id == "countess" && people[0].phones == ada.phones);
    set(&accounts, "countess", "second", None).await.expect("sets");
    server.modify(&format!("dn: uid=countess,{PEOPLE}\nchangetype: delete\n"));
    assert_eq!(accounts.people(&ids).await.expect("answers"), Some(Vec::new()));
}
