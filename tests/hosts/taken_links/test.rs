//! A page whose scripts take every click on a link, also one that was taken already.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{goes_back, on, resets};

#[tokio::test]
async fn b1_a_click_that_opens_the_widget_is_nobody_elses() -> Result<()> {
    on("taken_links", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        resets(session).await?;
        ensure!(session.page.script("return taken", vec![]).await? == json!(0), "the page took the link too");
        goes_back(session).await
    })
    .await
}
