//! A sign-in page in a frame in a sandbox.

use anyhow::Result;
use serde_json::json;

use super::{goes_back, on, resets};

#[tokio::test]
async fn in_a_sandbox_with_an_origin_it_goes_all_the_way() -> Result<()> {
    on("sandboxed", &[], async |session, _| {
        session.page.driver().enter_frame(0).await?;
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await
    })
    .await
}

/// The API is for known origins, and this one is nobody's: no storage, no worker, no answers.
#[tokio::test]
async fn in_a_sandbox_without_an_origin_the_way_on_is_shown() -> Result<()> {
    on("sandboxed", &[], async |session, _| {
        let strict = "const frame = document.querySelector('iframe'); frame.sandbox = 'allow-scripts allow-forms'; frame.src += arguments[0]";
        session.page.script(strict, vec![json!("?strict")]).await?;
        session.page.driver().enter_frame(0).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("We can’t reach the server").await?;
        session.page.find(&format!("[part~=root] a[href='{}']", session.server.address("/reset"))).await?;
        Ok(())
    })
    .await
}
