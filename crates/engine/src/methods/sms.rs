//! A code by text message, to the mobile or the authentication phone.

use regain_ports::{Account, Registration};
use regain_protocol::{MethodKind, Role, Secret};

use super::{
    delivery,
    kind::{At, Entry, Kind, NewMethod, new_method},
    phone,
};
use crate::{
    Rules,
    decision::{Decision, Refusal},
    state::{Delivery, EnterCode, How, Method, ProvedPerson, SecurityInfo, Subject, Whose},
    turn::Turn,
};

/// The kind.
pub(super) struct Sms;

impl Kind for Sms {
    fn kind(&self) -> MethodKind {
        MethodKind::Sms
    }

    fn addable(&self) -> &'static [Option<Role>] {
        &[Some(Role::Mobile), Some(Role::Authentication)]
    }

    fn is_on(&self, rules: &Rules, _: Option<Role>) -> bool {
        rules.methods.sms
    }

    fn methods(&self, at: &At<'_>, account: &Account) -> Vec<NewMethod> {
        let rules = at.engine.rules();
        let phones = phone::reached(account, rules, MethodKind::Sms).map(|phone| {
            NewMethod::always(How::Sms(Delivery::new(rules.codes.resends, phone::destination(at, phone))))
        });
        phones.collect()
    }

    fn can_begin(&self, account: &Account, rules: &Rules) -> bool {
        phone::reached(account, rules, MethodKind::Sms).next().is_some()
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
        let rules = turn.engine.rules();
        let to = phone::added(rules, person, role, value)?;
        let method = new_method(turn, How::Sms(Delivery::new(rules.codes.resends, to)));
        let step = EnterCode { whose: Whose::Adding { person: person.clone() }, method, resent: false };
        Ok(delivery::send(turn, step))
    }

    fn registration(&self, _: Turn<'_>, method: &Method) -> Option<Registration> {
        phone::registration(method)
    }

    fn removal(&self, role: Option<Role>) -> Option<Registration> {
        phone::removal(role)
    }

    /// The phones that can be texted, which may be called too; the others are [`call`](super::call)'s.
    fn entries(&self, info: &SecurityInfo, rules: &Rules) -> Vec<Entry> {
        phone::entries(info, rules).into_iter().filter(|entry| entry.kind == MethodKind::Sms).collect()
    }
}
