//! A state of the exploration: the flow as it is stored, and the explorer's own ledger of what was shown in it.

use std::cell::OnceCell;

use regain_engine::{Application, Stage, State, methods::Method};
use regain_protocol::{MethodKind, StepBody};

use crate::{action::Place, world::User};

/// The names that random ids get, so that states that differ in them alone are one.
pub(crate) const STEP: &str = "the step";
pub(crate) const CALL: &str = "the call";
pub(crate) const FORMER_CALL: &str = "a former call";
const NEW: &str = "what is being added";

/// A flow, and what the explorer knows of it by itself.
#[derive(Clone)]
pub(crate) struct Node {
    /// Seconds since the flow began.
    pub(crate) now: i64,
    /// The end of the flow, likewise.
    pub(crate) ends: i64,
    pub(crate) state: State,
    pub(crate) ledger: Ledger,
    /// The changes that the directory has been told of and not answered to.
    pub(crate) under_way: Vec<UnderWay>,
    /// The step as it is shown.
    pub(crate) body: OnceCell<StepBody>,
}

/// A change that the directory was told to make.
#[derive(Clone)]
pub(crate) struct UnderWay {
    pub(crate) claimed: State,
    pub(crate) what: Application,
    pub(crate) since: i64,
    pub(crate) ends: i64,
    /// One that was taken for dead has come back with success, and the flow is as that left it.
    pub(crate) overtaken: bool,
    /// The kind of change, to tell one from another.
    pub(crate) number: i64,
}

/// The explorer's own record of a flow, made of what was sent and given alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// The user ID that was given.
    pub(crate) user: Option<User>,
    /// The right password was given.
    pub(crate) knows: bool,
    /// The proofs that were given at the step that asked for them.
    pub(crate) proofs: Vec<MethodKind>,
    /// The codes that were sent.
    pub(crate) codes: Vec<(Place, Codes)>,
    /// The saved recovery codes that were used.
    pub(crate) saved: Vec<u8>,
    /// The codes of an app that were used.
    pub(crate) used: Vec<String>,
    /// The method that is being added.
    pub(crate) adding: Option<Place>,
    /// A call was placed; it rings.
    pub(crate) call: Option<bool>,
    /// The times that the flow was given more time.
    pub(crate) extensions: u8,
}

/// The codes that went to one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Codes {
    pub(crate) newest: String,
    /// The time until which it is good.
    pub(crate) good_until: i64,
    /// It reached somebody.
    pub(crate) reached: bool,
    pub(crate) former: Option<String>,
}

impl Codes {
    /// A code that is good for nothing any more.
    fn spent(place: Place) -> Self {
        Self { newest: place.code(0), good_until: 0, reached: true, former: None }
    }
}

impl Place {
    /// A code that may go to the place, one of several.
    pub(crate) fn code(self, number: u32) -> String {
        let role = self.role.map_or(0, |role| role as u32);
        let first = 100_000 + 1000 * (self.kind as u32) + 100 * role + 10 * u32::from(self.is_new);
        (first + number).to_string()
    }
}

impl Ledger {
    pub(crate) fn codes(&self, place: Place) -> Option<&Codes> {
        self.codes.iter().find(|(at, _)| *at == place).map(|(_, codes)| codes)
    }

    pub(crate) fn sent(&mut self, place: Place, newest: String, good_until: i64, reached: bool) {
        let at = self.codes.iter().position(|(at, _)| *at == place);
        let former = at.map(|at| self.codes.remove(at).1.newest);
        let codes = Codes { newest, good_until, reached, former };
        self.codes.insert(at.unwrap_or(self.codes.len()), (place, codes));
    }
}

impl Node {
    /// Gives random ids their names, and forgets what can make no difference any more.
    pub(crate) fn made_canonical(mut self) -> Self {
        self.body = OnceCell::new();
        name_ids(&mut self.state);
        if self.state.stage.is_over() && self.under_way.is_empty() {
            self.ledger = Ledger::default();
            self.now = 0;
        }
        let Ledger { codes, proofs, adding, call, .. } = &mut self.ledger;
        // The flow keeps no code of what is proved or added. One is left, to show that it proves nothing more.
        if self.state.stage.person().is_some() {
            codes.retain(|(place, _)| place.is_new || proofs.last() == Some(&place.kind));
            let spent = codes.iter_mut().filter(|(place, _)| !place.is_new || adding.is_none());
            spent.for_each(|(place, codes)| *codes = Codes::spent(*place));
        }
        if !matches!(self.state.stage, Stage::AnswerCall(_) | Stage::ContactAdministrator(_)) {
            *call = None;
        }
        for (_, codes) in &mut self.ledger.codes {
            codes.good_until = codes.good_until.max(self.now);
        }
        self
    }

    /// The key under which a state counts as visited. It is compared, not hashed, which is quicker unoptimised.
    pub(crate) fn key(&self) -> String {
        let Ledger { user, knows, proofs, codes, saved, used, adding, call, extensions } = &self.ledger;
        let mut key = self.state.to_json();
        let mut push = |number: i64| {
            let symbol = u32::try_from(number + 32).ok().and_then(char::from_u32);
            key.push(symbol.expect("a small number"));
        };
        let place = |place: &Place| {
            16 * (place.kind as i64) + 2 * place.role.map_or(7, |role| role as i64) + i64::from(place.is_new)
        };
        push(self.now);
        push(self.ends);
        push(user.map_or(0, |user| 1 + user.number()));
        push(i64::from(*knows) + 2 * call.map_or(2, i64::from));
        push(i64::from(*extensions));
        push(adding.as_ref().map_or(0, |adding| 1 + place(adding)));
        for kind in proofs {
            push(*kind as i64);
        }
        push(90);
        for code in saved {
            push(i64::from(*code));
        }
        push(91);
        for under_way in &self.under_way {
            push(under_way.since);
            push(under_way.ends);
            push(i64::from(under_way.overtaken) + 2 * i64::from(under_way.claimed == self.state));
            push(under_way.number);
        }
        push(92);
        push(i64::try_from(codes.len()).expect("few"));
        for (at, codes) in codes {
            push(place(at));
            push(codes.good_until);
            push(i64::from(codes.reached));
        }
        for (_, codes) in codes {
            key.push_str(&codes.newest);
            key.push_str(codes.former.as_deref().unwrap_or(" "));
        }
        for used in used {
            key.push_str(used);
        }
        key
    }
}

/// Names the random ids of a state.
pub(crate) fn name_ids(state: &mut State) {
    state.step_id = STEP.into();
    name_stage(&mut state.stage);
}

fn name_stage(stage: &mut Stage) {
    let new = |method: &mut Method, is_new: bool| {
        if is_new {
            NEW.clone_into(&mut method.id);
        }
    };
    match stage {
        Stage::EnterCode(step) => new(&mut step.method, step.whose.person().is_some()),
        Stage::AnswerCall(step) => {
            new(&mut step.method, step.whose.person().is_some());
            CALL.clone_into(&mut step.call.call_id);
        }
        Stage::ContactAdministrator(step) => {
            if let Some(back) = &mut step.back {
                name_stage(back);
            }
        }
        _ => {}
    }
}
