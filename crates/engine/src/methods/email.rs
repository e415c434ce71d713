//! A code by mail, to the alternate or the authentication address.

use regain_ports::{Account, AccountMail, Registration};
use regain_protocol::{MethodKind, Role, Secret};
use regain_values::{MailAddress, UserId};

use super::{
    delivery,
    kind::{At, Entry, Kind, NOT_ALLOWED, NewMethod, new_method, not_registered},
};
use crate::{
    Rules,
    decision::{Decision, Refusal},
    mask,
    state::{Delivery, Destination, EnterCode, How, Method, ProvedPerson, SecurityInfo, Subject, Whose},
    turn::Turn,
};

/// The kind.
pub(super) struct Email;

impl Kind for Email {
    fn kind(&self) -> MethodKind {
        MethodKind::Email
    }

    fn addable(&self) -> &'static [Option<Role>] {
        &[Some(Role::Alternate), Some(Role::Authentication)]
    }

    fn is_on(&self, rules: &Rules, _: Option<Role>) -> bool {
        rules.methods.email
    }

    fn methods(&self, at: &At<'_>, account: &Account) -> Vec<NewMethod> {
        let rules = at.engine.rules();
        let mails = account.mails.iter().filter(|_| rules.methods.email).map(|mail| {
            let to = Destination::new(at, "mail", mail.role, mail.address.as_str(), mask::mail(mail.address.as_str()));
            NewMethod::always(How::Email(Delivery::new(rules.codes.resends, to)))
        });
        mails.collect()
    }

    fn can_begin(&self, account: &Account, rules: &Rules) -> bool {
        rules.methods.email && !account.mails.is_empty()
    }

    fn choose(&self, turn: Turn<'_>, subject: Subject, method: Method) -> Result<Decision, Refusal> {
        delivery::choose(turn, Whose::Proving { subject }, method)
    }

    fn enrol(
        &self,
        turn: Turn<'_>,
        person: &ProvedPerson,
        role: Option<Role>,
        value: &Secret<String>,
    ) -> Result<Decision, Refusal> {
        let role = role.ok_or(NOT_ALLOWED)?;
        let address = new_address(person, value)?;
        let to = Destination::added(role, address.to_string(), mask::mail(address.as_str()));
        let how = How::Email(Delivery::new(turn.engine.rules().codes.resends, to));
        let method = new_method(turn, how);
        let step = EnterCode { whose: Whose::Adding { person: person.clone() }, method, resent: false };
        Ok(delivery::send(turn, step))
    }

    fn registration(&self, _: Turn<'_>, method: &Method) -> Option<Registration> {
        let to = method.destination()?;
        Some(Registration::Mail(AccountMail { role: to.role, address: MailAddress::parse(&to.address).ok()? }))
    }

    fn removal(&self, role: Option<Role>) -> Option<Registration> {
        role.map(Registration::RemoveMail)
    }

    fn entries(&self, info: &SecurityInfo, rules: &Rules) -> Vec<Entry> {
        let entries = info.mails.iter().map(|(role, address)| Entry {
            kind: MethodKind::Email,
            role: Some(*role),
            destination: Some(address.to_string()),
            proves: if rules.methods.email { vec![MethodKind::Email] } else { Vec::new() },
        });
        entries.collect()
    }
}

/// A mail address that can be registered.
fn new_address(person: &ProvedPerson, value: &Secret<String>) -> Result<MailAddress, Refusal> {
    let address = MailAddress::parse(value.expose()).map_err(|_| Refusal::invalid("/value", "not a mail address"))?;
    if person.account.user_id.is_same(&UserId::of_directory(address.to_string())) {
        return Err(Refusal::invalid("/value", "the address that one signs in with helps nobody who cannot"));
    }
    not_registered(person, address.as_str())?;
    Ok(address)
}
