//! The whole flow without a mouse.

use anyhow::{Result, ensure};
use harness::{Stage, play};
use thirtyfour::Key;

use crate::person::{self, ADA, NEW_PASSWORD};

#[tokio::test]
async fn the_whole_flow_by_keyboard_alone() -> Result<()> {
    play("keyboard", &[], async |stage| {
        person::at_sign_in(stage).await?;
        tab_to(stage, "id", "cant-access").await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Let’s get you back in").await?;
        tab_to(stage, "name", "username").await?;
        stage.page.keys(ADA.user_id).await?;
        stage.page.key(Key::Enter).await?;

        heading(stage, "Prove that it’s you").await?;
        tab_to(stage, "name", "method").await?;
        stage.page.key(Key::Space).await?;
        tab_to(stage, "text", "Send the code").await?;
        stage.page.key(Key::Enter).await?;

        heading(stage, "Enter the code").await?;
        let code = stage.server.mail(ADA.address, 0).await?.code()?;
        tab_to(stage, "name", "code").await?;
        stage.page.keys(&code).await?;
        stage.page.key(Key::Enter).await?;

        heading(stage, "Choose a new password").await?;
        tab_to(stage, "name", "new-password").await?;
        stage.page.keys(NEW_PASSWORD).await?;
        tab_to(stage, "name", "confirm-password").await?;
        stage.page.keys(NEW_PASSWORD).await?;
        stage.page.key(Key::Enter).await?;

        heading(stage, "Your password has been reset").await?;
        tab_to(stage, "text", "Back to sign in").await?;
        stage.page.key(Key::Enter).await?;
        stage.page.focus_on("id", "password").await?;
        stage.page.keys(NEW_PASSWORD).await?;
        stage.page.key(Key::Enter).await?;
        stage.page.find("[data-testid=signed-in]").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn closing_brings_the_focus_back_to_the_link() -> Result<()> {
    play("close", &[], async |stage| {
        person::at_sign_in(stage).await?;
        stage.page.click("#cant-access").await?;
        heading(stage, "Let’s get you back in").await?;
        stage.page.press("Cancel").await?;
        stage.page.focus_on("id", "cant-access").await?;
        ensure!(!stage.page.has("[part~=root] form").await?, "the form is still there");
        Ok(())
    })
    .await
}

/// A new step begins at its heading.
async fn heading(stage: &Stage, words: &str) -> Result<()> {
    stage.page.focus_on("text", words).await?;
    stage.page.focus_on("tag", "h2").await
}

/// Presses Tab until the focus is there; a page has no more than a few dozen places.
async fn tab_to(stage: &Stage, member: &str, value: &str) -> Result<()> {
    for _ in 0..30 {
        if stage.page.focus().await?[member] == value {
            return Ok(());
        }
        stage.page.key(Key::Tab).await?;
    }
    anyhow::bail!("Tab does not lead to {member} {value}; the focus is on {}", stage.page.focus().await?)
}
