//! A page on which no text becomes markup or a script's address, and no policy says otherwise.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{goes_back, on, resets};

const BASE: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; style-src 'self'; \
    connect-src 'self' @REGAIN@; require-trusted-types-for 'script'";

#[tokio::test]
async fn with_no_policy_at_all_the_page_itself_does_the_workers_work() -> Result<()> {
    on("trusted_types", &[("content-security-policy", &format!("{BASE}; trusted-types 'none'"))], async |session, _| {
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await?;
        // Workers were tried, and nothing else.
        let forbidden = session
            .page
            .script("return forbidden.filter((it) => !/^trusted-types|trusted-types-sink/.test(it))", vec![])
            .await?;
        ensure!(forbidden == json!([]), "{forbidden}");
        Ok(())
    })
    .await
}

#[tokio::test]
pub(crate) async fn with_the_one_policy_that_it_asks_for_nothing_is_forbidden() -> Result<()> {
    on(
        "trusted_types",
        &[("content-security-policy", &format!("{BASE}; trusted-types regain-work"))],
        async |session, _| {
            session.page.click("#cant-access").await?;
            resets(session).await?;
            goes_back(session).await?;
            super::nothing_was_forbidden(session).await?;
            super::workers_did_theirs(session).await
        },
    )
    .await
}
