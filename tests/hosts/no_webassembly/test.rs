//! A browser without WebAssembly, as some keep it for safety: the link is a link.

use anyhow::Result;

use super::on;

#[tokio::test]
async fn screen_01_without_webassembly_the_link_goes_to_its_own_page() -> Result<()> {
    on("no_webassembly", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        harness::until("the reset page", async || {
            Ok(session.page.driver().current_url().await?.path().starts_with("/reset").then_some(()))
        })
        .await?;
        session.page.reads("Northwind Traders").await
    })
    .await
}
