//! A browser that forbids the page to store anything.

use anyhow::Result;

use super::{goes_back, on, resets};

#[tokio::test]
async fn without_storage_only_a_reload_is_not_resumed() -> Result<()> {
    on("no_storage", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await
    })
    .await
}
