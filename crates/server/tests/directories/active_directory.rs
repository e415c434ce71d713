//! Samba's Active Directory.

use regain_real_servers::samba::{self, Domain, Person, Samba};
use serde_json::json;

use crate::{Beside, FORMER, NEW, broken, client::Session, set};

fn domain() -> Domain {
    let domain = Domain::new();
    domain.add(&[
        Person { cn: "Ada Lovelace", account: "ada", password: Some(FORMER), ..Person::default() },
        Person { cn: "Grace Hopper", account: "grace", password: Some(FORMER), ..Person::default() },
    ]);
    domain
}

fn ada() -> String {
    samba::dn("Ada Lovelace")
}

fn beside(samba: &Samba, further: &str) -> Beside {
    let section = format!(
        "kind = \"active_directory\"\n[directory.ldap]\nurls = [{:?}]\nca_file = \"{}\"\nbind_dn = {:?}\nbind_password_file = \"{}\"\nbase = {:?}\ndomain = {:?}\n{further}",
        samba.url(),
        samba.certificates().authority.display(),
        samba::SERVICE,
        samba.password_file().display(),
        samba::ROOT,
        samba::DOMAIN,
    );
    Beside::new(&section)
}

/// One reset of a locked account: found by each spelling, unlocked along with the password, and the former password opens
/// nothing here although the controller still takes it for an hour (T1, T3, T7).
#[test]
fn a_reset_ends_in_the_directory() {
    let samba = domain().start(60);
    let beside = beside(&samba, "");
    beside.register(&["ada"]);
    samba.lock(&ada());
    let server = beside.installation.start();
    let mut session = beside.proved(&server.address, "REGAIN\\Ada").expect("proves");
    session.answer(set(NEW)).expect("resets");
    assert_eq!(session.step()["outcome"], "reset", "{}", session.step());
    assert!(samba.takes(&ada(), NEW), "it is unlocked");
    assert!(samba.takes(&ada(), FORMER), "the controller goes on taking it");
    let refused = Session::signed_in(&server.address, "ada", FORMER).map(|_| ()).expect_err("nor here").to_string();
    assert!(refused.starts_with("422: "), "{refused}");
    Session::signed_in(&server.address, "ada", NEW).expect("signs in");
    server.stop();
}

/// T2: protected accounts look unknown whatever is registered for them.
#[test]
fn t2_protected_accounts_are_nobodys() {
    let samba = domain().start(0);
    samba.add_member(&format!("CN=Domain Admins,{}", samba::USERS), &samba::dn("Grace Hopper"));
    let beside = beside(&samba, "");
    beside.register_is_refused(&["ada", "grace", "Administrator"], &[1, 2]);
    for protected in ["grace", "Administrator", "krbtgt"] {
        let said = beside.installation.run(&["check-directory", "--user", protected]).stdout;
        let said = String::from_utf8(said).expect("text");
        assert!(said.contains("\nmay be recovered  no\n") || said.contains("not found"), "{protected}: {said}");
    }
}

/// T8: the domain's rules are on the checklist before they refuse.
#[test]
fn t8_the_domains_rules_are_on_the_checklist() {
    let domain = domain();
    domain.rules(&["--complexity=on"]);
    let samba = domain.start(0);
    let beside = beside(&samba, "");
    beside.register(&["ada"]);
    let server = beside.installation.start();
    // Nobody has this user principal name by an attribute.
    let mut session = beside.proved(&server.address, "ada@AD.regain.test").expect("proves");
    assert_eq!(session.step()["policy"]["min_classes"], 3);
    let refused = broken(&session.answer(set("a river that runs north")).expect_err("has two classes"));
    assert_eq!(refused, ["too_few_classes"]);
    session.answer(set(NEW)).expect("resets");
    server.stop();
}

/// A person who must change the password, or whose password ran out, can change it (T6).
#[test]
fn t6_an_expired_password_can_be_changed() {
    let samba = domain().start(0);
    samba.set(&ada(), "pwdLastSet", "0");
    let beside = beside(&samba, "");
    beside.register(&["ada"]);
    let server = beside.installation.start();
    let mut session = Session::signed_in_for(&server.address, "change", "ada", FORMER).expect("signs in");
    for _ in 0..4 {
        match session.step()["name"].as_str() {
            Some("choose_method") => {
                let method = session.step()["methods"][0]["id"].clone();
                session.answer(json!({ "do": "choose", "method": method })).expect("chooses");
            }
            Some("enter_code") => {
                session.answer(json!({ "do": "verify", "code": beside.mail.code() })).expect("proves");
            }
            _ => break,
        }
    }
    assert_eq!(session.step()["name"], "new_password", "{}", session.step());
    let change = json!({ "do": "set_password", "password": NEW, "current": FORMER });
    session.answer(change).expect("changes");
    assert!(samba.takes(&ada(), NEW) && !samba.takes(&ada(), FORMER));
    server.stop();
}

/// Changes Ada's password as she does who knows it.
fn change(address: &str, from: &str, to: &str) -> std::io::Result<()> {
    let mut session = Session::signed_in_for(address, "change", "ada", from)?;
    assert_eq!(session.step()["needs_current"], true, "{}", session.step());
    session.answer(json!({ "do": "set_password", "password": to, "current": from }))
}

/// A change is one for the domain too, and no reset: its history holds.
#[test]
fn t4_a_change_minds_the_history() {
    let samba = domain().start(0);
    let beside = beside(&samba, "");
    let server = beside.installation.start();
    change(&server.address, FORMER, NEW).expect("changes");
    assert!(samba.takes(&ada(), NEW) && !samba.takes(&ada(), FORMER));
    assert_eq!(broken(&change(&server.address, NEW, FORMER).expect_err("was used before")), ["reused"]);
    assert!(samba.takes(&ada(), NEW));
    server.stop();
}

/// Its minimum age holds as well.
#[test]
fn t4_a_change_minds_the_minimum_age() {
    let domain = domain();
    domain.rules(&["--min-pwd-age=1"]);
    let samba = domain.start(0);
    let beside = beside(&samba, "");
    let server = beside.installation.start();
    assert_eq!(broken(&change(&server.address, FORMER, NEW).expect_err("is a minute old")), ["too_soon"]);
    assert!(samba.takes(&ada(), FORMER));
    server.stop();
}

/// T9: an account outside of what was delegated leads to the administrators.
#[test]
fn t9_an_account_that_was_not_delegated_leads_to_the_administrators() {
    let samba = domain().start(0);
    samba.tool(&["user", "create", "else", FORMER]);
    let beside = beside(&samba, "");
    beside.register(&["else"]);
    let said = beside.installation.run(&["check-directory", "--user", "else"]);
    let said = String::from_utf8([said.stdout, said.stderr].concat()).expect("text");
    assert!(said.contains("fault") || said.contains("warning"), "{said}");
    let server = beside.installation.start();
    let mut session = beside.proved(&server.address, "else").expect("proves");
    session.answer(set(NEW)).expect("is answered");
    assert_eq!(session.step()["name"], "contact_administrator", "{}", session.step());
    server.stop();
}

/// T12: a domain that locks sooner than our own limit lets strangers lock people out, so the server does not start.
#[test]
fn t12_a_domain_that_locks_before_us_is_refused() {
    let domain = domain();
    domain.rules(&["--account-lockout-threshold=5"]);
    let samba = domain.start(0);
    let beside = beside(&samba, "");
    let said = beside.installation.refuses(&[]);
    assert!(said.contains("limits.wrong_passwords_per_account"), "{said}");
}

#[test]
fn d1_nobody_of_a_domain_is_told_apart() {
    let domain = domain();
    for account in ["mary", "annie", "dorothy"] {
        domain.add(&[Person { cn: account, account, password: Some(FORMER), ..Person::default() }]);
    }
    let samba = domain.start(0);
    samba.add_member(&format!("CN=Domain Admins,{}", samba::USERS), &samba::dn("Grace Hopper"));
    let beside = beside(&samba, "");
    crate::d1_nobody_is_told_apart(&beside, &["ada", "mary", "annie", "dorothy"], &["grace", "Administrator"]);
}
