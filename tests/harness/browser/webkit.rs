//! `WebKitGTK`: needs an X server, which is one that shows nothing; its driver wants to be told a free port.

use std::{path::Path, process::Command};

use anyhow::Result;
use regain_free_port::free_port;
use serde_json::json;
use thirtyfour::Capabilities;

use super::{Launched, Tree, given};
use crate::until;

pub(super) async fn launch(folder: &Path) -> Result<Launched> {
    let mut screen = Command::new(given("REGAIN_XVFB")?);
    screen.args(["-displayfd", "1", "-screen", "0", "1000x1100x24", "-nolisten", "tcp"]);
    let mut screen = Tree::start(&mut screen, folder)?;
    let display: u16 = screen.says("").await?;
    let port = free_port()?;
    let mut driver = Command::new(given("REGAIN_WEBKITWEBDRIVER")?);
    driver.arg(format!("--port={port}"));
    driver.env("DISPLAY", format!(":{display}")).env("GDK_BACKEND", "x11");
    // It has no profile; what it asks of the desktop is not there.
    driver.env("NO_AT_BRIDGE", "1").env("GSETTINGS_BACKEND", "memory");
    for of in ["XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"] {
        driver.env(of, folder);
    }
    let driver = Tree::start(&mut driver, folder)?;
    let address = format!("http://127.0.0.1:{port}/status");
    until("WebKitWebDriver", async || Ok(Some(reqwest::get(&address).await?))).await?;
    let mut capabilities = Capabilities::new();
    let options = json!({ "binary": given("REGAIN_WEBKIT")?, "args": ["--automation"] });
    capabilities.set("webkitgtk:browserOptions", options)?;
    Ok(Launched { trees: vec![driver, screen], port, capabilities })
}
