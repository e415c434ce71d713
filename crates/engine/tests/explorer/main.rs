//! Explorer: visits every state that small worlds can reach over the pure engine, and checks the rules in each.
//!
//! `docs/security.md` says what it proves and what not. `cargo test -p regain-engine --test explorer -- --nocapture`
//! prints how much it visits.

mod action;
mod bugs;
mod explore;
mod ledger_rules;
mod lookups;
mod node;
mod pairs;
#[path = "../fixture/rules.rs"]
mod rules;
mod spoken;
mod turn;
mod world;

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use bugs::Bug;
use explore::{Fault, Visited, explore};
use pairs::explore_pairs;
use regain_protocol::{FlowKind, MethodKind};
use world::{Configuration, Gates, Start, User};

const KINDS: [MethodKind; 6] = [
    MethodKind::Email,
    MethodKind::Sms,
    MethodKind::Call,
    MethodKind::Questions,
    MethodKind::Authenticator,
    MethodKind::RecoveryCodes,
];

/// Every pair of kinds.
fn pairs() -> impl Iterator<Item = [MethodKind; 2]> {
    KINDS.into_iter().enumerate().flat_map(|(at, one)| KINDS[at + 1..].iter().map(move |other| [one, *other]))
}

/// Pairs that have every kind between them. What all pairs together do not need is explored with these.
const DISJOINT: [[MethodKind; 2]; 3] = [
    [MethodKind::Email, MethodKind::Sms],
    [MethodKind::Call, MethodKind::Questions],
    [MethodKind::Authenticator, MethodKind::RecoveryCodes],
];

/// Every world that is explored.
fn configurations() -> Vec<Configuration> {
    let mut all = Vec::new();
    for methods in pairs() {
        let new =
            |kind| Configuration { has_contact: false, users: vec![User::Ada], ..Configuration::new(kind, methods) };
        all.push(new(FlowKind::Reset));
        all.push(Configuration { gates: Gates::TwoByGroup, ..new(FlowKind::Reset) });
        all.push(Configuration { self_service: false, has_contact: true, ..new(FlowKind::Reset) });
    }
    for methods in DISJOINT {
        let new = |kind| Configuration { users: vec![User::Ada], ..Configuration::new(kind, methods) };
        let everybody = vec![User::Ada, User::Locked, User::Disabled, User::Nobody(0)];
        let alone = vec![User::Ada, User::Newcomer];
        all.push(Configuration { gates: Gates::TwoByGroup, ..new(FlowKind::Reset) });
        all.push(Configuration { users: everybody, has_contact: false, ..new(FlowKind::Reset) });
        for methods in [methods, [methods[1], methods[0]]] {
            all.push(Configuration { users: vec![User::Lone], methods, ..new(FlowKind::Reset) });
        }
        all.push(Configuration { users: vec![User::Locked], ..new(FlowKind::Unlock) });
        all.push(Configuration { gates: Gates::Two, has_contact: false, ..new(FlowKind::Unlock) });
        all.push(Configuration { self_service: false, ..new(FlowKind::Unlock) });
        all.push(Configuration { users: alone.clone(), ..new(FlowKind::Change) });
        all.push(Configuration { start: Start::Asserted(User::Ada), ..new(FlowKind::Change) });
        all.push(Configuration { users: alone, has_contact: false, ..new(FlowKind::Register) });
        let has_contact = methods.contains(&MethodKind::Call);
        all.push(Configuration { start: Start::Asserted(User::Ada), has_contact, ..new(FlowKind::Register) });
        let (start, users) = (Start::Asserted(User::Newcomer), vec![User::Newcomer, User::Ada]);
        all.push(Configuration { start, users, has_contact: false, ..new(FlowKind::Register) });
    }
    let plain = |methods| Configuration {
        has_contact: false,
        users: vec![User::Ada],
        ..Configuration::new(FlowKind::Reset, methods)
    };
    all.push(Configuration { confirms: true, ..plain([MethodKind::Email, MethodKind::Call]) });
    all.push(Configuration { extensions: 1, ..plain([MethodKind::Sms, MethodKind::RecoveryCodes]) });
    for methods in [[MethodKind::Email, MethodKind::Authenticator], [MethodKind::Sms, MethodKind::Questions]] {
        all.push(Configuration { ticks: 3, ..plain(methods) });
        all.push(Configuration { follows_attacks: true, ..plain(methods) });
    }
    all.push(Configuration { follows_attacks: true, ..plain([MethodKind::Call, MethodKind::RecoveryCodes]) });
    all
}

/// Explores all of them, on every core.
fn explore_all(configurations: &[Configuration]) -> Vec<Result<Visited, Fault>> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(configuration) = configurations.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = explore(configuration, None);
                    results.lock().expect("no other thread has panicked").push((configuration.to_string(), result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no thread has panicked");
    results.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (configuration, result) in &results {
        if let Ok(Visited { states, transitions }) = result {
            println!("{states:7} states {transitions:8} transitions  {configuration}");
        }
    }
    results.into_iter().map(|(_, result)| result).collect()
}

#[test]
fn no_state_of_any_small_world_is_past_a_gate() {
    let results = explore_all(&configurations());
    let (mut all, mut faults) = (Visited::default(), String::new());
    for result in &results {
        match result {
            Ok(visited) => all += *visited,
            Err(fault) => faults.push_str(&fault.to_string()),
        }
    }
    println!("{} states, {} transitions in all", all.states, all.transitions);
    assert!(faults.is_empty(), "{faults}");
    assert!(all.transitions > 100_000, "a world this small shows nothing");
}

/// A world with two gates, where a bug has something to skip.
fn two_gates(methods: [MethodKind; 2]) -> Configuration {
    Configuration { gates: Gates::TwoByGroup, users: vec![User::Ada], ..Configuration::new(FlowKind::Reset, methods) }
}

fn found(configuration: &Configuration, bug: Bug) -> Fault {
    let fault = explore(configuration, Some(bug)).expect_err("a bug was put in");
    println!("{bug:?}: {fault}");
    fault
}

#[test]
fn a_proof_note_that_survives_another_way_is_found_by_a_shortest_path() {
    let fault = found(&two_gates([MethodKind::Email, MethodKind::Sms]), Bug::NoteSurvivesAnotherWay);
    assert_eq!(fault.rule, "no step beyond the gates is shown without the proofs that are asked for");
    assert_eq!(
        fault.path,
        [
            "identify as ada → choose_method (proof 1 of 1)",
            "choose email (alternate) → enter_code (proof 1 of 1)",
            "choose another way → choose_method (proof 2 of 2)",
            "choose sms (mobile) → enter_code (proof 2 of 2)",
            "type the newest code that went to sms (mobile) → new_password",
        ]
    );
}

#[test]
fn other_bugs_are_found_too() {
    let methods = [MethodKind::Call, MethodKind::Authenticator];
    let fault = found(&two_gates(methods), Bug::NoteSurvivesContact);
    assert_eq!(fault.rule, "no step beyond the gates is shown without the proofs that are asked for");
    let fault = found(&two_gates([MethodKind::Email, MethodKind::Sms]), Bug::SameKindCountsTwice);
    assert_eq!(fault.rule, "no step beyond the gates is shown without the proofs that are asked for");
    let fault = found(&two_gates([MethodKind::Email, MethodKind::Questions]), Bug::FormerCodeStaysGood);
    assert_eq!(fault.rule, "a right proof is taken");
}

#[test]
fn nothing_tells_a_real_account_from_none_before_a_proof() {
    let mut all = Visited::default();
    for methods in pairs() {
        for user in [User::Ada, User::Locked, User::Disabled] {
            let configuration = Configuration { users: vec![user], ..two_gates(methods) };
            all += explore_pairs(&configuration, user, None).unwrap_or_else(|difference| panic!("{difference}"));
        }
    }
    let confirmed = Configuration { confirms: true, ..two_gates([MethodKind::Email, MethodKind::Call]) };
    let off = Configuration { self_service: false, ..two_gates([MethodKind::Email, MethodKind::Sms]) };
    for configuration in [confirmed, off] {
        all += explore_pairs(&configuration, User::Ada, None).unwrap_or_else(|difference| panic!("{difference}"));
    }
    println!("{} pairs of states, {} pairs of transitions", all.states, all.transitions);
    assert!(all.transitions > 10_000, "a world this small shows nothing");
}

#[test]
fn a_bug_that_tells_real_accounts_is_found() {
    let configuration = two_gates([MethodKind::Email, MethodKind::Sms]);
    let difference = explore_pairs(&configuration, User::Ada, Some(Bug::WrongCodesCountTwice));
    let difference = difference.expect_err("a bug was put in");
    assert!(difference.starts_with("what is shown tells ada from nobody"), "{difference}");
}
