//! Finding accounts, and signing in.

use regain_protocol::{MethodKind, Role};
use regain_values::UserId;

use super::{ADAS, AccountsFixture, LINUSES, PEOPLE, find, signs_in};
use crate::{AccountPhone, Accounts as _, SetPasswordError, SignIn};

pub async fn an_account_is_found_by_any_spelling(fixture: &impl AccountsFixture) {
    let accounts = &*fixture.accounts();
    let ada = find(accounts, "ada@example.com").await;
    assert_eq!(ada.user_id, "Ada@Example.com", "as the directory spells it");
    assert_eq!(ada.display_name, "Ada Lovelace");
    assert!(ada.enabled && !ada.locked && ada.has_password);
    assert!(!ada.id.as_str().is_empty() && ada.user_id != ada.id.as_str());
    for spelling in ["ADA@EXAMPLE.COM", "  ada@example.com ", "ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ"] {
        assert_eq!(find(accounts, spelling).await, ada, "{spelling:?}");
    }

    let alan = find(accounts, "alan@example.com").await;
    assert!(!alan.has_password && alan.id != ada.id);
    assert!(!find(accounts, "dis@example.com").await.enabled);
    assert!(find(accounts, "linus@example.com").await.locked);
    for unknown in ["", "nobody", "NOBODY", "ada", "ada@example.com.", "%", "ada%"] {
        assert_eq!(accounts.find(&UserId::of_directory(unknown.into())).await.expect("answers"), None, "{unknown:?}");
    }
}

/// Nothing in a user ID means anything to the language that the directory is asked in.
pub async fn odd_user_ids_find_nobody(fixture: &impl AccountsFixture) {
    let accounts = &*fixture.accounts();
    for odd in [
        "*",
        "ada*",
        "*@example.com",
        "(",
        ")",
        "\\",
        "\\2a",
        "\0",
        "ada@example.com\0",
        "ada@example.com)(cn=*",
        "*)(|(uid=*",
        "' OR ''='",
        "ada@example.com' --",
        "_da@example.com",
        "àda@example.com",
        "a\u{300}da@example.com",
    ] {
        assert_eq!(accounts.find(&UserId::of_directory(odd.into())).await.expect("answers"), None, "{odd:?}");
        assert!(!signs_in(accounts, odd, ADAS, fixture.now()).await, "{odd:?}");
    }
}

pub async fn an_account_carries_what_the_directory_says(fixture: &impl AccountsFixture) {
    let accounts = &*fixture.accounts();
    let abilities = accounts.abilities();
    let mary = find(accounts, "mary@example.com").await;
    let office: Vec<_> = mary.phones.iter().filter(|phone| phone.role == Role::Office).collect();
    assert_eq!(office, [&AccountPhone { role: Role::Office, number: "+14255550124".parse().expect("a number") }]);
    assert_eq!(mary.groups, ["admins", "engineers"]);
    assert!(find(accounts, "ada@example.com").await.groups.is_empty());
    for person in PEOPLE {
        let found = find(accounts, person.user_id).await;
        assert!(found.mails.iter().all(|mail| abilities.owns(MethodKind::Email, mail.role)), "{:?}", found.mails);
        assert!(found.phones.iter().all(|phone| abilities.owns(MethodKind::Call, phone.role)), "{:?}", found.phones);
    }
    match accounts
        .sign_in(&UserId::of_directory("mary@example.com".into()), &"first password of mary".into(), fixture.now())
        .await
    {
        Ok(SignIn::Accepted(person)) => assert_eq!(person, mary),
        other => panic!("{other:?}"),
    }
}

/// Nothing that is kept under an id comes to be another person's.
pub async fn a_recreated_account_has_another_id(fixture: &impl AccountsFixture) {
    let accounts = &*fixture.accounts();
    let former = find(accounts, "ada@example.com").await.id;
    fixture.recreate(&PEOPLE[0]).await;
    let ada = find(accounts, "ada@example.com").await;
    assert_ne!(ada.id, former);
    let refused = accounts.set_password(&former, &super::to("new", None)).await;
    assert!(matches!(refused, Err(SetPasswordError::NoSuchAccount)), "{refused:?}");
    assert!(signs_in(accounts, "ada@example.com", ADAS, fixture.now()).await);
}

pub async fn the_right_password_signs_in(fixture: &impl AccountsFixture) {
    let (accounts, now) = (&*fixture.accounts(), fixture.now());
    assert!(signs_in(accounts, "ada@example.com", ADAS, now).await);
    assert!(signs_in(accounts, " ADA@example.com", ADAS, now).await);
}

pub async fn everything_else_is_refused(fixture: &impl AccountsFixture) {
    let (accounts, now) = (&*fixture.accounts(), fixture.now());
    for (user_id, password) in [
        ("ada@example.com", "First password of ada"),
        ("ada@example.com", "first password of ada "),
        ("ada@example.com", ""),
        ("alan@example.com", ""),
        ("alan@example.com", ADAS),
        ("dis@example.com", "password of the disabled"),
        ("linus@example.com", LINUSES),
        ("nobody@example.com", ADAS),
        ("NOBODY", ""),
        ("", ""),
    ] {
        assert!(!signs_in(accounts, user_id, password, now).await, "{user_id:?} {password:?}");
    }
}

pub async fn it_answers(fixture: &impl AccountsFixture) {
    fixture.accounts().check().await.expect("answers");
}
