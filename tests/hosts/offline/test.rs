//! No network: on the way in, in the middle, and when the link itself leads nowhere.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{HEAR, goes_back, on, resets, says_who};

#[tokio::test]
async fn a_server_that_is_away_in_the_middle_is_waited_for() -> Result<()> {
    on("offline", &[], async |stage, _| {
        stage.page.click("#cant-access").await?;
        says_who(stage).await?;
        stage.server.kill()?;
        stage.page.press("Send the code").await?;
        stage.page.reads("We can’t reach the server").await?;
        stage.server.up().await?;
        stage.page.press("Try again").await?;
        stage.page.reads("Enter the code").await
    })
    .await
}

#[tokio::test]
async fn what_cannot_be_brought_in_is_said_and_the_link_is_followed() -> Result<()> {
    on("offline", &[], async |stage, host| {
        stage.page.script(HEAR, vec![]).await?;
        // The link leads to a page that is there; what the widget is made of is not.
        let link = "document.querySelector('#cant-access').href = arguments[0];
            document.addEventListener('regain:error', ({detail}) => sessionStorage.setItem('told', detail.error))";
        stage.page.script(link, vec![json!(format!("{}/?reset", host.origin()))]).await?;
        stage.server.kill()?;
        stage.page.click("#cant-access").await?;
        harness::until("the link's own page", async || {
            Ok((stage.page.driver().current_url().await?.query() == Some("reset")).then_some(()))
        })
        .await?;
        ensure!(stage.page.script("return sessionStorage.getItem('told')", vec![]).await? == json!("load"));
        // Later, all is well.
        stage.server.up().await?;
        stage.page.go(host.origin()).await?;
        stage.page.click("#cant-access").await?;
        resets(stage).await?;
        goes_back(stage).await
    })
    .await
}
