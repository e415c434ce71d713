//! Measures the opening of the widget on a slow phone, in the page's own clock. A measurement for `cargo xtask bench
//! widget`, which no test asserts.

use std::{env, fs, os::unix::fs::symlink, path::Path};

use anyhow::{Context, Result};
use harness::{BrowserSession, Host, Recorder, run};
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;

/// A phone: four times slower than this machine, 1.6 Mbit/s, 150 ms there and back.
const SLOWDOWN: u32 = 4;
const BYTES_PER_SECOND: u32 = 1_600_000 / 8;
const ROUND_TRIP: u32 = 150;

/// Openings of each sort; the median is told.
const OPENINGS: usize = 7;

/// Notes long tasks, and from a click on: the frames in which the card and the field are there, and the first step.
const WATCH: &str = "
    window.long = [];
    new PerformanceObserver((list) => long.push(...list.getEntries().map((it) => [it.startTime, it.duration])))
        .observe({type: 'longtask'});
    performance.setResourceTimingBufferSize(1000);
    // Before the loader, which takes the event.
    addEventListener('click', (event) => {
        const seen = window.seen = {click: event.timeStamp};
        document.addEventListener('regain:step', () => seen.flow ||= performance.now(), {once: true});
        const look = () => {
            const root = document.querySelector('.regain-widget')?.shadowRoot;
            const drawn = (selector) => root?.querySelector(selector)?.getBoundingClientRect().height > 0;
            if (drawn('[part~=card]')) seen.card ||= performance.now();
            if (drawn('[name=username]')) seen.field ||= performance.now();
            if (!seen.field || !seen.flow) requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    }, {capture: true, once: true});
";

/// The times since the click, once all is there.
const TIMES: &str = "
    const {click, card, field, flow} = window.seen || {};
    if (!flow || !field) return null;
    const files = performance.getEntriesByType('resource').filter((it) => it.startTime >= click && it.startTime < flow)
        .map((it) => [it.name.replace(/.*\\//, ''), it.startTime - click, it.responseEnd - click, it.encodedBodySize]);
    const tasks = long.filter(([start]) => start >= click).map(([start, duration]) => [start - click, duration]);
    return {card: card - click, field: field - click, flow: flow - click, files, tasks};
";

/// The times of one opening, in ms since the click.
#[derive(Debug, Clone, Deserialize)]
struct Opening {
    card: f64,
    field: f64,
    flow: f64,
    /// Name, start, end, and bytes.
    files: Vec<(String, f64, f64, u64)>,
    /// Start and duration of tasks of more than 50 ms.
    tasks: Vec<(f64, f64)>,
}

fn median(openings: &[Opening], of: impl Fn(&Opening) -> f64) -> f64 {
    let mut times: Vec<f64> = openings.iter().map(of).collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Has the browser behave as the phone does, or as itself.
async fn as_a_phone(session: &BrowserSession, is: bool) -> Result<()> {
    let devtools = session.page.devtools();
    let (latency, bytes) = if is { (json!(ROUND_TRIP), json!(BYTES_PER_SECOND)) } else { (json!(0), json!(-1)) };
    let network = json!({
        "offline": false, "latency": latency, "downloadThroughput": bytes, "uploadThroughput": bytes,
    });
    devtools.send_raw("Network.enable", json!({})).await?;
    devtools.send_raw("Network.emulateNetworkConditions", network).await?;
    devtools.send_raw("Emulation.setCPUThrottlingRate", json!({ "rate": if is { SLOWDOWN } else { 1 } })).await?;
    Ok(())
}

/// Opens the widget once: cold, or after the link was reached for.
async fn opening(session: &BrowserSession, page: &str, warmed: bool) -> Result<Opening> {
    as_a_phone(session, false).await?;
    session.page.go(page).await?;
    // A flow that is resumed would bring all files in.
    session.page.script("sessionStorage.clear()", vec![]).await?;
    session.page.devtools().send_raw("Network.clearBrowserCache", json!({})).await?;
    session.page.go(page).await?;
    harness::until("the loader", async || {
        let ready = session.page.script("return !!window.Regain", vec![]).await?;
        Ok((ready == true).then_some(()))
    })
    .await?;
    as_a_phone(session, true).await?;
    session.page.script(WATCH, vec![]).await?;
    if warmed {
        session.page.script("document.querySelector('#cant-access').dispatchEvent(new PointerEvent('pointerover', {bubbles: true}))", vec![]).await?;
        harness::until("the files", async || {
            let names = "return performance.getEntriesByType('resource').map((it) => it.name).join(' ')";
            let names = session.page.script(names, vec![]).await?;
            let names = names.as_str().unwrap_or_default();
            Ok((names.contains("_bg.wasm") && names.contains(".css")).then_some(()))
        })
        .await?;
        // Compiling them is no part of the click.
        let idle = "const done = arguments[arguments.length - 1]; requestIdleCallback(() => setTimeout(done, 500))";
        session.page.driver().execute_async(idle, vec![]).await?;
    }
    session.page.script("document.querySelector('#cant-access').click()", vec![]).await?;
    let times = harness::until("the first step", async || {
        let times = session.page.script(TIMES, vec![]).await?;
        Ok((!times.is_null()).then_some(times))
    })
    .await?;
    Ok(serde_json::from_value(times)?)
}

/// A build of the widget, in a page on an origin of its own.
struct Build {
    name: &'static str,
    host: Host,
    folder: TempDir,
}

impl Build {
    async fn new(name: &'static str, dist: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::copy(harness::root().join("tests/hosts/cross_origin/index.html"), folder.path().join("index.html"))?;
        symlink(fs::canonicalize(dist)?, folder.path().join("regain"))?;
        Ok(Self { name, host: Host::start().await?, folder })
    }

    fn uses(&self, api: &Recorder) -> Result<()> {
        let words = [("@REGAIN@", api.origin()), ("@FILES@", self.host.origin())];
        // As a CDN does, for files that are named by their bytes.
        let headers = [("cache-control", "public, max-age=31536000, immutable")];
        self.host.serves(self.folder.path(), &words, &headers)
    }
}

fn print(name: &str, openings: &[Opening]) {
    let longest = |opening: &Opening| opening.tasks.iter().map(|task| task.1).fold(0.0, f64::max);
    println!(
        "  {name:<28} {:>8.0} {:>8.0} {:>8.0} {:>12.0}",
        median(openings, |it| it.card),
        median(openings, |it| it.field),
        median(openings, |it| it.flow),
        median(openings, longest),
    );
}

fn print_waterfall(name: &str, openings: &[Opening]) {
    println!("\n  {name}: the opening nearest to the median, ms since the click");
    let field = median(openings, |it| it.field);
    let Some(typical) =
        openings.iter().min_by(|one, other| (one.field - field).abs().total_cmp(&(other.field - field).abs()))
    else {
        return;
    };
    for (file, start, end, bytes) in &typical.files {
        println!("  {start:>8.0} {end:>8.0} {bytes:>8} B  {file}");
    }
    for (start, duration) in &typical.tasks {
        println!("  {start:>8.0} {:>8.0}             a task of {duration:.0} ms", start + duration);
    }
}

/// Measures the opening of this build, and of a former one where `REGAIN_FORMER_DIST` names it, in turns.
#[tokio::test]
#[ignore = "a measurement, for `cargo xtask bench widget`"]
async fn opening_measured() -> Result<()> {
    let dist = env::var("REGAIN_DIST").context("measure with `cargo xtask bench widget`")?;
    let mut builds = vec![Build::new("this build", Path::new(&dist)).await?];
    if let Some(former) = env::var_os("REGAIN_FORMER_DIST") {
        builds.push(Build::new("the former build", Path::new(&former)).await?);
    }
    let origins: Vec<&str> = builds.iter().map(|build| build.host.origin()).collect();
    let allowed = format!("[server]\nallowed_origins = {origins:?}");
    run("opening-measured", &[("[server]", &allowed)], async |session| {
        // The throttle of the browser delays no preflight: the API does.
        let api = Recorder::before(&session.server.address("")).await?;
        api.delays_preflights(ROUND_TRIP);
        for build in &builds {
            build.uses(&api)?;
        }
        let mut times = vec![];
        for warmed in [false, true] {
            let mut all: Vec<Vec<Opening>> = vec![vec![]; builds.len()];
            for _ in 0..OPENINGS {
                for (build, openings) in builds.iter().zip(&mut all) {
                    openings.push(opening(session, build.host.origin(), warmed).await?);
                }
            }
            times.push((if warmed { "warmed" } else { "cold" }, all));
        }
        println!("\n  Opening at {SLOWDOWN}x CPU, {ROUND_TRIP} ms, 1.6 Mbit/s, API on another origin");
        println!("  Medians of {OPENINGS} in turns, ms since the click; the longest task of over 50 ms\n");
        println!("  {:<28} {:>8} {:>8} {:>8} {:>12}", "", "card", "field", "flow", "longest task");
        for (sort, all) in &times {
            for (build, openings) in builds.iter().zip(all) {
                print(&format!("{sort}, {}", build.name), openings);
            }
        }
        for (sort, all) in &times {
            print_waterfall(sort, &all[0]);
        }
        as_a_phone(session, false).await
    })
    .await
}
