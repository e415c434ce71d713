//! A new password: after a reset, at a change, and the first one.

use std::fs;

use anyhow::{Result, ensure};
use harness::run;

use super::look;
use crate::person::{self, ADA, JOAN, NEW_PASSWORD};

#[tokio::test]
async fn a_new_password_is_whole_in_every_state() -> Result<()> {
    let leaks = tempfile::tempdir()?;
    fs::write(leaks.path().join("00000.txt"), "")?;
    let (path, strict) = (leaks.path().display().to_string(), "[password]\nmin_classes = 3\n[mail]");
    run("pictures-of-passwords", &[("@BREACHED@", &path), ("[mail]", strict)], async |session| {
        person::proved(session, &ADA).await?;
        look(session, "l-rules").await?;
        session.page.type_into("[name=new-password]", "Seven otters").await?;
        session.page.type_into("[name=confirm-password]", "Seven hotters").await?;
        session.page.reads("Passwords don’t match.").await?;
        // The strength is not praised while a rule is broken.
        session.page.find("[part~=meter][data-score='0']").await?;
        look(session, "m-strength").await?;
        session.page.press("Finish").await?;
        session.page.reads("Your password doesn’t meet the rules below yet.").await?;
        look(session, "n-open-rules").await?;
        session.page.press("Suggest a password").await?;
        session.page.reads("Save it in a password manager.").await?;
        session.page.reads("Strong – ").await?;
        look(session, "o-suggestion").await
    })
    .await
}

#[tokio::test]
async fn who_is_signed_in_sees_whole_screens() -> Result<()> {
    run("pictures-of-a-change", &[], async |session| {
        person::at_welcome(session, ADA.user_id, person::OLD_PASSWORD).await?;
        look(session, "x-signed-in").await?;
        session.page.press("Change my password").await?;
        session.page.find("[part~=root] [name=current-password]").await?;
        session.page.press("Change password").await?;
        session.page.reads("Enter your current password.").await?;
        look(session, "y-change").await?;
        session.page.type_into("[name=current-password]", person::OLD_PASSWORD).await?;
        session.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        session.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        session.page.press("Change password").await?;
        session.page.reads("Your password has been changed").await?;
        look(session, "z-changed").await
    })
    .await
}

#[tokio::test]
async fn a_first_password_is_whole_in_a_dialog_too() -> Result<()> {
    run("pictures-of-a-first-password", &[], async |session| {
        person::at_sign_in(session).await?;
        let open = "void Regain.open({mode: 'dialog'})";
        person::loaded(session).await?;
        session.page.script(open, vec![]).await?;
        session.page.find("dialog[open]").await?;
        session.page.reads("Let’s get you back in").await?;
        look(session, "1-identify-dialog").await?;
        session.page.type_into("[part~=root] [name=username]", JOAN.user_id).await?;
        session.page.press("Next").await?;
        session.page.press("Send the code").await?;
        person::typed_code(session, &session.server.mail(JOAN.address, 0).await?.code()?).await?;
        session.page.find("[name=new-password]").await?;
        session.page.focus_on("text", "Choose a password").await?;
        look(session, "7-first-password-dialog").await?;
        // Come back to, the page goes on by itself, and not in a dialog.
        person::at_sign_in(session).await?;
        session.page.reads("Choose a password").await?;
        ensure!(!session.page.has("dialog[open]").await?, "it is in a dialog");
        look(session, "7-first-password").await
    })
    .await
}
