//! Two links with a tag each, and one of the tags twice.

use anyhow::{Result, ensure};
use harness::Stage;
use serde_json::json;

use super::{on, shows};

/// Types into the field of one of the widgets.
async fn typed(stage: &Stage, after: &str, text: &str) -> Result<()> {
    let field = format!(
        "return document.querySelector('{after}').nextElementSibling.shadowRoot.querySelector('[name=username]')"
    );
    let field = harness::until("the field", async || {
        let found = stage.page.driver().execute(field.clone(), vec![]).await?;
        Ok(if found.json().is_null() { None } else { Some(found.element()?) })
    })
    .await?;
    Ok(field.send_keys(text).await?)
}

#[tokio::test]
async fn two_widgets_are_open_at_once_and_each_tag_counts_once() -> Result<()> {
    on("two_widgets", &[], async |stage, _| {
        stage.page.click("#cant-access").await?;
        stage.page.reads("Let’s get you back in").await?;
        shows(stage, 1).await?;
        stage.page.click("#unlock").await?;
        shows(stage, 2).await?;
        typed(stage, "#cant-access", "ada@northwind.example").await?;
        typed(stage, "#unlock", "hedy@northwind.example").await?;
        let held = "return ['#cant-access', '#unlock'].map((link) =>
            document.querySelector(link).nextElementSibling.shadowRoot.querySelector('[name=username]').value)";
        ensure!(stage.page.script(held, vec![]).await? == json!(["ada@northwind.example", "hedy@northwind.example"]));
        // The link closes what it opened, and keeps it.
        stage.page.click("#cant-access").await?;
        shows(stage, 1).await?;
        stage.page.click("#cant-access").await?;
        shows(stage, 2).await?;
        ensure!(stage.page.script(held, vec![]).await?[0] == json!("ada@northwind.example"));
        Ok(())
    })
    .await
}
