//! Conditions of a look at a page: its width, and the person's settings. Each engine has its own way to
//! them, and some have none.

use anyhow::{Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::{RequestData, SessionId, common::command::FormatRequestData};

use crate::{Engine, Page};

/// Conditions of a look at a page.
#[derive(Debug, Clone, Copy)]
pub struct Condition {
    /// Their name in those of pictures.
    pub name: &'static str,
    /// In CSS pixels.
    pub width: u32,
    /// `light` or `dark`.
    pub scheme: &'static str,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// `none` or `active`.
    pub forced_colors: &'static str,
    /// The size of text, in per cent.
    pub text: &'static str,
}

/// Turns the page and the widget, which has a direction of its own, and makes text larger.
const TURN: &str = "
    const [direction, size] = arguments;
    const trees = [document, ...[...document.querySelectorAll('*')].map((e) => e.shadowRoot)];
    const root = trees.map((tree) => tree?.querySelector('[part~=root]')).find(Boolean);
    document.documentElement.dir = direction;
    if (root) root.dir = direction === 'rtl' ? direction : root.dataset.own ??= root.dir;
    document.documentElement.style.fontSize = size;
    // WebKit takes pictures of what was painted last.
    const done = arguments[arguments.length - 1];
    requestAnimationFrame(() => requestAnimationFrame(() => done()));
";

/// In Firefox's own window: what the person has set, and the size of what the page is shown in.
const SET: &str = "
    const [width, scheme, forced] = arguments;
    const {prefs} = Services;
    const set = (name, value) => value == null ? prefs.clearUserPref(name) : prefs.setIntPref(name, value);
    set('layout.css.prefers-color-scheme.content-override', {dark: 0, light: 1}[scheme]);
    set('browser.display.document_color_use', forced ? 2 : null);
    set('ui.prefersReducedMotion', 1);
    const {style} = gBrowser.selectedBrowser;
    for (const [name, value] of [['width', width], ['min-width', width], ['height', width && 1000]])
        value ? style.setProperty(name, value + 'px', 'important') : style.removeProperty(name);
";

/// In CSS pixels: the bar of `WebKitGTK`'s small browser is no narrower than 447.
const LEAST_WIDTH: u32 = 450;

impl Condition {
    /// Has the page looked at so. It is `false` where this engine cannot be brought to that.
    pub async fn is_set(&self, page: &Page, engine: Engine) -> Result<bool> {
        let is_plain = self.scheme == "light" && self.forced_colors == "none";
        match engine {
            Engine::Chromium => {
                let metrics = json!({ "width": self.width, "height": 1000, "deviceScaleFactor": 1, "mobile": false });
                page.devtools().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
                let features = json!({ "features": [
                    { "name": "prefers-color-scheme", "value": self.scheme },
                    { "name": "prefers-reduced-motion", "value": "reduce" },
                    { "name": "forced-colors", "value": self.forced_colors },
                ] });
                page.devtools().send_raw("Emulation.setEmulatedMedia", features).await?;
            }
            Engine::Firefox => {
                let forced = self.forced_colors == "active";
                in_firefox(page, SET, vec![json!(self.width), json!(self.scheme), json!(forced)]).await?;
            }
            Engine::WebKit => {
                if !is_plain || self.width < LEAST_WIDTH {
                    return Ok(false);
                }
                page.driver().set_window_rect(0, 0, self.width, 1000).await?;
            }
        }
        let asked = "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, matchMedia('(forced-colors: active)').matches]";
        let wanted = json!([self.width, self.scheme == "dark", self.forced_colors == "active"]);
        // The page is told some frames later.
        crate::until("the condition", async || {
            let now = page.script(asked, vec![]).await?;
            ensure!(now == wanted, "{}: {now}", self.name);
            Ok(Some(()))
        })
        .await?;
        page.driver().execute_async(TURN, vec![json!(self.direction), json!(self.text)]).await?;
        Ok(true)
    }

    /// Has the page looked at as it was.
    pub async fn is_over(page: &Page, engine: Engine) -> Result<()> {
        page.driver().execute_async(TURN, vec![json!(""), json!("")]).await?;
        match engine {
            Engine::Chromium => {
                page.devtools().send_raw("Emulation.setEmulatedMedia", json!({ "features": [] })).await?;
                page.devtools().send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
            }
            Engine::Firefox => in_firefox(page, SET, vec![Value::Null, Value::Null, json!(false)]).await?,
            Engine::WebKit => page.driver().set_window_rect(0, 0, 900, 1000).await?,
        }
        Ok(())
    }
}

/// Runs a script in Firefox's own window, around the page.
async fn in_firefox(page: &Page, script: &str, arguments: Vec<Value>) -> Result<()> {
    page.driver().cmd(Context("chrome")).await?;
    let done = page.script(script, arguments).await;
    page.driver().cmd(Context("content")).await?;
    done.map(drop)
}

/// The command that says where Firefox's scripts run.
#[derive(Debug)]
struct Context(&'static str);

impl FormatRequestData for Context {
    fn format_request(&self, session_id: &SessionId) -> RequestData {
        RequestData::new(Method::POST, format!("/session/{session_id}/moz/context"))
            .add_body(json!({ "context": self.0 }))
    }
}
