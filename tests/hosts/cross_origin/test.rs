//! The page on one origin, the script and its files on a second, the API on a third.

use anyhow::{Result, ensure};
use harness::Host;
use serde_json::json;

use super::{goes_back, on, resets};

#[tokio::test]
pub(crate) async fn the_page_the_files_and_the_api_are_of_three_origins() -> Result<()> {
    let files = Host::start().await?;
    on("cross_origin", &[], async |session, host| {
        let here = harness::root().join("tests/hosts/cross_origin");
        let words = [("@REGAIN@", session.server.address("")), ("@FILES@", files.origin().to_owned())];
        host.serves(&here, &words.each_ref().map(|(from, to)| (*from, to.as_str())), &[])?;
        session.page.go(host.origin()).await?;
        // The worker comes through a blob.
        session
            .page
            .script(
                "window.begun = []; window.Worker = class extends Worker {
            constructor(url, options) { super(url, options); begun.push(String(url)); } }",
                vec![],
            )
            .await?;
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await?;
        let begun = session.page.script("return begun.filter((url) => !url.startsWith('blob:'))", vec![]).await?;
        ensure!(begun == json!([]), "{begun}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_page_that_the_server_does_not_know_gets_nothing_from_the_api() -> Result<()> {
    on("cross_origin", &[], async |session, _| {
        let stranger = Host::start().await?;
        let here = harness::root().join("tests/hosts/plain");
        stranger.serves(&here, &[("@REGAIN@", &session.server.address(""))], &[])?;
        session.page.go(stranger.origin()).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("We can’t reach the server").await?;
        // The way on is the link's own.
        ensure!(session.page.has(&format!("[part~=root] a[href='{}']", session.server.address("/reset"))).await?);
        Ok(())
    })
    .await
}
