//! A kind of proof, and what all kinds have in common.

use jiff::{SignedDuration, Timestamp};
use regain_ports::{Account, Registration, random_id};
use regain_protocol::{MethodKind, Role, Secret};

use crate::{
    Context, Engine, Rules,
    decision::{Decision, Refusal},
    state::{How, Method, Offered, ProvedPerson, SecurityInfo, Subject},
    turn::Turn,
};

/// The account that methods are made for.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) cx: Context<'a>,
    pub(crate) account_key: &'a str,
    pub(crate) exists: bool,
    pub(crate) locale: &'a str,
}

/// A method before it has its place and its id.
pub(crate) struct NewMethod {
    pub(crate) offered: Offered,
    pub(crate) how: How,
}

impl NewMethod {
    pub(super) const fn always(how: How) -> Self {
        Self { offered: Offered::Always, how }
    }
}

/// A kind of proof.
pub(crate) trait Kind: Sync {
    /// The kind, as the API names it.
    fn kind(&self) -> MethodKind;

    /// The roles in which people add it by themselves, where the organisation has it on.
    fn addable(&self) -> &'static [Option<Role>];

    /// Tells if the organisation has it on.
    fn is_on(&self, rules: &Rules, role: Option<Role>) -> bool;

    /// The methods of this kind that an account has, real or made up, of those that are on.
    fn methods(&self, at: &At<'_>, account: &Account) -> Vec<NewMethod>;

    /// Tells if the account can begin a recovery with it: that it has one which is offered before any proof.
    fn can_begin(&self, account: &Account, rules: &Rules) -> bool;

    /// The step that follows when somebody chooses it. `subject` is without the method.
    fn choose(&self, turn: Turn<'_>, subject: Subject, method: Method) -> Result<Decision, Refusal>;

    /// Begins to add it to the security info.
    fn enrol(
        &self,
        turn: Turn<'_>,
        person: &ProvedPerson,
        role: Option<Role>,
        value: &Secret<String>,
    ) -> Result<Decision, Refusal>;

    /// The registration that follows when the new method was shown to work.
    fn registration(&self, turn: Turn<'_>, method: &Method) -> Option<Registration>;

    /// The registration that takes it away; `None` where that is not the person's to do.
    fn removal(&self, role: Option<Role>) -> Option<Registration>;

    /// The entries of this kind in the security info.
    fn entries(&self, info: &SecurityInfo, rules: &Rules) -> Vec<Entry>;
}

/// One entry of the security info.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: MethodKind,
    pub(crate) role: Option<Role>,
    pub(crate) destination: Option<String>,
    /// The kinds of proof that can be given with it.
    pub(crate) proves: Vec<MethodKind>,
}

/// The refusal of a kind or role that cannot be added.
pub(crate) const NOT_ALLOWED: Refusal = Refusal::invalid("/kind", "this kind and role cannot be added here");

/// A method that is being added.
pub(crate) fn new_method(turn: Turn<'_>, how: How) -> Method {
    Method {
        id: random_id(turn.cx.rng),
        index: 0,
        tries_left: turn.engine.rules().codes.tries,
        offered: Offered::Always,
        how,
    }
}

/// Refuses a destination that is registered already, in whatever role.
pub(crate) fn not_registered(person: &ProvedPerson, destination: &str) -> Result<(), Refusal> {
    if person.account.info.has_destination(destination) {
        return Err(Refusal::invalid("/value", "this one is registered already"));
    }
    Ok(())
}

/// A time after this one, at the latest when the flow ends.
pub(super) fn within_flow(cx: Context<'_>, after: SignedDuration) -> Timestamp {
    cx.now.saturating_add(after).map_or(cx.expires_at, |at| at.min(cx.expires_at))
}
