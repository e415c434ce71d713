//! One test's surroundings: a server and a browser, torn down whatever happens.

use std::{env, fs, io::Write as _, path::PathBuf, thread, time::Instant};

use anyhow::{Context, Result};

use crate::{Browser, Engine, Need, Page, Server, output};

/// A server and a page in a browser.
pub struct BrowserSession {
    /// The server.
    pub server: Server,
    /// The page.
    pub page: Page,
    /// The page's engine.
    pub engine: Engine,
    browser: Browser,
}

impl BrowserSession {
    /// Lets the page do what a person would be asked about, by the names of Chromium's permissions.
    pub async fn grant(&mut self, permissions: &[&str]) -> Result<()> {
        self.browser.grant(permissions).await
    }
}

/// Tells if the engine of this test cannot do what the test needs ([`Engine::is_unsupported`]): it has nothing to do there then.
pub fn is_unsupported(need: Need) -> Result<bool> {
    Ok(Engine::chosen()?.is_unsupported(need))
}

/// Plays one test. `config` are replacements in the demo's configuration. On a failure the picture of the
/// page and the server's log are kept beside the build output.
pub async fn run(
    name: &str,
    config: &[(&str, &str)],
    test: impl AsyncFnOnce(&mut BrowserSession) -> Result<()>,
) -> Result<()> {
    let started = Instant::now();
    // Nothing here speaks TLS, but no client can be made without. Only the first one counts.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = Server::start(config).await?;
    let engine = Engine::chosen()?;
    let browser = Browser::open(engine).await?;
    let page = Page::new(browser.driver.handle().clone());
    let mut session = BrowserSession { server, page, engine, browser };
    let mut result = test(&mut session).await;
    if result.is_err() {
        let kept = keep(name, &session).await;
        result = result.with_context(|| format!("picture and log: {}", kept.unwrap_or_default().display()));
    }
    session.browser.close().await?;
    note_time(started)?;
    result
}

/// Adds a line to the file of times that `cargo xtask test` reads.
fn note_time(started: Instant) -> Result<()> {
    let Some(file) = env::var_os("REGAIN_TIMINGS") else { return Ok(()) };
    let thread = thread::current();
    let line = format!("{:.3} {}\n", started.elapsed().as_secs_f64(), thread.name().unwrap_or("a test"));
    // One write, so that lines of tests that end at once stay whole.
    fs::File::options().create(true).append(true).open(file)?.write_all(line.as_bytes())?;
    Ok(())
}

async fn keep(name: &str, session: &BrowserSession) -> Result<PathBuf> {
    let dir = output("failures")?;
    let name = match session.engine {
        Engine::Chromium => name.to_owned(),
        other => format!("{name}-{other}").to_lowercase(),
    };
    fs::write(dir.join(format!("{name}.log")), session.server.log())?;
    session.page.picture(&dir.join(format!("{name}.png"))).await?;
    Ok(dir)
}
