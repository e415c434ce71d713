//! Screen 4: contact your administrator.

use anyhow::{Result, ensure};
use harness::play;

use crate::person::{self, ADA};

const ADMINISTRATOR: &str = "it-help@northwind.example";

#[tokio::test]
async fn screen_04_none_of_these_work_for_me_mails_the_administrators() -> Result<()> {
    play("administrator", &[], async |stage| {
        person::identified(stage, &ADA).await?;
        stage.page.press("None of these work for me").await?;
        stage.page.reads("Your administrator can help").await?;
        let message = stage.page.field("Your message").await?;
        stage.page.type_into(&message, "My phone fell into the sea.\n<b>Bcc: all@example.com</b>").await?;
        stage.page.press("Send the request").await?;
        stage.page.reads("Your request has been sent").await?;
        let mail = stage.server.mail(ADMINISTRATOR, 0).await?;
        ensure!(mail.text.contains(ADA.user_id) && mail.text.contains("fell into the sea"), "{mail:?}");
        ensure!(!mail.subject.contains("ada"), "{mail:?}");
        ensure!(stage.server.outbox().await?.len() == 1, "somebody else got a mail");
        stage.page.press("Back to sign in").await?;
        stage.page.focus_on("id", "password").await
    })
    .await
}

#[tokio::test]
async fn screen_04_strangers_are_led_there_like_everybody() -> Result<()> {
    play("administrator-stranger", &[], async |stage| {
        person::identified(stage, &person::Person { user_id: "nobody@northwind.example", address: "" }).await?;
        stage.page.press("None of these work for me").await?;
        stage.page.press("Send the request").await?;
        stage.page.reads("Your request has been sent").await?;
        let mail = stage.server.mail(ADMINISTRATOR, 0).await?;
        ensure!(mail.text.contains("nobody@northwind.example"), "{mail:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn screen_04_an_organisation_without_self_service_sends_everybody_there() -> Result<()> {
    let off = ("[organisation]", "[organisation]\nself_service = false");
    let url = ("[phone]", "[contact]\nkind = \"url\"\nurl = \"https://help.northwind.example/\"\n\n[phone]");
    play("self-service-off", &[off, url], async |stage| {
        person::at_sign_in(stage).await?;
        stage.page.click("#cant-access").await?;
        stage.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        stage.page.press("Next").await?;
        stage.page.reads("In your organisation, passwords are not reset on this page.").await?;
        let link = stage.page.find("[part~=root] a[href='https://help.northwind.example/']").await?;
        ensure!(link.attr("rel").await?.is_some_and(|rel| rel.contains("noopener")));
        Ok(())
    })
    .await
}
