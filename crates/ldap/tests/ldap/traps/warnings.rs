//! Faults and warnings of the check of a directory.

use super::*;

/// Without the rule of access that keeps it, the check says so.
#[tokio::test]
async fn t2_a_lock_that_nothing_keeps_is_warned_of() {
    let people = [slapd::Person { uid: "ada", name: "Ada", password: Some(FIRST), further: &[] }];
    let (keeping, without) = RIGHTS.split_once('\n').expect("has several");
    assert!(keeping.contains("pwdAccountLockedTime"), "{keeping}");
    for (rights, write, warns) in [(RIGHTS, "exop", false), (without, "exop", true), (without, "modify", false)] {
        let server = Slapd::start(&Settings { people: &people, rights, ..Default::default() });
        server.lock_by_administrator("ada");
        let accounts = open(&server, &format!("password_write = '{write}'"));
        let findings = accounts.inspect(1).await.expect("answers");
        let warning = findings.iter().find(|finding| finding.text.contains("that an administrator locked"));
        assert_eq!(warning.is_some(), warns, "{write}: {findings:?}");
        assert!(warning.is_none_or(|warning| warning.key == "directory.ldap.password_write"), "{findings:?}");
        assert!(accounts.find(&UserId::of_directory("ada".to_owned())).await.expect("answers").is_some());
    }
}

/// Rights that are too many are warned of, by tries that change nothing.
#[tokio::test]
async fn too_many_rights_are_warned_of() {
    let policy = format!("{LENIENT}pwdMinLength: 8\npwdCheckQuality: 2\n");
    let server = server_with(&policy, &[]);
    assert_eq!(open(&server, "").inspect(1).await.expect("answers"), []);
    let root = server.password_file().with_file_name("root-password");
    regain_real_servers::authority::write(&root, slapd::ROOT_PASSWORD);
    let as_root = format!("bind_dn = '{}'\nbind_password_file = '{}'", slapd::ROOT, root.display());
    let findings = open(&server, &as_root).inspect(1).await.expect("answers");
    let has = |word: &str| {
        findings.iter().any(|finding| finding.severity == Severity::Warning && finding.text.contains(word))
    };
    assert!(has("does not hold for the service account") && has("can read userPassword"), "{findings:?}");
    assert!(server.takes("ada", FIRST), "nothing was written");
}

/// A policy that asks for the current password is one fault, and the cause, whether it can be read or not.
#[tokio::test]
async fn a_policy_that_forbids_resets_is_named_once() {
    let server = server_with(&format!("{LENIENT}pwdSafeModify: TRUE\n"), &[]);
    let hidden = format!("access to dn.exact=\"{POLICY}\" by * none\n{RIGHTS}");
    let people = [slapd::Person { uid: "ada", name: "Ada", password: Some(FIRST), further: &[] }];
    let policy = format!("{LENIENT}pwdSafeModify: TRUE\n");
    let secret =
        Slapd::start(&Settings { people: &people, rights: &hidden, policy: Some(&policy), ..Default::default() });
    for server in [server, secret] {
        let accounts = open(&server, "");
        let mut findings = accounts.inspect(1).await.expect("answers");
        findings.extend(accounts.examine(&UserId::of_directory("ada".to_owned())).await.expect("answers"));
        let faults: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Fault).collect();
        assert!(faults.len() == 1 && faults[0].text.contains("pwdSafeModify"), "{findings:?}");
        assert!(server.takes("ada", FIRST), "nothing was written");
    }
}

/// Names that the schema lacks, a minimum age, and the root of the tree where no rule of the policy shows it.
#[tokio::test]
async fn what_an_operator_should_know_is_warned_of() {
    let server = server_with(&format!("{LENIENT}pwdMinAge: 86400\n"), &[]);
    let root = server.password_file().with_file_name("root-password");
    regain_real_servers::authority::write(&root, slapd::ROOT_PASSWORD);
    let as_root = format!("bind_dn = '{}'\nbind_password_file = '{}'\n", slapd::ROOT, root.display());
    let named = "mobile = 'mobil'\noffice = 'TelephoneNumber'\nuser_id = ['uid', 'employeeNummer']";
    let findings = open(&server, &(as_root + named)).inspect(1).await.expect("answers");
    let has = |key: &str, word: &str| {
        let is_it = |finding: &&regain_ports::Finding| finding.key == key && finding.text.contains(word);
        findings.iter().filter(is_it).count() == 1
    };
    assert!(has("directory.ldap.mobile", "no attribute mobil:"), "{findings:?}");
    assert!(has("directory.ldap.user_id", "employeeNummer"), "{findings:?}");
    assert!(findings.iter().all(|finding| finding.key != "directory.ldap.office"), "{findings:?}");
    assert!(has("directory.ldap.password_policy", "1 day"), "{findings:?}");
    assert!(has("directory.ldap.bind_dn", "rootdn"), "{findings:?}");
    assert!(server.values(PEOPLE, "description").is_empty(), "nothing was written");
}

#[tokio::test]
async fn what_a_server_lacks_is_told() {
    let people =
        [slapd::Person { uid: "ada", name: "Ada", password: Some(FIRST), further: &["mobile: none".to_owned()] }];
    let rights =
        "access to * by dn.exact=\"cn=regain,ou=services,dc=regain,dc=test\" write by self =xw by anonymous auth\n";
    let server = Slapd::start(&Settings { policy: None, people: &people, rights, ..Default::default() });
    let accounts = open(&server, "mobile = 'mobile'\npassword_write = 'exop'");
    let findings = accounts.inspect(1).await.expect("answers");
    assert!(findings.iter().any(|finding| finding.text.contains("no password policy overlay")), "{findings:?}");
    let findings = accounts.examine(&UserId::of_directory("ada".to_owned())).await.expect("answers");
    assert!(findings.iter().any(|finding| finding.key == "directory.ldap.mobile"), "{findings:?}");
    let findings = accounts.examine(&UserId::of_directory("nobody".to_owned())).await.expect("answers");
    assert_eq!(findings.len(), 1);
    set(&accounts, "ada", "second", Some(FIRST)).await.expect("sets");
    assert!(signs_in(&accounts, "ada", "second").await);
}
