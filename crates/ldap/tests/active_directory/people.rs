//! Traps about who is found, and who is not.

use regain_ports::{AccountId, Accounts as _, Person, SetPasswordError, Severity, UnlockError};
use regain_real_servers::samba::{self, Domain, ROOT, USERS};
use regain_values::UserId;

use crate::fixture::{FIRST, Folder, find, open, set, shared, signs_in};

#[tokio::test]
async fn t1_names_are_taken_in_each_form_and_only_of_the_domain() {
    let folder = Folder::new();
    let name = folder.add("ada", &["displayName: Ada Lovelace"]);
    let upn = format!("{name}@ad.regain.test");
    shared().set(&folder.dn("ada"), "userPrincipalName", &upn);
    let accounts = open(shared(), &format!("base = '{}'\ndomain = 'REGAIN'", folder.dn));
    let ada = find(&accounts, &name).await.expect("is there");
    assert_eq!((ada.user_id.as_str(), ada.display_name.as_str()), (name.as_str(), "Ada Lovelace"));
    for form in [upn, format!("REGAIN\\{name}"), format!("regain\\{}", name.to_uppercase()), format!(" {name} ")] {
        assert_eq!(find(&accounts, &form).await.as_ref(), Some(&ada), "{form}");
        assert!(signs_in(&accounts, &form, FIRST).await, "{form}");
    }
    for form in [format!("OTHER\\{name}"), format!("\\{name}"), format!("{name}@other.test"), "svc-regain".to_owned()] {
        assert_eq!(find(&accounts, &form).await, None, "{form}");
    }
}

#[tokio::test]
async fn t1_two_people_of_one_id_are_nobody() {
    let folder = Folder::new();
    folder.add("ada", &["mail: shared@example.com"]);
    let keys = format!("base = '{}'\nuser_id = ['mail']", folder.dn);
    let accounts = open(shared(), &keys);
    assert!(find(&accounts, "shared@example.com").await.is_some());
    folder.add("grace", &["mail: Shared@example.com"]);
    assert_eq!(find(&accounts, "shared@example.com").await, None);
    assert!(!signs_in(&accounts, "shared@example.com", FIRST).await);
}

/// Samba and Windows let the service account reset whoever is in its folder, an administrator of the domain too.
#[tokio::test]
async fn t2_protected_accounts_look_unknown() {
    let folder = Folder::new();
    let names = ["plain", "marked", "domain-admin", "operator", "boss", "named", "disabled", "expired"]
        .map(|cn| (cn, folder.add(cn, &[])));
    let group = |name: &str, member: &str| {
        let account = format!("{name}{}", folder.number());
        format!(
            "dn: CN={name},{0}\nchangetype: add\nobjectClass: group\nsAMAccountName: {account}\nmember: CN={member},{0}\n\n",
            folder.dn
        )
    };
    let server = shared();
    let change = |dn: &str, attribute: &str, value: &str| {
        format!("dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n\n")
    };
    let member = |group: &str, dn: &str| format!("dn: {group}\nchangetype: modify\nadd: member\nmember: {dn}\n\n");
    let changes = [
        group("inner", "domain-admin"),
        group("board", "boss"),
        // Nested.
        member(&format!("CN=Domain Admins,{USERS}"), &format!("CN=inner,{}", folder.dn)),
        member(&format!("CN=Backup Operators,CN=Builtin,{ROOT}"), &folder.dn("operator")),
        change(&folder.dn("marked"), "adminCount", "1"),
        change(&folder.dn("disabled"), "userAccountControl", "514"),
        change(&folder.dn("expired"), "accountExpires", samba::LOCKED_LONG_AGO),
    ];
    server.modify(&changes.concat());
    let never = format!("never = ['CN=board,{0}', 'cn=named, {0}']", folder.dn);
    let accounts = open(server, &format!("base = '{}'\n{never}", folder.dn));
    for (cn, name) in names {
        let person = find(&accounts, &name).await.expect("is there");
        assert_eq!(person.enabled, cn == "plain", "{cn}");
        if cn == "plain" {
            assert!(signs_in(&accounts, &name, FIRST).await);
            continue;
        }
        assert!(!signs_in(&accounts, &name, FIRST).await, "{cn}");
        for current in [None, Some(FIRST)] {
            let result = set(&accounts, &name, "new", current).await;
            assert!(matches!(result, Err(SetPasswordError::NoSuchAccount)), "{cn}: {result:?}");
        }
        let result = accounts.unlock(&person.id).await;
        assert!(matches!(result, Err(UnlockError::NoSuchAccount)), "{cn}: {result:?}");
        let findings = accounts.examine(&UserId::of_directory(name)).await.expect("answers");
        assert!(findings.iter().any(|finding| finding.text.contains("may not be used")), "{cn}: {findings:?}");
    }
    // Signing in as a protected account is not even tried: wrong passwords would lock an administrator out.
    assert_eq!(server.values(&folder.dn("marked"), "badPwdCount"), ["0"]);
}

#[tokio::test]
async fn t2_groups_that_are_not_there_are_a_fault() {
    for key in
        ["groups = { admins = 'CN=gone,DC=ad,DC=regain,DC=test' }", "never = ['CN=gone,DC=ad,DC=regain,DC=test']"]
    {
        let accounts = open(shared(), key);
        let found = accounts.find(&UserId::of_directory("nobody".to_owned())).await;
        assert!(format!("{found:?}").contains("Misconfigured"), "{found:?}");
    }
}

/// From the root of the domain a search also returns referrals to other servers, which nobody follows.
#[tokio::test]
async fn t9_a_missing_right_is_no_outage_and_is_found_beforehand() {
    let name = Folder::new().number() + "-outside";
    let outside = samba::Person { cn: &name, folder: Some(USERS), account: &name, password: Some(FIRST), further: &[] };
    shared().add(&outside);
    let folder = Folder::new();
    let inside = folder.add("inside", &[]);
    let accounts = open(shared(), &format!("base = '{ROOT}'"));
    let person = find(&accounts, &name).await.expect("is there");
    assert!(person.enabled && signs_in(&accounts, &name, FIRST).await);
    for current in [None, Some(FIRST)] {
        let result = set(&accounts, &name, "new", current).await;
        assert!(matches!(result, Err(SetPasswordError::NotAllowed)), "{result:?}");
    }
    assert!(matches!(accounts.unlock(&person.id).await, Err(UnlockError::NotAllowed)));
    let findings = accounts.examine(&UserId::of_directory(name.clone())).await.expect("answers");
    let faults: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Fault).collect();
    assert!(
        faults.len() == 2 && faults[0].text.contains("lockoutTime") && faults[1].text.contains("Reset Password"),
        "{findings:?}"
    );
    assert!(shared().takes(&outside.dn(), FIRST), "nothing was written");
    assert_eq!(accounts.examine(&UserId::of_directory(inside)).await.expect("answers"), []);
    assert!(shared().takes(&folder.dn("inside"), FIRST), "nothing was written");
}

#[tokio::test]
async fn t12_what_makes_an_attack_possible_is_found_at_the_start() {
    let accounts = open(shared(), "mobile = 'mobile'\noffice = 'otherTelephone'\nalternate_mail = 'otherMailbox'");
    let findings = accounts.inspect(10).await.expect("answers");
    let by_key: Vec<_> = findings.iter().map(|finding| (finding.severity, finding.key)).collect();
    let expected = [
        (Severity::Fault, "limits.wrong_passwords_per_account"),
        (Severity::Warning, "directory.ldap.mobile"),
        (Severity::Warning, "directory.ldap.office"),
    ];
    assert_eq!(by_key, expected);
    assert_eq!(open(shared(), "mobile = 'pager'").inspect(9).await.expect("answers"), []);
}

/// An administrator, or a password that runs out, is warned of, and a minimum age; and so are names that the schema lacks.
#[tokio::test]
async fn what_an_operator_should_know_is_warned_of() {
    let domain = Domain::new();
    domain.rules(&["--max-pwd-age=30", "--min-pwd-age=2"]);
    let samba = domain.start(0);
    let warned = async |further: &str| {
        let findings = open(&samba, further).inspect(9).await.expect("answers");
        findings.into_iter().map(|finding| (finding.severity, finding.key, finding.text)).collect::<Vec<_>>()
    };
    let only_age = warned("").await;
    let [(Severity::Warning, "directory.kind", age)] = &only_age[..] else { panic!("{only_age:?}") };
    assert!(age.contains("2 days"), "{age}");
    let missing = warned("mobile = 'mobil'\noffice = 'TelephoneNumber'\ndisplay_name = 'name'").await;
    let missing: Vec<_> = missing.iter().filter(|(.., text)| text.contains("schema")).map(|(_, key, _)| *key).collect();
    assert_eq!(missing, ["directory.ldap.mobile"]);
    let service = format!("CN=svc-regain,OU=Services,{}", samba::ROOT);
    samba.set(&service, "userAccountControl", "512");
    samba.add_member(&format!("CN=Domain Admins,{}", samba::USERS), &service);
    for bind_dn in [samba::SERVICE, "REGAIN\\svc-regain", &service] {
        let said = warned(&format!("bind_dn = '{bind_dn}'")).await;
        let keys: Vec<_> = said.iter().map(|(_, key, _)| *key).collect();
        let expected = ["directory.kind", "directory.ldap.bind_dn", "directory.ldap.bind_password_file"];
        assert_eq!(keys, expected, "{bind_dn}: {said:?}");
        assert!(said[1].2.contains("Domain Admins") && said[2].2.contains("expires on 20"), "{said:?}");
    }
}

/// Roles that the directory owns come from it, and people are found by id wherever they move.
#[tokio::test]
async fn people_are_found_by_their_ids() {
    let folder = Folder::new();
    let further = ["mobile: (425) 555-0123", "otherMailbox: ada@home.example", "proxyAddresses: SMTP:ada@work.example"];
    let name = folder.add("ada", &further);
    let keys =
        "mobile = 'mobile'\nalternate_mail = 'otherMailbox'\nnotice_mail = 'proxyAddresses'\ndefault_country = '+1'";
    let accounts = open(shared(), &format!("base = '{}'\n{keys}", folder.dn));
    let ada = find(&accounts, &name).await.expect("is there");
    assert_eq!(ada.phones[0].number.as_str(), "+14255550123");
    assert_eq!((ada.mails[0].address.as_str(), ada.notices[0].as_str()), ("ada@home.example", "ada@work.example"));
    let unit = format!("dn: OU=moved,{}\nchangetype: add\nobjectClass: organizationalUnit\n\n", folder.dn);
    let renamed = format!(
        "dn: {}\nchangetype: modrdn\nnewrdn: CN=countess\ndeleteoldrdn: 1\nnewsuperior: OU=moved,{}\n",
        folder.dn("ada"),
        folder.dn
    );
    shared().modify(&(unit + &renamed));
    let ids: Vec<AccountId> =
        vec![ada.id.clone(), "no-such-account".into(), "00000000-0000-0000-0000-000000000000".into()];
    assert_eq!(
        accounts.people(&ids).await.expect("answers"),
        Some(vec![Person { display_name: "countess".to_owned(), ..ada.clone() }])
    );
    set(&accounts, &name, "second", None).await.expect("sets");
    // An account that leaves the base is not found, not even by id.
    let elsewhere = open(shared(), &format!("base = 'OU=Groups,{ROOT}'"));
    assert_eq!(elsewhere.people(&ids).await.expect("answers"), Some(Vec::new()));
    let change = regain_ports::PasswordChange { new: "third".into(), current: None };
    assert!(matches!(elsewhere.set_password(&ada.id, &change).await, Err(SetPasswordError::NoSuchAccount)));
}
