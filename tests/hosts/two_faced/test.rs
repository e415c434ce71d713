//! A host that serves a file as it is at first, and another script in its place to whoever asks again.

use anyhow::{Context as _, Result, ensure};

use super::{goes_back, on, resets};
use crate::integrity::part;

/// Tells that it runs, in a worker or in the page.
const OTHER: &str = "fetch(self.location.origin + '/runs');";

/// D10: a worker loaded its script once more, by itself and unchecked, and ran whatever came.
#[tokio::test]
async fn d10_a_worker_runs_the_bytes_that_were_checked() -> Result<()> {
    for of in ["work", "strength"] {
        let name = part(of)?;
        on("two_faced", &[("cache-control", "no-store")], async |session, host| {
            host.serves_second(&name, OTHER);
            session.page.click("#cant-access").await?;
            resets(session).await?;
            goes_back(session).await?;
            ensure!(host.requests_for(&format!("/regain/{name}")) > 1, "it is not asked for again");
            ensure!(host.requests_for("/runs") == 0, "what was not checked runs");
            Ok(())
        })
        .await
        .with_context(|| format!("with another {of}"))?;
    }
    Ok(())
}
