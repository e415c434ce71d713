//! The consequences of a change that the directory or the registrations were told to make.
//!
//! The request that applies has claimed the flow, so that of many requests one does it; afterwards the flow is
//! done, the confirmations are queued and the account's other flows are void, in one transaction.

use jiff::{SignedDuration, Timestamp};
use regain_ports::Registration;
use regain_protocol::{EndReason, FlowKind, Outcome, Violation};

use crate::{
    Context, Engine,
    decision::{Application, Decision, Effect, LimitPolicy, Reply},
    enrolment,
    messages::{Content, OutboundMessage},
    notices,
    state::{ContactAdministrator, ContactReason, Done, KnownAccount, ProvedPerson, Stage, State},
    steps::sign_in,
    turn::{Turn, new_step_id},
};

/// The result of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// It is made.
    Done,
    /// Nothing was to be done: the account was not locked.
    NotLocked,
    /// The account is gone or may no longer be used.
    NoAccount,
    /// It was not the current password after all.
    WrongPassword,
    /// The directory refuses the password, by rules of its own.
    Refused(Vec<Violation>),
    /// The directory does not let us change this account.
    NotAllowed,
    /// The directory does not answer; nothing is changed.
    Unavailable,
    /// Nobody can say any more if the change was made.
    Unknown,
}

impl Engine {
    /// The decision that follows. `claimed` is the state that was committed before; whatever became
    /// of the flow meanwhile, a password that is set is said to be set.
    pub fn applied(&self, cx: Context<'_>, claimed: &State, what: &Application, applied: &Applied) -> Decision {
        let turn = Turn { engine: self, cx, state: claimed, attacked: false };
        let released = || turn.stayed(claimed.stage.clone());
        let Some(person) = claimed.stage.person() else { return over(turn, "account_gone") };
        match applied {
            Applied::Done => follows(turn, person, what),
            Applied::NotLocked => finished(turn, Outcome::NotLocked, person, false),
            Applied::WrongPassword => sign_in::wrong_password(turn),
            Applied::Refused(violations) => {
                let mut decision = released();
                decision.reply = Reply::PasswordRefused(violations.clone());
                decision.audit("refused_by_directory");
                decision
            }
            Applied::NotAllowed => {
                let mut decision = match (what, &self.rules().contact) {
                    (_, Some(_)) => {
                        let step = ContactAdministrator::after(ContactReason::NotAllowed, person);
                        turn.moved(Stage::ContactAdministrator(step))
                    }
                    // Without administrators to ask, the person hears what it is, the directory's refusal, and that nothing has
                    // changed; the same again succeeds once the operator has given the right.
                    (Application::SetPassword { .. }, None) => {
                        let mut decision = released();
                        decision.reply = Reply::PasswordRefused(vec![Violation::Directory {}]);
                        decision
                    }
                    (_, None) => ended(turn),
                };
                decision.audit("not_allowed_by_directory");
                decision
            }
            Applied::Unavailable => {
                let mut decision = released();
                decision.reply = Reply::Unavailable;
                decision.audit("not_applied");
                decision
            }
            Applied::NoAccount => over(turn, "account_gone"),
            // The owner hears of it, as if it were done; the flow does not claim that it is.
            Applied::Unknown => {
                let mut decision = follows(turn, person, what);
                decision.state = turn.state.ended(new_step_id(turn.cx.rng), EndReason::Cancelled, None);
                decision.effects.retain(|effect| !matches!(effect, Effect::Audit { .. }));
                decision.audit("outcome_unknown");
                decision
            }
        }
    }
}

pub(crate) fn over(turn: Turn<'_>, event: &'static str) -> Decision {
    let mut decision = ended(turn);
    decision.audit(event);
    decision
}

fn ended(turn: Turn<'_>) -> Decision {
    let mut decision = Decision::new(turn.state.ended(new_step_id(turn.cx.rng), EndReason::Cancelled, None));
    decision.reply = Reply::Ended;
    decision
}

/// The decision that follows once the change is made.
fn follows(turn: Turn<'_>, person: &ProvedPerson, what: &Application) -> Decision {
    match what {
        Application::Register(Registration::Confirm(_)) => finished(turn, Outcome::Registered, person, person.changed),
        Application::Register(registration) => enrolment::registered(turn, person.clone(), registration),
        Application::Unlock => done(turn, Outcome::Unlocked, person),
        Application::SetPassword { .. } if turn.cx.kind == FlowKind::Change => done(turn, Outcome::Changed, person),
        Application::SetPassword { .. } => {
            let is_first = person.account.first_password;
            let mut decision = done(turn, if is_first { Outcome::FirstPassword } else { Outcome::Reset }, person);
            if turn.engine.rules().ends_sessions {
                decision.effects.push(end_sessions(turn, &person.account));
            }
            decision
        }
    }
}

/// The flow, done; what was known of the person is forgotten.
fn finished(turn: Turn<'_>, outcome: Outcome, person: &ProvedPerson, notified: bool) -> Decision {
    let account = &person.account;
    let notified = notified && !notices::recipients(turn.engine.rules(), account).is_empty();
    let info_due = outcome != Outcome::Registered && is_info_due(turn, account);
    let mut decision = turn.moved(Stage::Done(Done { outcome, user_id: account.user_id.clone(), notified, info_due }));
    match outcome {
        Outcome::Registered => decision.audit("security_info_confirmed"),
        Outcome::NotLocked => decision.audit("account_not_locked"),
        _ => {}
    }
    decision
}

/// The flow, done; the confirmations; the end of the account's other flows.
fn done(turn: Turn<'_>, outcome: Outcome, person: &ProvedPerson) -> Decision {
    let mut decision = finished(turn, outcome, person, true);
    let content =
        Content::Confirmation { outcome, at: turn.cx.now, client: turn.cx.client.map(|client| client.to_string()) };
    let recipients = notices::recipients(turn.engine.rules(), &person.account);
    decision.effects.extend(notices::send(turn, &person.account, recipients, &content));
    decision.effects.push(Effect::VoidOthers);
    decision.effects.push(Effect::Charge(turn.engine.successes(turn.cx), LimitPolicy::RateLimited));
    let event = match outcome {
        Outcome::Unlocked => "account_unlocked",
        Outcome::Changed => "password_changed",
        _ => "password_reset",
    };
    decision.audit_with(event, serde_json::json!({ "proved_by": person.proved }));
    decision
}

/// Tells if the person should look at their security info, where they can.
fn is_info_due(turn: Turn<'_>, account: &KnownAccount) -> bool {
    let rules = turn.engine.rules();
    rules.kinds.contains(&FlowKind::Register)
        && (account.info.missing(rules, account.gates) > 0
            || rules.security_info.is_stale(account.info.confirmed_at, turn.cx.now))
}

/// A new password ends what was signed in with the former one: whoever had found it out is out.
fn end_sessions(turn: Turn<'_>, account: &KnownAccount) -> Effect {
    // Times are in whole seconds: a session that was begun in this one may have been begun with the former password.
    let before = turn.cx.now.saturating_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
    let message = OutboundMessage {
        to: Some(account.id.to_string()),
        locale: turn.state.locale.clone(),
        user_id: account.user_id.to_string(),
        content: Content::SessionsEnded { before },
        first_of: None,
        device: None,
    };
    Effect::confirmation(turn.cx, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        state::ChooseOutcome,
        steps::NewPassword,
        testing::{FLOW_BEGINS, Sequence, context, engine, person, rules},
    };

    /// The decision after a directory that does not let us change an account, where nobody can be asked.
    fn not_allowed(stage: Stage, what: &Application) -> Decision {
        let engine = engine(crate::Rules { contact: None, ..rules() });
        let rng = Sequence::default();
        let cx = context(FlowKind::Reset, FLOW_BEGINS, &rng);
        let claimed = State::new("en".into(), "step".into(), stage).claimed(cx.now);
        engine.applied(cx, &claimed, what, &Applied::NotAllowed)
    }

    #[test]
    fn who_may_not_be_changed_and_can_ask_nobody_hears_of_the_refusal() {
        let stage = Stage::NewPassword(NewPassword { person: person(), current_tries_left: None });
        let what = Application::SetPassword { new: "a river that runs north".into(), current: None };
        let decision = not_allowed(stage.clone(), &what);
        assert_eq!(decision.state.stage, stage, "and can try again");
        assert_eq!(decision.reply, Reply::PasswordRefused(vec![Violation::Directory {}]));
        let is_logged = |effect: &Effect| matches!(effect, Effect::Audit { event: "not_allowed_by_directory", .. });
        assert!(decision.effects.iter().any(is_logged), "{:?}", decision.effects);
    }

    #[test]
    fn who_may_not_be_unlocked_and_can_ask_nobody_is_at_the_end() {
        let stage = Stage::ChooseOutcome(ChooseOutcome { person: person() });
        let decision = not_allowed(stage, &Application::Unlock);
        assert!(decision.state.stage.is_over());
        assert_eq!(decision.reply, Reply::Ended);
    }
}
