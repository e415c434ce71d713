//! A page whose monitoring puts a header of its own on every request, also on those for other origins.

use anyhow::Result;

use super::{goes_back, on, resets};

#[tokio::test]
async fn b9_a_tracing_header_stops_neither_the_files_nor_the_api() -> Result<()> {
    on("monitored", &[], async |session, host| {
        let here = harness::root().join("tests/hosts/monitored");
        // Files and API of the server, at another origin than the page.
        let server = session.server.address("");
        host.serves(&here, &[("@REGAIN@", &server), ("@FILES@", &server)], &[])?;
        session.page.go(host.origin()).await?;
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await
    })
    .await
}
