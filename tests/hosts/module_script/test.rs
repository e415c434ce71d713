//! The tag as a module, as build tools write every script.

use anyhow::Result;

use super::{goes_back, on, resets};

#[tokio::test]
async fn b11_a_tag_that_is_a_module_does_what_it_asks_for() -> Result<()> {
    on("module_script", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await?;
        // Two tags of one module, which runs once.
        session.page.press("Unlock it").await?;
        session.page.find("#second .regain-widget").await?;
        session.page.find("[part~=root] [name=username]").await?;
        Ok(())
    })
    .await
}
