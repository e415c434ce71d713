//! Measures the time of a verdict, keystroke by keystroke, beside the original in JavaScript, and delays of fast
//! typing. A measurement for `cargo xtask bench`, which no test asserts.

use std::{env, fs};

use anyhow::{Context, Result};
use harness::{BrowserSession, run};
use regain_strength::scored;
use serde_json::{Value, json};

use super::{INPUTS, corpus, elsewhere, entry};
use crate::person::{self, ADA};

/// Starts both workers, and times from there to the first verdict of each.
const BEGIN: &str = "
    const [ours, theirs, inputs] = arguments;
    const blob = (source) => URL.createObjectURL(new Blob([source], {type: 'text/javascript'}));
    const start = (script, options, first) => new Promise((ready) => {
        const begun = performance.now();
        const worker = new Worker(script, options);
        worker.onmessage = ({data}) => {
            if (data === true) return worker.postMessage([0, 'password']);
            ready({worker, first: performance.now() - begun});
        };
        worker.postMessage(first);
    });
    const zxcvbn = blob(`${theirs};onmessage = ({data: [ticket, password]}) => {
        const {score, feedback, crack_times_seconds: times} = zxcvbn(password.slice(0, 100), ${JSON.stringify(inputs)});
        postMessage([ticket, JSON.stringify({score, feedback, times})]);
    }`);
    window.both = undefined;
    (async () => {
        // One after the other: neither waits for the other's core.
        const one = await start(blob(`import ${JSON.stringify(ours)}`), {type: 'module'}, inputs);
        const other = await start(zxcvbn, {}, [0, 'password']);
        window.both = [one, other];
    })();
";

/// Has both judge every beginning of a password, in turns; the one that goes first changes.
const TYPE: &str = "
    const [password, least, alone] = arguments;
    const judge = ({worker}, text) => new Promise((told) => {
        const begun = performance.now();
        worker.onmessage = () => told(performance.now() - begun);
        worker.postMessage([1, text]);
    });
    window.times = undefined;
    (async () => {
        const characters = [...password], times = [];
        for (let length = least; length <= characters.length; length += 1) {
            const text = characters.slice(0, length).join(''), took = [];
            for (const which of alone ? [0] : length % 2 ? [0, 1] : [1, 0]) took[which] = await judge(both[which], text);
            times.push(took);
        }
        window.times = times;
    })();
";

/// Watches for what keeps the page from answering for longer than 50 ms.
const WATCH: &str = "
    window.long = [];
    new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration)))
        .observe({type: 'longtask'});
";

/// Waits for what a script leaves in a variable.
async fn left(session: &BrowserSession, variable: &str) -> Result<Value> {
    harness::until(variable, async || {
        let value = session.page.script(&format!("return window.{variable}"), vec![]).await?;
        Ok((!value.is_null()).then_some(value))
    })
    .await
}

/// Passwords that are typed.
struct Typed {
    what: &'static str,
    passwords: Vec<String>,
    /// The shortest beginning that is judged.
    least: usize,
    /// True if only ours judges them: of a hundred symbols the original makes minutes.
    alone: bool,
}

/// The passwords to type: as people have them, and long ones.
fn typed() -> [Typed; 3] {
    let all = corpus::passwords();
    let usual = all.iter().filter(|password| (8..=30).contains(&password.chars().count())).step_by(37);
    let (whole, cut): (Vec<&String>, _) = all
        .iter()
        .filter(|password| password.chars().count() == 100)
        .partition(|password| scored(password) == **password);
    let passwords = |all: Vec<&String>| all.into_iter().cloned().collect();
    [
        Typed { what: "8 to 30 characters", passwords: usual.cloned().collect(), least: 1, alone: false },
        Typed { what: "91 to 100 characters", passwords: passwords(whole), least: 91, alone: false },
        Typed { what: "91 to 100, symbols", passwords: passwords(cut), least: 91, alone: true },
    ]
}

fn at(sorted: &[f64], percent: usize) -> f64 {
    sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

async fn against_the_original(session: &BrowserSession) -> Result<()> {
    let file = env::var("REGAIN_ZXCVBN").context("measure with `cargo xtask bench`")?;
    session.page.go(&elsewhere().await?).await?;
    let ours = entry(session, "strength")?;
    session.page.script(BEGIN, vec![json!(ours), json!(fs::read_to_string(file)?), json!(INPUTS)]).await?;
    let both = left(session, "both").await?;
    let first = |which: usize| both[which]["first"].as_f64().unwrap_or_default();
    println!("\n  Strength, from a keystroke to its verdict in ms: the worker against zxcvbn.js in a worker\n");
    println!(
        "  {:<22} {:>10} {:>9} {:>8} {:>8} {:>10} {:>8} {:>8} {:>11}",
        "", "keystrokes", "ours 50 %", "95 %", "most", ".js 50 %", "95 %", "most", "ratios"
    );
    for Typed { what, passwords, least, alone } in typed() {
        let mut times = [vec![], vec![]];
        for password in passwords {
            session.page.script(TYPE, vec![json!(password), json!(least), json!(alone)]).await?;
            for took in left(session, "times").await?.as_array().context("times")? {
                for (took, times) in took.as_array().context("a time")?.iter().zip(&mut times) {
                    times.push(took.as_f64().context("a number")?);
                }
            }
        }
        for times in &mut times {
            times.sort_by(f64::total_cmp);
        }
        let [ours, theirs] = &times;
        print!("  {what:<22} {:>10} {:>9.2} {:>8.2} {:>8.2}", ours.len(), at(ours, 50), at(ours, 95), at(ours, 100));
        if alone {
            println!();
            continue;
        }
        let ratio = |percent| at(ours, percent) / at(theirs, percent);
        println!(
            " {:>10.2} {:>8.2} {:>8.2} {:>11}",
            at(theirs, 50),
            at(theirs, 95),
            at(theirs, 100),
            format!("{:.2}, {:.2}", ratio(50), ratio(95)),
        );
    }
    println!("  from nothing to the first verdict: {:.0} ms, zxcvbn.js {:.0} ms", first(0), first(1));
    Ok(())
}

async fn while_typing(session: &BrowserSession) -> Result<()> {
    person::proved(session, &ADA).await?;
    let devtools = session.page.devtools();
    devtools.send_raw("Emulation.setCPUThrottlingRate", json!({ "rate": 4 })).await?;
    session.page.script(WATCH, vec![]).await?;
    let text = "seven quiet otters hum a tune that no one knows, 1987";
    let begun = std::time::Instant::now();
    for _ in 0..5 {
        session.page.retype("[name=new-password]", text).await?;
    }
    let each = begun.elapsed().as_secs_f64() * 1000.0 / f64::from(5 * u32::try_from(text.len())?);
    let long = session.page.script("return long", vec![]).await?;
    let long: Vec<f64> = serde_json::from_value(long)?;
    let longest = long.iter().copied().fold(0.0, f64::max);
    println!(
        "  typing into the new password, a key every {each:.0} ms, four times slower: {} long tasks{}\n",
        long.len(),
        if long.is_empty() { String::new() } else { format!(", the longest {longest:.0} ms") },
    );
    Ok(())
}

#[tokio::test]
#[ignore = "a measurement: `cargo xtask bench`"]
async fn strength_measured() -> Result<()> {
    run("strength-measured", &[], async |session| {
        against_the_original(session).await?;
        while_typing(session).await
    })
    .await
}
