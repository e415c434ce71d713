//! A page that draws its views by itself: the link comes, goes and comes back.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{HEAR, goes_back, on, resets, says_who, shows};

#[tokio::test]
async fn a_link_that_comes_later_opens_it_and_the_router_stays_out_of_it() -> Result<()> {
    on("single_page", &[], async |stage, _| {
        stage.page.script(HEAR, vec![]).await?;
        stage.page.press("Sign in").await?;
        stage.page.click("#cant-access").await?;
        says_who(stage).await?;
        stage.page.press("About").await?;
        stage.page.reads("About us").await?;
        shows(stage, 0).await?;
        // The page hears that it is gone.
        harness::until("the end of it", async || {
            let last = stage.page.script("return heard.at(-1)", vec![]).await?;
            Ok((last[0] == json!("close") && last[1]["outcome"] == json!("closed")).then_some(()))
        })
        .await?;
        stage.page.driver().back().await?;
        stage.page.click("#cant-access").await?;
        stage.page.reads("Prove that it’s you").await?;
        ensure!(stage.page.script("return location.pathname", vec![]).await? == json!("/sign-in"));
        stage.page.click("[part~=close]").await?;
        stage.page.click("#cant-access").await?;
        resets(stage).await?;
        goes_back(stage).await
    })
    .await
}
