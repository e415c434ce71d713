//! Phone numbers: one number is texted and called, and is one entry in the security info.

use regain_ports::{Account, AccountPhone, Registration};
use regain_protocol::{MethodKind, Role, Secret};
use regain_values::E164;

use super::kind::{At, Entry, NOT_ALLOWED, not_registered};
use crate::{
    Rules,
    decision::Refusal,
    mask,
    state::{Destination, Method, ProvedPerson, SecurityInfo},
};

/// The phones of an account that this kind reaches.
pub(super) fn reached<'a>(
    account: &'a Account,
    rules: &'a Rules,
    kind: MethodKind,
) -> impl Iterator<Item = &'a AccountPhone> {
    account.phones.iter().filter(move |phone| is_usable(rules, kind, phone.role, &phone.number))
}

/// Tells if this kind reaches a number in this role. One in the office is called, never texted.
pub(super) fn is_usable(rules: &Rules, kind: MethodKind, role: Role, number: &E164) -> bool {
    let is_on = match (kind, role) {
        (MethodKind::Sms, Role::Office) => false,
        (MethodKind::Sms, _) => rules.methods.sms,
        (_, Role::Office) => rules.methods.call_office,
        _ => rules.methods.call_mobile,
    };
    is_on && rules.countries.reach(number)
}

/// The destination of a phone of an account, real or made up.
pub(super) fn destination(at: &At<'_>, phone: &AccountPhone) -> Destination {
    let masked = mask::phone(&phone.number, &at.engine.rules().countries);
    Destination::new(at, "phone", phone.role, phone.number.as_str(), masked)
}

/// A number that can be registered, in E.164 form, as a destination.
pub(super) fn added(
    rules: &Rules,
    person: &ProvedPerson,
    role: Option<Role>,
    value: &Secret<String>,
) -> Result<Destination, Refusal> {
    let role = role.ok_or(NOT_ALLOWED)?;
    let number = E164::parse(value.expose())
        .map_err(|_| Refusal::invalid("/value", "not a phone number with its country code, such as +1 425 555 0123"))?;
    if !rules.countries.reach(&number) {
        return Err(Refusal::invalid("/value", "phones of this country cannot be reached from here"));
    }
    not_registered(person, number.as_str())?;
    let masked = mask::phone(&number, &rules.countries);
    Ok(Destination::added(role, number.into(), masked))
}

/// The registration of a number that was shown to work.
pub(super) fn registration(method: &Method) -> Option<Registration> {
    let to = method.destination()?;
    Some(Registration::Phone(AccountPhone { role: to.role, number: E164::parse(&to.address).ok()? }))
}

/// The registration that takes a number away. The office's is the organisation's to say.
pub(super) fn removal(role: Option<Role>) -> Option<Registration> {
    role.filter(|role| *role != Role::Office).map(Registration::RemovePhone)
}

/// The entries of the phones in the security info. A phone is one, however it is reached.
pub(crate) fn entries(info: &SecurityInfo, rules: &Rules) -> Vec<Entry> {
    let entries = info.phones.iter().map(|(role, number)| {
        let can_be = |kind| is_usable(rules, kind, *role, number);
        let is_texted = rules.methods.sms && *role != Role::Office;
        Entry {
            kind: if is_texted { MethodKind::Sms } else { MethodKind::Call },
            role: Some(*role),
            destination: Some(number.to_string()),
            proves: [MethodKind::Sms, MethodKind::Call].into_iter().filter(|kind| can_be(*kind)).collect(),
        }
    });
    entries.collect()
}
