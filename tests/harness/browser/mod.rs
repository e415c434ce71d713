//! A real browser with a fresh profile, in one of the engines that people have.

mod chromium;
mod firefox;
mod needs;
mod tree;
mod webkit;

use std::{cell::Cell, env, fmt, fs, path::Path, thread};

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use thirtyfour::{Capabilities, WebDriver};

pub use needs::Need;
use tree::Tree;

thread_local! {
    /// The engine of tests on this thread, if it is not the run's own choice.
    static GIVEN: Cell<Option<Engine>> = const { Cell::new(None) };
}

/// A browser engine. `cargo xtask test` makes the environment that a run needs of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Chromium, by `ChromeDriver`.
    Chromium,
    /// Firefox, by geckodriver.
    Firefox,
    /// `WebKitGTK`'s own small browser, by `WebKitWebDriver`, on an X server that shows nothing.
    WebKit,
}

impl Engine {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// The engine of a test on this thread: the one of [`Engine::plays`], else of `REGAIN_ENGINE`, else Chromium.
    pub fn chosen() -> Result<Self> {
        if let Some(engine) = GIVEN.get() {
            return Ok(engine);
        }
        let Some(name) = env::var_os("REGAIN_ENGINE") else { return Ok(Self::Chromium) };
        let is_it = |engine: &Self| name.eq_ignore_ascii_case(engine.to_string());
        Self::ALL.into_iter().find(is_it).with_context(|| format!("REGAIN_ENGINE names no engine: {}", name.display()))
    }

    /// Runs a test as it is, but for the engine. Tests run on the thread that they are called on.
    pub fn plays(self, test: fn() -> Result<()>) -> Result<()> {
        let before = GIVEN.replace(Some(self));
        let result = test();
        GIVEN.set(before);
        result.with_context(|| format!("in {self}"))
    }

    /// Tells if its driver cannot do what a test needs. It prints then that the test is not run, and the reason, past
    /// what keeps the output of tests that pass.
    pub fn is_unsupported(self, need: Need) -> bool {
        let Some(reason) = need.reason(self) else { return false };
        let thread = thread::current();
        let test = thread.name().unwrap_or("a test");
        let line = format!("not run in {self}: {test}: {reason}\n");
        let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
        true
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKit",
        })
    }
}

/// A driver that listens, and what it is to be asked for.
struct Launched {
    /// The driver, and what it needs, in the order in which they are ended.
    trees: Vec<Tree>,
    port: u16,
    capabilities: Capabilities,
}

/// A browser for one test.
pub struct Browser {
    /// The session with the driver.
    pub driver: WebDriver,
    running: Running,
}

/// The browser behind a session.
enum Running {
    /// A context in a browser that stays.
    Leased(Box<chromium::Leased>),
    /// A browser of its own: it dies with this value, and so does whatever was started for it.
    // Fields are dropped in this order: the profile goes when nobody writes to it any more.
    Own { trees: Vec<Tree>, folder: TempDir },
}

impl Browser {
    /// Opens a browser that has no past.
    pub async fn open(engine: Engine) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let launched = match engine {
            Engine::Chromium => {
                let (leased, driver) = chromium::Leased::open().await.context("Chromium does not start")?;
                return Ok(Self { driver, running: Running::Leased(Box::new(leased)) });
            }
            Engine::Firefox => firefox::launch(folder.path()).await?,
            Engine::WebKit => webkit::launch(folder.path()).await?,
        };
        let address = format!("http://127.0.0.1:{}", launched.port);
        let driver = WebDriver::new(address, launched.capabilities).await;
        let driver = driver.with_context(|| format!("{engine} does not start: {}", said(folder.path())))?;
        if engine == Engine::WebKit {
            // It opens as large as it likes.
            driver.set_window_rect(0, 0, 900, 1000).await?;
        }
        Ok(Self { driver, running: Running::Own { trees: launched.trees, folder } })
    }

    /// Lets pages do what a person would be asked about, such as reading the clipboard.
    pub async fn grant(&mut self, permissions: &[&str]) -> Result<()> {
        match &mut self.running {
            Running::Leased(leased) => leased.grant(permissions).await,
            // Firefox is started with these, and WebKit is_unsupported them (`Need`).
            Running::Own { .. } => Ok(()),
        }
    }

    /// Closes the browser.
    pub async fn close(self) -> Result<()> {
        let Self { driver, running } = self;
        let quit = driver.quit().await;
        match running {
            Running::Leased(leased) if quit.is_ok() => leased.close().await?,
            Running::Leased(leased) => drop(leased),
            Running::Own { trees, folder } => drop((trees, folder)),
        }
        Ok(quit?)
    }
}

/// The value of a variable that `cargo xtask test` sets.
fn given(variable: &str) -> Result<String> {
    env::var(variable).with_context(|| format!("{variable}: run the end-to-end tests with `cargo xtask test`"))
}

/// The logs of the programs in the folder.
fn said(folder: &Path) -> String {
    let logs = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let logs = logs.filter(|path| path.extension().is_some_and(|it| it == "log"));
    logs.filter_map(|path| fs::read_to_string(path).ok()).collect::<Vec<_>>().join("\n")
}
