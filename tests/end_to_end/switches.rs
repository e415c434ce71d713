//! The demo's page of switches: what a newcomer turns, counts at once.

use anyhow::Result;
use harness::run;

use crate::person::{self, ADA};

#[tokio::test]
async fn a_newcomer_switches_the_challenge_the_proofs_and_the_rules() -> Result<()> {
    run("switches", &[], async |session| {
        session.page.go(&session.server.address("/demo/switches")).await?;
        session.page.choose("A picture of digits").await?;
        session.page.choose("Two, of different kinds").await?;
        session.page.press("Apply").await?;
        session.page.reads("Switched.").await?;
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Six digits in the picture").await?;
        session.page.press("Cancel").await?;

        session.page.go(&session.server.address("/demo/switches")).await?;
        session.page.choose("No challenge").await?;
        session.page.press("Apply").await?;
        session.page.reads("Switched.").await?;
        person::identified(session, &ADA).await?;
        session.page.reads("Verification 1 of 2").await?;
        session.page.press("Cancel").await?;

        session.page.go(&session.server.address("/demo/switches")).await?;
        session.page.choose("One (the group admins").await?;
        session.page.choose("None that is found in a million guesses").await?;
        session.page.press("Apply").await?;
        session.page.reads("Switched.").await?;
        person::proved(session, &ADA).await?;
        session.page.reads("be hard to guess").await
    })
    .await
}
