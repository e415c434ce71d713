//! The whole flow without a mouse.

use anyhow::{Result, ensure};
use harness::{Stage, play};
use thirtyfour::Key;

use crate::person::{self, ADA, NEW_PASSWORD};

#[tokio::test]
pub(crate) async fn the_whole_flow_by_keyboard_alone() -> Result<()> {
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

/// Every screen that the first walk does not come by: kinds of account, the picture, a call, unlocking.
#[tokio::test]
async fn an_account_is_unlocked_by_keyboard_alone() -> Result<()> {
    let image = ("kind = \"proof_of_work\"", "kind = \"image\"");
    play("keyboard-unlock", &[image, crate::account_types::TWO], async |stage| {
        person::at_sign_in(stage).await?;
        tab_to(stage, "id", "cant-access").await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "What kind of account is it?").await?;
        tab_to(stage, "text", "Work or school account").await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Let’s get you back in").await?;
        tab_to(stage, "name", "username").await?;
        stage.page.keys(person::HEDY.user_id).await?;
        tab_to(stage, "text", "Another picture").await?;
        let before = crate::challenge::picture(stage).await?;
        stage.page.key(Key::Enter).await?;
        harness::until("another picture", async || {
            Ok((crate::challenge::picture(stage).await? != before).then_some(()))
        })
        .await?;
        tab_to(stage, "text", "Listen instead").await?;
        stage.page.key(Key::Enter).await?;
        let digits = crate::challenge::digits(stage).await?;
        tab_to(stage, "name", "captcha").await?;
        stage.page.keys(&digits).await?;
        stage.page.key(Key::Enter).await?;

        heading(stage, "Prove that it’s you").await?;
        tab_to(stage, "name", "method").await?;
        stage.page.key(Key::Space).await?;
        // Mail, text, call: as in every group of radio buttons, the arrows choose.
        stage.page.key(Key::Down).await?;
        stage.page.key(Key::Down).await?;
        tab_to(stage, "text", "Call me").await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Answer your phone").await?;
        let call = stage.server.call("+14255550140", 0).await?;
        call.does("answer").await?;
        call.key("#").await?;
        heading(stage, "Unlock, or a new password?").await?;
        tab_to(stage, "name", "outcome").await?;
        stage.page.key(Key::Space).await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Your account has been unlocked").await?;
        tab_to(stage, "text", "Back to sign in").await?;
        stage.page.key(Key::Enter).await?;
        stage.page.focus_on("id", "password").await
    })
    .await
}

/// Changing a password that one knows.
#[tokio::test]
async fn a_password_is_changed_by_keyboard_alone() -> Result<()> {
    let back = ("[organisation]", "[organisation]\ncontinue_url = \"/\"");
    play("keyboard-change", &[back], async |stage| {
        stage.page.go(&stage.server.address("/change")).await?;
        heading(stage, "Change your password").await?;
        tab_to(stage, "name", "username").await?;
        stage.page.keys(ADA.user_id).await?;
        tab_to(stage, "name", "current-password").await?;
        stage.page.keys("analytical engine note").await?;
        stage.page.key(Key::Enter).await?;
        stage.page.reads("User ID and password don’t go together.").await?;
        stage.page.focus_on("name", "current-password").await?;
        // It waits with what was typed, which lacks one letter.
        stage.page.key(Key::End).await?;
        stage.page.keys("s").await?;
        stage.page.key(Key::Enter).await?;

        stage.page.find("[name=new-password]").await?;
        heading(stage, "Change your password").await?;
        tab_to(stage, "name", "new-password").await?;
        stage.page.keys(NEW_PASSWORD).await?;
        tab_to(stage, "name", "confirm-password").await?;
        stage.page.keys(NEW_PASSWORD).await?;
        tab_to(stage, "text", "Change password").await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Your password has been changed").await?;
        tab_to(stage, "text", "Back to sign in").await?;
        stage.page.key(Key::Enter).await?;
        stage.page.find("#cant-access").await?;
        tab_to(stage, "id", "user-id").await?;
        stage.page.keys(ADA.user_id).await?;
        tab_to(stage, "id", "password").await?;
        stage.page.keys(NEW_PASSWORD).await?;
        stage.page.key(Key::Enter).await?;
        stage.page.find("[data-testid=signed-in]").await?;
        Ok(())
    })
    .await
}

/// The questions, and the way to the administrators.
#[tokio::test]
async fn the_administrators_are_asked_by_keyboard_alone() -> Result<()> {
    play("keyboard-administrators", &[], async |stage| {
        person::identified(stage, &person::Person { user_id: "rosalind@northwind.example", address: "" }).await?;
        tab_to(stage, "text", "Answer the questions").await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Answer your security questions").await?;
        for field in ["answer-1", "answer-2", "answer-3"] {
            tab_to(stage, "name", field).await?;
            stage.page.keys("something else").await?;
        }
        stage.page.key(Key::Enter).await?;
        stage.page.reads("You have 4 more tries.").await?;
        stage.page.focus_on("name", "answer-1").await?;
        tab_to(stage, "text", "None of these work for me").await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Your administrator can help").await?;
        tab_to(stage, "name", "message").await?;
        stage.page.keys("I was asked something else.").await?;
        tab_to(stage, "text", "Send the request").await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Your request has been sent").await
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
pub(crate) async fn heading(stage: &Stage, words: &str) -> Result<()> {
    stage.page.focus_on("text", words).await?;
    stage.page.focus_on("tag", "h2").await
}

/// Presses Tab until the focus is there; a page has no more than a few dozen places.
pub(crate) async fn tab_to(stage: &Stage, member: &str, value: &str) -> Result<()> {
    for _ in 0..30 {
        if stage.page.focus().await?[member] == value {
            return Ok(());
        }
        stage.page.key(Key::Tab).await?;
    }
    anyhow::bail!("Tab does not lead to {member} {value}; the focus is on {}", stage.page.focus().await?)
}
