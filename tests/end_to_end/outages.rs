//! Reloads, servers that go away, and networks that do.

use anyhow::{Result, ensure};
use harness::{Need, lacks, play};
use serde_json::json;

use crate::person::{self, ADA, NEW_PASSWORD};

#[tokio::test]
async fn a_reload_in_the_middle_goes_on_at_the_same_step() -> Result<()> {
    play("reload", &[], async |stage| {
        let code = person::asked_for_code(stage, &ADA).await?;
        stage.page.driver().refresh().await?;
        stage.page.reads("Enter the code").await?;
        stage.page.type_into("[name=code]", &code).await?;
        stage.page.press("Check the code").await?;
        stage.page.reads("Choose a new password").await?;
        // The proof gave the flow another token: that is the one a reload needs now.
        stage.page.driver().refresh().await?;
        stage.page.reads("Choose a new password").await?;
        person::chose(stage, NEW_PASSWORD).await?;
        let kept = stage.page.script("return sessionStorage.length", vec![]).await?;
        ensure!(kept == json!(0), "{kept} things are kept after the end");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_server_that_goes_away_loses_nothing_that_was_typed() -> Result<()> {
    play("server-down", &[], async |stage| {
        let code = person::asked_for_code(stage, &ADA).await?;
        stage.server.kill()?;
        stage.page.type_into("[name=code]", &code).await?;
        stage.page.press("Check the code").await?;
        stage.page.reads("We can’t reach the server from here.").await?;
        ensure!(stage.page.value("[name=code]").await? == code, "the code that was typed is lost");
        stage.server.up().await?;
        // It tries again by itself, or the person does; either way the request acts once.
        stage.page.reads("Choose a new password").await?;
        person::chose(stage, NEW_PASSWORD).await
    })
    .await
}

#[tokio::test]
async fn a_server_killed_between_two_steps_goes_on_where_it_was() -> Result<()> {
    play("killed", &[], async |stage| {
        person::proved(stage, &ADA).await?;
        stage.server.kill()?;
        stage.server.up().await?;
        person::chose(stage, NEW_PASSWORD).await?;
        stage.page.press("Back to sign in").await?;
        ensure!(person::signs_in(stage, NEW_PASSWORD).await?, "the new password does not sign in");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn offline_reads_differently_and_goes_on_by_itself() -> Result<()> {
    if lacks(Need::Network)? {
        return Ok(());
    }
    play("offline", &[], async |stage| {
        let code = person::asked_for_code(stage, &ADA).await?;
        network(stage, true).await?;
        stage.page.type_into("[name=code]", &code).await?;
        stage.page.press("Check the code").await?;
        stage.page.reads("You are offline.").await?;
        network(stage, false).await?;
        stage.page.reads("Choose a new password").await
    })
    .await
}

async fn network(stage: &harness::Stage, offline: bool) -> Result<()> {
    let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    let devtools = stage.page.devtools();
    devtools.send_raw("Network.enable", json!({})).await?;
    devtools.send_raw("Network.emulateNetworkConditions", conditions).await?;
    Ok(())
}
