//! Screen 13: change a password that one knows.

use anyhow::{Result, ensure};
use harness::{BrowserSession, run};

use crate::person::{self, ADA, NEW_PASSWORD, OLD_PASSWORD};

/// Signs in on the page for changing the password.
async fn signed_in(session: &BrowserSession, password: &str) -> Result<()> {
    session.page.go(&session.server.address("/change")).await?;
    session.page.reads("Enter your current password to continue.").await?;
    session.page.retype("[part~=root] [name=username]", ADA.user_id).await?;
    session.page.retype("[name=current-password]", password).await?;
    session.page.press("Next").await
}

#[tokio::test]
pub(crate) async fn screen_13_a_password_is_changed_by_who_knows_it() -> Result<()> {
    run("change", &[], async |session| {
        signed_in(session, "analytical engine note").await?;
        session.page.reads("Wrong user ID or password.").await?;
        session.page.retype("[name=current-password]", OLD_PASSWORD).await?;
        session.page.press("Next").await?;
        session.page.find("[name=new-password]").await?;
        session.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        session.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        session.page.press("Change password").await?;
        session.page.reads("Your password has been changed").await?;
        let mail = session.server.mail(ADA.address, 0).await?;
        ensure!(mail.text.contains("changed"), "{}", mail.text);

        person::at_sign_in(session).await?;
        session.page.type_into("#user-id", ADA.user_id).await?;
        ensure!(person::signs_in(session, NEW_PASSWORD).await?, "the new password does not sign in");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn five_wrong_passwords_end_it() -> Result<()> {
    run("change-wrong", &[], async |session| {
        signed_in(session, "wrong 0").await?;
        for wrong in 1..5 {
            session.page.reads("Wrong user ID or password.").await?;
            session.page.retype("[name=current-password]", &format!("wrong {wrong}")).await?;
            session.page.press("Next").await?;
        }
        session.page.reads("Too many attempts").await
    })
    .await
}

/// The page where they signed in says who they are; that they know the password is asked with the new one.
#[tokio::test]
async fn screen_13_who_is_signed_in_changes_it_on_the_word_of_their_page() -> Result<()> {
    run("change-signed-in", &[], async |session| {
        person::at_welcome(session, ADA.user_id, OLD_PASSWORD).await?;
        session.page.press("Change my password").await?;
        session.page.find("[part~=root] [name=current-password]").await?;
        ensure!(
            !session.page.words().await?.contains("Enter your current password to continue."),
            "they signed in already"
        );
        session.page.type_into("[name=current-password]", "analytical engine note").await?;
        session.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        session.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        session.page.press("Change password").await?;
        session.page.reads("That isn’t your current password.").await?;
        session.page.focus_on("name", "current-password").await?;
        let field = session.page.find("[part~=root] [name=current-password]").await?;
        ensure!(field.attr("aria-invalid").await?.as_deref() == Some("true"), "it is not said at the field");
        for field in ["[name=new-password]", "[name=confirm-password]"] {
            ensure!(session.page.value(field).await? == NEW_PASSWORD, "what was typed in {field} is lost");
        }
        session.page.retype("[name=current-password]", OLD_PASSWORD).await?;
        session.page.press("Change password").await?;
        session.page.reads("Your password has been changed").await?;
        session.page.reads("From now on, sign in with your new password.").await?;
        let mail = session.server.mail(ADA.address, 0).await?;
        ensure!(mail.text.contains("changed"), "{}", mail.text);
        session.page.press("Done").await?;
        session.page.focus_on("id", "change-password").await?;
        ensure!(!session.page.has(".regain-widget").await?, "the widget is still there");

        person::at_sign_in(session).await?;
        session.page.type_into("#user-id", ADA.user_id).await?;
        ensure!(!person::signs_in(session, OLD_PASSWORD).await?, "the old password still signs in");
        person::at_welcome(session, ADA.user_id, NEW_PASSWORD).await
    })
    .await
}
