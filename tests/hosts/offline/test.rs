//! No network: on the way in, in the middle, and when the link itself leads nowhere.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{HEAR, goes_back, on, resets, says_who};

#[tokio::test]
async fn a_server_that_is_away_in_the_middle_is_waited_for() -> Result<()> {
    on("offline", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        says_who(session).await?;
        session.server.kill()?;
        session.page.press("Send the code").await?;
        session.page.reads("We can’t reach the server").await?;
        session.server.up().await?;
        session.page.press("Try again").await?;
        session.page.reads("Enter the code").await
    })
    .await
}

#[tokio::test]
async fn what_cannot_be_brought_in_is_said_and_the_link_is_followed() -> Result<()> {
    on("offline", &[], async |session, host| {
        session.page.script(HEAR, vec![]).await?;
        // The link leads to a page that is there; what the widget is made of is not.
        let link = "document.querySelector('#cant-access').href = arguments[0];
            document.addEventListener('regain:error', ({detail}) => sessionStorage.setItem('told', detail.error))";
        session.page.script(link, vec![json!(format!("{}/?reset", host.origin()))]).await?;
        session.server.kill()?;
        session.page.click("#cant-access").await?;
        harness::until("the link's own page", async || {
            Ok((session.page.driver().current_url().await?.query() == Some("reset")).then_some(()))
        })
        .await?;
        ensure!(session.page.script("return sessionStorage.getItem('told')", vec![]).await? == json!("load"));
        // Later, all is well.
        session.server.up().await?;
        session.page.go(host.origin()).await?;
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await
    })
    .await
}
