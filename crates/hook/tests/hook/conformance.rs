//! The conformance check over the reference hooks.

use std::fs;

use regain_hook::{
    Settings,
    conformance::{Check, Summary, check, names},
};
use regain_ports::contract::accounts::PEOPLE;

use crate::reference::{COST, Language, ROOTS, Reference};

const PEOPLE_FILE: &str = "
failures_until_lockout = 10

[person]
user_id = 'Ada@Example.com'
name = 'Ada Lovelace'
password = 'first password of ada'

[without_password]
user_id = 'alan@example.com'
name = 'Alan Turing'

[disabled]
user_id = 'dis@example.com'
name = 'Disabled'
password = 'password of the disabled'

[locked]
user_id = 'linus@example.com'
name = 'Locked'
password = 'password of the locked'

[detailed]
user_id = 'mary@example.com'
name = 'Mary Jackson'
password = 'first password of mary'
office = '+1 425 555 0124'
groups = ['admins', 'engineers']
";

fn of(reference: &Reference, people: &str) -> Check {
    let path = reference.file("people.toml");
    fs::write(&path, people).expect("writes");
    let hook = Settings { next_key_file: Some(reference.file("next-key")), ..reference.settings() };
    Check { hook, people: path, case: None }
}

async fn run(check_of: &Check) -> (Summary, String) {
    let mut out = Vec::new();
    let summary = check(check_of, &ROOTS, &mut out).await.expect("is run");
    (summary, String::from_utf8(out).expect("text"))
}

/// The reference hooks keep all that can be checked from here, again and again over the same accounts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_hooks_conform() {
    for language in [Language::Node, Language::Python] {
        let reference = Reference::start(language, &PEOPLE);
        let check = of(&reference, PEOPLE_FILE);
        for time in ["first", "second"] {
            let (summary, report) = run(&check).await;
            let passed_over = 5;
            let expected = Summary { kept: names().len() - passed_over, passed_over, broken: 0 };
            assert_eq!(summary, expected, "{language:?}, {time} time:\n{report}");
            assert!(report.ends_with(&format!("{expected}\n")), "{report}");
        }
    }
}

/// A hook that does everything but one thing right is found out, by the case that is about it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hook_that_breaks_a_rule_is_found_out() {
    for (case, right, wrong) in [
        ("a_request_without_the_right_signature_is_refused", "if (!isSigned(request.headers, body))", "if (false)"),
        ("a_request_of_another_time_is_refused", "<= 300", "<= 30000"),
        ("each_of_two_keys_is_enough", "return keys.some(", "return keys.slice(1).some("),
        ("a_change_that_is_asked_for_twice_happens_once", "if (!replies.has(id))", "if (true)"),
        ("a_password_is_taken_as_it_is_typed", "scrypt(password,", "scrypt(`${password}`.trim(),"),
        ("of_parallel_changes_one_sets_the_password", "current !== undefined && person.password !== stored", "false"),
        ("a_success_forgets_the_failures", "    person.failures = 0;", ""),
        ("a_new_password_unlocks", "password: hashed, locked: false, failures: 0, lockedUntil: 0", "password: hashed"),
        (
            "signing_in_takes_as_long_for_nobody",
            "  const { salt, key } = stored",
            "  if (!stored) return false; const { salt, key } = stored",
        ),
    ] {
        // Hashes take some time, so that time can tell.
        let cost = if case == "signing_in_takes_as_long_for_nobody" { "2048" } else { COST };
        let reference = Reference::altered(&PEOPLE, right, wrong, cost);
        let check = Check { case: Some(case.to_owned()), ..of(&reference, PEOPLE_FILE) };
        let (summary, report) = run(&check).await;
        assert_eq!(summary, Summary { broken: 1, ..Summary::default() }, "{case}:\n{report}");
        assert!(report.starts_with(&format!("BROKEN       {case}: ")), "{report}");
    }
}

#[tokio::test]
async fn what_cannot_be_checked_is_said_before() {
    let reference = Reference::start(Language::Node, &PEOPLE);
    let error =
        async |check_of: &Check| check(check_of, &ROOTS, &mut Vec::new()).await.expect_err("a fault").to_string();
    let fine = of(&reference, PEOPLE_FILE);
    let said = error(&Check { case: Some("none".into()), ..fine.clone() }).await;
    assert!(said.starts_with("there is no case none"), "{said}");
    let hook = Settings { url: "http://app.example.com".into(), ..fine.hook.clone() };
    assert!(error(&Check { hook, ..fine.clone() }).await.starts_with("url: must be an https address"));
    for (from, to, expected) in [
        ("Ada@Example.com", "nobody@example.com", "people: nobody@example.com: the hook does not find it"),
        ("password = 'first password of ada'", "", "people: person needs a password"),
        ("[disabled]", "[disabeld]", "people: line 13 of "),
    ] {
        let said = error(&of(&reference, &PEOPLE_FILE.replace(from, to))).await;
        assert!(said.starts_with(expected) && !said.contains("first password"), "{said}");
    }
}
