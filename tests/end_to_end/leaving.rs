//! Leftovers of a widget that is gone: nothing that the page would have to carry, and no password.

use anyhow::{Context as _, Result, ensure};
use harness::{BrowserSession, Need, is_unsupported, run, until};
use serde_json::{Value, json};

use crate::person::{self, ADA, NEW_PASSWORD};

/// Opens the widget so often, waits for its first field, and closes it in one way or another.
const OPEN_AND_CLOSE: &str = "
    const [times, way, done] = arguments;
    const link = document.querySelector('#cant-access');
    const tree = () => document.querySelector('.regain-widget')?.shadowRoot;
    const until = (what) => new Promise((go) => {
        const look = () => what() ? go() : setTimeout(look, 5);
        look();
    });
    (async () => {
        for (let time = 0; time < times; time++) {
            const closed = new Promise((go) => document.addEventListener('regain:close', go, {once: true}));
            link.click();
            await until(() => tree()?.querySelector('[name=username]'));
            if (way === 'button') tree().querySelector('[part~=close]').click();
            else tree().host.remove();
            await closed;
            await until(() => !tree());
        }
    })().then(() => done(true), (error) => done(String(error)));
";

async fn opened_and_closed(session: &BrowserSession, times: u32, way: &str) -> Result<()> {
    let done = session.page.driver().execute_async(OPEN_AND_CLOSE, vec![json!(times), json!(way)]).await?;
    ensure!(done.json() == &json!(true), "{}", done.json());
    Ok(())
}

/// Numbers of nodes and listeners in the page, after what nobody can reach is gone: what only a closure of the wasm held goes
/// with the next collection after that of the closure.
async fn counts(session: &BrowserSession) -> Result<[u64; 2]> {
    let devtools = session.page.devtools();
    let mut before = None;
    until("nothing more to collect", async || {
        devtools.send_raw("HeapProfiler.collectGarbage", json!({})).await?;
        let counters: Value = devtools.send_raw("Memory.getDOMCounters", json!({})).await?;
        let count = |name| counters[name].as_u64().with_context(|| format!("no {name} in {counters}"));
        let now = [count("nodes")?, count("jsEventListeners")?];
        Ok((before.replace(now) == Some(now)).then_some(now))
    })
    .await
}

/// B3: each opening left 5 nodes and 8 listeners behind, because nobody called what `mount` returned.
#[tokio::test]
async fn b3_fifty_openings_leave_no_nodes_listeners_or_widgets() -> Result<()> {
    if is_unsupported(Need::Counts)? {
        return Ok(());
    }
    run("openings", &[], async |session| {
        person::at_sign_in(session).await?;
        person::loaded(session).await?;
        // The browser keeps one worker that was ended, with its listeners; openings that are closed at once may have none yet.
        session.page.click("#cant-access").await?;
        session.page.reads("Security check complete").await?;
        session.page.click("[part~=close]").await?;
        for (way, times) in [("button", 50), ("removed", 5)] {
            // Files that were brought in stay for the next opening, and what listens for all widgets.
            opened_and_closed(session, 10, way).await?;
            let before = counts(session).await?;
            opened_and_closed(session, times, way).await?;
            let mut after = [0; 2];
            // Workers end by themselves, some time later.
            let flat = until("as many nodes and listeners as before", async || {
                after = counts(session).await?;
                Ok((after[0] <= before[0] && after[1] <= before[1]).then_some(()))
            });
            flat.await.with_context(|| format!("{way}: {before:?} before {times} openings, {after:?} after"))?;
            ensure!(!session.page.has(".regain-widget").await?, "a widget is left");
        }
        Ok(())
    })
    .await
}

/// D21: the fields of a step that is left went on holding the passwords for as long as anything held the fields.
#[tokio::test]
async fn d21_fields_that_are_left_are_emptied() -> Result<()> {
    run("emptied", &[], async |session| {
        person::proved(session, &ADA).await?;
        session.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        session.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        let keep = "window.fields = [...document.querySelector('.regain-widget').shadowRoot.querySelectorAll('input')];
            return fields.filter(field => field.value).length";
        ensure!(session.page.script(keep, vec![]).await? == json!(3), "the user ID and the password twice");
        session.page.press("Finish").await?;
        session.page.reads("Your password has been reset").await?;
        until("empty fields", async || {
            let held = session.page.script("return fields.map(field => field.value).join('')", vec![]).await?;
            Ok((held == json!("")).then_some(()))
        })
        .await
    })
    .await
}
