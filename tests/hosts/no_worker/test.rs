//! A browser that has no workers: the page's own thread does their work.

use anyhow::Result;

use super::{goes_back, on, resets};

#[tokio::test]
async fn without_workers_the_challenge_is_solved_and_the_strength_told() -> Result<()> {
    on("no_worker", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await
    })
    .await
}
