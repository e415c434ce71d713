//! A real Chromium, headless, with a fresh profile.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};
use tempfile::TempDir;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, WebDriver};

/// A running browser. It dies with this value.
pub struct Browser {
    /// What steers it.
    pub driver: WebDriver,
    chromedriver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser and its driver, which chooses a free port by itself.
    pub async fn start() -> Result<Self> {
        let why = "run the end-to-end tests with `cargo xtask test`";
        let mut chromedriver = Command::new(env::var_os("REGAIN_CHROMEDRIVER").context(why)?)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("ChromeDriver cannot be started")?;
        let port = port_of(&mut chromedriver)?;

        let profile = tempfile::tempdir()?;
        let mut capabilities = ChromeCapabilities::new();
        capabilities.set_binary(&env::var("REGAIN_CHROMIUM").context(why)?)?;
        let profile_flag = format!("--user-data-dir={}", profile.path().display());
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--window-size=900,1000",
            &profile_flag,
        ];
        for flag in flags {
            capabilities.add_arg(flag)?;
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await?;
        Ok(Self { driver, chromedriver, _profile: profile })
    }

    /// Closes the browser.
    pub async fn close(self) -> Result<()> {
        let Self { driver, mut chromedriver, _profile } = self;
        let quit = driver.quit().await;
        chromedriver.kill()?;
        chromedriver.wait()?;
        Ok(quit?)
    }
}

fn port_of(chromedriver: &mut Child) -> Result<u16> {
    let output = chromedriver.stdout.take().context("ChromeDriver's output is not piped")?;
    for line in BufReader::new(output).lines() {
        if let Some((_, port)) = line?.rsplit_once("started successfully on port ") {
            return port.trim_end_matches('.').parse().context("ChromeDriver names no port");
        }
    }
    anyhow::bail!("ChromeDriver stopped before it named its port")
}
