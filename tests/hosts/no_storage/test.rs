//! A browser that forbids the page to store anything.

use anyhow::Result;

use super::{goes_back, on, resets};

#[tokio::test]
async fn without_storage_only_a_reload_is_not_resumed() -> Result<()> {
    on("no_storage", &[], async |stage, _| {
        stage.page.click("#cant-access").await?;
        resets(stage).await?;
        goes_back(stage).await
    })
    .await
}
