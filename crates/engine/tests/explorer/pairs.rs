//! Two flows side by side, a real account's and an unknown user ID's, under the same answers of a stranger: nothing that
//! is shown, queued, counted or logged tells them apart.

use std::collections::{BTreeSet, VecDeque};

use regain_engine::{Decision, Effect, Refusal};
use regain_ports::CallEvent;
use regain_protocol::{CallStatus, Flow, StepBody};
use serde_json::Value;

use crate::{
    action::{Action, Confirmed, Current, Typed, kept},
    bugs::Bug,
    explore::Visited,
    node::{Node, STEP},
    turn::World,
    world::{Configuration, User},
};

/// The user IDs that are tried until one is given the made-up methods that a real account has.
const UNKNOWN: u16 = 2000;

/// Visits every pair of states. The error tells the difference and how to come to it.
pub(crate) fn explore_pairs(configuration: &Configuration, user: User, bug: Option<Bug>) -> Result<Visited, String> {
    let world = World::new(configuration.clone(), bug);
    let named = |user| {
        let node = world.take(&world.begin(), &Action::Identify(user)).expect("nothing is given yet");
        node.expect("everybody can be named").made_canonical()
    };
    let real = named(user);
    let shape = shape(&world.shown(&real));
    let alike =
        (0..UNKNOWN).map(|number| named(User::Nobody(number))).find(|node| self::shape(&world.shown(node)) == shape);
    let first = (real, alike.ok_or(format!("no unknown user ID is like {user} in: {configuration}"))?);
    let mut seen = BTreeSet::from([(first.0.key(), first.1.key())]);
    let mut queue = VecDeque::from([(first, Vec::new())]);
    let mut visited = Visited { states: 1, transitions: 0 };
    while let Some(((real, unknown), path)) = queue.pop_front() {
        let told = |what: &str, path: &[String], one: &dyn std::fmt::Debug, other: &dyn std::fmt::Debug| {
            format!("{what} tells {user} from nobody in: {configuration}\n  {path:#?}\n  {one:?}\n  {other:?}\n")
        };
        let shown = [&real, &unknown].map(|node| masked(&world.shown(node)));
        if shown[0] != shown[1] {
            return Err(told("what is shown", &path, &shown[0], &shown[1]));
        }
        for action in strangers_actions(&world, &real) {
            visited.transitions += 1;
            let path: Vec<String> = path.iter().cloned().chain([action.words(&real.state)]).collect();
            let decided = [&real, &unknown].map(|node| signature(&world, node, &action));
            if decided[0] != decided[1] {
                return Err(told("what is decided", &path, &decided[0], &decided[1]));
            }
            let [next, other] = [&real, &unknown].map(|node| world.take(node, &action));
            let (Some(next), Some(other)) = (next.ok().flatten(), other.ok().flatten()) else { continue };
            let next = as_phoned(&world, next.made_canonical(), &other);
            let pair = (next, other.made_canonical());
            if seen.insert((pair.0.key(), pair.1.key())) {
                visited.states += 1;
                queue.push_back((pair, path));
            }
        }
    }
    Ok(visited)
}

/// The kinds and roles of the methods on offer.
fn shape(flow: &Flow) -> Vec<String> {
    match &flow.step.body {
        StepBody::ChooseMethod { methods } => {
            methods.iter().map(|method| format!("{:?} {:?}", method.kind, method.role)).collect()
        }
        _ => Vec::new(),
    }
}

/// A flow without what is an account's own by design: ids, masks, the typed user ID, the words of questions, and the
/// second at which a phone stopped ringing.
fn masked(flow: &Flow) -> Value {
    let mut flow = serde_json::to_value(flow).expect("a flow has only text keys");
    let mask = |value: &mut Value, members: &[&str]| {
        for member in members {
            if let Some(value) = value.get_mut(*member) {
                value.take();
            }
        }
    };
    mask(&mut flow, &["user_id"]);
    let step = &mut flow["step"];
    mask(step, &["id", "user_id", "call_again_at"]);
    mask(&mut step["method"], &["id", "masked"]);
    for list in ["methods", "questions"] {
        let items = step.get_mut(list).and_then(Value::as_array_mut);
        items.into_iter().flatten().for_each(|item| mask(item, &["id", "masked", "text"]));
    }
    flow
}

/// A decision without what is an account's own by design: names of counters, recipients.
fn signature(world: &World, node: &Node, action: &Action) -> Result<Vec<String>, String> {
    if matches!(action, Action::Wait | Action::Cancel) {
        return Ok(Vec::new());
    }
    let of = |Decision { effects, reply, .. }: Decision| {
        let effects = effects.iter().map(|effect| match effect {
            Effect::Charge(charge, over) => {
                let name = charge.bucket.split(':').next().unwrap_or_default();
                format!("charge {name} {} {} {} {over:?}", charge.window, charge.limit, charge.cost)
            }
            Effect::Send { message, not_after, voidable } => {
                let content = std::mem::discriminant(&message.content);
                format!("send {content:?} {not_after} {voidable} {}", message.locale)
            }
            other => format!("{other:?}"),
        });
        std::iter::once(format!("{reply:?}")).chain(effects).collect()
    };
    let (decided, lookups) = world.decided(node, action, &STEP.into());
    let mut signature: Vec<String> = decided.map(of).map_err(|refusal| match refusal {
        // The time of another call is told of the phone that rang, and of nothing else.
        Refusal::RateLimited { .. } if *action == Action::CallAgain => "rate limited".to_owned(),
        refusal => format!("{refusal:?}"),
    })?;
    signature.extend(lookups);
    Ok(signature)
}

/// The real flow after the phone has done what the made-up call does: rung, been answered, been hung up.
fn as_phoned(world: &World, real: Node, unknown: &Node) -> Node {
    let status = |node: &Node| match world.shown(node).step.body {
        StepBody::AnswerCall { status, .. } => Some(status),
        _ => None,
    };
    let (Some(is), Some(was)) = (status(unknown), status(&real)) else { return real };
    let event = match is {
        CallStatus::Ringing => CallEvent::Ringing,
        CallStatus::Answered => CallEvent::Answered,
        CallStatus::NoAnswer => CallEvent::Over,
        _ => return real,
    };
    if is == was {
        return real;
    }
    let after = world.take(&real, &Action::Phone { event, is_former: false });
    after.ok().flatten().map_or(real, Node::made_canonical)
}

/// Everything that somebody can do who has nothing of the account's, and knows at most where its messages go.
fn strangers_actions(world: &World, node: &Node) -> Vec<Action> {
    if node.state.stage.is_over() || node.now >= node.ends {
        return vec![Action::Verify(Typed::Wrong), Action::Cancel];
    }
    let confirms: &[Confirmed] = if world.configuration.confirms {
        &[Confirmed::No, Confirmed::Right, Confirmed::Wrong]
    } else {
        &[Confirmed::No, Confirmed::Wrong]
    };
    let choices = (0..kept(&node.state).len()).flat_map(|at| confirms.iter().map(move |how| Action::Choose(at, *how)));
    let others = [
        Action::ChooseNonsense,
        Action::Verify(Typed::Wrong),
        Action::Resend,
        Action::ChooseAnother,
        Action::CallAgain,
        Action::Answer(false),
        Action::AnswerSome,
        Action::Unlock,
        Action::Reset,
        Action::SetPassword { good: true, current: Current::Missing },
        Action::Finish,
        Action::AskAdministrator(None),
        Action::GoBack,
        Action::SendRequest(None),
        Action::Cancel,
        Action::Wait,
    ];
    choices.chain(others).collect()
}
