//! Firefox: headless by itself, geckodriver on a port that it chooses.

use std::{path::Path, process::Command};

use anyhow::Result;
use serde_json::{Value, json};
use thirtyfour::{BrowserCapabilitiesHelper as _, FirefoxCapabilities};

use super::{Launched, Tree, given};

pub(super) async fn launch(folder: &Path) -> Result<Launched> {
    let mut command = Command::new(given("REGAIN_GECKODRIVER")?);
    command.args(["--port=0", "--websocket-port=0", "--allow-system-access", "--profile-root"]).arg(folder);
    let mut driver = Tree::start(&mut command, folder)?;
    let port = driver.says("Listening on 127.0.0.1:").await?;
    let mut capabilities = FirefoxCapabilities::new();
    capabilities.set_firefox_binary(&given("REGAIN_FIREFOX")?)?;
    for argument in ["-headless", "--width=900", "--height=1000"] {
        capabilities.add_arg(argument)?;
    }
    let preferences: Value = json!({
        // Nobody can be asked whether a page may read what it just put on the clipboard.
        "dom.events.testing.asyncClipboard": true,
        // Features that are no test's business.
        "browser.aboutwelcome.enabled": false,
        "datareporting.policy.dataSubmissionEnabled": false,
        "signon.rememberSignons": false,
    });
    capabilities.set_browser_option("prefs", preferences)?;
    Ok(Launched { trees: vec![driver], port, capabilities: capabilities.into() })
}
