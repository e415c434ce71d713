//! A page into which somebody may write markup, though no script: names and attributes lead nowhere else.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{goes_back, on, resets};

#[tokio::test]
async fn markup_of_somebody_else_says_neither_where_it_comes_from_nor_where_to_go() -> Result<()> {
    on("clobbered", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await?;
        let leads = "return document.querySelector('#scripted a').href";
        ensure!(session.page.script(leads, vec![]).await? == json!(session.server.address("/reset")));
        Ok(())
    })
    .await
}
