//! Bringing people into the embedded directory: what a list of them must be, and how they are written.

use std::collections::HashMap;

use regain_protocol::{Role, Secret};

use super::{
    EmbeddedDirectory,
    people::{NewPerson, People, PersonQuestion},
};
use crate::{
    hashing::salt,
    registrations::{RegisteredQuestion, insert_questions, place, set_authenticator, set_recovery_codes},
    transaction::WriteTransaction,
};
use regain_ports::{AccountId, DirectoryError, random_id};
use regain_values::{
    E164, MailAddress, UserId,
    questions::{self, CustomQuestion},
    recovery_code, totp,
    user_id::NotAUserId,
};

/// Why people could not be imported. Nobody was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A user ID is empty, too long or has a control character.
    #[error("person {0} of the list: {NotAUserId}")]
    NotAUserId(usize),
    /// Two people of the list have the same user ID.
    #[error("the list has the user_id {0} twice")]
    Twice(String),
    /// Entries that cannot be used: a line for each fault, with the person and the key,
    /// never with the value.
    #[error("nobody was imported:\n{}", .0.join("\n"))]
    Faults(Vec<String>),
    /// The directory does not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl From<sqlx::Error> for ImportError {
    fn from(error: sqlx::Error) -> Self {
        Self::Directory(DirectoryError::unavailable(error))
    }
}

/// A person whose entry was checked.
pub(super) struct Checked<'a> {
    pub(super) person: &'a NewPerson,
    pub(super) user_id: UserId,
    /// The user ID's form in which it is compared.
    key: String,
    /// In the order of the entry's.
    pub(super) addresses: Vec<MailAddress>,
    /// Likewise.
    pub(super) numbers: Vec<E164>,
    /// The key, decoded.
    pub(super) authenticator: Option<Secret<Vec<u8>>>,
}

/// A person ready to be written.
struct Entry<'a> {
    id: AccountId,
    checked: Checked<'a>,
    password_hash: Option<String>,
    questions: Vec<RegisteredQuestion>,
    /// Sealed.
    authenticator: Option<String>,
}

impl EmbeddedDirectory {
    /// Adds the people who are not there yet, and leaves those who are as they are. Returns how many
    /// were added.
    pub async fn import(&self, people: &People) -> Result<usize, ImportError> {
        self.import_asked(people, &[]).await
    }

    /// [`EmbeddedDirectory::import`] for an organisation that asks `custom` questions besides the
    /// predefined ones.
    pub async fn import_asked(&self, people: &People, custom: &[CustomQuestion]) -> Result<usize, ImportError> {
        let mut entries = Vec::new();
        for checked in check(people, custom)? {
            if self.read(&checked.key).await?.is_none() {
                entries.push(self.entry(checked).await?);
            }
        }
        let mut transaction = self.database.begin_write().await?;
        for entry in &entries {
            insert(&mut transaction, entry).await?;
            let own = &self.registrations;
            let hashes = own.recovery_code_hashes(&entry.id, &entry.checked.person.recovery_codes);
            set_recovery_codes(&mut transaction, &entry.id, &hashes).await?;
            place(&mut transaction, &own.place_of(&entry.id)).await?;
        }
        transaction.commit().await?;
        Ok(entries.len())
    }

    /// Hashes what is kept as a hash, and seals what is kept sealed.
    async fn entry<'a>(&self, checked: Checked<'a>) -> Result<Entry<'a>, DirectoryError> {
        let person = checked.person;
        let password_hash = match &person.password {
            Some(password) => Some(self.hashing.hash(password, salt(&*self.rng)).await?),
            None => None,
        };
        let mut questions = Vec::with_capacity(person.questions.len());
        for PersonQuestion { id, own, answer } in &person.questions {
            questions.push(RegisteredQuestion {
                id: id.clone().unwrap_or_else(|| random_id(&*self.rng)),
                own: own.as_deref().map(str::trim).map(str::to_owned),
                answer_hash: self.registrations.hash_answer(answer).await?,
            });
        }
        let id = AccountId::from(random_id(&*self.rng));
        let authenticator = checked.authenticator.as_ref().map(|key| self.registrations.sealed_authenticator(&id, key));
        Ok(Entry { id, checked, password_hash, questions, authenticator })
    }
}

/// Checks a whole list, so that one look at what is said is enough.
pub(super) fn check<'a>(people: &'a People, custom: &[CustomQuestion]) -> Result<Vec<Checked<'a>>, ImportError> {
    let mut keys = HashMap::new();
    let mut checked = Vec::with_capacity(people.people.len());
    let mut faults = Vec::new();
    for (index, person) in people.people.iter().enumerate() {
        let Ok(user_id) = UserId::parse(&person.user_id) else { return Err(ImportError::NotAUserId(index + 1)) };
        let key = user_id.folded();
        if keys.insert(key.clone(), index).is_some() {
            return Err(ImportError::Twice(person.user_id.clone()));
        }
        let mut fault = |key: &str, what: &dyn std::fmt::Display| {
            faults.push(format!("{}: {key}: {what}", person.user_id));
        };
        let mut numbers = Vec::with_capacity(person.phones.len());
        for (index, phone) in person.phones.iter().enumerate() {
            match E164::parse(&phone.number) {
                Ok(number) => numbers.push(number),
                Err(error) => fault(&format!("phones[{index}].number"), &error),
            }
        }
        let mut addresses = Vec::with_capacity(person.mails.len());
        for (index, mail) in person.mails.iter().enumerate() {
            match MailAddress::parse(&mail.address) {
                Ok(address) => addresses.push(address),
                Err(error) => fault(&format!("mails[{index}].address"), &error),
            }
        }
        check_questions(&person.questions, custom, &mut fault);
        let authenticator = person.authenticator.as_ref().and_then(|secret| {
            let key = totp::key_from_base32(secret);
            if key.is_none() {
                fault("authenticator", &"must be a key of at least 16 bytes in base32, as authenticator apps take it");
            }
            key
        });
        check_recovery_codes(&person.recovery_codes, &mut fault);
        for (index, group) in person.groups.iter().enumerate() {
            if group.trim().is_empty() {
                fault(&format!("groups[{index}]"), &"is empty");
            }
        }
        checked.push(Checked { person, user_id, key, addresses, numbers, authenticator });
    }
    if faults.is_empty() { Ok(checked) } else { Err(ImportError::Faults(faults)) }
}

fn check_recovery_codes(codes: &[Secret<String>], fault: &mut impl FnMut(&str, &dyn std::fmt::Display)) {
    let mut read: Vec<Secret<String>> = Vec::with_capacity(codes.len());
    for (index, code) in codes.iter().enumerate() {
        let mut wrong = |what: &str| fault(&format!("recovery_codes[{index}]"), &what);
        match recovery_code::normalise(code) {
            None => wrong("must be 15 of the letters and digits of Crockford's base32, such as 7K3QX-9MBWD-2HZ4T"),
            Some(code) if read.contains(&code) => wrong("is there twice"),
            Some(code) => read.push(code),
        }
    }
}

fn check_questions(
    registered: &[PersonQuestion],
    custom: &[CustomQuestion],
    fault: &mut impl FnMut(&str, &dyn std::fmt::Display),
) {
    for (index, question) in registered.iter().enumerate() {
        let key = |member: &str| format!("questions[{index}].{member}");
        match (&question.id, &question.own) {
            (Some(id), None) => {
                let known = questions::PREDEFINED.contains(&id.as_str()) || custom.iter().any(|one| one.id == *id);
                if !known {
                    fault(&key("id"), &"is neither a predefined question nor one of the organisation's");
                }
                if registered[..index].iter().any(|earlier| earlier.id.as_ref() == Some(id)) {
                    fault(&key("id"), &"was answered before");
                }
            }
            (None, Some(own)) => {
                if !questions::QUESTION_CHARACTERS.contains(&own.trim().chars().count()) {
                    fault(&key("own"), &"a question has 3 to 200 characters");
                }
            }
            _ => fault(&format!("questions[{index}]"), &"must have either id or own"),
        }
    }
    if let Err((index, error)) = questions::check_answers(registered.iter().map(|question| &question.answer)) {
        fault(&format!("questions[{index}].answer"), &error);
    }
}

async fn insert(transaction: &mut WriteTransaction, entry: &Entry<'_>) -> sqlx::Result<()> {
    let Entry { id, checked, password_hash, questions, authenticator } = entry;
    let Checked { person, user_id, key, addresses, numbers, .. } = checked;
    sqlx::query(
        "INSERT INTO accounts (id, user_key, user_id, display_name, enabled, locked, locked_until, failures,
         password_hash) VALUES ($1, $2, $3, $4, $5, $6, NULL, 0, $7)",
    )
    .bind(id.as_str())
    .bind(key)
    .bind(user_id.as_str())
    .bind(&person.name)
    .bind(person.enabled)
    .bind(person.locked)
    .bind(password_hash)
    .execute(&mut **transaction)
    .await?;
    for ((position, mail), address) in (0_i64..).zip(&person.mails).zip(addresses) {
        sqlx::query("INSERT INTO account_mails (account_id, position, role, address) VALUES ($1, $2, $3, $4)")
            .bind(id.as_str())
            .bind(position)
            .bind(Role::from(mail.role).as_str())
            .bind(address.as_str())
            .execute(&mut **transaction)
            .await?;
    }
    for ((position, phone), number) in (0_i64..).zip(&person.phones).zip(numbers) {
        sqlx::query("INSERT INTO account_phones (account_id, position, role, number) VALUES ($1, $2, $3, $4)")
            .bind(id.as_str())
            .bind(position)
            .bind(Role::from(phone.role).as_str())
            .bind(number.as_str())
            .execute(&mut **transaction)
            .await?;
    }
    insert_questions(transaction, id, questions).await?;
    set_authenticator(transaction, id, authenticator.as_deref()).await?;
    for (position, group) in (0_i64..).zip(&person.groups) {
        sqlx::query("INSERT INTO account_groups (account_id, position, name) VALUES ($1, $2, $3)")
            .bind(id.as_str())
            .bind(position)
            .bind(group.trim())
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use regain_protocol::Role;

    use super::{super::tests::open, *};
    use regain_ports::{
        AccountMail, AccountPhone, Accounts as _, Clock as _, GivenAnswer, PasswordChange, Registration,
        Registrations as _, SignIn, Standing, SystemClock,
    };

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
        let list =
            people("people = [{ user_id = 'ADA', name = 'A', password = 'first' }, { user_id = 'b', name = 'B' }]");
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
        assert!(matches!(directory.import(&list).await, Err(ImportError::Twice(id)) if id == " Ada "));
        let list = people("people = [{ user_id = 'ada', name = 'A' }, { user_id = ' ', name = 'B' }]");
        assert!(matches!(directory.import(&list).await, Err(ImportError::NotAUserId(2))));
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
        let Err(error @ ImportError::Faults(_)) = directory.import(&list).await else { panic!("must be refused") };
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
            assert!(said.contains(&format!("\nada@example.com: {key}")), "{key:?} in {said}");
        }
        assert!(said.contains("\nalan@example.com: questions[0].answer: an answer has 3 to 40"), "{said}");
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
        assert!(matches!(directory.import(&list).await, Err(ImportError::NotAUserId(1))));
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
        let mut write = directory.database.begin_write().await.expect("begins");
        for (sql, value) in [
            ("UPDATE account_mails SET address = $1 WHERE role = 'alternate'", "not an address"),
            ("UPDATE account_questions SET answer_hash = $1", former.as_str()),
        ] {
            sqlx::query(sql).bind(value).execute(&mut *write).await.expect("writes");
        }
        write.commit().await.expect("commits");
        let registered = directory.registrations().of(Some(&ada.id)).await.expect("answers");
        assert_eq!(registered.mails.len(), 1);
        assert_eq!(registered.mails[0].address, "b@example.com");
        for (answer, is_right) in [("O’Neill", true), ("o'neil", false)] {
            let given = [GivenAnswer { question: "first_pet", answer: &answer.into() }];
            assert_eq!(
                directory
                    .registrations()
                    .check_answers(Some(&ada.id), Standing::Stranger, &given)
                    .await
                    .expect("answers"),
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
        assert!(matches!(directory.import(&list).await, Err(ImportError::Faults(_))));
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
        let hashes: Vec<String> = sqlx::query_scalar("SELECT code_hash FROM account_recovery_codes")
            .fetch_all(directory.database.reader())
            .await
            .expect("are there");
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
        let hash: String = sqlx::query_scalar("SELECT answer_hash FROM account_questions")
            .fetch_one(directory.database.reader())
            .await
            .expect("is there");
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(directory.hashing.verify(Standing::Stranger, &"fluffy ii".into(), &hash).await.expect("verifies"));
    }
}
