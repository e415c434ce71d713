//! Looks for response times that tell who has an account: real accounts against others that must look like them, in
//! turns against one server process, each request compared by a rank test.

use std::time::Duration;

use anyhow::{Context as _, Result};
use regain_load::{Client, Session};
use serde_json::json;

use super::{
    organisation::{CANDIDATES, Organisation, Sort, TAKEN},
    ranks::{median, p_value},
};

/// Below this probability two samples count as different.
const DIFFERENT: f64 = 0.01;

/// Number of flows before those that count, so that caches are warm.
const WARM_UP: u32 = 5;

const REQUESTS: [&str; 4] = ["identify", "choose", "wrong code", "wrong answers"];

/// The times of one sort of account, in milliseconds, for each of the requests.
struct Times {
    sort: Sort,
    accounts: Vec<String>,
    of: [Vec<f64>; REQUESTS.len()],
}

/// Measures over the embedded directory, and prints.
pub(crate) fn run(samples: u32) -> Result<()> {
    measure(samples, Organisation::start)
}

/// Measures over an organisation, and prints.
pub(super) fn measure(samples: u32, start: impl FnOnce() -> Result<Organisation>) -> Result<()> {
    let flows = u64::from(samples) * 4;
    println!("\n  Timing {flows} flows, one after the other … (about {} s)", flows / 5 + 40);
    let organisation = start()?;
    let mut client = Client::connect(organisation.port)?;
    let mut all = Vec::new();
    for sort in Sort::ALL {
        all.push(Times { sort, accounts: accounts(&mut client, sort)?, of: [const { Vec::new() }; REQUESTS.len()] });
    }
    let mut order: Vec<usize> = (0..all.len()).collect();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for round in 0..WARM_UP + samples {
        // In another order each time: what a flow leaves to be done falls on any of the others.
        chance.shuffle(&mut order);
        for &index in &order {
            let times = &mut all[index];
            let account = usize::try_from(round)? % times.accounts.len();
            let took = walk(&mut client, &times.accounts[account])?;
            if round >= WARM_UP {
                for (times, took) in times.of.iter_mut().zip(took) {
                    times.push(took.as_secs_f64() * 1000.0);
                }
            }
        }
    }
    print(&all);
    Ok(())
}

/// The accounts of a sort to which both mail and questions are offered, as they are to real ones.
fn accounts(client: &mut Client, sort: Sort) -> Result<Vec<String>> {
    let mut accounts = Vec::new();
    for index in 0..if sort == Sort::Real { TAKEN } else { CANDIDATES } {
        let user_id = sort.user_id(index);
        let session = identified(client, &user_id)?.0;
        if session.method("email").is_some() && session.method("questions").is_some() {
            accounts.push(user_id);
        }
    }
    anyhow::ensure!(accounts.len() >= 4, "too few accounts look as is needed: {}", sort.name());
    Ok(accounts)
}

/// A flow of somebody who can prove nothing; how long each of the requests took.
fn walk(client: &mut Client, user_id: &str) -> Result<[Duration; REQUESTS.len()]> {
    let (mut session, identify) = identified(client, user_id)?;
    let mail = session.method("email").context("no mail is offered")?;
    let choose = client.answer(&mut session, &json!({ "do": "choose", "method": mail }), 200)?;
    let code = client.answer(&mut session, &json!({ "do": "verify", "code": "no code" }), 422)?;
    client.answer(&mut session, &json!({ "do": "choose_another" }), 200)?;
    let questions = session.method("questions").context("no questions are offered")?;
    client.answer(&mut session, &json!({ "do": "choose", "method": questions }), 200)?;
    let asked = session.step["questions"].as_array().context("no questions are asked")?;
    let answers = asked.iter().map(|question| json!({ "question": question["id"], "answer": "no idea" }));
    let answer = json!({ "do": "answer", "answers": answers.collect::<Vec<_>>() });
    let answers = client.answer(&mut session, &answer, 422)?;
    Ok([identify, choose, code, answers])
}

fn identified(client: &mut Client, user_id: &str) -> Result<(Session, Duration)> {
    let mut session = client.begin()?;
    let took = client.answer(&mut session, &json!({ "do": "identify", "user_id": user_id }), 200)?;
    Ok((session, took))
}

fn print(all: &[Times]) {
    let Some((real, others)) = all.split_first() else { return };
    println!("\n  A real account against others, by the time of an answer (debug build):\n");
    println!("  {:<14} {:<11} {:>8} {:>18} {:>7} {:>7}", "", "", "samples", "medians, ms", "ratio", "p");
    for (index, request) in REQUESTS.iter().enumerate() {
        for other in others {
            let (one, two) = (&real.of[index], &other.of[index]);
            let p = p_value(one, two);
            let verdict = if p >= DIFFERENT { "cannot be told apart" } else { "can be told apart" };
            println!(
                "  {request:<14} {:<11} {:>8} {:>8.2} {:>9.2} {:>7.3} {p:>7.3}  {verdict}",
                other.sort.name(),
                format!("{}+{}", one.len(), two.len()),
                median(one),
                median(two),
                median(one) / median(two),
            );
        }
    }
    println!();
}

/// Numbers of chance (Marsaglia's xorshift): only an order hangs on them.
struct Chance(u64);

impl Chance {
    fn shuffle(&mut self, order: &mut [usize]) {
        for last in (1..order.len()).rev() {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            let below = u64::try_from(last + 1).map_or(0, |limit| self.0 % limit);
            order.swap(last, usize::try_from(below).unwrap_or(0));
        }
    }
}
