//! Reloads, servers that go away, and networks that do.

use anyhow::{Result, ensure};
use harness::{Need, is_unsupported, run};
use serde_json::json;

use crate::person::{self, ADA, NEW_PASSWORD};

#[tokio::test]
async fn a_reload_in_the_middle_goes_on_at_the_same_step() -> Result<()> {
    run("reload", &[], async |session| {
        let code = person::asked_for_code(session, &ADA).await?;
        session.page.driver().refresh().await?;
        session.page.reads("Enter the code").await?;
        session.page.type_into("[name=code]", &code).await?;
        session.page.press("Verify").await?;
        session.page.reads("Choose a new password").await?;
        // The proof gave the flow another token: that is the one a reload needs now.
        session.page.driver().refresh().await?;
        session.page.reads("Choose a new password").await?;
        person::chose(session, NEW_PASSWORD).await?;
        let kept = session.page.script("return sessionStorage.length", vec![]).await?;
        ensure!(kept == json!(0), "{kept} things are kept after the end");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_server_that_goes_away_loses_nothing_that_was_typed() -> Result<()> {
    run("server-down", &[], async |session| {
        let code = person::asked_for_code(session, &ADA).await?;
        session.server.kill()?;
        session.page.type_into("[name=code]", &code).await?;
        session.page.press("Verify").await?;
        session.page.reads("We can’t reach the server.").await?;
        ensure!(session.page.value("[name=code]").await? == code, "the code that was typed is lost");
        session.server.up().await?;
        // It tries again by itself, or the person does; either way the request acts once.
        session.page.reads("Choose a new password").await?;
        person::chose(session, NEW_PASSWORD).await
    })
    .await
}

#[tokio::test]
async fn a_server_killed_between_two_steps_goes_on_where_it_was() -> Result<()> {
    run("killed", &[], async |session| {
        person::proved(session, &ADA).await?;
        session.server.kill()?;
        session.server.up().await?;
        person::chose(session, NEW_PASSWORD).await?;
        session.page.press("Back to sign in").await?;
        ensure!(person::signs_in(session, NEW_PASSWORD).await?, "the new password does not sign in");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn offline_reads_differently_and_goes_on_by_itself() -> Result<()> {
    if is_unsupported(Need::Network)? {
        return Ok(());
    }
    run("offline", &[], async |session| {
        let code = person::asked_for_code(session, &ADA).await?;
        network(session, true).await?;
        session.page.type_into("[name=code]", &code).await?;
        session.page.press("Verify").await?;
        session.page.reads("You’re offline.").await?;
        network(session, false).await?;
        session.page.reads("Choose a new password").await
    })
    .await
}

async fn network(session: &harness::BrowserSession, offline: bool) -> Result<()> {
    let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    let devtools = session.page.devtools();
    devtools.send_raw("Network.enable", json!({})).await?;
    devtools.send_raw("Network.emulateNetworkConditions", conditions).await?;
    Ok(())
}
