//! One request at one flow, and the step that takes it.

use jiff::{SignedDuration, Timestamp};
use regain_ports::{Rng, lies_ahead, random_id};
use regain_protocol::{Answer, EndReason, StepBody};
use regain_values::StepId;

use crate::{
    Context, Engine,
    decision::{Application, Decision, Effect, Refusal},
    lookups::{Findings, Lookup},
    state::{ChooseMethod, KnownAccount, Method, SecurityInfoStep, Stage, State, Whose},
};

/// One request at one flow.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) cx: Context<'a>,
    pub(crate) state: &'a State,
    /// So many wrong proofs were given for the account today that codes get longer.
    pub(crate) attacked: bool,
}

impl Turn<'_> {
    /// The flow goes to another step.
    pub(crate) fn moved(self, stage: Stage) -> Decision {
        Decision::new(self.state.moved(new_step_id(self.cx.rng), stage))
    }

    /// The flow stays at its step, whose data change.
    pub(crate) fn stayed(self, stage: Stage) -> Decision {
        Decision::new(self.state.moved(self.state.step_id.clone(), stage))
    }

    /// Has the directory or the registrations change the account: the flow is claimed first, so that of many requests
    /// one does it.
    pub(crate) fn applying(self, account: &KnownAccount, what: Application) -> Decision {
        let mut decision = Decision::new(self.state.claimed(self.cx.now));
        decision.effects.push(Effect::Apply { account_id: account.id.clone(), what });
        decision
    }

    /// Back to where the method was chosen, or added.
    pub(crate) fn back(self, whose: Whose, method: Method) -> Decision {
        self.moved(match whose {
            Whose::Proving { mut subject } => {
                subject.put_back(method);
                Stage::ChooseMethod(ChooseMethod { subject })
            }
            Whose::Adding { person } => Stage::SecurityInfo(SecurityInfoStep::of(person)),
        })
    }
}

/// A step.
pub(crate) trait Step {
    /// The next question to others before an answer can be decided; `None` where there is none, or where the answer
    /// is refused without.
    fn lookup<'a>(&self, _turn: Turn<'_>, _answer: &'a Answer, _findings: &Findings) -> Option<Lookup<'a>> {
        None
    }

    /// The decision about an answer.
    fn answer(&self, turn: Turn<'_>, answer: &Answer, findings: &Findings) -> Result<Decision, Refusal>;

    /// The step as the person is shown it.
    fn view(&self, turn: Turn<'_>) -> StepBody;
}

/// The id of another step.
pub(crate) fn new_step_id(rng: &dyn Rng) -> StepId {
    random_id(rng).into()
}

/// A flow as it stands now: over, once its time is up.
pub(crate) fn current(cx: Context<'_>, lifetime: SignedDuration, state: &State) -> State {
    if !lies_ahead(cx.expires_at, lifetime, cx.now) && !state.stage.is_over() {
        state.ended(id_after(state, "expired"), EndReason::Expired, None)
    } else {
        state.clone()
    }
}

/// The id of a last step that nobody has stored: made from the one before it, so that everyone who looks sees the same.
pub(crate) fn id_after(state: &State, what: &str) -> StepId {
    regain_keys::token_hash(&format!("{}/{what}", state.step_id).into())[..22].into()
}

/// A point in time as the API writes it: in whole seconds.
pub(crate) fn time(at: Timestamp) -> String {
    format!("{at:.0}")
}
