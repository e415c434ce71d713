//! Chromium: headless by itself. Starting one takes longer than many a test, so a browser and its driver stay for the
//! next test of this run; each test has a browser context of its own, with its own cookies, storage and cache.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities as _, WebDriver, WindowHandle};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use super::{Tree, given};
use crate::until;

/// Switches of the browser: those of `ChromeDriver` that a test can notice, and quiet on the network.
const SWITCHES: [&str; 18] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--enable-automation",
    "--allow-pre-commit-input",
    "--disable-popup-blocking",
    "--disable-hang-monitor",
    "--disable-prompt-on-repost",
    "--password-store=basic",
    "--use-mock-keychain",
    "--window-size=900,1000",
    // Pages of the browser's own frame, which nobody sees: half a second of a core for each window.
    "--disable-features=PreloadTopChromeWebUI,InitialWebUI,WebUIOmniboxPopup,WebUITabStrip,WebUIToolbar",
];

/// Browsers that no test is using.
static IDLE: Mutex<Vec<Instance>> = Mutex::new(Vec::new());

/// A running browser and a driver for it.
struct Instance {
    /// Port and path of the browser's own protocol.
    devtools: (u16, String),
    driver: u16,
    _trees: [Tree; 2],
    _folder: TempDir,
}

/// A test's share of a browser.
pub(super) struct Leased {
    instance: Instance,
    /// The context lives as long as this connection.
    connection: Connection,
    context: String,
}

impl Leased {
    /// Opens a page in a new context.
    pub(super) async fn open() -> Result<(Self, WebDriver)> {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let instance = match idle {
            Some(instance) => instance,
            None => Instance::start().await?,
        };
        let (port, path) = &instance.devtools;
        let mut connection = Connection::open(&format!("ws://127.0.0.1:{port}{path}")).await?;
        let context = connection.call("Target.createBrowserContext", json!({ "disposeOnDetach": true })).await?;
        let context = context["browserContextId"].as_str().context("a context has an id")?.to_owned();
        let target = json!({
            "url": "about:blank", "browserContextId": context, "newWindow": true, "width": 900, "height": 1000,
        });
        let target = connection.call("Target.createTarget", target).await?;
        let window = target["targetId"].as_str().context("a target has an id")?.to_owned();

        let mut capabilities = ChromeCapabilities::new();
        capabilities.set_debugger_address(&format!("127.0.0.1:{port}"))?;
        let driver = WebDriver::new(format!("http://127.0.0.1:{}", instance.driver), capabilities).await?;
        driver.switch_to_window(WindowHandle::from(window)).await?;
        Ok((Self { instance, connection, context }, driver))
    }

    /// Lets pages of the context do what a person would be asked about.
    pub(super) async fn grant(&mut self, permissions: &[&str]) -> Result<()> {
        let granted = json!({ "permissions": permissions, "browserContextId": self.context });
        self.connection.call("Browser.grantPermissions", granted).await.map(drop)
    }

    /// Disposes the context and keeps the browser for another test.
    pub(super) async fn close(mut self) -> Result<()> {
        let context = json!({ "browserContextId": self.context });
        self.connection.call("Target.disposeBrowserContext", context).await?;
        IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(self.instance);
        Ok(())
    }
}

impl Instance {
    async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let profile = folder.path().join("profile");
        let mut browser = Command::new(given("REGAIN_CHROMIUM")?);
        browser.args(SWITCHES).arg("--remote-debugging-port=0");
        browser.arg(format!("--user-data-dir={}", profile.display())).arg("about:blank");
        let mut browser = Tree::guarded(&browser, folder.path())?;
        let devtools = until("Chromium", async || {
            browser.is_running()?;
            Ok(listening(&profile))
        })
        .await?;
        let (driver, port) = match start_driver(folder.path()).await {
            Ok(started) => started,
            // It looks for a port that is free for one version of IP, and ends where another has it for the other.
            Err(_) => start_driver(folder.path()).await?,
        };
        Ok(Self { devtools, driver: port, _trees: [driver, browser], _folder: folder })
    }
}

/// Port and path of a browser's own protocol, from the file that the browser writes once it listens.
fn listening(profile: &Path) -> Option<(u16, String)> {
    let text = fs::read_to_string(profile.join("DevToolsActivePort")).ok()?;
    let (port, path) = text.split_once('\n')?;
    path.starts_with("/devtools/").then_some((port.parse().ok()?, path.trim().to_owned()))
}

async fn start_driver(folder: &Path) -> Result<(Tree, u16)> {
    let mut command = Command::new(given("REGAIN_CHROMEDRIVER")?);
    command.arg("--port=0");
    let mut driver = Tree::guarded(&command, folder)?;
    let port = driver.says("started successfully on port ").await?;
    Ok((driver, port))
}

/// A connection for Chromium's own protocol, to the browser as a whole.
struct Connection {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    calls: u64,
}

impl Connection {
    async fn open(address: &str) -> Result<Self> {
        let (socket, _) = connect_async(address).await?;
        Ok(Self { socket, calls: 0 })
    }

    async fn call(&mut self, method: &str, parameters: Value) -> Result<Value> {
        self.calls += 1;
        let call = json!({ "id": self.calls, "method": method, "params": parameters });
        self.socket.send(Message::text(call.to_string())).await?;
        while let Some(message) = self.socket.next().await {
            let Message::Text(text) = message? else { continue };
            let mut answer: Value = serde_json::from_str(&text)?;
            if answer["id"] == json!(self.calls) {
                anyhow::ensure!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return Ok(answer["result"].take());
            }
        }
        bail!("{method}: Chromium has closed the connection")
    }
}
