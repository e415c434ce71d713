//! Chromium: headless by itself, its driver on a port that it chooses.

use std::{path::Path, process::Command};

use anyhow::Result;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities as _};

use super::{Launched, Tree, given};

pub(super) async fn launch(folder: &Path) -> Result<Launched> {
    let (driver, port) = match driver(folder).await {
        Ok(started) => started,
        // It looks for a port that is free for one version of IP, and ends where another test's has it for the other.
        Err(_) => driver(folder).await?,
    };
    let mut capabilities = ChromeCapabilities::new();
    capabilities.set_binary(&given("REGAIN_CHROMIUM")?)?;
    let profile = format!("--user-data-dir={}", folder.join("profile").display());
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
        &profile,
    ];
    for flag in flags {
        capabilities.add_arg(flag)?;
    }
    Ok(Launched { trees: vec![driver], port, capabilities: capabilities.into() })
}

async fn driver(folder: &Path) -> Result<(Tree, u16)> {
    let mut driver = Tree::start(Command::new(given("REGAIN_CHROMEDRIVER")?).arg("--port=0"), folder)?;
    let port = driver.says("started successfully on port ").await?;
    Ok((driver, port))
}
