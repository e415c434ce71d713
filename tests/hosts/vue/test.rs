//! A Vue app, built by Vite with Regain's package: it mounts the element, hears of it, takes it away and puts it
//! back.

use anyhow::Result;

use super::{goes_and_comes_back, goes_back, on_built, resets};

#[tokio::test]
async fn a_vue_app_mounts_it_and_hears_of_it() -> Result<()> {
    on_built("vue", async |session, _| {
        session.page.click("regain-access a").await?;
        resets(session).await?;
        session.page.reads("The page heard: reset").await?;
        goes_back(session).await
    })
    .await
}

#[tokio::test]
async fn a_vue_app_that_takes_it_away_hears_so_and_put_back_it_resumes() -> Result<()> {
    on_built("vue", async |session, _| goes_and_comes_back(session).await).await
}
