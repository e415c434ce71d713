//! The first moments: where the widget opens.

mod bench;

use anyhow::{Result, ensure};
use harness::{BrowserSession, Need, is_unsupported, run};
use serde_json::{Value, json};

use crate::person::{self, MARY};

/// Places in the window: top of the heading, and bottom of the field and of the button that goes on.
const PLACES: &str = "
    const root = document.querySelector('.regain-widget').shadowRoot;
    const place = (selector) => root.querySelector(selector).getBoundingClientRect();
    const field = root.querySelector('form input') ? place('form input').bottom : 0;
    return [place('h2').top, field, place('[type=submit]').bottom, innerHeight, innerWidth]
";

/// Fails unless the heading, the first field and the way on are in the window.
async fn in_sight(session: &BrowserSession) -> Result<()> {
    harness::until("the first field and the way on in sight", async || {
        let places = session.page.script(PLACES, vec![]).await?;
        let at = |place: usize| places[place].as_f64().unwrap_or(f64::NAN);
        ensure!(at(0) >= 0.0 && at(1) <= at(3) && at(2) <= at(3), "heading, field, button, window: {places}");
        Ok(Some(()))
    })
    .await
}

pub(crate) async fn with_window(session: &BrowserSession, width: u32, height: u32) -> Result<()> {
    let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    session.page.devtools().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
    Ok(())
}

/// F1: it opened with its first field out of sight, and nothing scrolled.
#[tokio::test]
async fn f1_the_first_field_and_the_way_on_are_in_sight() -> Result<()> {
    if is_unsupported(Need::Counts)? {
        return Ok(());
    }
    run("in-sight", &[], async |session| {
        for (width, height) in [(390, 844), (360, 640), (1366, 768)] {
            with_window(session, width, height).await?;
            person::at_sign_in(session).await?;
            session.page.click("#cant-access").await?;
            session.page.find("[part~=root] [name=username]").await?;
            in_sight(session).await?;
            session.page.type_into("[part~=root] [name=username]", MARY.user_id).await?;
            session.page.click("[part~=primary]").await?;
            session.page.click("[part~=choice] input").await?;
            session.page.click("[part~=primary]").await?;
            session.page.find("[name=code]").await?;
            in_sight(session).await?;
            session.page.click("[part~=close]").await?;
        }
        let cleared: Value = json!({});
        session.page.devtools().send_raw("Emulation.clearDeviceMetricsOverride", cleared).await?;
        Ok(())
    })
    .await
}
