//! A reset by mail, and the pages around it.

use anyhow::Result;
use harness::run;

use super::look;
use crate::person::{self, ADA, NEW_PASSWORD};

#[tokio::test]
async fn every_screen_is_whole_in_every_condition() -> Result<()> {
    run("pictures", &[], async |session| {
        person::at_sign_in(session).await?;
        look(session, "0-sign-in").await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        look(session, "1-identify").await?;
        session.page.type_into("[part~=root] [name=username]", "grace@northwind.example").await?;
        session.page.press("Next").await?;
        session.page.reads("Verify it’s you").await?;
        session.page.press("Send the code").await?;
        session.page.reads("Choose one to continue.").await?;
        look(session, "2-choose-method").await?;
        session.page.click("[part~=choice] input").await?;
        session.page.press("Send the code").await?;
        session.page.reads("Enter the code").await?;
        look(session, "3-enter-code").await?;
        let wrong = "000000";
        session.page.type_into("[name=code]", wrong).await?;
        session.page.press("Verify").await?;
        session.page.reads("tries left").await?;
        look(session, "4-wrong-code").await?;
        session.server.kill()?;
        session.page.press("Verify").await?;
        session.page.reads("We can’t reach the server").await?;
        look(session, "5-unreachable").await?;
        session.server.up().await?;
        for words in ["3 tries left", "2 tries left", "1 try left", "Too many attempts"] {
            if words != "3 tries left" {
                session.page.retype("[name=code]", wrong).await?;
                session.page.press("Verify").await?;
            }
            session.page.reads(words).await?;
        }
        look(session, "6-ended").await?;
        person::proved(session, &ADA).await?;
        session.page.type_into("[name=new-password]", "ada is not enough").await?;
        look(session, "7-new-password").await?;
        session.page.retype("[name=new-password]", NEW_PASSWORD).await?;
        session.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        session.page.press("Finish").await?;
        session.page.reads("Your password has been reset").await?;
        look(session, "8-done").await?;
        for (name, path) in [
            ("9-outbox", "/demo/outbox"),
            ("9-people", "/demo"),
            ("9-switches", "/demo/switches"),
            ("9-hosted", "/reset"),
            ("9-looks", "/demo/theming"),
        ] {
            session.page.go(&session.server.address(path)).await?;
            if name == "9-looks" {
                session.page.reads("Let’s get you back in").await?;
            }
            look(session, name).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn without_a_shadow_tree_it_is_as_whole() -> Result<()> {
    run("pictures-without-a-shadow-tree", &[], async |session| {
        person::at_sign_in(session).await?;
        person::loaded(session).await?;
        session.page.script("void Regain.open({render: 'light'})", vec![]).await?;
        session.page.reads("Let’s get you back in").await?;
        session.page.press("Next").await?;
        session.page.reads("Enter your user ID.").await?;
        look(session, "ae-identify-light").await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.press("Next").await?;
        session.page.press("Send the code").await?;
        session.page.reads("Enter the code").await?;
        look(session, "af-enter-code-light").await?;
        person::typed_code(session, &session.server.mail(ADA.address, 0).await?.code()?).await?;
        session.page.type_into("[name=new-password]", "ada is not enough").await?;
        look(session, "ag-new-password-light").await
    })
    .await
}
