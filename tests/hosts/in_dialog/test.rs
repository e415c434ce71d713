//! The page's form in a dialog, and the widget in there or in a dialog upon it.

use anyhow::{Result, ensure};
use serde_json::json;
use thirtyfour::Key;

use super::{goes_back, on, resets};

#[tokio::test]
async fn inside_a_dialog_of_the_page() -> Result<()> {
    on("in_dialog", &[], async |session, _| {
        session.page.click("#sign-in").await?;
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await
    })
    .await
}

#[tokio::test]
async fn in_a_dialog_upon_a_dialog_escape_closes_the_upper_one() -> Result<()> {
    on("in_dialog", &[], async |session, _| {
        session.page.script("document.querySelector('script[data-link]').dataset.mode = 'dialog'", vec![]).await?;
        session.page.click("#sign-in").await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        session.page.focus_on("name", "username").await?;
        session.page.key(Key::Escape).await?;
        session.page.focus_on("id", "cant-access").await?;
        let open = session.page.script("return document.querySelector('dialog').open", vec![]).await?;
        ensure!(open == json!(true), "the page's own dialog is closed");
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await
    })
    .await
}
