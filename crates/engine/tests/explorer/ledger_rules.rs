//! The rules about proofs, by the ledger alone: what was given, and what it entitles to. Nothing here asks the engine.

use regain_engine::Application;
use regain_ports::{CallEvent, Registration as R};
use regain_protocol::{
    Answer, CallStatus,
    FlowKind::{Change, Register, Reset, Unlock},
    MethodKind, Role, StepBody,
};

use crate::{
    action::{Action, Current, Place, Typed},
    lookups::Found,
    node::{Ledger, Node},
    turn::{Violated, World},
    world::{Start, User},
};

/// Something that the person has given and that was right, by the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given {
    Proof(MethodKind),
    /// A code or a key from what is being added.
    ShownToWork(Place),
    Password,
}

impl World {
    /// The proof that an event of a phone is, by the ledger.
    pub(crate) fn given_by_phone(&self, node: &Node, event: CallEvent, is_former: bool) -> Option<Given> {
        let rings = node.ledger.call == Some(true) && !is_former && node.under_way_is_fresh().is_empty();
        let StepBody::AnswerCall { status, .. } = *self.body(node) else { return None };
        let is_live = !matches!(status, CallStatus::NoAnswer | CallStatus::Failed);
        let exists = node.ledger.user.is_some_and(User::can_prove) || node.ledger.adding.is_some();
        (rings && is_live && exists && event == CallEvent::Key('#')).then_some(match node.ledger.adding {
            Some(place) => Given::ShownToWork(place),
            None => Given::Proof(MethodKind::Call),
        })
    }

    /// Everything that a right answer has given, by the ledger and by what is shown. It asks the engine nothing.
    pub(crate) fn given(
        &self,
        node: &Node,
        action: &Action,
        answer: &Answer,
        body: &StepBody,
        found: &Found,
    ) -> Option<Given> {
        let Ledger { user, adding, .. } = &node.ledger;
        let exists = user.is_some_and(User::can_prove) || adding.is_some();
        match (action, body) {
            (Action::Verify(typed), StepBody::EnterCode { method, .. }) => {
                let proof = match adding {
                    Some(place) => Given::ShownToWork(*place),
                    None => Given::Proof(method.kind),
                };
                let place = Place { kind: method.kind, role: method.role, is_new: adding.is_some() };
                let is_right = match (method.kind, typed) {
                    (MethodKind::Email | MethodKind::Sms, _) => node.ledger.codes(place).is_some_and(|codes| {
                        let Answer::Verify { code } = answer else { return false };
                        codes.reached && node.now < codes.good_until && *code.expose() == codes.newest
                    }),
                    (MethodKind::Authenticator, Typed::App(ago)) => {
                        *ago < 2 && adding.is_none() && !found.is_used_again
                    }
                    (MethodKind::Authenticator, Typed::NewApp) => adding.is_some() && !found.is_used_again,
                    (MethodKind::RecoveryCodes, Typed::Saved(_)) => found.recovery_code.is_some(),
                    _ => false,
                };
                (exists && is_right).then_some(proof)
            }
            (Action::Answer(true), StepBody::AnswerQuestions { .. }) => {
                exists.then_some(Given::Proof(MethodKind::Questions))
            }
            (Action::SignIn(named, true), StepBody::SignIn { .. }) => {
                let is_theirs = !matches!(self.configuration.start, Start::Asserted(user) if user != *named);
                let can = matches!(named, User::Ada | User::Lone | User::Newcomer);
                (is_theirs && can).then_some(Given::Password)
            }
            (
                Action::SetPassword { current: Current::Right, good: true },
                StepBody::NewPassword { needs_current: true, .. },
            ) => Some(Given::Password),
            _ => None,
        }
    }

    /// Tells if everything was given that a step beyond the gates takes.
    pub(crate) fn is_entitled(&self, ledger: &Ledger) -> bool {
        let Some(user) = ledger.user else { return false };
        let mut kinds = ledger.proofs.clone();
        kinds.sort_unstable_by_key(|kind| *kind as u8);
        kinds.dedup();
        let asserted = self.configuration.start == Start::Asserted(user);
        match self.configuration.kind {
            Reset | Unlock => kinds.len() >= self.configuration.required(user),
            Register if user.can_prove() => !kinds.is_empty() && (ledger.knows || asserted),
            Change | Register => ledger.knows,
        }
    }

    /// Refuses a change that nobody is entitled to.
    pub(crate) fn may(
        &self,
        ledger: &Ledger,
        account_id: &str,
        what: &Application,
        given: Option<&Given>,
        action: &Action,
    ) -> Result<(), Violated> {
        let is = |kind| self.configuration.kind == kind;
        if !self.is_entitled(ledger) {
            return Err(Violated("nothing is changed without the proofs that are asked for"));
        }
        if ledger.user.is_none_or(|user| format!("id of {user}") != account_id) {
            return Err(Violated("the account that is changed is the one that was proved"));
        }
        let fits = match what {
            Application::SetPassword { .. } => {
                !is(Register) && matches!(action, Action::SetPassword { good: true, .. })
            }
            Application::Unlock => {
                let is_locked = ledger.user == Some(User::Locked) || is(Unlock);
                !is(Change) && !is(Register) && is_locked && *action == Action::Unlock
            }
            Application::Register(registration) => {
                let works = |kinds: &[MethodKind], role: Option<Role>| matches!(given, Some(Given::ShownToWork(place)) if kinds.contains(&place.kind) && place.role == role);
                is(Register)
                    && match registration {
                        R::Mail(mail) => works(&[MethodKind::Email], Some(mail.role)),
                        R::Phone(phone) => works(&[MethodKind::Sms, MethodKind::Call], Some(phone.role)),
                        R::Authenticator(_) => works(&[MethodKind::Authenticator], None),
                        R::RecoveryCodes(_) => matches!(action, Action::Add(MethodKind::RecoveryCodes, _)),
                        R::Questions(_) => *action == Action::SetQuestions,
                        R::Confirm(_) => *action == Action::Finish,
                        R::RemoveMail(_)
                        | R::RemovePhone(_)
                        | R::RemoveAuthenticator
                        | R::RemoveRecoveryCodes
                        | R::RemoveQuestions => matches!(action, Action::Remove(_)),
                    }
            }
        };
        if fits { Ok(()) } else { Err(Violated("the change is the one that was asked for and shown to work")) }
    }
}
