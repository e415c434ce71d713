//! The order of a flow: which step follows which. It is known nowhere else.

use regain_protocol::{FlowKind, Gate, UnlockOutcome};

use crate::{
    Rules,
    state::{
        ChooseMethod, ChooseOutcome, ContactAdministrator, ContactReason, KnownAccount, NewPassword, ProvedPerson,
        SecurityInfoStep, SignIn, Stage, Subject,
    },
};

/// Tells if a kind of flow is for people who can sign in: it begins with the password, or with the word of
/// the host page's back end. The others begin by saying who one is.
pub(crate) const fn is_for_the_signed_in(kind: FlowKind) -> bool {
    match kind {
        FlowKind::Reset | FlowKind::Unlock => false,
        FlowKind::Change | FlowKind::Register => true,
    }
}

/// The first step of somebody who is signed in where they come from. The host's word is not enough for
/// anything: a change asks for the current password, and registering for one proof more, or for the
/// password of those who have no other.
pub(crate) fn after_assertion(kind: FlowKind, rules: &Rules, subject: Subject) -> Stage {
    let tries_left = rules.codes.tries;
    let current_due = kind == FlowKind::Change;
    let subject = match by_proof(kind, rules, Subject { current_due, ..subject }) {
        Ok(stage) => return stage,
        Err(subject) => subject,
    };
    match by_password(subject) {
        Ok(person) if kind == FlowKind::Change => {
            Stage::NewPassword(NewPassword { person, current_tries_left: Some(tries_left) })
        }
        // A directory that checks no passwords leaves nobody one to give.
        Ok(person) if !rules.abilities.sign_in => {
            Stage::ContactAdministrator(ContactAdministrator::after(ContactReason::SecondGate, &person))
        }
        Ok(person) => Stage::SignIn(SignIn {
            user_id: Some(person.account.user_id),
            tries_left,
            asserted: Some(person.account.id),
            challenge: None,
        }),
        Err(subject) => Stage::ContactAdministrator(ContactAdministrator::only(ContactReason::SecondGate, &subject)),
    }
}

/// The step after the right password. A directory that judges former passwords by itself does so where it gets the current
/// one along with the new one; without it, it would take a change for a reset. So it is asked for once more there.
pub(crate) fn after_sign_in(kind: FlowKind, rules: &Rules, subject: Subject) -> Stage {
    let current_due = kind == FlowKind::Change && !rules.abilities.remembers;
    let subject = match by_proof(kind, rules, Subject { current_due, ..subject }) {
        Ok(stage) => return stage,
        Err(subject) => subject,
    };
    let current_tries_left = current_due.then_some(rules.codes.tries);
    match by_password(subject) {
        Ok(person) if kind == FlowKind::Change => Stage::NewPassword(NewPassword { person, current_tries_left }),
        Ok(person) => Stage::SecurityInfo(SecurityInfoStep::of(person)),
        Err(subject) => Stage::ContactAdministrator(ContactAdministrator::only(ContactReason::SecondGate, &subject)),
    }
}

/// The step of somebody who is signed in and has a proof to give besides: to register, one by what is registered, where
/// there is anything; to change the password, as many as the organisation asks for, and without them only the
/// administrators help.
#[expect(clippy::result_large_err, reason = "the subject goes on where no proof is asked for")]
fn by_proof(kind: FlowKind, rules: &Rules, subject: Subject) -> Result<Stage, Subject> {
    let is_asked = kind != FlowKind::Change || rules.gates.change > 0;
    if is_asked && subject.on_offer().next().is_some() {
        return Ok(Stage::ChooseMethod(ChooseMethod { subject }));
    }
    if kind == FlowKind::Change && rules.gates.change > 0 {
        return Ok(Stage::ContactAdministrator(ContactAdministrator::only(ContactReason::SecondGate, &subject)));
    }
    Err(subject)
}

/// The person whose password, or whose host's word, is enough for what follows.
#[expect(clippy::result_large_err, reason = "the subject goes on where there is no person")]
fn by_password(subject: Subject) -> Result<ProvedPerson, Subject> {
    match subject.account {
        Some(account) => Ok(ProvedPerson {
            user_id: subject.user_id,
            account_key: subject.account_key,
            account,
            proved: subject.proved,
            changed: false,
        }),
        None => Err(subject),
    }
}

/// The step after the person said who they are.
pub(crate) fn after_identify(rules: &Rules, subject: Subject) -> Stage {
    if rules.self_service {
        Stage::ChooseMethod(ChooseMethod { subject })
    } else {
        Stage::ContactAdministrator(ContactAdministrator::only(ContactReason::Disabled, &subject))
    }
}

/// The step after a proof was given.
pub(crate) fn after_proof(kind: FlowKind, rules: &Rules, subject: Subject) -> Stage {
    let current_tries_left = subject.current_due.then_some(rules.codes.tries);
    let person = match subject.into_person() {
        Ok(person) => person,
        Err(subject) if subject.on_offer().next().is_some() => return Stage::ChooseMethod(ChooseMethod { subject }),
        Err(subject) => {
            return Stage::ContactAdministrator(ContactAdministrator::only(ContactReason::SecondGate, &subject));
        }
    };
    if kind == FlowKind::Register {
        Stage::SecurityInfo(SecurityInfoStep::of(person))
    } else if kind == FlowKind::Change {
        Stage::NewPassword(NewPassword { person, current_tries_left })
    } else if outcomes(kind, rules, &person.account).contains(&UnlockOutcome::Unlock) {
        Stage::ChooseOutcome(ChooseOutcome { person })
    } else {
        Stage::NewPassword(NewPassword { person, current_tries_left: None })
    }
}

/// The outcomes on offer once every proof was given: in a flow that is to unlock, and for an account that
/// is locked, unlocking is one of them.
pub(crate) fn outcomes(kind: FlowKind, rules: &Rules, account: &KnownAccount) -> Vec<UnlockOutcome> {
    let unlock = rules.kinds.contains(&FlowKind::Unlock) && (kind == FlowKind::Unlock || account.locked);
    let reset = rules.kinds.contains(&FlowKind::Reset);
    [(unlock, UnlockOutcome::Unlock), (reset, UnlockOutcome::Reset)]
        .into_iter()
        .filter_map(|(is_on, outcome)| is_on.then_some(outcome))
        .collect()
}

/// The proof that a person at this step is asked for. Before the first, everybody is told the
/// organisation's own number: an account's group may ask for more, and that would tell that there is
/// such an account. A code for a method that is being added is no proof.
pub(crate) fn gate(kind: FlowKind, rules: &Rules, stage: &Stage) -> Option<Gate> {
    let subject = match stage {
        Stage::ChooseMethod(step) => &step.subject,
        Stage::EnterCode(step) => step.whose.subject()?,
        Stage::AnswerCall(step) => step.whose.subject()?,
        Stage::AnswerQuestions(step) => &step.subject,
        Stage::Identify(_)
        | Stage::SignIn(_)
        | Stage::SecurityInfo(_)
        | Stage::ContactAdministrator(_)
        | Stage::ChooseOutcome(_)
        | Stage::NewPassword(_)
        | Stage::Done(_)
        | Stage::Ended(_) => return None,
    };
    if subject.proved.is_empty() && !is_for_the_signed_in(kind) {
        return Some(Gate { index: 1, of: rules.gates.required });
    }
    let index = u8::try_from(subject.proved.len()).unwrap_or(u8::MAX).saturating_add(1);
    Some(Gate { index, of: subject.required.max(index) })
}
