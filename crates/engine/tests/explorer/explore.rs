//! The search: breadth first, so that the first path to a fault is a shortest one.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt::{self, Write as _},
    ops::AddAssign,
};

use regain_engine::{Stage, State};
use regain_protocol::{FlowKind, Gate, MethodKind, Role, StepBody};

use crate::{
    action::{Action, Confirmed, Current, EVENTS, Place, Typed, kept, results},
    bugs::Bug,
    node::Node,
    turn::{Violated, World},
    world::{Configuration, Start, User, VOIDED},
};

/// The size of an explored world.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Visited {
    pub(crate) states: usize,
    pub(crate) transitions: usize,
}

impl AddAssign for Visited {
    fn add_assign(&mut self, other: Self) {
        self.states += other.states;
        self.transitions += other.transitions;
    }
}

/// A fault, with a shortest path to it.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) rule: &'static str,
    /// The actions in words, each with the step that it led to.
    pub(crate) path: Vec<String>,
    pub(crate) configuration: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n  does not hold in: {}", self.rule, self.configuration)?;
        self.path.iter().zip(1..).try_for_each(|(action, number)| writeln!(f, "  {number:2}. {action}"))
    }
}

/// Visits every state of a configuration.
pub(crate) fn explore(configuration: &Configuration, bug: Option<Bug>) -> Result<Visited, Fault> {
    let world = World::new(configuration.clone(), bug);
    let first = world.begin();
    let mut seen = BTreeMap::from([(first.key(), 0_usize)]);
    let mut came: Vec<Came> = vec![None];
    let mut queue = VecDeque::from([(0_usize, first)]);
    let mut visited = Visited { states: 1, transitions: 0 };
    while let Some((at, node)) = queue.pop_front() {
        check(&world, &node).map_err(|violated| fault(&world, violated, &came, at, None))?;
        let rests = node.ledger.user == Some(VOIDED) && !configuration.follows_attacks;
        let mut actions = if rests { VecDeque::new() } else { VecDeque::from(actions(&world, &node)) };
        while let Some(action) = actions.pop_front() {
            visited.transitions += 1;
            let next = world.take(&node, &action);
            let next = next.map_err(|violated| fault(&world, violated, &came, at, Some(&action)))?;
            let Some(next) = next.map(Node::made_canonical) else { continue };
            actions.extend(variants(&action));
            let number = visited.states;
            if *seen.entry(next.key()).or_insert(number) == number {
                visited.states += 1;
                came.push(Some((at, action)));
                queue.push_back((number, next));
            }
        }
    }
    Ok(visited)
}

type Came = Option<(usize, Action)>;

fn fault(world: &World, violated: Violated, came: &[Came], at: usize, last: Option<&Action>) -> Fault {
    let path = path(world, came, at, last);
    Fault { rule: violated.0, path, configuration: world.configuration.to_string() }
}

/// The way to a state, and one action more.
fn path(world: &World, came: &[Came], mut at: usize, last: Option<&Action>) -> Vec<String> {
    let mut actions: Vec<Action> = last.into_iter().cloned().collect();
    while let Some((before, action)) = &came[at] {
        actions.push(action.clone());
        at = *before;
    }
    let mut node = world.begin();
    let walk = actions.iter().rev().map(|action| {
        let mut words = action.words(&node.state);
        match world.take(&node, action) {
            Ok(Some(next)) => {
                node = next.made_canonical();
                let flow = world.shown(&node);
                write!(words, " → {}", name(&flow.step.body)).expect("a text takes everything");
                if let Some(gate) = flow.gate {
                    write!(words, " (proof {} of {})", gate.index, gate.of).expect("a text takes everything");
                }
            }
            Ok(None) => words.push_str(" → nothing"),
            Err(_) => {}
        }
        words
    });
    walk.collect()
}

/// The name of a step in the API.
fn name(body: &StepBody) -> String {
    let json = serde_json::to_value(body).expect("a step has only text keys");
    json["name"].as_str().expect("a step has a name").to_owned()
}

/// Checks what holds in each state by itself. With a bug put in, the gates alone are looked at: it is to be shown what comes of
/// the bug.
fn check(world: &World, node: &Node) -> Result<(), Violated> {
    match world.body(node) {
        StepBody::ChooseOutcome { .. }
        | StepBody::SecurityInfo { .. }
        | StepBody::NewPassword { needs_current: false, .. }
            if !world.is_entitled(&node.ledger) =>
        {
            Err(Violated("no step beyond the gates is shown without the proofs that are asked for"))
        }
        _ if world.bug.is_some() => Ok(()),
        body => check_step(node, body).and_then(|()| check_gate(world, node)).and_then(|()| check_stored(node)),
    }
}

/// Checks that a step is shown that clients know, and over when it is over.
fn check_step(node: &Node, body: &StepBody) -> Result<(), Violated> {
    let is_over = node.state.stage.is_over() || node.now >= node.ends;
    match body {
        StepBody::Unknown => Err(Violated("every step is one that clients know")),
        StepBody::Done { .. } | StepBody::Ended { .. } if !is_over => Err(Violated("what is over is over")),
        StepBody::Done { .. } | StepBody::Ended { .. } => Ok(()),
        _ if is_over => Err(Violated("a flow whose time is up is over")),
        StepBody::ChooseMethod { methods } if methods.is_empty() => Err(Violated("there is something to choose from")),
        StepBody::ChooseMethod { methods }
            if methods.iter().any(|method| node.ledger.proofs.contains(&method.kind)) =>
        {
            Err(Violated("a kind that was used is not offered again"))
        }
        _ => Ok(()),
    }
}

/// The flow notes the proofs that the ledger has, and tells nothing of an account before the first.
fn check_gate(world: &World, node: &Node) -> Result<(), Violated> {
    if !node.state.stage.is_over() && node.state.stage.proved() != node.ledger.proofs {
        return Err(Violated("the proofs that a flow notes are those that were given in it"));
    }
    let signed_in = matches!(world.configuration.kind, FlowKind::Change | FlowKind::Register);
    let is_told = |gate: Gate| gate.index != 1 || gate.of != world.engine.rules().gates.required;
    if node.ledger.proofs.is_empty() && !signed_in && world.shown(node).gate.is_some_and(is_told) {
        return Err(Violated("nobody learns before a proof how many an account asks for"));
    }
    Ok(())
}

/// The stored form is all that there is of a flow, and has neither codes nor, in the end, destinations.
fn check_stored(node: &Node) -> Result<(), Violated> {
    let json = node.state.to_json();
    if State::from_json(&json).as_ref() != Ok(&node.state) {
        return Err(Violated("a flow that is resumed is the same"));
    }
    if node.state.stage.is_over() && (json.contains("@example") || json.contains("+1425")) {
        return Err(Violated("a flow that is over keeps no destination"));
    }
    let mut codes = node.ledger.codes.iter().map(|(_, codes)| &codes.newest);
    if codes.any(|code| json.contains(&format!("\"{code}\""))) {
        return Err(Violated("a code is not stored in the clear"));
    }
    Ok(())
}

/// Everything that can happen in a state. Where nothing is to come of it, it is tried all the same.
fn actions(world: &World, node: &Node) -> Vec<Action> {
    let configuration = &world.configuration;
    let is_over = node.state.stage.is_over() || node.now >= node.ends;
    let mut actions = match node.under_way.len() {
        // Of more changes at once nothing else comes.
        2.. => Vec::new(),
        _ if is_over => late_answers(node),
        _ => answers(world, node),
    };
    actions.push(Action::Cancel);
    if configuration.methods.contains(&MethodKind::Call) && node.under_way.len() < 2 {
        let phone = |is_former| EVENTS.into_iter().map(move |event| Action::Phone { event, is_former });
        actions.extend(phone(false).chain(phone(true)));
    }
    if !node.state.stage.is_over() {
        actions.push(Action::Voided);
    }
    for at in 0..node.under_way.len() {
        actions.extend(results().into_iter().map(|applied| Action::Directory(at, applied)));
    }
    if !is_over {
        actions.push(Action::Wait);
    }
    actions
}

/// The further fates of an answer that is taken here: it is said again of the step before, and it comes when the account
/// has no tries left.
fn variants(action: &Action) -> Vec<Action> {
    match action {
        Action::Replay(_)
        | Action::OutOfTries(_)
        | Action::Cancel
        | Action::Phone { .. }
        | Action::Voided
        | Action::Directory(..)
        | Action::Wait => Vec::new(),
        Action::Verify(_) | Action::Answer(_) => {
            vec![Action::Replay(Box::new(action.clone())), Action::OutOfTries(Box::new(action.clone()))]
        }
        _ => vec![Action::Replay(Box::new(action.clone()))],
    }
}

/// The answers that would matter most where none is taken.
fn late_answers(node: &Node) -> Vec<Action> {
    let mut actions: Vec<Action> = codes(node).into_iter().map(Action::Verify).collect();
    actions.extend([
        Action::Choose(0, Confirmed::No),
        Action::Answer(true),
        Action::Unlock,
        Action::SetPassword { good: true, current: Current::Right },
        Action::Finish,
        Action::GoBack,
        Action::SendRequest(None),
        Action::MoreTime,
    ]);
    actions
}

/// The answers that a person can give.
fn answers(world: &World, node: &Node) -> Vec<Action> {
    let configuration = &world.configuration;
    let stage = &node.state.stage;
    let at_the_beginning = matches!(stage, Stage::Identify(_) | Stage::SignIn(_));
    let users: &[User] = if at_the_beginning { &configuration.users } else { &configuration.users[..1] };
    let mut actions: Vec<Action> = users.iter().map(|user| Action::Identify(*user)).collect();
    let signs_in = matches!(stage, Stage::SignIn(_));
    for user in if signs_in { users } else { &[] } {
        actions.extend([Action::SignIn(*user, true), Action::SignIn(*user, false)]);
    }
    let confirms: &[Confirmed] =
        if configuration.confirms { &[Confirmed::No, Confirmed::Right, Confirmed::Wrong] } else { &[Confirmed::No] };
    let choices = 0..kept(&node.state).len().max(1);
    actions.extend(choices.flat_map(|at| confirms.iter().map(move |confirmed| Action::Choose(at, *confirmed))));
    actions.extend(codes(node).into_iter().map(Action::Verify));
    actions.extend([
        Action::ChooseNonsense,
        Action::NewCaptcha,
        Action::Resend,
        Action::ChooseAnother,
        Action::CallAgain,
        Action::Answer(true),
        Action::Answer(false),
        Action::AnswerSome,
        Action::Unlock,
        Action::Reset,
        Action::SetPassword { good: true, current: Current::Missing },
        Action::SetPassword { good: false, current: Current::Missing },
        Action::SetQuestions,
        Action::Finish,
        Action::AskAdministrator(None),
        Action::GoBack,
        Action::SendRequest(None),
    ]);
    if matches!(stage, Stage::NewPassword(_)) {
        actions.extend([Current::Right, Current::Wrong].map(|current| Action::SetPassword { good: true, current }));
    }
    if at_the_beginning && configuration.start == Start::Alone {
        actions.push(Action::AskAdministrator(configuration.users.first().copied()));
    }
    if matches!(stage, Stage::ContactAdministrator(_)) {
        actions.push(Action::SendRequest(configuration.users.first().copied()));
    }
    for kind in configuration.methods {
        actions.push(Action::Add(kind, role(kind)));
    }
    let entries = if matches!(stage, Stage::SecurityInfo(_)) { 3 } else { 1 };
    actions.extend((0..entries).map(Action::Remove));
    if node.ledger.extensions < configuration.extensions {
        actions.push(Action::MoreTime);
    }
    actions
}

/// The role in which a kind is added.
const fn role(kind: MethodKind) -> Option<Role> {
    match kind {
        MethodKind::Email => Some(Role::Alternate),
        MethodKind::Sms | MethodKind::Call => Some(Role::Mobile),
        _ => None,
    }
}

/// Every code that there is to type: those of every place, whatever is asked for.
fn codes(node: &Node) -> Vec<Typed> {
    let mut typed = vec![Typed::Wrong];
    let sent = |(place, codes): &(Place, crate::node::Codes)| {
        let former = codes.former.is_some().then_some(Typed::Former(*place));
        [Some(Typed::Newest(*place)), former].into_iter().flatten().collect::<Vec<_>>()
    };
    typed.extend(node.ledger.codes.iter().flat_map(sent));
    if let Stage::EnterCode(step) = &node.state.stage {
        match step.method.kind() {
            MethodKind::Authenticator => typed.extend([Typed::App(0), Typed::App(1), Typed::App(3), Typed::NewApp]),
            MethodKind::RecoveryCodes => typed.extend([Typed::Saved(0), Typed::Saved(1)]),
            _ => {}
        }
    }
    typed
}
