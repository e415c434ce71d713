//! The whole flow without a mouse.

use anyhow::{Result, ensure};
use harness::{BrowserSession, run};
use thirtyfour::Key;

use crate::person::{self, ADA, NEW_PASSWORD};

#[tokio::test]
pub(crate) async fn the_whole_flow_by_keyboard_alone() -> Result<()> {
    run("keyboard", &[], async |session| {
        person::at_sign_in(session).await?;
        tab_to(session, "id", "cant-access").await?;
        session.page.key(Key::Enter).await?;
        // A step of one field begins in it.
        session.page.focus_on("name", "username").await?;
        session.page.keys(ADA.user_id).await?;
        session.page.key(Key::Enter).await?;

        heading(session, "Verify it’s you").await?;
        // One method is no choice.
        session.page.key(Key::Tab).await?;
        session.page.focus_on("text", "Send the code").await?;
        session.page.key(Key::Enter).await?;

        session.page.focus_on("name", "code").await?;
        let code = session.server.mail(ADA.address, 0).await?.code()?;
        session.page.keys(&code).await?;
        session.page.key(Key::Enter).await?;

        heading(session, "Choose a new password").await?;
        tab_to(session, "name", "new-password").await?;
        session.page.keys(NEW_PASSWORD).await?;
        tab_to(session, "name", "confirm-password").await?;
        session.page.keys(NEW_PASSWORD).await?;
        session.page.key(Key::Enter).await?;

        heading(session, "Your password has been reset").await?;
        tab_to(session, "text", "Back to sign in").await?;
        session.page.key(Key::Enter).await?;
        session.page.focus_on("id", "password").await?;
        session.page.keys(NEW_PASSWORD).await?;
        session.page.key(Key::Enter).await?;
        session.page.find("[data-testid=signed-in]").await?;
        Ok(())
    })
    .await
}

/// Every screen that the first walk does not come by: kinds of account, the picture, a call, unlocking.
#[tokio::test]
async fn an_account_is_unlocked_by_keyboard_alone() -> Result<()> {
    let image = ("kind = \"proof_of_work\"", "kind = \"image\"");
    run("keyboard-unlock", &[image, crate::account_types::TWO], async |session| {
        person::at_sign_in(session).await?;
        tab_to(session, "id", "cant-access").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Which account do you need help with?").await?;
        tab_to(session, "text", "Work or school account").await?;
        session.page.key(Key::Enter).await?;
        session.page.focus_on("name", "username").await?;
        session.page.keys(person::HEDY.user_id).await?;
        tab_to(session, "text", "Another picture").await?;
        let before = crate::challenge::picture(session).await?;
        session.page.key(Key::Enter).await?;
        harness::until("another picture", async || {
            Ok((crate::challenge::picture(session).await? != before).then_some(()))
        })
        .await?;
        tab_to(session, "text", "Listen instead").await?;
        session.page.key(Key::Enter).await?;
        let digits = crate::challenge::digits(session).await?;
        tab_to(session, "name", "captcha").await?;
        session.page.keys(&digits).await?;
        session.page.key(Key::Enter).await?;

        heading(session, "Verify it’s you").await?;
        tab_to(session, "name", "method").await?;
        session.page.key(Key::Space).await?;
        // Mail, text, call: as in every group of radio buttons, the arrows choose.
        session.page.key(Key::Down).await?;
        session.page.key(Key::Down).await?;
        tab_to(session, "text", "Call me").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Answer your phone").await?;
        let call = session.server.call("+14255550140", 0).await?;
        call.does("answer").await?;
        call.key("#").await?;
        heading(session, "Do you know your password?").await?;
        tab_to(session, "name", "outcome").await?;
        session.page.key(Key::Space).await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Your account has been unlocked").await?;
        tab_to(session, "text", "Back to sign in").await?;
        session.page.key(Key::Enter).await?;
        session.page.focus_on("id", "password").await
    })
    .await
}

/// Changing a password that one knows.
#[tokio::test]
async fn a_password_is_changed_by_keyboard_alone() -> Result<()> {
    run("keyboard-change", &[], async |session| {
        session.page.go(&session.server.address("/change")).await?;
        heading(session, "Change your password").await?;
        tab_to(session, "name", "username").await?;
        session.page.keys(ADA.user_id).await?;
        tab_to(session, "name", "current-password").await?;
        session.page.keys("analytical engine note").await?;
        session.page.key(Key::Enter).await?;
        session.page.reads("Wrong user ID or password.").await?;
        session.page.focus_on("name", "current-password").await?;
        // It waits with what was typed, which is_unsupported one letter.
        session.page.key(Key::End).await?;
        session.page.keys("s").await?;
        session.page.key(Key::Enter).await?;

        session.page.find("[name=new-password]").await?;
        heading(session, "Change your password").await?;
        tab_to(session, "name", "new-password").await?;
        session.page.keys(NEW_PASSWORD).await?;
        tab_to(session, "name", "confirm-password").await?;
        session.page.keys(NEW_PASSWORD).await?;
        tab_to(session, "text", "Change password").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Your password has been changed").await?;
        tab_to(session, "text", "Back to sign in").await?;
        session.page.key(Key::Enter).await?;
        session.page.find("#cant-access").await?;
        tab_to(session, "id", "user-id").await?;
        session.page.keys(ADA.user_id).await?;
        tab_to(session, "id", "password").await?;
        session.page.keys(NEW_PASSWORD).await?;
        session.page.key(Key::Enter).await?;
        session.page.find("[data-testid=signed-in]").await?;
        Ok(())
    })
    .await
}

/// The questions, and the way to the administrators.
#[tokio::test]
async fn the_administrators_are_asked_by_keyboard_alone() -> Result<()> {
    run("keyboard-administrators", &[], async |session| {
        person::identified(session, &person::Person { user_id: "rosalind@northwind.example", address: "" }).await?;
        tab_to(session, "text", "Answer the questions").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Answer your security questions").await?;
        for field in ["answer-1", "answer-2", "answer-3"] {
            tab_to(session, "name", field).await?;
            session.page.keys("something else").await?;
        }
        session.page.key(Key::Enter).await?;
        session.page.reads("You have 4 tries left.").await?;
        session.page.focus_on("name", "answer-1").await?;
        tab_to(session, "text", "I can’t do this – get help").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Your administrator can help").await?;
        tab_to(session, "name", "message").await?;
        session.page.keys("I was asked something else.").await?;
        tab_to(session, "text", "Send request").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Your request has been sent").await
    })
    .await
}

#[tokio::test]
async fn closing_brings_the_focus_back_to_the_link() -> Result<()> {
    run("close", &[], async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.focus_on("name", "username").await?;
        session.page.press("Cancel").await?;
        session.page.focus_on("id", "cant-access").await?;
        ensure!(!session.page.has("[part~=root] form").await?, "the form is still there");
        Ok(())
    })
    .await
}

/// A new step begins at its heading.
pub(crate) async fn heading(session: &BrowserSession, words: &str) -> Result<()> {
    session.page.focus_on("text", words).await?;
    session.page.focus_on("tag", "h2").await
}

/// Presses Tab until the focus is there; a page has no more than a few dozen places.
pub(crate) async fn tab_to(session: &BrowserSession, member: &str, value: &str) -> Result<()> {
    for _ in 0..30 {
        let at = session.page.focus().await?;
        // A button may have a hint below its words.
        if at[member].as_str().is_some_and(|words| words.lines().next() == Some(value)) {
            return Ok(());
        }
        session.page.key(Key::Tab).await?;
    }
    anyhow::bail!("Tab does not lead to {member} {value}; the focus is on {}", session.page.focus().await?)
}
