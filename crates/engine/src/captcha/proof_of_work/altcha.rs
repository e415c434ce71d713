//! Our challenges and the payloads that we take, held to what ALTCHA's own server library, in Python,
//! makes of them.

use std::process::Command;

use jiff::Timestamp;
use regain_protocol::{Captcha, Secret};
use serde_json::{Value, json};

use super::ProofOfWork;
use regain_keys::Keys;
use regain_ports::OsRng;

/// Far enough that the library, which asks the machine's clock, finds nothing expired.
const FAR: i64 = 4_102_444_800;

/// Has ALTCHA's library run a few lines of Python over `given`; what they leave in `result` comes back.
fn altcha(lines: &str, given: &Value) -> Value {
    let folder = std::env::var_os("REGAIN_ALTCHA")
        .expect("this test asks ALTCHA's own library, which `cargo xtask test` installs: run that");
    let script = format!(
        "import json, sys\nfrom altcha.v1 import *\ngiven = json.loads(sys.argv[1])\n{lines}\nprint(json.dumps(result))"
    );
    let mut python = Command::new("python3");
    python.args(["-s", "-c", &script, &given.to_string()]).env("PYTHONPATH", folder);
    let output = python.output().expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn keys() -> Keys {
    Keys::derive(&Secret::new(vec![1; 32]))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

/// A challenge as the widget gets it, and the key to check it with.
fn given(work: &ProofOfWork) -> Value {
    let Captcha::ProofOfWork { algorithm, salt, challenge, max_number, signature } = work.shown(&keys()) else {
        panic!("it is a proof of work")
    };
    json!({
        "algorithm": algorithm, "salt": salt, "challenge": challenge, "max_number": max_number,
        "signature": signature, "key": keys().captcha_key(),
    })
}

#[test]
fn its_solver_solves_our_challenge_and_we_take_its_payload() {
    let work = ProofOfWork::new(&OsRng, 3_000, at(FAR));
    let payload = altcha(
        "challenge = Challenge(given['algorithm'], given['challenge'], given['max_number'], given['salt'], given['signature'])\n\
         number = solve_challenge(challenge).number\n\
         result = Payload(given['algorithm'], given['challenge'], number, given['salt'], given['signature']).to_base64()",
        &given(&work),
    );
    let payload = payload.as_str().expect("a text");
    assert!(work.is_solved_by(payload, at(0), &keys()));
    assert!(!work.is_solved_by(payload, at(FAR), &keys()));
}

#[test]
fn its_server_side_takes_what_solves_our_challenge_and_nothing_else() {
    let work = ProofOfWork::new(&OsRng, 3_000, at(FAR));
    let verdicts = altcha(
        "number = solve_challenge(given['challenge'], given['salt'], given['algorithm'], given['max_number']).number\n\
         payload = lambda number, salt: Payload(given['algorithm'], given['challenge'], number, salt, given['signature']).to_base64()\n\
         result = [verify_solution(payload(n, s), given['key'])[0] for n, s in\n\
         \x20   [(number, given['salt']), (number + 1, given['salt']), (number, given['salt'].replace('expires=4', 'expires=5'))]]",
        &given(&work),
    );
    assert_eq!(verdicts, json!([true, false, false]));
}

#[test]
fn it_reads_our_expiry() {
    let late = ProofOfWork::new(&OsRng, 10, at(1_000_000_000));
    let verdict = altcha(
        "number = solve_challenge(given['challenge'], given['salt'], given['algorithm'], given['max_number']).number\n\
         payload = Payload(given['algorithm'], given['challenge'], number, given['salt'], given['signature'])\n\
         result = [verify_solution(payload, given['key']), verify_solution(payload, given['key'], False)[0], payload.parse_salt()[1]]",
        &given(&late),
    );
    assert_eq!(verdict, json!([[false, "Altcha payload expired"], true, 1_000_000_000.0]));
}
