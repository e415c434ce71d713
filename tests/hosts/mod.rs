//! Pages that the widget is put into, each a folder with its page and its test. A page says `@REGAIN@` for the
//! server's address, and has the widget's files under `/regain/` too, on its own origin. Those of `react`, `vue` and `vite`
//! are built from packages first: see `xtask/src/apps.rs`.

#[path = "back_forward/test.rs"]
mod back_forward;
#[path = "clobbered/test.rs"]
mod clobbered;
#[path = "cross_origin/test.rs"]
pub(crate) mod cross_origin;
#[path = "dialog/test.rs"]
mod dialog;
#[path = "element/test.rs"]
mod element;
#[path = "first_page/test.rs"]
mod first_page;
#[path = "hostile_css/test.rs"]
mod hostile_css;
#[path = "in_dialog/test.rs"]
mod in_dialog;
#[path = "in_form/test.rs"]
mod in_form;
#[path = "legacy_charset/test.rs"]
mod legacy_charset;
#[path = "light/test.rs"]
mod light;
#[path = "module_script/test.rs"]
mod module_script;
#[path = "monitored/test.rs"]
mod monitored;
#[path = "no_storage/test.rs"]
mod no_storage;
#[path = "no_webassembly/test.rs"]
mod no_webassembly;
#[path = "no_worker/test.rs"]
mod no_worker;
#[path = "offline/test.rs"]
mod offline;
#[path = "page_cache/test.rs"]
mod page_cache;
#[path = "plain/test.rs"]
mod plain;
#[path = "prototypes/test.rs"]
mod prototypes;
#[path = "react/test.rs"]
mod react;
#[path = "sandboxed/test.rs"]
mod sandboxed;
#[path = "shortcuts/test.rs"]
mod shortcuts;
#[path = "single_page/test.rs"]
mod single_page;
#[path = "slow/test.rs"]
mod slow;
#[path = "strict_csp/test.rs"]
pub(crate) mod strict_csp;
#[path = "taken_links/test.rs"]
mod taken_links;
#[path = "translated/test.rs"]
mod translated;
#[path = "trusted_types/test.rs"]
pub(crate) mod trusted_types;
#[path = "two_faced/test.rs"]
mod two_faced;
#[path = "two_widgets/test.rs"]
mod two_widgets;
#[path = "unnamed_fields/test.rs"]
mod unnamed_fields;
#[path = "vite/test.rs"]
mod vite;
#[path = "vue/test.rs"]
mod vue;

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use harness::{BrowserSession, Host, run};
use serde_json::json;

use crate::person::{ADA, NEW_PASSWORD};

/// Plays a test on the page in a folder here, served from an origin of its own with these headers.
async fn on(
    folder: &str,
    headers: &[(&str, &str)],
    test: impl AsyncFnOnce(&mut BrowserSession, &Host) -> Result<()>,
) -> Result<()> {
    on_folder(&harness::root().join("tests/hosts").join(folder), folder, headers, test).await
}

/// Folder of the pages that are built from packages, with the packages.
fn apps() -> Result<PathBuf> {
    Ok(env::var_os("REGAIN_APPS").context("run the end-to-end tests with `cargo xtask test`")?.into())
}

/// Plays a test on what Vite made of the page in a folder here.
async fn on_built(folder: &str, test: impl AsyncFnOnce(&mut BrowserSession, &Host) -> Result<()>) -> Result<()> {
    on_folder(&apps()?.join(folder).join("dist"), folder, &[], test).await
}

async fn on_folder(
    at: &Path,
    name: &str,
    headers: &[(&str, &str)],
    test: impl AsyncFnOnce(&mut BrowserSession, &Host) -> Result<()>,
) -> Result<()> {
    let host = Host::start().await?;
    run(&format!("host-{name}"), &[("[server]", &allowing(host.origin()))], async |session| {
        let server = session.server.address("");
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.replace("@REGAIN@", &server))).collect();
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        host.serves(at, &[("@REGAIN@", &server)], &headers)?;
        session.page.go(&format!("{}/", host.origin())).await?;
        test(session, &host).await
    })
    .await
}

/// Tells if docs/embedding.md has a policy of content security.
fn documented(policy: &str) -> Result<bool> {
    let documented = std::fs::read_to_string(harness::root().join("docs/embedding.md"))?;
    Ok(documented.contains(&policy.replace("@REGAIN@", "https://recover.example.com")))
}

/// Text in place of `[server]` in the server's file, to let pages of an origin use the API.
fn allowing(origin: &str) -> String {
    format!("[server]\nallowed_origins = [\"{origin}\"]")
}

/// Says who they are, in a widget that is open.
async fn says_who(session: &BrowserSession) -> Result<()> {
    session.page.reads("Let’s get you back in").await?;
    session.page.retype("[part~=root] [name=username]", ADA.user_id).await?;
    session.page.press("Next").await?;
    session.page.reads("Verify it’s you").await
}

/// Resets Ada's password in a widget that is open, up to the last screen.
async fn resets(session: &BrowserSession) -> Result<()> {
    says_who(session).await?;
    let before = session.server.mails_to(ADA.address).await?;
    session.page.press("Send the code").await?;
    let code = session.server.mail(ADA.address, before).await?.code()?;
    session.page.type_into("[name=code]", &code).await?;
    session.page.press("Verify").await?;
    session.page.reads("Choose a new password").await?;
    session.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
    session.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
    session.page.press("Finish").await?;
    session.page.reads("Your password has been reset").await
}

/// Goes back to the page's own form, which has the user ID then, and the focus in the field for the password.
async fn goes_back(session: &BrowserSession) -> Result<()> {
    session.page.press("Back to sign in").await?;
    session.page.focus_on("id", "password").await?;
    ensure!(session.page.value("#user-id").await? == ADA.user_id, "the user ID is not brought back");
    ensure!(!session.page.has(".regain-widget").await?, "the widget is still there");
    Ok(())
}

/// Record that the page keeps of the widget's events: `window.heard`, each as its type and its detail.
const HEAR: &str = "
    window.heard = [];
    for (const type of ['open', 'step', 'done', 'error', 'close'])
        document.addEventListener('regain:' + type, ({detail}) => heard.push([type, detail]));
";

/// Takes an app's element away while somebody is at a code, and puts it back.
async fn goes_and_comes_back(session: &BrowserSession) -> Result<()> {
    session.page.script(HEAR, vec![]).await?;
    session.page.click("regain-access a").await?;
    says_who(session).await?;
    session.page.press("Send the code").await?;
    session.page.reads("Enter the code").await?;
    session.page.press("Leave").await?;
    shows(session, 0).await?;
    harness::until("the end of it", async || {
        let last = session.page.script("return heard.at(-1)", vec![]).await?;
        Ok((last[0] == json!("close") && last[1]["outcome"] == json!("closed")).then_some(()))
    })
    .await?;
    ensure!(!session.page.has("regain-access").await?, "the app has not taken it away");
    session.page.press("Come back").await?;
    session.page.reads("Enter the code").await?;
    shows(session, 1).await
}

/// Number of visible widgets.
async fn shown(session: &BrowserSession) -> Result<u64> {
    let shown = "return [...document.querySelectorAll('.regain-widget')].filter((it) => it.checkVisibility()).length";
    Ok(session.page.script(shown, vec![]).await?.as_u64().unwrap_or_default())
}

/// Waits until so many widgets can be seen.
async fn shows(session: &BrowserSession, count: u64) -> Result<()> {
    harness::until(&format!("{count} widgets"), async || Ok((shown(session).await? == count).then_some(()))).await
}

/// Fails where the page's own thread did what is a worker's to do. Where a worker may not run, nothing else tells:
/// what is forbidden within one is not reported to the page.
async fn workers_did_theirs(session: &BrowserSession) -> Result<()> {
    let here = "return performance.getEntriesByType('resource').map(entry => entry.name)
        .filter(name => /regain-(work|strength)-[^/]*\\.wasm$/.test(name))";
    let here = session.page.script(here, vec![]).await?;
    ensure!(here == json!([]), "fetched by the page itself: {here}");
    Ok(())
}

/// Fails where something was refused by a policy of the page.
async fn nothing_was_forbidden(session: &BrowserSession) -> Result<()> {
    let forbidden = session.page.script("return window.forbidden", vec![]).await?;
    ensure!(forbidden == json!([]), "{forbidden}");
    Ok(())
}
