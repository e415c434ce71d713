//! The embedded directory as the flows ask it: both ports together, over the same rows.

use jiff::SignedDuration;
use regain_people::People;
use regain_ports::{
    Account, AccountMail, AccountPhone, AccountQuestion, AccountRefusal, Accounts as _, Change, Channel, Claim,
    ClaimChange, Clock as _, Committed, FlowRow, NewMessage, PasswordChange, RegisterError, Registration, SignIn,
    Store as _, Unlocked, contract::accounts::AccountsFixture as _,
};
use regain_protocol::{FlowKind, Role, Secret};
use regain_values::UserId;

use crate::{
    embedded::Embedded,
    places::{Place, on_both},
};

/// People with all that a list can say of them.
const PEOPLE: &str = r#"
[[people]]
user_id = "Ada@Example.com"
name = "Ada Lovelace"
password = "first password of ada"
mails = [
    { role = "authentication", address = "ada@work.example" },
    { role = "alternate", address = "ada@home.example" },
]

[[people]]
user_id = "linus@example.com"
name = "Locked"
password = "password of the locked"
locked = true

[[people]]
user_id = "mary@example.com"
name = "Mary Jackson"
password = "first password of mary"
mails = [{ role = "alternate", address = "mary@home.example" }]
phones = [
    { role = "office", number = "+1 425 555 0124 x4711" },
    { role = "mobile", number = "+1 (425) 555-0123" },
    { role = "authentication", number = "+44 20 7946 0958" },
]
questions = [
    { id = "first_pet", answer = "Fluffy the Second" },
    { own = "What was on the wind tunnel's door?", answer = "Straße" },
    { id = "dream_job", answer = "engineer" },
]
authenticator = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
recovery_codes = ["7K3QX-9MBWD-2HZ4T", "00000-00000-00001"]
groups = ["admins", "engineers"]
"#;

pub(crate) async fn open<P: Place>() -> Embedded<P> {
    let fixture = Embedded::open().await;
    let people = People::from_toml(PEOPLE).expect("reads");
    assert_eq!(fixture.adapter.import(&people).await.expect("imports"), 3);
    fixture
}

async fn find<P: Place>(fixture: &Embedded<P>, user_id: &str) -> Account {
    fixture.directory().find(&UserId::of_directory(user_id.into())).await.expect("answers").expect("is there")
}

fn mail(role: Role, address: &str) -> AccountMail {
    AccountMail { role, address: address.parse().expect("an address") }
}

fn phone(role: Role, number: &str) -> AccountPhone {
    AccountPhone { role, number: number.parse().expect("a number") }
}

async fn an_account_carries_its_security_info<P: Place>() {
    let fixture = open::<P>().await;
    let directory = fixture.directory();
    let mary = find(&fixture, "mary@example.com").await;
    assert_eq!(mary.mails, [mail(Role::Alternate, "mary@home.example")]);
    assert_eq!(
        mary.phones,
        [
            phone(Role::Mobile, "+14255550123"),
            phone(Role::Authentication, "+442079460958"),
            phone(Role::Office, "+14255550124"),
        ],
        "the office's is the last"
    );
    let [pet, own, job] = &mary.questions[..] else { panic!("three questions: {:?}", mary.questions) };
    assert_eq!(*pet, AccountQuestion { id: "first_pet".into(), own: None });
    assert_eq!(own.own.as_deref(), Some("What was on the wind tunnel's door?"));
    assert!(!own.id.is_empty() && own.id != pet.id && own.id != job.id);
    assert!(mary.authenticator);
    assert_eq!(mary.recovery_codes, Some(2));
    assert_eq!(mary.groups, ["admins", "engineers"]);
    let key = directory.authenticator_key(Some(&mary.id)).await.expect("answers").expect("is there");
    assert_eq!(key.expose(), b"12345678901234567890");
    let used = directory.use_recovery_code(Some(&mary.id), &"000000000000001".into(), fixture.now()).await;
    assert!(used.expect("answers"));
    assert_eq!(find(&fixture, "mary@example.com").await.recovery_codes, Some(1));
    let shown = format!("{mary:?}");
    assert!(!shown.contains("Fluffy") && !shown.contains("GEZDGNBV"), "{shown}");

    let ada = find(&fixture, "ada@example.com").await;
    assert_eq!(ada.mails, [mail(Role::Alternate, "ada@home.example"), mail(Role::Authentication, "ada@work.example")]);
    assert!(ada.phones.is_empty() && ada.questions.is_empty() && ada.groups.is_empty() && !ada.authenticator);
    match directory
        .sign_in(&UserId::of_directory("mary@example.com".into()), &"first password of mary".into(), fixture.now())
        .await
    {
        Ok(SignIn::Accepted(account)) => assert_eq!(account, find(&fixture, "mary@example.com").await),
        other => panic!("{other:?}"),
    }
    let refused =
        directory.sign_in(&UserId::of_directory("mary@example.com".into()), &"wrong".into(), fixture.now()).await;
    assert!(matches!(refused, Ok(SignIn::Refused)), "{refused:?}");
    assert_eq!(directory.find(&UserId::of_directory("nobody@example.com".into())).await.expect("answers"), None);
}

/// The office's phone is in the same table as the registered ones, and none of theirs.
async fn the_office_phone_stays_whatever_is_registered_or_forgotten<P: Place>() {
    let fixture = open::<P>().await;
    let directory = fixture.directory();
    let mary = find(&fixture, "mary@example.com").await;
    for registration in [
        Registration::Phone(phone(Role::Mobile, "+14255550199")),
        Registration::RemovePhone(Role::Mobile),
        Registration::RemovePhone(Role::Authentication),
    ] {
        directory.register(&mary.id, &registration).await.expect("registers");
    }
    let office = [phone(Role::Office, "+14255550124")];
    assert_eq!(find(&fixture, "mary@example.com").await.phones, office);
    for registration in
        [Registration::Phone(phone(Role::Office, "+14255550199")), Registration::RemovePhone(Role::Office)]
    {
        let refused = directory.register(&mary.id, &registration).await;
        assert!(matches!(refused, Err(RegisterError::NotRegistrable)), "{refused:?}");
    }
    directory.registrations.forget(&mary.id).await.expect("forgets");
    let expected = Account {
        id: mary.id,
        user_id: mary.user_id,
        display_name: mary.display_name,
        enabled: true,
        has_password: true,
        phones: office.to_vec(),
        groups: mary.groups,
        ..Account::default()
    };
    assert_eq!(find(&fixture, "mary@example.com").await, expected, "what the directory has stays");
}

async fn registering_changes_neither_password_nor_lock<P: Place>() {
    let fixture = open::<P>().await;
    let directory = fixture.directory();
    for (user_id, password) in
        [("ada@example.com", "first password of ada"), ("linus@example.com", "password of the locked")]
    {
        let before = find(&fixture, user_id).await;
        for registration in [
            Registration::Mail(mail(Role::Alternate, "new@home.example")),
            Registration::Authenticator(Secret::new(vec![2; 20])),
            Registration::Confirm(fixture.now()),
        ] {
            directory.register(&before.id, &registration).await.expect("a locked one is its owner's still");
        }
        let after = find(&fixture, user_id).await;
        assert_eq!((after.locked, after.has_password), (before.locked, before.has_password));
        assert!(after.mails.contains(&mail(Role::Alternate, "new@home.example")), "{:?}", after.mails);
        let signed_in = directory
            .sign_in(&UserId::of_directory(user_id.into()), &password.into(), fixture.now())
            .await
            .expect("answers");
        assert_eq!(matches!(signed_in, SignIn::Accepted(_)), !before.locked);
    }
}

/// Only ours is it to say that two spellings are one password; a directory that is not ours gets it as it was typed.
async fn a_password_is_the_same_from_another_keyboard<P: Place>() {
    let fixture = open::<P>().await;
    let accounts = fixture.accounts();
    let ada = find(&fixture, "ada@example.com").await.id;
    let to = |new: &str, current: Option<&str>| PasswordChange { new: new.into(), current: current.map(Secret::from) };
    let decomposed = "a\u{30a}ngstro\u{308}m unit";
    accounts.set_password(&ada, &to(decomposed, None)).await.expect("sets");
    let composed = "\u{e5}ngstr\u{f6}m\u{a0}unit";
    let signed_in =
        accounts.sign_in(&UserId::of_directory("ada@example.com".into()), &composed.into(), fixture.clock.now()).await;
    assert!(matches!(signed_in.expect("answers"), SignIn::Accepted(_)));
    assert!(accounts.remembers(&ada, &composed.into()).await.expect("answers"));
    accounts.set_password(&ada, &to("next", Some("\u{e5}ngstr\u{f6}m unit"))).await.expect("sets");
    assert!(accounts.remembers(&ada, &composed.into()).await.expect("answers"), "as a former one too");
    fixture.clock.advance(SignedDuration::from_hours(1));
    let signed_in =
        accounts.sign_in(&UserId::of_directory("ada@example.com".into()), &composed.into(), fixture.clock.now()).await;
    assert!(matches!(signed_in.expect("answers"), SignIn::Refused));
}

/// One transaction has the account and the flow: whatever refuses one of them refuses both.
async fn d7_an_account_is_changed_with_its_flow_or_not_at_all<P: Place>() {
    let fixture = open::<P>().await;
    let store = fixture.store().await;
    let accounts = fixture.accounts();
    let ada = find(&fixture, "ada@example.com").await.id;
    let to = |new: &str, current: Option<&str>| PasswordChange { new: new.into(), current: current.map(Secret::from) };
    let joined = accounts.joined().expect("it is in the store's database");
    let signs_in = async |password: &str| {
        let ada = UserId::of_directory("ada@example.com".into());
        let signed_in = accounts.sign_in(&ada, &password.into(), fixture.now()).await;
        matches!(signed_in.expect("answers"), SignIn::Accepted(_))
    };
    let flow = |version| FlowRow {
        id: "f".into(),
        kind: FlowKind::Reset,
        version,
        token_hash: String::new(),
        account_key: None,
        expires_at: fixture.now() + SignedDuration::from_mins(15),
        state: "{}".into(),
        voided: false,
    };
    // The claim is part of it: it is taken as the flow begins, and ends with the change.
    let change = |version, account| Change {
        flow: flow(version),
        charges: Vec::new(),
        messages: Vec::new(),
        replay: None,
        audit: Vec::new(),
        void_others: None,
        claim: Some(if version == 0 {
            let claim = Claim {
                id: "c".into(),
                account_key: "ada".into(),
                flow_id: "f".into(),
                claimed_at: fixture.now(),
                intent: None,
            };
            ClaimChange::Take { claim, stale: fixture.now() - SignedDuration::from_secs(10) }
        } else {
            ClaimChange::Settle { id: "c".into(), account }
        }),
        now: fixture.now(),
    };
    assert_eq!(store.commit(&change(0, None)).await.expect("answers"), Committed::Done);

    let write = joined.password(&ada, &to("second password", None)).await.expect("prepares");
    assert!(signs_in("first password of ada").await, "nothing is changed yet");
    assert_eq!(store.commit(&change(7, Some(write.clone()))).await.expect("answers"), Committed::Conflict);
    let message = |id: &str| NewMessage {
        id: id.into(),
        flow_id: "f".into(),
        payload: String::new(),
        channel: Channel::Mail,
        not_after: fixture.now(),
        voidable: false,
    };
    let mut broken = change(1, Some(write.clone()));
    broken.messages = vec![message("m"), message("m")];
    store.commit(&broken).await.expect_err("two messages with one id cannot be stored");
    assert!(signs_in("first password of ada").await, "the refused flow leaves the account as it was");

    let wrong = joined.password(&ada, &to("third password", Some("not the password"))).await.expect("prepares");
    let refused = store.commit(&change(1, Some(wrong))).await.expect("answers");
    assert_eq!(refused, Committed::AccountRefused(AccountRefusal::WrongPassword));
    let unlocking = joined.unlocking(&ada, Unlocked::WasLocked).expect("prepares");
    let refused = store.commit(&change(1, Some(unlocking))).await.expect("answers");
    assert_eq!(refused, Committed::AccountRefused(AccountRefusal::NotLocked));
    let nobody = joined.password(&"no-such-account".into(), &to("x", None)).await.expect("prepares");
    let refused = store.commit(&change(1, Some(nobody))).await.expect("answers");
    assert_eq!(refused, Committed::AccountRefused(AccountRefusal::NoSuchAccount));
    assert_eq!(store.flow(&"f".into()).await.expect("answers").expect("is there").version, 1, "nor the flow");

    assert_eq!(store.commit(&change(1, Some(write))).await.expect("answers"), Committed::Done);
    assert!(signs_in("second password").await);
}

/// An account that was deleted without its registrations is found by them, one that may not be used is not.
async fn registrations_of_people_who_are_gone_are_found<P: Place>() {
    let fixture = open::<P>().await;
    let directory = fixture.directory();
    let mary = find(&fixture, "mary@example.com").await.id;
    let orphans = directory.orphans().await.expect("answers").expect("can be asked");
    assert_eq!((orphans.registered, orphans.gone), (2, vec![]));
    fixture.delete_account(&mary).await;
    let orphans = directory.orphans().await.expect("answers").expect("can be asked");
    assert_eq!((orphans.registered, &orphans.gone), (2, &vec![mary.clone()]));
    directory.registrations.forget(&mary).await.expect("forgets");
    let orphans = directory.orphans().await.expect("answers").expect("can be asked");
    assert_eq!((orphans.registered, orphans.gone), (1, vec![]));
}

on_both![
    an_account_carries_its_security_info,
    the_office_phone_stays_whatever_is_registered_or_forgotten,
    registering_changes_neither_password_nor_lock,
    a_password_is_the_same_from_another_keyboard,
    d7_an_account_is_changed_with_its_flow_or_not_at_all,
    registrations_of_people_who_are_gone_are_found,
];
