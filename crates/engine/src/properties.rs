//! Properties that hold for every order of answers, of phone events and of time, whoever gives them.

mod act;
mod drive;
mod people;
mod signed_in;
mod strangers;

use proptest::prelude::*;
use regain_protocol::FlowKind;

use act::Act;
use drive::Drive;
use regain_ports::CallEvent;

pub(crate) use people::rules;

/// Every way that there is.
const ALL: [&str; 7] = ["email", "sms", "call_mobile", "call_office", "questions", "authenticator", "recovery_codes"];

fn event() -> impl Strategy<Value = CallEvent> {
    prop_oneof![
        1 => Just(CallEvent::Ringing),
        1 => Just(CallEvent::Answered),
        3 => Just(CallEvent::Key('#')),
        2 => Just(CallEvent::Key('5')),
        1 => Just(CallEvent::Over),
        1 => Just(CallEvent::Failed),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let who = prop_oneof![
        Just("ada"),
        Just("locked"),
        Just("only mail"),
        Just("admin"),
        Just("admin only mail"),
        Just("nobody"),
        Just("disabled"),
        Just(""),
        Just("a\0b"),
    ];
    let simple = prop_oneof![
        4 => who.prop_map(Act::Identify),
        9 => (0..8_usize).prop_map(Act::Choose),
        1 => Just(Act::ChooseNonsense),
        6 => Just(Act::VerifyRight),
        1 => Just(Act::VerifyFormer),
        4 => Just(Act::VerifyWrong),
        4 => prop_oneof![Just(0), Just(29), Just(-29), Just(90)].prop_map(|seconds_ago| Act::VerifyApp { seconds_ago }),
        2 => Just(Act::Resend),
        3 => Just(Act::ChooseAnother),
        2 => Just(Act::CallAgain),
        6 => event().prop_map(Act::CallInstruction),
        1 => event().prop_map(Act::HeardOfFormer),
        3 => any::<bool>().prop_map(|right| Act::AnswerAll { right }),
        1 => Just(Act::AnswerSome),
        1 => Just(Act::Unlock),
        1 => Just(Act::Reset),
        1 => Just(Act::SetPassword("short")),
        2 => Just(Act::SetPassword("a river that runs north")),
        1 => prop_oneof![Just(Act::Cancel), Just(Act::SendRequest), Just(Act::Other)],
        2 => prop_oneof![Just(Act::Ask), Just(Act::GoBack), Just(Act::MoreTime)],
        2 => Just(Act::VerifySaved),
        4 => prop_oneof![Just(1_i64), Just(29), Just(31), Just(300), Just(601)].prop_map(Act::Wait),
    ];
    prop_oneof![
        12 => simple.clone(),
        1 => simple.prop_map(|act| Act::Stale(Box::new(act))),
    ]
}

fn kind() -> impl Strategy<Value = FlowKind> {
    prop_oneof![Just(FlowKind::Reset), Just(FlowKind::Unlock)]
}

/// The acts of a stranger, who holds neither the mailbox nor the phone nor the app, and knows no answers.
fn strangers_act() -> impl Strategy<Value = Act> {
    act().prop_filter("what only the owner can do", |act| {
        let act = if let Act::Stale(act) = act { act } else { act };
        !matches!(
            act,
            Act::VerifyRight
                | Act::VerifyFormer
                | Act::VerifyApp { .. }
                | Act::VerifySaved
                | Act::AnswerAll { right: true }
                | Act::CallInstruction(_)
                | Act::HeardOfFormer(_)
                | Act::Identify(_)
                | Act::Choose(1..)
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_order_of_answers_gets_past_a_gate(kind in kind(), acts in prop::collection::vec(act(), 1..60)) {
        let mut drive = Drive::new(kind, rules(&ALL));
        for act in &acts {
            drive.does(act);
            drive.holds();
        }
    }

    #[test]
    fn nor_from_the_middle_of_a_flow_that_needs_two(
        kind in kind(), who in prop_oneof![Just("admin"), Just("admin only mail")],
        first in 0..7_usize, acts in prop::collection::vec(act(), 1..50)
    ) {
        let mut drive = Drive::new(kind, rules(&ALL));
        for act in [Act::Identify(who), Act::Choose(first)].iter().chain(&acts) {
            drive.does(act);
            drive.holds();
        }
    }

    #[test]
    fn only_the_ways_that_are_on_are_used(
        on in prop::sample::subsequence(ALL.to_vec(), 1..7), acts in prop::collection::vec(act(), 1..50)
    ) {
        let rules = rules(&on);
        let mut drive = Drive::new(FlowKind::Reset, rules.clone());
        for act in &acts {
            drive.does(act);
            drive.holds();
            for proof in &drive.proofs {
                let kind = crate::methods::of_kind(*proof).expect("a kind");
                let roles = [None, Some(regain_protocol::Role::Office)];
                prop_assert!(roles.iter().any(|role| kind.is_on(&rules, *role)), "{:?} is off", proof);
            }
        }
    }

    #[test]
    fn a_decoy_never_passes_even_with_its_code(kind in kind(), acts in prop::collection::vec(act(), 1..60)) {
        let mut drive = Drive::new(kind, rules(&ALL));
        drive.does(&Act::Identify("nobody"));
        for act in &acts {
            drive.does(act);
            drive.holds();
        }
        prop_assert!(drive.proofs.is_empty() && drive.applied == 0);
        prop_assert!(drive.told_nobody());
    }

    /// By mail, whose methods the made-up ones are like in everything but their masks.
    #[test]
    fn a_decoy_and_a_real_flow_go_the_same_way(
        who in prop_oneof![Just("ada"), Just("disabled"), Just("admin"), Just("locked"), Just("admin only mail")],
        acts in prop::collection::vec(strangers_act(), 1..40)
    ) {
        let [mut real, mut decoy] = [who, "nobody"].map(|user_id| {
            let mut drive = Drive::new(FlowKind::Reset, rules(&["email"]));
            drive.does(&Act::Identify(user_id));
            drive
        });
        for act in &acts {
            real.does(act);
            decoy.does(act);
            let [real, decoy] = [&real, &decoy].map(|drive| {
                let mut flow = serde_json::to_value(drive.shown()).expect("serialises");
                flow["step"]["id"].take();
                flow["step"]["method"].take();
                flow["step"]["methods"].take();
                flow["step"]["user_id"].take();
                flow["user_id"].take();
                (flow, drive.messages(), drive.charged)
            });
            prop_assert_eq!(real, decoy);
        }
    }
}
