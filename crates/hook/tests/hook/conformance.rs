//! The conformance check over the reference hooks.

use std::fs;

use regain_hook::{
    Settings,
    conformance::{Check, Summary, check},
};
use regain_ports::contract::accounts::PEOPLE;

use crate::reference::{Language, ROOTS, Reference};

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
            assert_eq!(
                summary,
                Summary { kept: 27, passed_over: 5, broken: 0 },
                "{language:?}, {time} time:\n{report}"
            );
            assert!(report.ends_with("27 kept, 5 passed over, 0 broken\n"), "{report}");
        }
    }
}
