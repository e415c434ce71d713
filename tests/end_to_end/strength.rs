//! The strength worker as it is shipped: what it says is what the crate says on this machine, wherever the
//! page lets it run.

mod bench;
mod corpus;

use std::{env, fs, path::Path};

use anyhow::{Context, Result, ensure};
use harness::{BrowserSession, run};
use regain_protocol::Strength;
use regain_strength::estimate;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use unicode_normalization::UnicodeNormalization as _;

const INPUTS: [&str; 3] = ["ada@northwind.example", "Ada Lovelace", "Northwind Traders"];

/// Counts what becomes of workers, and what the page forbids.
const WATCH: &str = "
    window.begun = [];
    window.ended = 0;
    window.forbidden = 0;
    window.Worker = class extends Worker {
        constructor(url, options) {
            super(url, options);
            begun.push(String(url));
        }
        terminate() {
            super.terminate();
            window.ended += 1;
        }
    };
    addEventListener('securitypolicyviolation', () => window.forbidden += 1);
";

/// Does what the loader does for the widget.
const BEGIN: &str = "
    const [script, inputs] = arguments;
    window.told = [];
    window.stop = new AbortController();
    const tell = (ticket, verdict) => told.push([ticket, JSON.parse(verdict)]);
    const bring = ([name]) => import(new URL(name, script));
    import(script).then((work) => work.default('strength', inputs, document.body, stop.signal, tell, bring))
        .then((score) => { window.score = score }, (error) => { window.score = String(error) });
";

/// The address of a file that is shipped.
fn entry(session: &BrowserSession, part: &str) -> Result<String> {
    let dist = env::var("REGAIN_DIST").context("run the end-to-end tests with `cargo xtask test`")?;
    let manifest: Value = serde_json::from_slice(&fs::read(Path::new(&dist).join("integrity.json"))?)?;
    let name = manifest["entry"][part].as_str().with_context(|| format!("the manifest names no {part}"))?;
    Ok(session.server.address(&format!("/{name}")))
}

/// Has it ready on the page as it is now.
async fn ready(session: &BrowserSession) -> Result<()> {
    session.page.script(WATCH, vec![]).await?;
    session.page.script(BEGIN, vec![json!(entry(session, "work")?), json!(INPUTS)]).await?;
    harness::until("the worker", async || {
        let score =
            session.page.script("return window.score && (typeof score === 'function' || score)", vec![]).await?;
        ensure!(!score.is_string(), "{score}");
        Ok((score == true).then_some(()))
    })
    .await
}

/// Asks for all verdicts at once, and waits for the last: tickets and verdicts.
async fn asked(session: &BrowserSession, passwords: &[&str]) -> Result<Vec<(u64, Strength)>> {
    let script = "told.length = 0; arguments[0].forEach((password, ticket) => score(ticket, password))";
    session.page.script(script, vec![json!(passwords)]).await?;
    let last = passwords.len() as u64 - 1;
    harness::until("the last verdict", async || {
        let told = session.page.script("return told", vec![]).await?;
        let told: Vec<(u64, Strength)> = serde_json::from_value(told)?;
        Ok(told.iter().any(|(ticket, _)| *ticket == last).then_some(told))
    })
    .await
}

/// Fails where it says anything else than the crate does.
async fn agrees(session: &BrowserSession) -> Result<()> {
    for password in
        ["", "password", "Lovelace1", "northwind", "hey<123", "seven quiet otters hum", "zwölf Boxkämpfer 👩‍👩‍👧‍👦"]
    {
        let told = asked(session, &[password]).await?;
        ensure!(told == [(0, estimate(password, &INPUTS))], "{password}: {told:?}");
    }
    Ok(())
}

/// An empty page of another origin than the server's.
async fn elsewhere() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: 15";
            let _ = stream.write_all(format!("{head}\r\n\r\n<!doctype html>").as_bytes()).await;
        }
    });
    Ok(url)
}

#[tokio::test]
async fn strength_is_judged_in_a_worker_of_the_pages_own_origin() -> Result<()> {
    run("strength", &[], async |session| {
        session.page.go(&session.server.address("/")).await?;
        ready(session).await?;
        agrees(session).await?;
        let begun = session.page.script("return begun", vec![]).await?;
        ensure!(begun.as_array().is_some_and(|all| all.len() == 1), "{begun}");
        let own = format!("blob:{}", session.server.address("/"));
        ensure!(begun[0].as_str().is_some_and(|url| url.starts_with(&own)), "{begun}");

        // Of many at once the first is judged, because nothing is before it, and the last.
        let passwords: Vec<String> =
            (1..=50).map(|length| "seven quiet otters ".repeat(3)[..length].to_owned()).collect();
        let passwords: Vec<&str> = passwords.iter().map(String::as_str).collect();
        let told = asked(session, &passwords).await?;
        ensure!(told.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>() == [0, 49], "{told:?}");
        ensure!(told[1].1 == estimate(passwords[49], &INPUTS), "{told:?}");

        ensure!(session.page.script("stop.abort(); return ended", vec![]).await? == 1, "the worker lives on");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn strength_comes_through_a_blob_where_the_page_is_of_another_origin() -> Result<()> {
    run("strength-elsewhere", &[], async |session| {
        session.page.go(&elsewhere().await?).await?;
        ready(session).await?;
        agrees(session).await?;
        let begun = session.page.script("return begun", vec![]).await?;
        ensure!(begun.as_array().is_some_and(|all| all.len() == 1), "{begun}");
        ensure!(begun[0].as_str().is_some_and(|url| url.starts_with("blob:")), "{begun}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn strength_is_judged_by_the_page_itself_where_it_allows_no_worker() -> Result<()> {
    run("strength-no-worker", &[], async |session| {
        session.page.go(&session.server.address("/")).await?;
        let policy = "const policy = document.createElement('meta'); policy.httpEquiv = 'Content-Security-Policy';
            policy.content = \"worker-src 'none'\"; document.head.append(policy)";
        session.page.script(policy, vec![]).await?;
        ready(session).await?;
        agrees(session).await?;
        let forbidden = session.page.script("return forbidden", vec![]).await?;
        ensure!(forbidden.as_u64().is_some_and(|count| count > 0), "a worker was allowed");
        // Nothing is judged before the page is idle, and then the newest.
        let told = asked(session, &["one", "two", "three"]).await?;
        ensure!(told.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>() == [2], "{told:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn strength_is_the_same_in_the_browser_as_on_the_server() -> Result<()> {
    run("strength-corpus", &[], async |session| {
        session.page.go(&session.server.address("/")).await?;
        ready(session).await?;
        let passwords = corpus::passwords();
        ensure!(passwords.len() > 2500, "{} passwords are not a few thousand", passwords.len());
        for some in passwords.chunks(250) {
            // One after the other: asked at once, only the last would be judged.
            let script = "
                const [passwords] = arguments;
                told.length = 0;
                const real = told.push.bind(told);
                told.push = (verdict) => real(verdict) < passwords.length && score(told.length, passwords[told.length]);
                score(0, passwords[0]);
            ";
            session.page.script(script, vec![json!(some)]).await?;
            let told = harness::until("the verdicts", async || {
                let count = session.page.script("return told.length", vec![]).await?;
                let told = session.page.script("delete told.push; return told", vec![]);
                Ok(if count == some.len() { Some(told.await?) } else { None })
            })
            .await?;
            let told: Vec<(usize, Strength)> = serde_json::from_value(told)?;
            for (password, (_, shipped)) in some.iter().zip(told) {
                // The server has it in this form (RFC 8265) before it judges.
                let native = estimate(&password.nfc().collect::<String>(), &INPUTS);
                ensure!(shipped.score == native.score, "{password:?}: {shipped:?}, {native:?}");
                // Beyond the highest score numbers may be too large for a machine of 32 bits.
                let is_beyond = native.score == 4;
                ensure!(
                    is_beyond || shipped.seconds.to_bits() == native.seconds.to_bits(),
                    "{password:?}: {shipped:?}, {native:?}"
                );
                let advice = |strength: &Strength| (strength.warning, strength.suggestions.clone());
                ensure!(advice(&shipped) == advice(&native), "{password:?}: {shipped:?}, {native:?}");
            }
        }
        Ok(())
    })
    .await
}
