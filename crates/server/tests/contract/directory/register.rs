//! What people register by themselves.

use std::sync::Arc;

use jiff::SignedDuration;
use regain_protocol::{Role, Secret};
use regain_server::ports::{
    Account, AccountMail, AccountPhone, AccountQuestion, Clock as _, Directory, NewQuestion, RegisterError,
    Registration,
};

use super::{ADAS, Fixture, answers, find, signs_in};

fn mail(role: Role, address: &str) -> AccountMail {
    AccountMail { role, address: address.to_owned() }
}

fn phone(role: Role, number: &str) -> AccountPhone {
    AccountPhone { role, number: number.to_owned() }
}

fn question(id: &str, own: Option<&str>, answer: &str) -> NewQuestion {
    NewQuestion { question: AccountQuestion { id: id.to_owned(), own: own.map(str::to_owned) }, answer: answer.into() }
}

fn key(byte: u8) -> Secret<Vec<u8>> {
    Secret::new(vec![byte; 20])
}

async fn register(directory: &impl Directory, account: &Account, registration: Registration) {
    directory.register(&account.id, &registration).await.expect("registers");
}

async fn each_as_it_was(directory: &impl Directory, accounts: &[Account]) {
    for account in accounts {
        assert_eq!(find(directory, &account.user_id).await, *account);
    }
}

pub(super) async fn each_kind_can_be_registered_and_proves(fixture: &impl Fixture) {
    let directory = &*fixture.directory();
    let others = [find(directory, "mary@example.com").await, find(directory, "ada@example.com").await];
    let alan = find(directory, "alan@example.com").await;
    let mails = [mail(Role::Alternate, "alan@home.example"), mail(Role::Authentication, "alan@work.example")];
    let phones = [phone(Role::Mobile, "+14255550101"), phone(Role::Authentication, "+14255550102")];
    let questions = [question("first_pet", None, "Porgy"), question("q7", Some("Which machine?"), " ACE ")];
    for mail in &mails {
        register(directory, &alan, Registration::Mail(mail.clone())).await;
    }
    for phone in &phones {
        register(directory, &alan, Registration::Phone(phone.clone())).await;
    }
    register(directory, &alan, Registration::Authenticator(key(1))).await;
    register(directory, &alan, Registration::Questions(questions.to_vec())).await;

    let expected = Account {
        mails: mails.to_vec(),
        phones: phones.to_vec(),
        questions: questions.map(|one| one.question).to_vec(),
        authenticator: true,
        ..alan
    };
    assert_eq!(find(directory, "alan@example.com").await, expected);
    let id = Some(expected.id.as_str());
    assert_eq!(directory.authenticator_key(id).await.expect("answers"), Some(key(1)));
    assert!(answers(directory, id, &[("q7", "ace"), ("first_pet", "PORGY ")]).await);
    assert!(!answers(directory, id, &[("q7", "porgy")]).await);
    each_as_it_was(directory, &others).await;
}

pub(super) async fn what_is_registered_takes_the_place_of_its_role(fixture: &impl Fixture) {
    let directory = &*fixture.directory();
    let mary = find(directory, "mary@example.com").await;
    register(directory, &mary, Registration::Mail(mail(Role::Alternate, "mary@new.example"))).await;
    register(directory, &mary, Registration::Mail(mail(Role::Authentication, "mary@work.example"))).await;
    register(directory, &mary, Registration::Phone(phone(Role::Mobile, "+14255550199"))).await;
    register(directory, &mary, Registration::Authenticator(key(2))).await;
    register(directory, &mary, Registration::Questions(vec![question("soft_toy", None, "Mister Bear")])).await;

    let now = find(directory, "mary@example.com").await;
    assert_eq!(now.mails, [mail(Role::Alternate, "mary@new.example"), mail(Role::Authentication, "mary@work.example")]);
    assert_eq!(
        now.phones,
        [
            phone(Role::Mobile, "+14255550199"),
            phone(Role::Authentication, "+442079460958"),
            phone(Role::Office, "+14255550124"),
        ]
    );
    let id = Some(mary.id.as_str());
    assert_eq!(directory.authenticator_key(id).await.expect("answers"), Some(key(2)));
    assert_eq!(now.questions, [AccountQuestion { id: "soft_toy".into(), own: None }]);
    assert!(answers(directory, id, &[("soft_toy", "mister bear")]).await);
    assert!(!answers(directory, id, &[("first_pet", "fluffy the second")]).await, "the former ones are gone");
    assert!(signs_in(directory, "mary@example.com", "first password of mary", fixture.clock().now()).await);
}

pub(super) async fn doing_it_twice_is_doing_it_once(fixture: &impl Fixture) {
    let directory = &*fixture.directory();
    let mary = find(directory, "mary@example.com").await;
    for registration in [
        Registration::Mail(mail(Role::Authentication, "mary@work.example")),
        Registration::Phone(phone(Role::Mobile, "+14255550199")),
        Registration::Authenticator(key(3)),
        Registration::Questions(vec![question("soft_toy", None, "Mister Bear")]),
        Registration::RemoveMail(Role::Alternate),
        Registration::RemovePhone(Role::Authentication),
        Registration::Confirm(fixture.clock().now()),
    ] {
        register(directory, &mary, registration.clone()).await;
        let once = find(directory, "mary@example.com").await;
        register(directory, &mary, registration.clone()).await;
        assert_eq!(find(directory, "mary@example.com").await, once, "{registration:?}");
    }
    assert!(answers(directory, Some(&mary.id), &[("soft_toy", "mister bear")]).await);
}

pub(super) async fn each_kind_can_be_removed(fixture: &impl Fixture) {
    let directory = &*fixture.directory();
    let mary = find(directory, "mary@example.com").await;
    // What was never there is gone as well.
    for (removal, mails, phones, questions, authenticator) in [
        (Registration::RemoveMail(Role::Authentication), 1, 3, 3, true),
        (Registration::RemoveMail(Role::Alternate), 0, 3, 3, true),
        (Registration::RemovePhone(Role::Mobile), 0, 2, 3, true),
        (Registration::RemovePhone(Role::Authentication), 0, 1, 3, true),
        (Registration::RemoveQuestions, 0, 1, 0, true),
        (Registration::RemoveAuthenticator, 0, 1, 0, false),
        (Registration::RemoveAuthenticator, 0, 1, 0, false),
    ] {
        register(directory, &mary, removal.clone()).await;
        let now = find(directory, "mary@example.com").await;
        let left = (now.mails.len(), now.phones.len(), now.questions.len(), now.authenticator);
        assert_eq!(left, (mails, phones, questions, authenticator), "{removal:?}");
    }
    assert_eq!(find(directory, "mary@example.com").await.phones[0].role, Role::Office, "the organisation's stays");
    assert!(!answers(directory, Some(&mary.id), &[("first_pet", "fluffy the second")]).await);
    assert_eq!(directory.authenticator_key(Some(&mary.id)).await.expect("answers"), None);
}

pub(super) async fn a_look_is_noted_with_its_time(fixture: &impl Fixture) {
    let directory = &*fixture.directory();
    let clock = fixture.clock();
    let ada = find(directory, "ada@example.com").await;
    assert_eq!(ada.security_info_confirmed_at, None);
    register(directory, &ada, Registration::Mail(mail(Role::Alternate, "ada@new.example"))).await;
    assert_eq!(find(directory, "ada@example.com").await.security_info_confirmed_at, None, "only a look is one");

    let first = clock.now();
    register(directory, &ada, Registration::Confirm(first)).await;
    assert_eq!(find(directory, "ada@example.com").await.security_info_confirmed_at, Some(first));
    clock.advance(SignedDuration::from_hours(24 * 180));
    register(directory, &ada, Registration::Confirm(clock.now())).await;
    register(directory, &ada, Registration::Confirm(first)).await;
    let account = find(directory, "ada@example.com").await;
    assert_eq!(account.security_info_confirmed_at, Some(clock.now()), "a late one does not set it back");
    assert!(signs_in(directory, "ada@example.com", ADAS, clock.now()).await);
    assert_eq!(find(directory, "mary@example.com").await.security_info_confirmed_at, None, "each their own");
}

pub(super) async fn of_many_at_once_one_counts_and_it_is_whole(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let alan = find(&*directory, "alan@example.com").await;
    let number = |n: usize| format!("+1425555010{n}");
    let answer = |n: usize| format!("answer {n}");
    let at_once: Vec<_> = (0..8)
        .flat_map(|n| {
            let role = if n % 2 == 0 { Role::Mobile } else { Role::Authentication };
            let questions = ["first_pet", "dream_job", "soft_toy"].map(|id| question(id, None, &answer(n)));
            [Registration::Phone(phone(role, &number(n))), Registration::Questions(questions.to_vec())]
        })
        .map(|registration| {
            let (directory, id) = (fixture.directory(), alan.id.clone());
            tokio::spawn(async move { directory.register(&id, &registration).await })
        })
        .collect();
    for done in at_once {
        done.await.expect("no panic").expect("registers");
    }

    let now = find(&*directory, "alan@example.com").await;
    for (role, remainder) in [(Role::Mobile, 0), (Role::Authentication, 1)] {
        let of_role: Vec<_> = now.phones.iter().filter(|phone| phone.role == role).collect();
        let [phone] = of_role[..] else { panic!("one phone a role: {:?}", now.phones) };
        assert!((0..8).any(|n| n % 2 == remainder && phone.number == number(n)), "{phone:?}");
    }
    assert_eq!(now.questions.len(), 3);
    let mut right = 0;
    for n in 0..8 {
        let answer = answer(n);
        let all = ["first_pet", "dream_job", "soft_toy"].map(|id| (id, &*answer));
        right += usize::from(answers(&*directory, Some(&alan.id), &all).await);
    }
    assert_eq!(right, 1, "all answers are of one request");
}

pub(super) async fn who_reads_meanwhile_sees_it_before_or_after(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let mary = find(&*directory, "mary@example.com").await;
    let sets = [["first_pet", "dream_job"], ["soft_toy", "first_wages"]];
    let writer = {
        let (directory, id) = (fixture.directory(), mary.id.clone());
        tokio::spawn(async move {
            for round in 0..20 {
                let set = sets[round % 2].map(|id| question(id, None, id));
                let address = format!("mary{}@home.example", round % 2);
                for registration in [
                    Registration::Mail(mail(Role::Alternate, &address)),
                    Registration::Questions(set.to_vec()),
                    Registration::RemoveQuestions,
                ] {
                    directory.register(&id, &registration).await.expect("registers");
                }
            }
        })
    };
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (directory, first) = (fixture.directory(), mary.clone());
            let writing = writer.abort_handle();
            tokio::spawn(async move {
                while !writing.is_finished() {
                    let seen = find(&*directory, "mary@example.com").await;
                    assert_eq!(seen.mails.len(), 1, "never both and never none: {:?}", seen.mails);
                    let ids: Vec<_> = seen.questions.iter().map(|one| one.id.as_str()).collect();
                    let whole =
                        ids.is_empty() || sets.iter().any(|set| ids == set) || seen.questions == first.questions;
                    assert!(whole, "{ids:?}");
                }
            })
        })
        .collect();
    writer.await.expect("no panic");
    for reader in readers {
        reader.await.expect("no panic");
    }
    assert_eq!(find(&*directory, "mary@example.com").await.questions, []);
}

pub(super) async fn an_account_that_may_not_be_used_registers_nothing(fixture: &impl Fixture) {
    let directory: Arc<_> = fixture.directory();
    let disabled = find(&*directory, "dis@example.com").await;
    for id in [disabled.id.as_str(), "no-such-account", "", "NOBODY"] {
        for registration in [
            Registration::Mail(mail(Role::Alternate, "dis@home.example")),
            Registration::Phone(phone(Role::Mobile, "+14255550199")),
            Registration::Authenticator(key(4)),
            Registration::Questions(vec![question("soft_toy", None, "Mister Bear")]),
            Registration::RemoveMail(Role::Alternate),
            Registration::RemovePhone(Role::Mobile),
            Registration::RemoveAuthenticator,
            Registration::RemoveQuestions,
            Registration::Confirm(fixture.clock().now()),
        ] {
            let refused = directory.register(id, &registration).await;
            assert!(matches!(refused, Err(RegisterError::NoSuchAccount)), "{id:?} {registration:?}: {refused:?}");
        }
        assert!(!answers(&*directory, Some(id), &[("soft_toy", "mister bear")]).await, "{id:?}");
        assert_eq!(directory.authenticator_key(Some(id)).await.expect("answers"), None, "{id:?}");
    }
    assert_eq!(find(&*directory, "dis@example.com").await, disabled);
    // A locked one is its owner's still.
    let locked = find(&*directory, "linus@example.com").await;
    register(&*directory, &locked, Registration::Mail(mail(Role::Alternate, "linus@home.example"))).await;
    assert_eq!(find(&*directory, "linus@example.com").await.mails.len(), 1);
}

pub(super) async fn what_is_not_the_persons_to_say_is_refused(fixture: &impl Fixture) {
    let directory = fixture.directory();
    let mary = find(&*directory, "mary@example.com").await;
    let twice = vec![question("soft_toy", None, "Mister Bear"), question("soft_toy", None, "Miss Bear")];
    for registration in [
        Registration::Phone(phone(Role::Office, "+14255550199")),
        Registration::Phone(phone(Role::Alternate, "+14255550199")),
        Registration::RemovePhone(Role::Office),
        Registration::Mail(mail(Role::Mobile, "mary@new.example")),
        Registration::RemoveMail(Role::Office),
        Registration::Authenticator(Secret::new(vec![5; 15])),
        Registration::Questions(twice),
    ] {
        let refused = directory.register(&mary.id, &registration).await;
        assert!(matches!(refused, Err(RegisterError::NotRegistrable)), "{registration:?}: {refused:?}");
    }
    assert_eq!(find(&*directory, "mary@example.com").await, mary);
    assert!(answers(&*directory, Some(&mary.id), &[("first_pet", "fluffy the second")]).await);
}
