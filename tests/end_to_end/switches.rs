//! The demo's page of switches: what a newcomer turns, counts at once.

use anyhow::Result;
use harness::play;

use crate::person::{self, ADA};

#[tokio::test]
async fn a_newcomer_switches_the_challenge_the_proofs_and_the_rules() -> Result<()> {
    play("switches", &[], async |stage| {
        stage.page.go(&stage.server.address("/demo/switches")).await?;
        stage.page.choose("A picture of digits").await?;
        stage.page.choose("Two, of different kinds").await?;
        stage.page.press("Apply").await?;
        stage.page.reads("Switched.").await?;
        person::at_sign_in(stage).await?;
        stage.page.click("#cant-access").await?;
        stage.page.reads("The six digits in the picture").await?;
        stage.page.press("Cancel").await?;

        stage.page.go(&stage.server.address("/demo/switches")).await?;
        stage.page.choose("No challenge").await?;
        stage.page.press("Apply").await?;
        stage.page.reads("Switched.").await?;
        person::identified(stage, &ADA).await?;
        stage.page.reads("Check 1 of 2").await?;
        stage.page.press("Cancel").await?;

        stage.page.go(&stage.server.address("/demo/switches")).await?;
        stage.page.choose("One (the group admins").await?;
        stage.page.choose("None that is found in a million guesses").await?;
        stage.page.press("Apply").await?;
        stage.page.reads("Switched.").await?;
        person::proved(stage, &ADA).await?;
        stage.page.reads("is hard to guess").await
    })
    .await
}
