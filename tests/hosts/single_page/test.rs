//! A page that draws its views by itself: the link comes, goes and comes back.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{HEAR, goes_back, on, resets, says_who, shows};

#[tokio::test]
async fn a_link_that_comes_later_opens_it_and_the_router_stays_out_of_it() -> Result<()> {
    on("single_page", &[], async |session, _| {
        session.page.script(HEAR, vec![]).await?;
        session.page.press("Sign in").await?;
        session.page.click("#cant-access").await?;
        says_who(session).await?;
        session.page.press("About").await?;
        session.page.reads("About us").await?;
        shows(session, 0).await?;
        // The page hears that it is gone.
        harness::until("the end of it", async || {
            let last = session.page.script("return heard.at(-1)", vec![]).await?;
            Ok((last[0] == json!("close") && last[1]["outcome"] == json!("closed")).then_some(()))
        })
        .await?;
        session.page.driver().back().await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Verify it’s you").await?;
        ensure!(session.page.script("return location.pathname", vec![]).await? == json!("/sign-in"));
        session.page.click("[part~=close]").await?;
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await
    })
    .await
}
