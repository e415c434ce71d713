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

/// The page where they signed in says who they are; that they know the password is asked with the new one.
#[tokio::test]
async fn screen_13_who_is_signed_in_changes_it_on_the_word_of_their_page() -> Result<()> {
    play("change-signed-in", &[], async |stage| {
        person::at_welcome(stage, ADA.user_id, OLD_PASSWORD).await?;
        stage.page.press("Change my password").await?;
        stage.page.find("[part~=root] [name=current-password]").await?;
        ensure!(!stage.page.words().await?.contains("First say who you are"), "they signed in already");
        stage.page.type_into("[name=current-password]", "analytical engine note").await?;
        stage.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        stage.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        stage.page.press("Change password").await?;
        stage.page.reads("That isn’t your current password.").await?;
        stage.page.focus_on("name", "current-password").await?;
        let field = stage.page.find("[part~=root] [name=current-password]").await?;
        ensure!(field.attr("aria-invalid").await?.as_deref() == Some("true"), "it is not said at the field");
        for field in ["[name=new-password]", "[name=confirm-password]"] {
            ensure!(stage.page.value(field).await? == NEW_PASSWORD, "what was typed in {field} is lost");
        }
        stage.page.retype("[name=current-password]", OLD_PASSWORD).await?;
        stage.page.press("Change password").await?;
        stage.page.reads("Your password has been changed").await?;
        stage.page.reads("From now on, sign in with your new password.").await?;
        let mail = stage.server.mail(ADA.address, 0).await?;
        ensure!(mail.text.contains("changed"), "{}", mail.text);
        stage.page.press("Done").await?;
        stage.page.focus_on("id", "change-password").await?;
        ensure!(!stage.page.has(".regain-widget").await?, "the widget is still there");

        person::at_sign_in(stage).await?;
        stage.page.type_into("#user-id", ADA.user_id).await?;
        ensure!(!person::signs_in(stage, OLD_PASSWORD).await?, "the old password still signs in");
        person::at_welcome(stage, ADA.user_id, NEW_PASSWORD).await
    })
    .await
}
