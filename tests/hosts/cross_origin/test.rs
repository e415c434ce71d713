//! The page on one origin, the script and its files on a second, the API on a third.

use anyhow::{Result, ensure};
use harness::{Host, Recorder};
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

/// A reset asks for what it needs once, and a browser asks for leave once for each address.
#[tokio::test]
async fn a_reset_takes_five_requests_of_the_api_and_two_preflights() -> Result<()> {
    let files = Host::start().await?;
    on("cross_origin", &[], async |session, host| {
        let api = Recorder::before(&session.server.address("")).await?;
        let here = harness::root().join("tests/hosts/cross_origin");
        host.serves(&here, &[("@REGAIN@", api.origin()), ("@FILES@", files.origin())], &[])?;
        session.page.go(host.origin()).await?;
        // Passing over the link costs the server nothing.
        session.page.script("document.querySelector('#cant-access').focus()", vec![]).await?;
        harness::until("the files", async || {
            let names =
                "return performance.getEntriesByType('resource').filter((it) => it.name.endsWith('_bg.wasm')).length";
            Ok((session.page.script(names, vec![]).await? == json!(1)).then_some(()))
        })
        .await?;
        ensure!(api.requests().is_empty(), "before the click: {:?}", api.requests());
        session.page.click("#cant-access").await?;
        resets(session).await?;
        let mut requests = api.requests();
        // Looking for known leaks is apart from it.
        requests.retain(|request| !request.contains("/v1/range/"));
        let count = |of: &str| requests.iter().filter(|request| *request == of).count();
        ensure!(count("POST /v1/flows") == 1 && count("POST /v1/answers") == 4, "{requests:?}");
        ensure!(count("OPTIONS /v1/flows") == 1 && count("OPTIONS /v1/answers") == 1, "{requests:?}");
        ensure!(requests.len() == 7, "{requests:?}");
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
