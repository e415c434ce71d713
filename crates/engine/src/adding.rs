//! What a person adds to their security info: registered once it is shown to work.
//!
//! It goes through the steps that prove who one is, `enter_code` and `answer_call`, and is told apart from a
//! proof by being [`Subject::pending`](super::state::Subject::pending). Wrong codes count as everywhere.

use regain_protocol::{AuthenticatorSetup, Method, MethodKind, Role, Secret};

use super::{
    A_DAY, Context, Engine,
    effects::{Application, Decision, Effect, OnOverLimit, Refusal},
    registered,
    state::{KnownAccount, Stage, State, SubjectMethod},
};
use crate::outgoing::{Content, InfoChange, Outgoing};
use regain_ports::{AccountMail, AccountPhone, Registration, random_id};
use regain_values::{mail_address::MailAddress, phone_number, totp, user_id};

/// How many bytes the key of an authenticator app has: what RFC 4226 (requirement 6) recommends.
const KEY_BYTES: usize = 20;

/// How many methods an account may begin to add in a day: nobody's mailbox or phone is to be filled by
/// somebody who owns an account.
const ADDITIONS_A_DAY: u32 = 30;

impl Engine {
    /// Begins to add a method.
    pub(super) fn add(
        &self,
        cx: Context<'_>,
        state: &State,
        account: &KnownAccount,
        (kind, role): (MethodKind, Option<Role>),
        value: &Secret<String>,
    ) -> Result<Decision, Refusal> {
        let rules = self.rules();
        if !registered::allowed(rules).iter().any(|allowed| (allowed.kind, allowed.role) == (kind, role)) {
            return Err(Refusal::invalid("/kind", "this kind and role cannot be added here"));
        }
        let destination = match kind {
            MethodKind::Email => new_address(account, value)?,
            MethodKind::Authenticator => self.new_key(cx, value)?,
            _ => new_number(&rules.countries, account, value)?,
        };
        let mut next = state.clone();
        let subject = next.subject.as_mut().ok_or(Refusal::StepPassed)?;
        let id = random_id(cx.rng);
        let masked = (kind != MethodKind::Authenticator).then(|| registered::masked(rules, kind, &destination));
        subject.pending = Some(SubjectMethod {
            shown: Method { id: id.clone(), kind, role, masked, confirm: false },
            destination,
            tries_left: rules.codes.tries,
            resends_left: if kind == MethodKind::Authenticator { 0 } else { rules.codes.resends },
            sent: None,
            reaches: true,
            call_again_at: None,
            questions: Vec::new(),
            after_a_proof: false,
        });
        let bucket = format!("additions:{}", subject.account_key);
        let stage = Stage::EnterCode { method: id.clone(), resent: false };
        let mut decision = match kind {
            MethodKind::Call => self.place_call(cx, &next, &id)?,
            MethodKind::Authenticator => Decision::new(next.moved(random_id(cx.rng), stage)),
            _ => self.send_code(cx, next.moved(random_id(cx.rng), stage), &id),
        };
        decision.charge(bucket, A_DAY, ADDITIONS_A_DAY, OnOverLimit::RateLimited);
        Ok(decision)
    }

    /// A new key for an authenticator app, sealed: it is in the flow until a code of it has come back.
    fn new_key(&self, cx: Context<'_>, value: &Secret<String>) -> Result<String, Refusal> {
        if !value.expose().is_empty() {
            return Err(Refusal::invalid("/value", "the server makes the key of an app"));
        }
        let mut key = vec![0; KEY_BYTES];
        cx.rng.fill(&mut key);
        Ok(self.keys.seal(cx.rng, &sealed_for(cx), &Secret::new(key)))
    }

    /// The key of the app that is being added.
    pub(super) fn pending_key(&self, cx: Context<'_>, method: &SubjectMethod) -> Option<Secret<Vec<u8>>> {
        self.keys.open(&sealed_for(cx), &method.destination).ok()
    }

    /// What the person sets their app up with.
    pub(super) fn setup(&self, cx: Context<'_>, state: &State, method_id: &str) -> Option<AuthenticatorSetup> {
        let subject = state.subject.as_ref()?;
        let method = subject.pending(method_id).filter(|method| method.shown.kind == MethodKind::Authenticator)?;
        let key = self.pending_key(cx, method)?;
        let user_id = &subject.account.as_ref()?.user_id;
        let secret = totp::key_to_base32(&key);
        let uri = totp::address(&secret, &self.rules().organisation, user_id);
        Some(AuthenticatorSetup { secret, uri })
    }

    /// The method that is being added was shown to work: the directory is to have it.
    pub(super) fn shown_to_work(&self, cx: Context<'_>, state: &State, method: &SubjectMethod) -> Option<Decision> {
        let account = state.subject.as_ref()?.account.as_ref()?;
        let (role, destination) = (method.shown.role, method.destination.clone());
        let registration = match (method.shown.kind, role) {
            (MethodKind::Email, Some(role)) => Registration::Mail(AccountMail { role, address: destination }),
            (MethodKind::Sms | MethodKind::Call, Some(role)) => {
                Registration::Phone(AccountPhone { role, number: destination })
            }
            (MethodKind::Authenticator, _) => Registration::Authenticator(self.pending_key(cx, method)?),
            _ => return None,
        };
        Some(Decision::applying(cx, state, account, Application::Register(registration)))
    }

    /// Back to the security info without adding anything.
    pub(super) fn given_up(cx: Context<'_>, state: &State) -> Decision {
        let mut next = state.moved(random_id(cx.rng), Stage::SecurityInfo {});
        if let Some(subject) = next.subject.as_mut() {
            subject.pending = None;
        }
        Decision::new(next)
    }

    /// The flow after the directory has made a change: back at the security info, with everybody told.
    pub(super) fn registered(&self, cx: Context<'_>, claimed: &State, registration: &Registration) -> Option<Decision> {
        let rules = self.rules();
        let mut state = claimed.moved(random_id(cx.rng), Stage::SecurityInfo {});
        let subject = state.subject.as_mut()?;
        let account = subject.account.as_mut()?;
        let (kind, role, destination) = what(registration)?;
        let was_there = account.info.has(kind, role);
        let mut addresses: Vec<String> = account.info.addresses().cloned().collect();
        let former = account.info.entries(rules).into_iter().find(|entry| entry.kind == kind && entry.role == role);
        account.info.changed(registration);
        for address in account.info.addresses() {
            if !addresses.contains(address) {
                addresses.push(address.clone());
            }
        }
        let change = match (&destination, was_there) {
            (Change::Set(_), false) => InfoChange::Added,
            (Change::Set(_), true) => InfoChange::Replaced,
            (Change::Removed, _) => InfoChange::Removed,
        };
        let shown = match &destination {
            Change::Set(destination) => destination.clone(),
            Change::Removed => former.and_then(|entry| entry.destination),
        };
        let masked = shown.map(|destination| registered::masked(rules, kind, &destination));
        let user_id = account.user_id.clone();
        subject.pending = None;
        subject.changed = true;
        let mut decision = Decision::new(state);
        for address in addresses {
            let content = Content::SecurityInfoChanged {
                change,
                kind,
                role,
                masked: masked.clone(),
                at: cx.now,
                client: cx.client.map(Into::into),
            };
            let outgoing =
                Outgoing { to: Some(address), locale: claimed.locale.clone(), user_id: user_id.clone(), content };
            decision.effects.push(Effect::confirmation(cx, outgoing));
        }
        decision.effects.push(Effect::VoidOthers);
        decision
            .audit_with("security_info_changed", serde_json::json!({ "change": change, "kind": kind, "role": role }));
        Some(decision)
    }
}

/// What becomes of an entry.
enum Change {
    /// It is there, with its destination where it has one.
    Set(Option<String>),
    /// It is gone.
    Removed,
}

/// What a registration is about; `None` where nothing is changed.
fn what(registration: &Registration) -> Option<(MethodKind, Option<Role>, Change)> {
    Some(match registration {
        Registration::Mail(mail) => (MethodKind::Email, Some(mail.role), Change::Set(Some(mail.address.clone()))),
        Registration::Phone(phone) => (MethodKind::Sms, Some(phone.role), Change::Set(Some(phone.number.clone()))),
        Registration::Authenticator(_) => (MethodKind::Authenticator, None, Change::Set(None)),
        Registration::Questions(_) => (MethodKind::Questions, None, Change::Set(None)),
        Registration::RemoveMail(role) => (MethodKind::Email, Some(*role), Change::Removed),
        Registration::RemovePhone(role) => (MethodKind::Sms, Some(*role), Change::Removed),
        Registration::RemoveAuthenticator => (MethodKind::Authenticator, None, Change::Removed),
        Registration::RemoveQuestions => (MethodKind::Questions, None, Change::Removed),
        Registration::Confirm(_) => return None,
    })
}

/// A mail address that can be registered.
fn new_address(account: &KnownAccount, value: &Secret<String>) -> Result<String, Refusal> {
    let address = MailAddress::parse(value.expose()).map_err(|_| Refusal::invalid("/value", "not a mail address"))?;
    let address = address.as_str();
    if user_id::normalise(address) == user_id::normalise(&account.user_id) {
        return Err(Refusal::invalid("/value", "the address that one signs in with helps nobody who cannot"));
    }
    not_registered(account, address)
}

/// A phone number that can be registered, in E.164 form.
fn new_number(countries: &[String], account: &KnownAccount, value: &Secret<String>) -> Result<String, Refusal> {
    let number = phone_number::parse(value.expose())
        .map_err(|_| Refusal::invalid("/value", "not a phone number with its country code, such as +1 425 555 0123"))?;
    if !countries.iter().any(|country| number.starts_with(country.as_str())) {
        return Err(Refusal::invalid("/value", "phones of this country cannot be reached from here"));
    }
    not_registered(account, &number)
}

fn not_registered(account: &KnownAccount, destination: &str) -> Result<String, Refusal> {
    if account.info.has_destination(destination) {
        return Err(Refusal::invalid("/value", "this one is registered already"));
    }
    Ok(destination.to_owned())
}

/// What binds the sealed key of an app to its flow.
fn sealed_for(cx: Context<'_>) -> String {
    format!("authenticator:{}", cx.flow_id)
}
