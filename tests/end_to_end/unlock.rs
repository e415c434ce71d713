//! Screen 10: unlock or reset.

use anyhow::{Result, ensure};
use harness::{Stage, play};

use crate::person::{self, HEDY, HEDYS_PASSWORD, Person};

/// Proves by mail that it is Hedy, from wherever the widget is at the choice of a way.
async fn proved(stage: &Stage) -> Result<()> {
    stage.page.choose("Email my alternate address").await?;
    stage.page.press("Send the code").await?;
    let code = stage.server.mail(HEDY.address, 0).await?.code()?;
    person::typed_code(stage, &code).await
}

async fn signs_in(stage: &Stage, password: &str) -> Result<bool> {
    person::at_sign_in(stage).await?;
    stage.page.type_into("#user-id", HEDY.user_id).await?;
    person::signs_in(stage, password).await
}

#[tokio::test]
pub(crate) async fn screen_10_a_locked_account_is_unlocked_and_keeps_its_password() -> Result<()> {
    play("unlock-kept", &[], async |stage| {
        ensure!(!signs_in(stage, HEDYS_PASSWORD).await?, "she is locked out");
        person::identified(stage, &Person { user_id: HEDY.user_id, address: "" }).await?;
        proved(stage).await?;
        stage.page.reads("Unlock, or a new password?").await?;
        stage.page.reads("You keep your password.").await?;
        stage.page.reads("Your account is unlocked too.").await?;
        stage.page.choose("Unlock my account").await?;
        stage.page.press("Next").await?;
        stage.page.reads("Your account has been unlocked").await?;
        stage.page.reads("Your password is the same as before.").await?;
        stage.page.press("Back to sign in").await?;
        ensure!(person::signs_in(stage, HEDYS_PASSWORD).await?, "the password that she kept does not sign in");
        let confirmation = stage.server.mail(HEDY.address, 1).await?;
        ensure!(confirmation.subject.contains("unlocked"), "{confirmation:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn screen_10_or_gets_a_new_password_and_is_unlocked_by_that() -> Result<()> {
    play("unlock-reset", &[], async |stage| {
        person::identified(stage, &Person { user_id: HEDY.user_id, address: "" }).await?;
        proved(stage).await?;
        stage.page.choose("Choose a new password").await?;
        stage.page.press("Next").await?;
        person::finished(stage).await
    })
    .await
}

#[tokio::test]
async fn screen_12_the_hosted_page_unlocks() -> Result<()> {
    play("unlock-hosted", &[], async |stage| {
        stage.page.go(&stage.server.address("/unlock")).await?;
        stage.page.type_into("[part~=root] [name=username]", HEDY.user_id).await?;
        stage.page.press("Next").await?;
        stage.page.reads("Prove that it’s you").await?;
        proved(stage).await?;
        stage.page.choose("Unlock my account").await?;
        stage.page.press("Next").await?;
        stage.page.reads("Your account has been unlocked").await?;
        ensure!(signs_in(stage, HEDYS_PASSWORD).await?, "she cannot sign in");
        Ok(())
    })
    .await
}
