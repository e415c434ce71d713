//! Screen 13: change a password that one knows.

use anyhow::{Result, ensure};
use harness::{Stage, play};

use crate::person::{self, ADA, NEW_PASSWORD, OLD_PASSWORD};

/// Signs in on the page for changing the password.
async fn signed_in(stage: &Stage, password: &str) -> Result<()> {
    stage.page.go(&stage.server.address("/change")).await?;
    stage.page.reads("First say who you are").await?;
    stage.page.retype("[part~=root] [name=username]", ADA.user_id).await?;
    stage.page.retype("[name=current-password]", password).await?;
    stage.page.press("Next").await
}

#[tokio::test]
pub(crate) async fn screen_13_a_password_is_changed_by_who_knows_it() -> Result<()> {
    play("change", &[], async |stage| {
        signed_in(stage, "analytical engine note").await?;
        stage.page.reads("User ID and password don’t go together.").await?;
        stage.page.retype("[name=current-password]", OLD_PASSWORD).await?;
        stage.page.press("Next").await?;
        stage.page.find("[name=new-password]").await?;
        stage.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        stage.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        stage.page.press("Change password").await?;
        stage.page.reads("Your password has been changed").await?;
        let mail = stage.server.mail(ADA.address, 0).await?;
        ensure!(mail.text.contains("changed"), "{}", mail.text);

        person::at_sign_in(stage).await?;
        stage.page.type_into("#user-id", ADA.user_id).await?;
        ensure!(person::signs_in(stage, NEW_PASSWORD).await?, "the new password does not sign in");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn five_wrong_passwords_end_it() -> Result<()> {
    play("change-wrong", &[], async |stage| {
        signed_in(stage, "wrong 0").await?;
        for wrong in 1..5 {
            stage.page.reads("User ID and password don’t go together.").await?;
            stage.page.retype("[name=current-password]", &format!("wrong {wrong}")).await?;
            stage.page.press("Next").await?;
        }
        stage.page.reads("Too many tries").await
    })
    .await
}
