//! Screen 10: unlock or reset.

use anyhow::{Result, ensure};
use harness::{BrowserSession, run};

use crate::person::{self, HEDY, HEDYS_PASSWORD, Person};

/// Proves by mail that it is Hedy, from wherever the widget is at the choice of a way.
async fn proved(session: &BrowserSession) -> Result<()> {
    session.page.choose("Email my alternate address").await?;
    session.page.press("Send the code").await?;
    let code = session.server.mail(HEDY.address, 0).await?.code()?;
    person::typed_code(session, &code).await
}

async fn signs_in(session: &BrowserSession, password: &str) -> Result<bool> {
    person::at_sign_in(session).await?;
    session.page.type_into("#user-id", HEDY.user_id).await?;
    person::signs_in(session, password).await
}

#[tokio::test]
pub(crate) async fn screen_10_a_locked_account_is_unlocked_and_keeps_its_password() -> Result<()> {
    run("unlock-kept", &[], async |session| {
        ensure!(!signs_in(session, HEDYS_PASSWORD).await?, "she is locked out");
        person::identified(session, &Person { user_id: HEDY.user_id, address: "" }).await?;
        proved(session).await?;
        session.page.reads("Do you know your password?").await?;
        session.page.reads("Your password stays the same.").await?;
        session.page.reads("Your account is also unlocked.").await?;
        session.page.choose("unlock my account").await?;
        session.page.press("Next").await?;
        session.page.reads("Your account has been unlocked").await?;
        session.page.reads("You can now sign in with the same password as before.").await?;
        session.page.press("Back to sign in").await?;
        ensure!(person::signs_in(session, HEDYS_PASSWORD).await?, "the password that she kept does not sign in");
        let confirmation = session.server.mail(HEDY.address, 1).await?;
        ensure!(confirmation.subject.contains("unlocked"), "{confirmation:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn screen_10_or_gets_a_new_password_and_is_unlocked_by_that() -> Result<()> {
    run("unlock-reset", &[], async |session| {
        person::identified(session, &Person { user_id: HEDY.user_id, address: "" }).await?;
        proved(session).await?;
        session.page.choose("choose a new password").await?;
        session.page.press("Next").await?;
        person::finished(session).await
    })
    .await
}

#[tokio::test]
async fn screen_12_the_hosted_page_unlocks() -> Result<()> {
    run("unlock-hosted", &[], async |session| {
        session.page.go(&session.server.address("/unlock")).await?;
        session.page.type_into("[part~=root] [name=username]", HEDY.user_id).await?;
        session.page.press("Next").await?;
        session.page.reads("Verify it’s you").await?;
        proved(session).await?;
        session.page.choose("unlock my account").await?;
        session.page.press("Next").await?;
        session.page.reads("Your account has been unlocked").await?;
        ensure!(signs_in(session, HEDYS_PASSWORD).await?, "she cannot sign in");
        Ok(())
    })
    .await
}
