//! Changes of what is registered.

use jiff::SignedDuration;
use regain_protocol::{Role, Secret};

use super::{
    MARYS_CODE, RegistrationsFixture, answers, key, mail, mary, of, phone, question, register, with_everything,
};
use crate::{AccountQuestion, RegisterError, Registered, Registration, Registrations as _, contract::start};

pub async fn each_kind_can_be_registered_and_proves(fixture: &impl RegistrationsFixture) {
    let registrations = &*fixture.registrations();
    let others = [mary(fixture).await, with_everything(fixture, "ada").await];
    let as_they_were = [of(registrations, &others[0]).await, of(registrations, &others[1]).await];
    let alan = fixture.account("alan").await;
    let mails = [mail(Role::Alternate, "alan@home.example"), mail(Role::Authentication, "alan@work.example")];
    let phones = [phone(Role::Mobile, "+14255550101"), phone(Role::Authentication, "+14255550102")];
    let questions = [question("first_pet", None, "Porgy"), question("q7", Some("Which machine?"), " ACE ")];
    for mail in &mails {
        register(registrations, &alan, Registration::Mail(mail.clone())).await;
    }
    for phone in &phones {
        register(registrations, &alan, Registration::Phone(phone.clone())).await;
    }
    register(registrations, &alan, Registration::Authenticator(key(1))).await;
    register(registrations, &alan, Registration::Questions(questions.to_vec())).await;

    register(registrations, &alan, Registration::RecoveryCodes(vec![MARYS_CODE.into()])).await;

    let expected = Registered {
        mails: mails.to_vec(),
        phones: phones.to_vec(),
        questions: questions.map(|one| one.question).to_vec(),
        authenticator: true,
        recovery_codes: Some(1),
        confirmed_at: None,
    };
    assert_eq!(of(registrations, &alan).await, expected);
    let shown = format!("{expected:?}");
    assert!(!shown.contains("Porgy") && !shown.contains(MARYS_CODE), "{shown}");
    let id = Some(&alan);
    assert_eq!(registrations.authenticator_key(id).await.expect("answers"), Some(key(1)));
    assert!(answers(registrations, id, &[("q7", "ace"), ("first_pet", "PORGY ")]).await);
    assert!(!answers(registrations, id, &[("q7", "porgy")]).await);
    for (other, as_it_was) in others.iter().zip(as_they_were) {
        assert_eq!(of(registrations, other).await, as_it_was);
    }
}

pub async fn what_is_registered_takes_the_place_of_its_role(fixture: &impl RegistrationsFixture) {
    let registrations = &*fixture.registrations();
    let mary = mary(fixture).await;
    register(registrations, &mary, Registration::Mail(mail(Role::Alternate, "mary@new.example"))).await;
    register(registrations, &mary, Registration::Mail(mail(Role::Authentication, "mary@work.example"))).await;
    register(registrations, &mary, Registration::Phone(phone(Role::Mobile, "+14255550199"))).await;
    register(registrations, &mary, Registration::Authenticator(key(2))).await;
    register(registrations, &mary, Registration::Questions(vec![question("soft_toy", None, "Mister Bear")])).await;

    let now = of(registrations, &mary).await;
    assert_eq!(now.mails, [mail(Role::Alternate, "mary@new.example"), mail(Role::Authentication, "mary@work.example")]);
    assert_eq!(now.phones, [phone(Role::Mobile, "+14255550199"), phone(Role::Authentication, "+442079460958")]);
    let id = Some(&mary);
    assert_eq!(registrations.authenticator_key(id).await.expect("answers"), Some(key(2)));
    assert_eq!(now.questions, [AccountQuestion { id: "soft_toy".into(), own: None }]);
    assert!(answers(registrations, id, &[("soft_toy", "mister bear")]).await);
    assert!(!answers(registrations, id, &[("first_pet", "fluffy the second")]).await, "the former ones are gone");
}

pub async fn doing_it_twice_is_doing_it_once(fixture: &impl RegistrationsFixture) {
    let registrations = &*fixture.registrations();
    let mary = mary(fixture).await;
    for registration in [
        Registration::Mail(mail(Role::Authentication, "mary@work.example")),
        Registration::Phone(phone(Role::Mobile, "+14255550199")),
        Registration::Authenticator(key(3)),
        Registration::Questions(vec![question("soft_toy", None, "Mister Bear")]),
        Registration::RemoveMail(Role::Alternate),
        Registration::RemovePhone(Role::Authentication),
        Registration::RecoveryCodes(vec![MARYS_CODE.into()]),
        Registration::Confirm(start()),
    ] {
        register(registrations, &mary, registration.clone()).await;
        let once = of(registrations, &mary).await;
        register(registrations, &mary, registration.clone()).await;
        assert_eq!(of(registrations, &mary).await, once, "{registration:?}");
    }
    assert!(answers(registrations, Some(&mary), &[("soft_toy", "mister bear")]).await);
}

pub async fn each_kind_can_be_removed(fixture: &impl RegistrationsFixture) {
    let registrations = &*fixture.registrations();
    let mary = mary(fixture).await;
    // An entry that was never there is gone as well.
    for (removal, mails, phones, questions, authenticator, codes) in [
        (Registration::RemoveMail(Role::Authentication), 1, 2, 3, true, Some(2)),
        (Registration::RemoveMail(Role::Alternate), 0, 2, 3, true, Some(2)),
        (Registration::RemovePhone(Role::Mobile), 0, 1, 3, true, Some(2)),
        (Registration::RemovePhone(Role::Authentication), 0, 0, 3, true, Some(2)),
        (Registration::RemoveQuestions, 0, 0, 0, true, Some(2)),
        (Registration::RemoveRecoveryCodes, 0, 0, 0, true, None),
        (Registration::RemoveAuthenticator, 0, 0, 0, false, None),
        (Registration::RemoveAuthenticator, 0, 0, 0, false, None),
    ] {
        register(registrations, &mary, removal.clone()).await;
        let now = of(registrations, &mary).await;
        let left = (now.mails.len(), now.phones.len(), now.questions.len(), now.authenticator, now.recovery_codes);
        assert_eq!(left, (mails, phones, questions, authenticator, codes), "{removal:?}");
    }
    assert!(!answers(registrations, Some(&mary), &[("first_pet", "fluffy the second")]).await);
    assert_eq!(registrations.authenticator_key(Some(&mary)).await.expect("answers"), None);
    let used = registrations.use_recovery_code(Some(&mary), &MARYS_CODE.into(), start()).await;
    assert!(!used.expect("answers"));
}

pub async fn a_look_is_noted_with_its_time(fixture: &impl RegistrationsFixture) {
    let registrations = &*fixture.registrations();
    let (ada, mary) = (fixture.account("ada").await, mary(fixture).await);
    assert_eq!(of(registrations, &ada).await.confirmed_at, None);
    register(registrations, &ada, Registration::Mail(mail(Role::Alternate, "ada@new.example"))).await;
    assert_eq!(of(registrations, &ada).await.confirmed_at, None, "only a look is one");

    let (first, second) = (start(), start() + SignedDuration::from_hours(24 * 180));
    register(registrations, &ada, Registration::Confirm(first)).await;
    assert_eq!(of(registrations, &ada).await.confirmed_at, Some(first));
    register(registrations, &ada, Registration::Confirm(second)).await;
    register(registrations, &ada, Registration::Confirm(first)).await;
    assert_eq!(of(registrations, &ada).await.confirmed_at, Some(second), "a late one does not set it back");
    assert_eq!(of(registrations, &mary).await.confirmed_at, None, "each their own");
}

pub async fn of_many_at_once_one_counts_and_it_is_whole(fixture: &impl RegistrationsFixture) {
    let registrations = fixture.registrations();
    let alan = fixture.account("alan").await;
    let number = |n: usize| format!("+1425555010{n}");
    let answer = |n: usize| format!("answer {n}");
    let at_once: Vec<_> = (0..8)
        .flat_map(|n| {
            let role = if n % 2 == 0 { Role::Mobile } else { Role::Authentication };
            let questions = ["first_pet", "dream_job", "soft_toy"].map(|id| question(id, None, &answer(n)));
            [Registration::Phone(phone(role, &number(n))), Registration::Questions(questions.to_vec())]
        })
        .map(|registration| {
            let (registrations, id) = (fixture.registrations(), alan.clone());
            tokio::spawn(async move { registrations.register(&id, &registration).await })
        })
        .collect();
    for done in at_once {
        done.await.expect("no panic").expect("registers");
    }

    let now = of(&*registrations, &alan).await;
    for (role, remainder) in [(Role::Mobile, 0), (Role::Authentication, 1)] {
        let of_role: Vec<_> = now.phones.iter().filter(|phone| phone.role == role).collect();
        let [phone] = of_role[..] else { panic!("one phone a role: {:?}", now.phones) };
        assert!((0..8).any(|n| n % 2 == remainder && phone.number == number(n).as_str()), "{phone:?}");
    }
    assert_eq!(now.questions.len(), 3);
    let mut right = 0;
    for n in 0..8 {
        let answer = answer(n);
        let all = ["first_pet", "dream_job", "soft_toy"].map(|id| (id, &*answer));
        right += usize::from(answers(&*registrations, Some(&alan), &all).await);
    }
    assert_eq!(right, 1, "all answers are of one request");
}

pub async fn who_reads_meanwhile_sees_it_before_or_after(fixture: &impl RegistrationsFixture) {
    let registrations = fixture.registrations();
    let mary = mary(fixture).await;
    let first = of(&*registrations, &mary).await;
    let sets = [["first_pet", "dream_job"], ["soft_toy", "first_wages"]];
    let writer = {
        let (registrations, id) = (fixture.registrations(), mary.clone());
        tokio::spawn(async move {
            for round in 0..20 {
                let set = sets[round % 2].map(|id| question(id, None, id));
                let address = format!("mary{}@home.example", round % 2);
                for registration in [
                    Registration::Mail(mail(Role::Alternate, &address)),
                    Registration::Questions(set.to_vec()),
                    Registration::RemoveQuestions,
                ] {
                    registrations.register(&id, &registration).await.expect("registers");
                }
            }
        })
    };
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (registrations, id, first) = (fixture.registrations(), mary.clone(), first.clone());
            let writing = writer.abort_handle();
            tokio::spawn(async move {
                while !writing.is_finished() {
                    let seen = of(&*registrations, &id).await;
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
    assert_eq!(of(&*registrations, &mary).await.questions, []);
}

pub async fn an_account_that_may_not_be_used_registers_nothing(fixture: &impl RegistrationsFixture) {
    let registrations = fixture.registrations();
    for id in fixture.unusable().await {
        for registration in [
            Registration::Mail(mail(Role::Alternate, "dis@home.example")),
            Registration::Phone(phone(Role::Mobile, "+14255550199")),
            Registration::Authenticator(key(4)),
            Registration::Questions(vec![question("soft_toy", None, "Mister Bear")]),
            Registration::RemoveMail(Role::Alternate),
            Registration::RemovePhone(Role::Mobile),
            Registration::RemoveAuthenticator,
            Registration::RemoveQuestions,
            Registration::RecoveryCodes(vec![MARYS_CODE.into()]),
            Registration::RemoveRecoveryCodes,
            Registration::Confirm(start()),
        ] {
            let refused = registrations.register(&id, &registration).await;
            assert!(matches!(refused, Err(RegisterError::NoSuchAccount)), "{id:?} {registration:?}: {refused:?}");
        }
        assert!(!answers(&*registrations, Some(&id), &[("soft_toy", "mister bear")]).await, "{id:?}");
        assert_eq!(registrations.authenticator_key(Some(&id)).await.expect("answers"), None, "{id:?}");
        assert_eq!(of(&*registrations, &id).await, Registered::default(), "{id:?}");
    }
}

pub async fn what_is_not_the_persons_to_say_is_refused(fixture: &impl RegistrationsFixture) {
    let registrations = fixture.registrations();
    let mary = mary(fixture).await;
    let before = of(&*registrations, &mary).await;
    let twice = vec![question("soft_toy", None, "Mister Bear"), question("soft_toy", None, "Miss Bear")];
    for registration in [
        Registration::Phone(phone(Role::Office, "+14255550199")),
        Registration::Phone(phone(Role::Alternate, "+14255550199")),
        Registration::RemovePhone(Role::Office),
        Registration::Mail(mail(Role::Mobile, "mary@new.example")),
        Registration::RemoveMail(Role::Office),
        Registration::Authenticator(Secret::new(vec![5; 15])),
        Registration::Questions(twice),
        Registration::RecoveryCodes(vec![]),
        Registration::RecoveryCodes(vec!["no code".into()]),
    ] {
        let refused = registrations.register(&mary, &registration).await;
        assert!(matches!(refused, Err(RegisterError::NotRegistrable)), "{registration:?}: {refused:?}");
    }
    assert_eq!(of(&*registrations, &mary).await, before);
    assert!(answers(&*registrations, Some(&mary), &[("first_pet", "fluffy the second")]).await);
}
