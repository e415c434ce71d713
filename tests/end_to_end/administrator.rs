//! Screen 4: contact your administrator.

use anyhow::{Result, ensure};
use harness::run;

use crate::person::{self, ADA};

const ADMINISTRATOR: &str = "it-help@northwind.example";

#[tokio::test]
async fn screen_04_none_of_these_work_for_me_mails_the_administrators() -> Result<()> {
    run("administrator", &[], async |session| {
        person::identified(session, &ADA).await?;
        session.page.press("I can’t do this – get help").await?;
        session.page.reads("Your administrator can help").await?;
        let message = session.page.field("Your message").await?;
        session.page.type_into(&message, "My phone fell into the sea.\n<b>Bcc: all@example.com</b>").await?;
        session.page.press("Send request").await?;
        session.page.reads("Your request has been sent").await?;
        let mail = session.server.mail(ADMINISTRATOR, 0).await?;
        ensure!(mail.text.contains(ADA.user_id) && mail.text.contains("fell into the sea"), "{mail:?}");
        ensure!(!mail.subject.contains("ada"), "{mail:?}");
        ensure!(session.server.outbox().await?.len() == 1, "somebody else got a mail");
        session.page.press("Back to sign in").await?;
        session.page.focus_on("id", "password").await
    })
    .await
}

/// A misclick costs nothing, and nobody is a person whom no one can find.
#[tokio::test]
async fn screen_04_there_is_a_way_back_and_nobody_is_left_unnamed() -> Result<()> {
    run("administrator-back", &[], async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        session.page.press("I can’t do this – get help").await?;
        session.page.press("Send request").await?;
        session.page.reads("Enter your user ID.").await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.press("Send request").await?;
        session.page.reads("Your request has been sent").await?;
        ensure!(session.server.mail(ADMINISTRATOR, 0).await?.text.contains(ADA.user_id), "nobody is named");

        person::proved(session, &ADA).await?;
        session.page.press("I can’t do this – get help").await?;
        session.page.reads("Your administrator can help").await?;
        session.page.press("Back").await?;
        person::finished(session).await
    })
    .await
}

#[tokio::test]
async fn screen_04_strangers_are_led_there_like_everybody() -> Result<()> {
    run("administrator-stranger", &[], async |session| {
        person::identified(session, &person::Person { user_id: "nobody@northwind.example", address: "" }).await?;
        session.page.press("I can’t do this – get help").await?;
        session.page.press("Send request").await?;
        session.page.reads("Your request has been sent").await?;
        let mail = session.server.mail(ADMINISTRATOR, 0).await?;
        ensure!(mail.text.contains("nobody@northwind.example"), "{mail:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn screen_04_an_organisation_without_self_service_sends_everybody_there() -> Result<()> {
    let off = ("[organisation]", "[organisation]\nself_service = false");
    let url = ("[phone]", "[contact]\nkind = \"url\"\nurl = \"https://help.northwind.example/\"\n\n[phone]");
    run("self-service-off", &[off, url], async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.press("Next").await?;
        session.page.reads("Your company or school doesn’t offer self-service reset.").await?;
        let link = session.page.find("[part~=root] a[href='https://help.northwind.example/']").await?;
        ensure!(link.attr("rel").await?.is_some_and(|rel| rel.contains("noopener")));
        Ok(())
    })
    .await
}
