use regain_people::{ListError, People};
use regain_protocol::{Role, Secret};

use super::{super::tests::open, *};
use crate::query::query_scalar;
use regain_ports::{
    AccountMail, AccountPhone, Accounts as _, Clock as _, GivenAnswer, PasswordChange, Registration,
    Registrations as _, SignIn, Standing, SystemClock,
};
use regain_values::{questions::CustomQuestion, recovery_code};

fn people(text: &str) -> People {
    People::from_toml(text).expect("reads")
}

#[tokio::test]
async fn importing_again_leaves_people_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = open(&folder).await;
    let list = people("[[people]]\nuser_id = 'Ada'\nname = 'Ada'\npassword = 'first'\n");
    assert_eq!(directory.import(&list).await.expect("imports"), 1);
    let ada = directory.find(&UserId::of_directory("ada".into())).await.expect("answers").expect("is there");
    let change = PasswordChange { new: "second".into(), current: None };
    directory.set_password(&ada.id, &change).await.expect("sets");
    drop(directory);

    let directory = open(&folder).await;
    let list = people("people = [{ user_id = 'ADA', name = 'A', password = 'first' }, { user_id = 'b', name = 'B' }]");
    assert_eq!(directory.import(&list).await.expect("imports"), 1, "only the new one");
    assert_eq!(directory.find(&UserId::of_directory("ada".into())).await.expect("answers"), Some(ada));
    let signed_in = directory
        .sign_in(&UserId::of_directory("ada".into()), &"second".into(), SystemClock.now())
        .await
        .expect("answers");
    assert!(matches!(signed_in, SignIn::Accepted(_)));
}

/// The list is how people come in; from then on what they registered is theirs, whatever it says.
#[tokio::test]
async fn importing_again_leaves_what_people_registered() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = open(&folder).await;
    let list = people(
        "people = [{ user_id = 'ada', name = 'A', mails = [{ role = 'alternate', address = 'ada@old.example' }] }]",
    );
    directory.import(&list).await.expect("imports");
    let ada = directory.find(&UserId::of_directory("ada".into())).await.expect("answers").expect("is there");
    for registration in [
        Registration::Mail(AccountMail {
            role: Role::Alternate,
            address: "ada@new.example".parse().expect("an address"),
        }),
        Registration::Phone(AccountPhone { role: Role::Mobile, number: "+14255550123".parse().expect("a number") }),
        Registration::Authenticator(Secret::new(vec![7; 20])),
        Registration::Confirm(SystemClock.now()),
    ] {
        directory.registrations().register(&ada.id, &registration).await.expect("registers");
    }
    let registered = directory.registrations().of(Some(&ada.id)).await.expect("answers");
    assert_eq!(registered.mails[0].address.as_str(), "ada@new.example");
    assert_eq!(directory.import(&list).await.expect("imports"), 0);
    assert_eq!(directory.find(&UserId::of_directory("ada".into())).await.expect("answers"), Some(ada.clone()));
    assert_eq!(directory.registrations().of(Some(&ada.id)).await.expect("answers"), registered);
}

#[tokio::test]
async fn a_list_that_is_wrong_imports_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = open(&folder).await;
    let list = people("people = [{ user_id = 'ada', name = 'A' }, { user_id = ' Ada ', name = 'B' }]");
    let twice = directory.import(&list).await;
    assert!(
        matches!(&twice, Err(ImportError::List(ListError::Twice { user_id, .. })) if user_id == " Ada "),
        "{twice:?}"
    );
    let list = people("people = [{ user_id = 'ada', name = 'A' }, { user_id = ' ', name = 'B' }]");
    let refused = directory.import(&list).await.expect_err("is refused");
    assert!(matches!(&refused, ImportError::List(ListError::NotAUserId { place }) if place == "line 1"), "{refused}");
    assert_eq!(directory.find(&UserId::of_directory("ada".into())).await.expect("answers"), None);
}

#[tokio::test]
async fn every_fault_is_named_by_person_and_key_and_shows_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = open(&folder).await;
    let list = people(
        r#"
        [[people]]
        user_id = "fine@example.com"
        name = "Fine"
        [[people]]
        user_id = "ada@example.com"
        name = "Ada"
        phones = [{ role = "mobile", number = "+1 425 555 0123" }, { role = "office", number = "425 555 0124" }]
        questions = [
            { id = "no_such_question", answer = "hunter1" },
            { id = "first_pet", answer = "hunter2" },
            { id = "first_pet", answer = "hunter3" },
            { own = "?", answer = "hunter4" },
            { answer = "hunter5" },
            { id = "soft_toy", own = "Which toy?", answer = " HUNTER2" },
        ]
        authenticator = "HUNTER"
        recovery_codes = ["7K3QX-9MBWD-2HZ4T", "hunter6", "7k3qx 9mbwd 2hz4t"]
        groups = ["admins", " "]
        [[people]]
        user_id = "alan@example.com"
        name = "Alan"
        questions = [{ id = "first_pet", answer = "no" }]
        "#,
    );
    let Err(error @ ImportError::List(ListError::Faults(_))) = directory.import(&list).await else {
        panic!("must be refused")
    };
    let said = error.to_string();
    for key in [
        "phones[1].number: a number begins with +",
        "questions[0].id: is neither",
        "questions[2].id: was answered before",
        "questions[3].own: ",
        "questions[4]: must have either",
        "questions[5]: must have either",
        "questions[5].answer: no two answers",
        "authenticator: ",
        "recovery_codes[1]: must be 15",
        "recovery_codes[2]: is there twice",
        "groups[1]: ",
    ] {
        assert!(said.contains(&format!("\nline 5: ada@example.com: {key}")), "{key:?} in {said}");
    }
    assert!(said.contains("\nline 20: alan@example.com: questions[0].answer: an answer has 3 to 40"), "{said}");
    assert!(!said.contains("phones[0]") && !said.to_lowercase().contains("hunter"), "{said}");
    assert_eq!(
        directory.find(&UserId::of_directory("fine@example.com".into())).await.expect("answers"),
        None,
        "nobody was imported"
    );
}

#[tokio::test]
async fn a3_what_nothing_can_be_sent_to_is_not_imported() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = open(&folder).await;
    for address in [
        "not an address",
        "ada@example.com, bob@example.com",
        "\\\"odd local\\\"@example.com",
        "ada@example.com\\u0000",
        "",
    ] {
        let list = format!(
            "[[people]]\nuser_id = 'ada'\nname = 'A'\nmails = [{{ role = 'alternate', address = \"{address}\" }}]"
        );
        let error = directory.import(&people(&list)).await.expect_err(address).to_string();
        assert!(error.contains("ada: mails[0].address: not a mail address"), "{error}");
    }
    let list = people("[[people]]\nuser_id = \"a\\u0000da\"\nname = 'A'");
    let refused = directory.import(&list).await.expect_err("is refused");
    assert!(matches!(&refused, ImportError::List(ListError::NotAUserId { place }) if place == "line 1"), "{refused}");
    let list = people(
        "[[people]]\nuser_id = \" \\u202aAda\\u200b\"\nname = 'A'
        mails = [{ role = 'alternate', address = \" ada@example.com\\u200b\" }]
        phones = [{ role = 'mobile', number = '+44 07911 123456' }]",
    );
    assert_eq!(directory.import(&list).await.expect("imports"), 1);
    let ada = directory.find(&UserId::of_directory("ada".into())).await.expect("answers").expect("is there");
    let registered = directory.registrations().of(Some(&ada.id)).await.expect("answers");
    assert_eq!(ada.user_id, "Ada");
    assert_eq!(registered.mails[0].address, "ada@example.com");
    assert_eq!(registered.phones[0].number, "+447911123456");
}

/// Former versions took in what nothing arrives at, and kept quotation marks as they were typed.
#[tokio::test]
async fn a4_what_former_versions_stored_is_read_as_far_as_it_is_of_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = open(&folder).await;
    let list = people(
        "[[people]]\nuser_id = 'ada'\nname = 'A'
        mails = [{ role = 'alternate', address = 'ada@example.com' }, { role = 'authentication', address = 'b@example.com' }]
        questions = [{ id = 'first_pet', answer = 'placeholder' }]",
    );
    directory.import(&list).await.expect("imports");
    let ada = directory.find(&UserId::of_directory("ada".into())).await.expect("answers").expect("is there");
    let former = directory.hashing.hash(&"o’neill".into(), salt(&*directory.rng)).await.expect("hashes");
    let written = directory.database.write(former, |transaction, former| {
        Box::pin(async move {
            for (sql, value) in [
                ("UPDATE account_mails SET address = $1 WHERE role = 'alternate'", "not an address"),
                ("UPDATE account_questions SET answer_hash = $1", former.as_str()),
            ] {
                query(sql).bind(value).execute(transaction).await?;
            }
            Ok(())
        })
    });
    written.await.expect("writes");
    let registered = directory.registrations().of(Some(&ada.id)).await.expect("answers");
    assert_eq!(registered.mails.len(), 1);
    assert_eq!(registered.mails[0].address, "b@example.com");
    for (answer, is_right) in [("O’Neill", true), ("o'neil", false)] {
        let given = [GivenAnswer { question: "first_pet", answer: &answer.into() }];
        assert_eq!(
            directory.registrations().check_answers(Some(&ada.id), Standing::Stranger, &given).await.expect("answers"),
            is_right,
            "{answer}"
        );
    }
}

#[tokio::test]
async fn the_organisations_own_questions_can_be_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = open(&folder).await;
    let list =
        people("people = [{ user_id = 'ada', name = 'A', questions = [{ id = 'first_badge', answer = 'blue' }] }]");
    assert!(matches!(directory.import(&list).await, Err(ImportError::List(ListError::Faults(_)))));
    let custom = CustomQuestion { id: "first_badge".into(), text: "What colour was your first badge?".into() };
    assert_eq!(directory.import_asked(&list, &[custom]).await.expect("imports"), 1);
    let ada = directory.find(&UserId::of_directory("ada".into())).await.expect("answers").expect("is there");
    assert_eq!(directory.registrations().of(Some(&ada.id)).await.expect("answers").questions[0].id, "first_badge");
}

#[tokio::test]
async fn imported_recovery_codes_work_once_and_are_kept_as_hashes_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = open(&folder).await;
    let list = people(
        "people = [{ user_id = 'ada', name = 'A', recovery_codes = ['7K3QX-9MBWD-2HZ4T', '00000-00000-00001'] }]",
    );
    directory.import(&list).await.expect("imports");
    let ada = directory.find(&UserId::of_directory("ada".into())).await.expect("answers").expect("is there");
    assert_eq!(directory.registrations().of(Some(&ada.id)).await.expect("answers").recovery_codes, Some(2));
    let code = recovery_code::normalise(&"7k3qx9mbwd2hz4t".into()).expect("a code");
    for used in [true, false] {
        let now = SystemClock.now();
        assert_eq!(
            directory.registrations().use_recovery_code(Some(&ada.id), &code, now).await.expect("answers"),
            used
        );
    }
    let hashes = directory.database.read((), |connection, ()| {
        Box::pin(query_scalar("SELECT code_hash FROM account_recovery_codes").fetch_all::<String>(connection))
    });
    let hashes = hashes.await.expect("are there");
    assert!(hashes.len() == 2 && hashes.iter().all(|hash| !hash.to_uppercase().contains("7K3QX")), "{hashes:?}");
}

/// A stolen copy of the database gives a hash of an answer, and of no other form than a
/// password's.
#[tokio::test]
async fn answers_are_kept_as_hashes_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = open(&folder).await;
    let list = people(
        "people = [{ user_id = 'ada', name = 'A', questions = [{ id = 'first_pet', answer = ' Fluffy  II ' }] }]",
    );
    directory.import(&list).await.expect("imports");
    let hash = directory.database.read((), |connection, ()| {
        Box::pin(query_scalar("SELECT answer_hash FROM account_questions").fetch_one::<String>(connection))
    });
    let hash = hash.await.expect("is there");
    assert!(hash.starts_with("$argon2id$"), "{hash}");
    assert!(directory.hashing.verify(Standing::Stranger, &"fluffy ii".into(), &hash).await.expect("verifies"));
}
