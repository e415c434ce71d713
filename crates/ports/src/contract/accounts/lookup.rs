//! Finding accounts, and signing in.

use regain_protocol::{MethodKind, Role};
use regain_values::{E164, UserId};

use super::{AccountsFixture, PEOPLE, find, new_password, signs_in, to};
use crate::{AccountPhone, Accounts as _, SetPasswordError, SignIn};

pub async fn an_account_is_found_by_any_spelling(fixture: &impl AccountsFixture) {
    let (accounts, cast) = (&*fixture.accounts(), fixture.cast());
    let user_id = cast.ada.lower_case();
    let ada = find(accounts, &user_id).await;
    assert_eq!(ada.user_id, cast.ada.user_id, "as the directory spells it");
    assert_eq!(ada.display_name, cast.ada.name);
    assert!(ada.enabled && !ada.locked && ada.has_password);
    assert!(!ada.id.as_str().is_empty() && ada.user_id != ada.id.as_str());
    for spelling in [user_id.to_uppercase(), format!("  {user_id} "), full_width(&user_id)] {
        assert_eq!(find(accounts, &spelling).await, ada, "{spelling:?}");
    }

    if let Some(alan) = cast.alan {
        let alan = find(accounts, alan.user_id).await;
        assert!(!alan.has_password && alan.id != ada.id);
    }
    if let Some(disabled) = cast.disabled {
        assert!(!find(accounts, disabled.user_id).await.enabled);
    }
    if let Some(linus) = cast.linus {
        assert!(find(accounts, linus.user_id).await.locked);
    }
    let first: String = user_id.chars().take(user_id.chars().count() / 2).collect();
    for unknown in ["", "nobody-at-all", "NOBODY", &first, &format!("{user_id}."), "%", &format!("{first}%")] {
        assert_eq!(accounts.find(&UserId::of_directory(unknown.into())).await.expect("answers"), None, "{unknown:?}");
    }
}

/// The characters of an input method for other scripts.
fn full_width(text: &str) -> String {
    let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c) } else { c };
    text.chars().map(wide).collect()
}

/// Nothing in a user ID means anything to the language that the directory is asked in.
pub async fn odd_user_ids_find_nobody(fixture: &impl AccountsFixture) {
    let (accounts, ada) = (&*fixture.accounts(), fixture.cast().ada);
    let user_id = ada.lower_case();
    let rest: String = user_id.chars().skip(1).collect();
    let start: String = user_id.chars().take(3).collect();
    let end: String = user_id.chars().skip(3).collect();
    let first = user_id.chars().next().expect("a character");
    for odd in [
        "*",
        &format!("{start}*"),
        &format!("*{end}"),
        "(",
        ")",
        "\\",
        "\\2a",
        "\0",
        &format!("{user_id}\0"),
        &format!("{user_id})(cn=*"),
        "*)(|(uid=*",
        "' OR ''='",
        &format!("{user_id}' --"),
        &format!("_{rest}"),
        &format!("\u{e0}{rest}"),
        &format!("{first}\u{300}{rest}"),
    ] {
        assert_eq!(accounts.find(&UserId::of_directory(odd.into())).await.expect("answers"), None, "{odd:?}");
        assert!(!signs_in(accounts, odd, ada.its_password(), fixture.now()).await, "{odd:?}");
    }
}

pub async fn an_account_carries_what_the_directory_says(fixture: &impl AccountsFixture) {
    let (accounts, cast) = (&*fixture.accounts(), fixture.cast());
    let abilities = accounts.abilities();
    assert!(find(accounts, cast.ada.user_id).await.groups.is_empty());
    for person in [Some(cast.ada), cast.alan, cast.disabled, cast.linus, cast.mary].into_iter().flatten() {
        let found = find(accounts, person.user_id).await;
        assert!(found.mails.iter().all(|mail| abilities.owns(MethodKind::Email, mail.role)), "{:?}", found.mails);
        assert!(found.phones.iter().all(|phone| abilities.owns(MethodKind::Call, phone.role)), "{:?}", found.phones);
    }
    let Some(sample) = cast.mary else { return };
    let mary = find(accounts, sample.user_id).await;
    let office: Vec<_> = mary.phones.iter().filter(|phone| phone.role == Role::Office).cloned().collect();
    let number = sample.office.map(|number| E164::parse(number).expect("a number"));
    let expected = number.map(|number| AccountPhone { role: Role::Office, number });
    assert_eq!(office, expected.into_iter().collect::<Vec<_>>());
    assert_eq!(mary.groups, sample.groups);
    let user_id = UserId::of_directory(sample.user_id.into());
    match accounts.sign_in(&user_id, &sample.its_password().into(), fixture.now()).await {
        Ok(SignIn::Accepted(person)) => assert_eq!(person, mary),
        other => panic!("{other:?}"),
    }
}

/// Nothing that is kept under an id comes to be another person's.
pub async fn a_recreated_account_has_another_id(fixture: &impl AccountsFixture) {
    let (accounts, sample) = (&*fixture.accounts(), PEOPLE[0]);
    let former = find(accounts, sample.user_id).await.id;
    fixture.recreate(&PEOPLE[0]).await;
    let ada = find(accounts, sample.user_id).await;
    assert_ne!(ada.id, former);
    let refused = accounts.set_password(&former, &to(new_password(1), None)).await;
    assert!(matches!(refused, Err(SetPasswordError::NoSuchAccount)), "{refused:?}");
    assert!(signs_in(accounts, sample.user_id, sample.its_password(), fixture.now()).await);
}

pub async fn the_right_password_signs_in(fixture: &impl AccountsFixture) {
    let (accounts, now, ada) = (&*fixture.accounts(), fixture.now(), fixture.cast().ada);
    assert!(signs_in(accounts, &ada.lower_case(), ada.its_password(), now).await);
    assert!(signs_in(accounts, &format!(" {}", ada.user_id.to_uppercase()), ada.its_password(), now).await);
}

pub async fn everything_else_is_refused(fixture: &impl AccountsFixture) {
    let (accounts, now, cast) = (&*fixture.accounts(), fixture.now(), fixture.cast());
    let (ada, password) = (cast.ada.lower_case(), cast.ada.its_password());
    let other_case: String = password
        .chars()
        .map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    let mut refused: Vec<(&str, String)> = vec![
        (&ada, other_case),
        (&ada, format!("{password} ")),
        (&ada, String::new()),
        ("nobody-at-all@example.com", password.to_owned()),
        ("NOBODY", String::new()),
        ("", String::new()),
    ];
    if let Some(alan) = cast.alan {
        refused.extend([(alan.user_id, String::new()), (alan.user_id, password.to_owned())]);
    }
    for person in [cast.disabled, cast.linus].into_iter().flatten() {
        refused.push((person.user_id, person.its_password().to_owned()));
    }
    for (user_id, password) in &refused {
        assert!(!signs_in(accounts, user_id, password, now).await, "{user_id:?}");
    }
}

pub async fn it_answers(fixture: &impl AccountsFixture) {
    fixture.accounts().check().await.expect("answers");
}
