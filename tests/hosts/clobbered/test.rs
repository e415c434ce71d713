//! A page into which somebody may write markup, though no script: names and attributes lead nowhere else.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{goes_back, on, resets};

#[tokio::test]
async fn markup_of_somebody_else_says_neither_where_it_comes_from_nor_where_to_go() -> Result<()> {
    on("clobbered", &[], async |stage, _| {
        stage.page.click("#cant-access").await?;
        resets(stage).await?;
        goes_back(stage).await?;
        let leads = "return document.querySelector('#scripted a').href";
        ensure!(stage.page.script(leads, vec![]).await? == json!(stage.server.address("/reset")));
        Ok(())
    })
    .await
}
