//! The test accounts of a hook, made ready for a case.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use regain_ports::{
    Accounts as _, Clock as _, DirectoryError, PasswordChange, Person, SetPasswordError, SystemClock,
    contract::accounts::{AccountsFixture, Cast, Sample, SamplePerson},
};
use regain_protocol::Secret;
use regain_values::UserId;

use super::{TestPeople, TestPerson};
use crate::Hook;

/// Cases that sign nobody in.
const WITHOUT_SIGN_IN: [&str; 9] = [
    "it_answers",
    "an_account_is_found_by_any_spelling",
    "an_account_that_may_not_be_used_gets_no_password",
    "an_account_that_may_not_be_used_is_not_unlocked",
    "a_request_without_the_right_signature_is_refused",
    "a_request_of_another_time_is_refused",
    "one_right_signature_is_enough",
    "garbage_is_refused",
    "people_are_found_by_their_ids",
];

/// A hook whose test accounts are as their file says.
pub(super) struct HookFixture<'p> {
    pub(super) hook: Arc<Hook>,
    people: &'p TestPeople,
    groups: Vec<&'p str>,
    /// There is somebody who has no password yet.
    has_nobody_without: bool,
    /// There is somebody whose account is locked.
    has_locked: bool,
}

/// Why test accounts are not as a case needs them.
#[derive(Debug, thiserror::Error)]
pub enum PreparationError {
    /// An account is missing, or is not as the file says.
    #[error("people: {user_id}: {fault}")]
    Person {
        /// The user ID.
        user_id: String,
        /// The fault.
        fault: String,
    },
    /// The hook does not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl<'p> HookFixture<'p> {
    /// Sets passwords back and locks who is to be locked, where cases before have changed that.
    pub(super) async fn prepared(hook: Arc<Hook>, people: &'p TestPeople) -> Result<Self, PreparationError> {
        let groups = people.detailed.iter().flat_map(|person| person.groups.iter().map(String::as_str)).collect();
        let mut fixture = Self { hook, people, groups, has_nobody_without: false, has_locked: false };
        let person = fixture.found(&people.person).await?;
        if !person.enabled {
            return Err(fault(&people.person, "may not be used"));
        }
        fixture.set_back(&person, &people.person).await?;
        if let Some(locked) = &people.locked {
            fixture.has_locked = fixture.locked(locked).await?;
        }
        if let Some(without) = &people.without_password {
            fixture.has_nobody_without = !fixture.found(without).await?.has_password;
        }
        for person in [&people.disabled, &people.detailed].into_iter().flatten() {
            fixture.found(person).await?;
        }
        Ok(fixture)
    }

    async fn found(&self, person: &TestPerson) -> Result<Person, PreparationError> {
        let found = self.hook.find(&UserId::of_directory(person.user_id.clone())).await?;
        found.ok_or_else(|| fault(person, "the hook does not find it"))
    }

    async fn set_back(&self, found: &Person, person: &TestPerson) -> Result<(), PreparationError> {
        let Some(password) = person.password.clone() else { return Ok(()) };
        let change = PasswordChange { new: password, current: None };
        match self.hook.set_password(&found.id, &change).await {
            Ok(()) => Ok(()),
            Err(SetPasswordError::Directory(error)) => Err(error.into()),
            Err(error) => Err(fault(person, &format!("its password cannot be set to that of the file: {error}"))),
        }
    }

    /// Has an account locked by failures, where it is not; tells if it is.
    async fn locked(&self, person: &TestPerson) -> Result<bool, PreparationError> {
        let found = self.found(person).await?;
        if found.locked {
            return Ok(true);
        }
        let Some(failures) = self.people.failures_until_lockout else { return Ok(false) };
        self.set_back(&found, person).await?;
        for _ in 0..failures {
            self.hook.sign_in(&found.user_id, &"wrong".into(), self.now()).await?;
        }
        if self.found(person).await?.locked {
            return Ok(true);
        }
        Err(fault(person, &format!("{failures} failures (failures_until_lockout) do not lock it")))
    }

    /// The reason for which a case cannot be run.
    pub(super) fn reason_to_pass_over(&self, case: &str) -> Option<&'static str> {
        let abilities = self.hook.abilities();
        let has_next_key = self.hook.requests().keys.len() > 1;
        match case {
            "a_recreated_account_has_another_id" => Some("nobody but you can delete an account and make it anew"),
            "failures_lock_the_account_for_a_while"
            | "failures_are_forgotten_after_a_while"
            | "a7_a_clock_that_is_set_back_prolongs_no_lockout" => Some("the hook's clock cannot be moved from here"),
            "the_last_passwords_are_remembered" => Some("a hook judges former passwords when one is set"),
            "each_of_two_keys_is_enough" if !has_next_key => Some("there is one key: give --next-key-file"),
            "people_are_found_by_their_ids" if !self.hook.has_people() => Some("the hook has no ability people"),
            _ if !abilities.sign_in && !WITHOUT_SIGN_IN.contains(&case) => Some("the hook has no ability sign_in"),
            "unlocking_keeps_the_password_and_forgets_the_failures"
            | "an_account_that_may_not_be_used_is_not_unlocked"
            | "an_unlocking_that_is_asked_for_twice_is_answered_alike"
                if !abilities.unlock =>
            {
                Some("the hook has no ability unlock")
            }
            "parallel_failures_lock_the_account_as_exactly" | "a_success_forgets_the_failures"
                if self.people.failures_until_lockout.is_none() =>
            {
                Some("the file has no failures_until_lockout")
            }
            "a_new_password_unlocks" if self.people.failures_until_lockout.is_none() && !self.has_locked => {
                Some("the file has neither failures_until_lockout nor anybody who is locked")
            }
            "a_refused_change_changes_neither_password_nor_lock"
            | "an_unlocking_that_is_asked_for_twice_is_answered_alike"
                if !self.has_locked =>
            {
                Some("the file names nobody who is locked")
            }
            _ => None,
        }
    }

    fn sample(person: &'p TestPerson) -> Sample<'p> {
        Sample {
            user_id: &person.user_id,
            name: &person.name,
            password: person.password.as_ref().map(|password: &Secret<String>| password.expose().as_str()),
            enabled: true,
            locked: false,
            office: person.office.as_deref(),
            groups: &[],
        }
    }
}

fn fault(person: &TestPerson, fault: &str) -> PreparationError {
    PreparationError::Person { user_id: person.user_id.clone(), fault: fault.to_owned() }
}

impl AccountsFixture for HookFixture<'_> {
    type Accounts = Hook;

    async fn with_people(_: &[SamplePerson]) -> Self {
        unreachable!("the people of a hook that is not ours are there before the cases")
    }

    fn accounts(&self) -> Arc<Hook> {
        Arc::clone(&self.hook)
    }

    fn cast(&self) -> Cast<'_> {
        let TestPeople { person, without_password, disabled, locked, detailed, .. } = self.people;
        Cast {
            ada: HookFixture::sample(person),
            alan: without_password.as_ref().filter(|_| self.has_nobody_without).map(HookFixture::sample),
            disabled: disabled.as_ref().map(HookFixture::sample),
            linus: locked.as_ref().filter(|_| self.has_locked).map(HookFixture::sample),
            mary: detailed.as_ref().map(|person| Sample { groups: &self.groups, ..HookFixture::sample(person) }),
        }
    }

    fn failures_until_lockout(&self) -> Option<usize> {
        self.people.failures_until_lockout
    }

    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    fn can_wait() -> bool {
        false
    }

    fn wait(&self, _: SignedDuration) {
        unreachable!("the clock of a hook cannot be moved")
    }

    async fn recreate(&self, _: &SamplePerson) {
        unreachable!("the accounts of a hook that is not ours cannot be made anew")
    }
}
