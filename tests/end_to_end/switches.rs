//! The demo's page of switches: what a newcomer turns, counts at once.

use anyhow::Result;
use harness::run;

use crate::person::{self, ADA};

#[tokio::test]
async fn a_newcomer_switches_the_challenge_the_proofs_and_the_rules() -> Result<()> {
    run("switches", &[], async |session| {
        session.page.go(&session.server.address("/demo/switches")).await?;
        session.page.choose("Picture of digits").await?;
        session.page.choose("Two, with different methods").await?;
        session.page.press("Apply").await?;
        session.page.reads("Saved. Applies to everything").await?;
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Six digits in the picture").await?;
        session.page.press("Cancel").await?;

        session.page.go(&session.server.address("/demo/switches")).await?;
        session.page.click("[name=captcha][value=off]").await?;
        session.page.press("Apply").await?;
        session.page.reads("Saved. Applies to everything").await?;
        person::identified(session, &ADA).await?;
        session.page.reads("Verification 1 of 2").await?;
        session.page.press("Cancel").await?;

        session.page.go(&session.server.address("/demo/switches")).await?;
        session.page.choose("One (Annie’s group").await?;
        session.page.choose("Withstands a million guesses").await?;
        session.page.press("Apply").await?;
        session.page.reads("Saved. Applies to everything").await?;
        person::proved(session, &ADA).await?;
        session.page.reads("be hard to guess").await
    })
    .await
}
