//! The directory as the flows ask it: the organisation's accounts, with what people have registered here.

use std::sync::Arc;

use jiff::Timestamp;
use regain_protocol::{MethodKind, Role, Secret};
use regain_values::{AccountId, MailAddress, UserId};

use crate::{
    Abilities, AccountMail, AccountPhone, AccountQuestion, AccountWrite, Accounts, DirectoryError, DirectoryRules,
    GivenAnswer, PasswordChange, Person, RegisterError, Registered, Registration, Registrations, RingPoint,
    SetPasswordError, SignIn, Standing, UnlockError, Unlocked,
};

/// An account with all that it can prove itself by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any of them can go with any other")]
pub struct Account {
    /// The directory's own name for it.
    pub id: AccountId,
    /// The user ID as the directory spells it.
    pub user_id: UserId,
    /// The person's name.
    pub display_name: String,
    /// It may be used.
    pub enabled: bool,
    /// Sign-in is locked after too many failures.
    pub locked: bool,
    /// A password was assigned.
    pub has_password: bool,
    /// The addresses that count for recovery and for confirmations.
    pub mails: Vec<AccountMail>,
    /// The phones that count for recovery.
    pub phones: Vec<AccountPhone>,
    /// The security questions that were registered, without their answers.
    pub questions: Vec<AccountQuestion>,
    /// There is an authenticator app.
    pub authenticator: bool,
    /// The number of saved recovery codes that are left; `None` where none were ever made.
    pub recovery_codes: Option<u8>,
    /// Further addresses that only get confirmations.
    pub notices: Vec<MailAddress>,
    /// The time at which its owner last looked at what is registered and found it right; `None` for never.
    pub security_info_confirmed_at: Option<Timestamp>,
    /// The groups that it is in, by which an organisation may ask for more proofs.
    pub groups: Vec<String>,
    /// The directory's own rules for its password.
    pub password_rules: DirectoryRules,
}

/// Registrations whose people are gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphans {
    /// The number of accounts for which anything is registered.
    pub registered: usize,
    /// Those of them that the directory does not have any more.
    pub gone: Vec<AccountId>,
}

/// Accounts and registrations together; cheap to clone.
#[derive(Clone)]
pub struct Directory {
    /// The organisation's.
    pub accounts: Arc<dyn Accounts>,
    /// Ours.
    pub registrations: Arc<dyn Registrations>,
}

impl Directory {
    /// The abilities of the accounts' side.
    pub fn abilities(&self) -> Abilities {
        self.accounts.abilities()
    }

    /// The account of a user ID, however it is spelt; `None` where there is none. It does the same work
    /// either way.
    pub async fn find(&self, user_id: &UserId) -> Result<Option<Account>, DirectoryError> {
        let person = self.accounts.find(user_id).await?;
        let registered = self.registrations.of(person.as_ref().map(|person| &person.id)).await?;
        Ok(person.map(|person| self.merged(person, registered)))
    }

    /// The accounts that follow a place on the ring, the nearest first: those that may be used and have something to be
    /// recovered by. Empty where the directory owns roles and cannot be asked for them.
    pub async fn neighbours(&self, near: RingPoint) -> Result<Vec<Account>, DirectoryError> {
        let registered = self.registrations.neighbours(near).await?;
        let ids: Vec<AccountId> = registered.iter().map(|(id, _)| id.clone()).collect();
        let Some(mut people) = self.accounts.people(&ids).await? else {
            let abilities = self.abilities();
            let owns_roles = abilities.owns_alternate || abilities.owns_mobile;
            let unnamed = |id| Person { id, enabled: true, ..Person::default() };
            let all = registered.into_iter().filter(|_| !owns_roles);
            return Ok(all.map(|(id, registered)| self.merged(unnamed(id), registered)).collect());
        };
        let neighbours = registered.into_iter().filter_map(|(id, registered)| {
            let at = people.iter().position(|person| person.id == id)?;
            Some(people.swap_remove(at)).filter(|person| person.enabled).map(|person| self.merged(person, registered))
        });
        Ok(neighbours.collect())
    }

    /// Checks a password for signing in; see [`Accounts::sign_in`].
    pub async fn sign_in(
        &self,
        user_id: &UserId,
        password: &Secret<String>,
        now: Timestamp,
    ) -> Result<SignIn<Account>, DirectoryError> {
        let signed_in = self.accounts.sign_in(user_id, password, now).await?;
        let id = if let SignIn::Accepted(person) = &signed_in { Some(&person.id) } else { None };
        let registered = self.registrations.of(id).await?;
        Ok(match signed_in {
            SignIn::Accepted(person) => SignIn::Accepted(self.merged(person, registered)),
            SignIn::Refused => SignIn::Refused,
        })
    }

    /// Sets the password and clears a lockout; see [`Accounts::set_password`].
    pub async fn set_password(&self, id: &AccountId, change: &PasswordChange) -> Result<(), SetPasswordError> {
        self.accounts.set_password(id, change).await
    }

    /// Clears a lockout; see [`Accounts::unlock`].
    pub async fn unlock(&self, id: &AccountId) -> Result<Unlocked, UnlockError> {
        self.accounts.unlock(id).await
    }

    /// Tells if the account had this password; see [`Accounts::remembers`].
    pub async fn remembers(&self, id: &AccountId, password: &Secret<String>) -> Result<bool, DirectoryError> {
        self.accounts.remembers(id, password).await
    }

    /// Tells if all answers are right; see [`Registrations::check_answers`].
    pub async fn check_answers(
        &self,
        id: Option<&AccountId>,
        standing: Standing,
        answers: &[GivenAnswer<'_>],
    ) -> Result<bool, DirectoryError> {
        self.registrations.check_answers(id, standing, answers).await
    }

    /// The key of the authenticator app; see [`Registrations::authenticator_key`].
    pub async fn authenticator_key(&self, id: Option<&AccountId>) -> Result<Option<Secret<Vec<u8>>>, DirectoryError> {
        self.registrations.authenticator_key(id).await
    }

    /// Uses up a saved recovery code; see [`Registrations::use_recovery_code`].
    pub async fn use_recovery_code(
        &self,
        id: Option<&AccountId>,
        code: &Secret<String>,
        now: Timestamp,
    ) -> Result<bool, DirectoryError> {
        self.registrations.use_recovery_code(id, code, now).await
    }

    /// Changes what an account can prove itself by, but for the roles that the directory owns; see
    /// [`Registrations::register`].
    pub async fn register(&self, id: &AccountId, registration: &Registration) -> Result<(), RegisterError> {
        self.check_registrable(id, registration).await?;
        self.registrations.register(id, registration).await
    }

    /// [`Directory::register`] as part of a commit of the store; see [`Registrations::prepare`].
    pub async fn prepare_registration(
        &self,
        id: &AccountId,
        registration: &Registration,
    ) -> Result<AccountWrite, RegisterError> {
        self.check_registrable(id, registration).await?;
        self.registrations.prepare(id, registration).await
    }

    /// The registrations whose people the directory does not have any more; `None` where it cannot be asked.
    pub async fn orphans(&self) -> Result<Option<Orphans>, DirectoryError> {
        let registered = self.registrations.accounts().await?;
        let mut gone = Vec::new();
        for ids in registered.chunks(ASKED_AT_A_TIME) {
            let Some(people) = self.accounts.people(ids).await? else { return Ok(None) };
            gone.extend(ids.iter().filter(|id| !people.iter().any(|person| person.id == **id)).cloned());
        }
        Ok(Some(Orphans { registered: registered.len(), gone }))
    }

    /// Refuses a role that the directory owns, and an account elsewhere that may not be used any more. Of one in the same
    /// database the transaction finds that out.
    async fn check_registrable(&self, id: &AccountId, registration: &Registration) -> Result<(), RegisterError> {
        // Asked first: a directory that was away so far has its abilities with the first answer.
        let may_be_used = if self.accounts.joined().is_some() {
            true
        } else {
            let people = self.accounts.people(std::slice::from_ref(id)).await?;
            people.is_none_or(|people| people.iter().any(|person| person.id == *id && person.enabled))
        };
        let abilities = self.abilities();
        let is_owned = match registration {
            Registration::Mail(AccountMail { role, .. }) | Registration::RemoveMail(role) => {
                abilities.owns(MethodKind::Email, *role)
            }
            Registration::Phone(AccountPhone { role, .. }) | Registration::RemovePhone(role) => {
                abilities.owns(MethodKind::Call, *role)
            }
            _ => false,
        };
        if is_owned {
            return Err(RegisterError::NotRegistrable);
        }
        if may_be_used { Ok(()) } else { Err(RegisterError::NoSuchAccount) }
    }

    /// Tells if the directory answers. The database of the registrations is the store's.
    pub async fn check(&self) -> Result<(), DirectoryError> {
        self.accounts.check().await
    }

    /// One account of both. Each role has one owner: what the directory has in a role of ours is left out, and so
    /// is what was registered in a role that has become the directory's.
    fn merged(&self, person: Person, registered: Registered) -> Account {
        let abilities = self.abilities();
        let owns_mail = |mail: &AccountMail| abilities.owns(MethodKind::Email, mail.role);
        let owns_phone = |phone: &AccountPhone| abilities.owns(MethodKind::Call, phone.role);
        let mails = person.mails.into_iter().filter(owns_mail);
        let mut mails: Vec<_> = mails.chain(registered.mails.into_iter().filter(|mail| !owns_mail(mail))).collect();
        let phones = person.phones.into_iter().filter(owns_phone);
        let mut phones: Vec<_> =
            phones.chain(registered.phones.into_iter().filter(|phone| !owns_phone(phone))).collect();
        mails.sort_by_key(|mail| place(mail.role));
        phones.sort_by_key(|phone| place(phone.role));
        Account {
            id: person.id,
            user_id: person.user_id,
            display_name: person.display_name,
            enabled: person.enabled,
            locked: person.locked,
            has_password: person.has_password,
            mails,
            phones,
            questions: registered.questions,
            authenticator: registered.authenticator,
            recovery_codes: registered.recovery_codes,
            notices: person.notices,
            security_info_confirmed_at: registered.confirmed_at,
            groups: person.groups,
            password_rules: person.password_rules,
        }
    }
}

/// The number of accounts that a directory is asked for at a time.
const ASKED_AT_A_TIME: usize = 100;

/// The place of a role in everybody's list. In the order in which they were registered they would tell who is made up.
/// The office's come last: who cannot sign in is seldom there.
const fn place(role: Role) -> u8 {
    match role {
        Role::Alternate | Role::Mobile => 0,
        Role::Authentication => 1,
        Role::Office => 2,
        Role::Unknown => 3,
    }
}
