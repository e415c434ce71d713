//! Two links with a tag each, and one of the tags twice.

use anyhow::{Result, ensure};
use harness::BrowserSession;
use serde_json::json;
use thirtyfour::WebElement;

use super::{on, shows};

/// The field of one of the widgets.
async fn field(session: &BrowserSession, after: &str) -> Result<WebElement> {
    let field = format!(
        "return document.querySelector('{after}').nextElementSibling.shadowRoot.querySelector('[name=username]')"
    );
    harness::until("the field", async || {
        let found = session.page.driver().execute(field.clone(), vec![]).await?;
        Ok(if found.json().is_null() { None } else { Some(found.element()?) })
    })
    .await
}

#[tokio::test]
async fn two_widgets_are_open_at_once_and_each_tag_counts_once() -> Result<()> {
    on("two_widgets", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        shows(session, 1).await?;
        session.page.click("#unlock").await?;
        shows(session, 2).await?;
        // Each takes the focus when it is there, which is nothing to type through.
        let fields = [field(session, "#cant-access").await?, field(session, "#unlock").await?];
        session.page.focus_on("name", "username").await?;
        fields[0].send_keys("ada@northwind.example").await?;
        fields[1].send_keys("hedy@northwind.example").await?;
        let held = "return ['#cant-access', '#unlock'].map((link) =>
            document.querySelector(link).nextElementSibling.shadowRoot.querySelector('[name=username]').value)";
        ensure!(session.page.script(held, vec![]).await? == json!(["ada@northwind.example", "hedy@northwind.example"]));
        // The link closes what it opened, and keeps it.
        session.page.click("#cant-access").await?;
        shows(session, 1).await?;
        session.page.click("#cant-access").await?;
        shows(session, 2).await?;
        ensure!(session.page.script(held, vec![]).await?[0] == json!("ada@northwind.example"));
        Ok(())
    })
    .await
}
