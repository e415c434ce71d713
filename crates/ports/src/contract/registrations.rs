//! The contract of [`Registrations`](crate::Registrations).

pub mod changes;
pub mod proofs;
pub mod removal;
pub mod ring;

use std::sync::Arc;

use regain_protocol::{Role, Secret};

use crate::{
    AccountId, AccountMail, AccountPhone, AccountQuestion, GivenAnswer, NewQuestion, Registered, Registration,
    Registrations, Standing,
};

/// An adapter over data of its own.
pub trait RegistrationsFixture: Send + Sync + Sized {
    /// The adapter.
    type Registrations: Registrations;

    /// Opens it with nothing registered for anybody.
    fn new() -> impl Future<Output = Self>;

    /// The adapter.
    fn registrations(&self) -> Arc<Self::Registrations>;

    /// The id of a user ID's account; the same each time.
    fn account(&self, user_id: &str) -> impl Future<Output = AccountId>;

    /// Deletes the account of a user ID and makes another; returns the id of that.
    fn recreate(&self, user_id: &str) -> impl Future<Output = AccountId>;

    /// The ids of accounts for which nothing can be registered, where the adapter knows about accounts.
    fn unusable(&self) -> impl Future<Output = Vec<AccountId>>;
}

/// A fixture with nothing registered.
pub async fn open<F: RegistrationsFixture>() -> F {
    F::new().await
}

/// The key in Mary's authenticator app.
const MARYS_KEY: &[u8] = b"12345678901234567890";

/// One of Mary's saved recovery codes, folded.
const MARYS_CODE: &str = "7K3QX9MBWD2HZ4T";

/// All that there is to register.
fn everything(name: &str) -> Vec<Registration> {
    let questions = [
        question("first_pet", None, "Fluffy the Second"),
        question("q7", Some("What was on the wind tunnel's door?"), "Straße"),
        question("dream_job", None, "engineer"),
    ];
    vec![
        Registration::Mail(mail(Role::Alternate, &format!("{name}@home.example"))),
        Registration::Phone(phone(Role::Mobile, "+14255550123")),
        Registration::Phone(phone(Role::Authentication, "+442079460958")),
        Registration::Questions(questions.to_vec()),
        Registration::Authenticator(Secret::new(MARYS_KEY.to_vec())),
        Registration::RecoveryCodes(vec![MARYS_CODE.into(), "00000-00000-00001".into()]),
    ]
}

/// An account for which everything is registered.
async fn mary(fixture: &impl RegistrationsFixture) -> AccountId {
    with_everything(fixture, "mary").await
}

async fn with_everything(fixture: &impl RegistrationsFixture, name: &str) -> AccountId {
    let id = fixture.account(name).await;
    for registration in everything(name) {
        register(&*fixture.registrations(), &id, registration).await;
    }
    id
}

fn mail(role: Role, address: &str) -> AccountMail {
    AccountMail { role, address: address.parse().expect("an address") }
}

fn phone(role: Role, number: &str) -> AccountPhone {
    AccountPhone { role, number: number.parse().expect("a number") }
}

fn question(id: &str, own: Option<&str>, answer: &str) -> NewQuestion {
    NewQuestion { question: AccountQuestion { id: id.to_owned(), own: own.map(str::to_owned) }, answer: answer.into() }
}

fn key(byte: u8) -> Secret<Vec<u8>> {
    Secret::new(vec![byte; 20])
}

async fn of(registrations: &impl Registrations, id: &AccountId) -> Registered {
    registrations.of(Some(id)).await.expect("answers")
}

async fn register(registrations: &impl Registrations, id: &AccountId, registration: Registration) {
    registrations.register(id, &registration).await.expect("registers");
}

/// Checks answers, given as question and answer.
async fn answers(registrations: &impl Registrations, id: Option<&AccountId>, given: &[(&str, &str)]) -> bool {
    let secrets: Vec<_> = given.iter().map(|&(_, answer)| Secret::from(answer)).collect();
    let given: Vec<_> =
        given.iter().zip(&secrets).map(|(&(question, _), answer)| GivenAnswer { question, answer }).collect();
    let stranger = registrations.check_answers(id, Standing::Stranger, &given).await.expect("answers");
    let proved = registrations.check_answers(id, Standing::Proved, &given).await.expect("answers");
    assert_eq!(stranger, proved, "the standing says who waits, not what is right");
    proved
}

/// Makes a test of each case of the contract of [`Registrations`](crate::Registrations), for one fixture.
#[macro_export]
macro_rules! registrations_contract {
    ($fixture:ty) => {
        $crate::contract_cases!(
            registrations,
            $fixture,
            [
                changes::each_kind_can_be_registered_and_proves,
                changes::what_is_registered_takes_the_place_of_its_role,
                changes::doing_it_twice_is_doing_it_once,
                changes::each_kind_can_be_removed,
                changes::a_look_is_noted_with_its_time,
                changes::of_many_at_once_one_counts_and_it_is_whole,
                changes::who_reads_meanwhile_sees_it_before_or_after,
                changes::an_account_that_may_not_be_used_registers_nothing,
                changes::what_is_not_the_persons_to_say_is_refused,
                proofs::the_right_answers_are_right_however_they_are_written,
                proofs::answers_count_once_and_for_their_own_question,
                proofs::nobodys_answers_are_wrong,
                proofs::the_authenticators_key_is_the_one_that_was_registered,
                proofs::a_recovery_code_is_good_once_and_for_its_account,
                proofs::of_many_who_give_a_recovery_code_at_once_one_has_it,
                removal::nothing_is_registered_for_nobody,
                removal::forgetting_takes_everything_of_an_account_and_nothing_of_others,
                removal::a_recreated_account_inherits_nothing,
                ring::neighbours_are_those_with_something_registered_as_it_is,
                ring::each_neighbour_is_followed_by_the_same_one,
                ring::a_place_stays_the_same_whoever_comes_and_goes,
            ]
        );
    };
}
