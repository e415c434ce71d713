//! A page whose scripts changed what the language has, and took the name of our global.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{on, says_who};

#[tokio::test]
async fn what_a_page_did_to_the_language_does_not_reach_it() -> Result<()> {
    on("prototypes", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        says_who(session).await?;
        session.page.press("Send the code").await?;
        session.page.reads("Enter the code").await?;
        let global = session.page.script("return window.Regain.of", vec![]).await?;
        ensure!(global == json!("the page"), "its name is taken: {global}");
        Ok(())
    })
    .await
}
