//! A page with keyboard shortcuts.

use anyhow::{Result, ensure};
use serde_json::json;
use thirtyfour::Key;

use super::{goes_back, on, resets};

#[tokio::test]
async fn what_is_typed_is_no_shortcut_of_the_page() -> Result<()> {
    on("shortcuts", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        session.page.key(Key::Escape).await?;
        resets(session).await?;
        let taken = session.page.script("return taken", vec![]).await?;
        ensure!(taken == json!(["Escape"]), "the page took {taken}");
        goes_back(session).await
    })
    .await
}
