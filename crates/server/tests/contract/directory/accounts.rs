//! Finding accounts, and signing in.

use regain_protocol::Role;
use regain_server::ports::{AccountMail, AccountPhone, AccountQuestion, Clock as _, Directory as _, SignIn};

use super::{ADAS, Fixture, find, signs_in};

pub(super) async fn an_account_is_found_by_any_spelling(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let ada = find(&*directory, "ada@example.com").await;
    let mail = |role, address: &str| AccountMail { role, address: address.to_owned() };
    assert_eq!(ada.user_id, "Ada@Example.com", "as the directory spells it");
    assert_eq!(ada.display_name, "Ada Lovelace");
    assert!(ada.enabled && !ada.locked && ada.has_password);
    assert_eq!(ada.mails, [mail(Role::Authentication, "ada@work.example"), mail(Role::Alternate, "ada@home.example")]);
    assert!(!ada.id.is_empty());
    for spelling in ["ADA@EXAMPLE.COM", "  ada@example.com ", "ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ"] {
        assert_eq!(find(&*directory, spelling).await, ada, "{spelling:?}");
    }

    let alan = find(&*directory, "alan@example.com").await;
    assert!(!alan.has_password && alan.mails.is_empty() && alan.id != ada.id);
    assert!(!find(&*directory, "dis@example.com").await.enabled);
    assert!(find(&*directory, "linus@example.com").await.locked);
    for unknown in ["", "nobody", "NOBODY", "ada", "ada@example.com.", "%", "ada%"] {
        assert_eq!(directory.find(unknown).await.expect("answers"), None, "{unknown:?}");
    }
}

pub(super) async fn the_right_password_signs_in(fixture: &impl Fixture) {
    let now = fixture.clock().now();
    assert!(signs_in(&*fixture.directory(), "ada@example.com", ADAS, now).await);
    assert!(signs_in(&*fixture.directory(), " ADA@example.com", ADAS, now).await);
}

pub(super) async fn everything_else_is_refused(fixture: &impl Fixture) {
    let now = fixture.clock().now();
    for (user_id, password) in [
        ("ada@example.com", "First password of ada"),
        ("ada@example.com", "first password of ada "),
        ("ada@example.com", ""),
        ("alan@example.com", ""),
        ("alan@example.com", ADAS),
        ("dis@example.com", "password of the disabled"),
        ("linus@example.com", "password of the locked"),
        ("nobody@example.com", ADAS),
        ("NOBODY", ""),
        ("", ""),
    ] {
        assert!(!signs_in(&*fixture.directory(), user_id, password, now).await, "{user_id:?} {password:?}");
    }
}

pub(super) async fn an_account_carries_its_security_info(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let mary = find(&*directory, "mary@example.com").await;
    let phone = |role, number: &str| AccountPhone { role, number: number.to_owned() };
    assert_eq!(
        mary.phones,
        [
            phone(Role::Mobile, "+14255550123"),
            phone(Role::Authentication, "+442079460958"),
            phone(Role::Office, "+14255550124"),
        ]
    );
    let [pet, own, job] = &mary.questions[..] else { panic!("three questions: {:?}", mary.questions) };
    assert_eq!(*pet, AccountQuestion { id: "first_pet".into(), own: None });
    assert_eq!(own.own.as_deref(), Some("What was on the wind tunnel's door?"));
    assert!(!own.id.is_empty() && own.id != pet.id && own.id != job.id);
    assert!(mary.authenticator);
    assert_eq!(mary.groups, ["admins", "engineers"]);
    let shown = format!("{mary:?}");
    assert!(!shown.contains("Fluffy") && !shown.contains("GEZDGNBV"), "{shown}");

    let ada = find(&*directory, "ada@example.com").await;
    assert!(ada.phones.is_empty() && ada.questions.is_empty() && ada.groups.is_empty() && !ada.authenticator);
    match directory.sign_in("mary@example.com", &"first password of mary".into(), fixture.clock().now()).await {
        Ok(SignIn::Accepted(account)) => assert_eq!(account, mary),
        other => panic!("{other:?}"),
    }
}

pub(super) async fn it_answers(fixture: &impl Fixture) {
    fixture.directory().check().await.expect("answers");
}
