//! One test's surroundings: a server and a browser, torn down whatever happens.

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result};
use tokio::sync::Semaphore;

use crate::{Browser, Engine, Need, Page, Server};

/// A browser and a server each take much of a core.
static SEATS: Semaphore = Semaphore::const_new(2);

/// A server and a page in a browser.
pub struct Stage {
    /// The server.
    pub server: Server,
    /// The page.
    pub page: Page,
    /// What the page is in.
    pub engine: Engine,
}

/// Whether the engine that this test is played in cannot do what the test needs ([`Engine::lacks`]): it has
/// nothing to do there then.
pub fn lacks(need: Need) -> Result<bool> {
    Ok(Engine::chosen()?.lacks(need))
}

/// Plays one test. `config` are replacements in the demo's configuration. On a failure the picture of the
/// page and the server's log are kept beside the build output.
pub async fn play(name: &str, config: &[(&str, &str)], test: impl AsyncFnOnce(&mut Stage) -> Result<()>) -> Result<()> {
    let _seat = SEATS.acquire().await?;
    // Nothing here speaks TLS, but no client can be made without. Only the first one counts.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = Server::start(config).await?;
    let engine = Engine::chosen()?;
    let browser = Browser::start(engine).await?;
    let page = Page::new(browser.driver.handle().clone());
    let mut stage = Stage { server, page, engine };
    let mut result = test(&mut stage).await;
    if result.is_err() {
        let kept = keep(name, &stage).await;
        result = result.with_context(|| format!("picture and log: {}", kept.unwrap_or_default().display()));
    }
    browser.close().await?;
    result
}

async fn keep(name: &str, stage: &Stage) -> Result<PathBuf> {
    let test = env::current_exe()?;
    let dir = test.ancestors().nth(3).context("the test lies in no build folder")?.join("end-to-end");
    fs::create_dir_all(&dir)?;
    let name = match stage.engine {
        Engine::Chromium => name.to_owned(),
        other => format!("{name}-{other}").to_lowercase(),
    };
    fs::write(dir.join(format!("{name}.log")), stage.server.log())?;
    stage.page.picture(&dir.join(format!("{name}.png"))).await?;
    Ok(dir)
}
