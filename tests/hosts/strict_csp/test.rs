//! REQUIREMENTS 21: nothing inline, in three ways of hosting, by the headers of docs/embedding.md.

use anyhow::{Result, ensure};

use super::{documented, goes_back, nothing_was_forbidden, on, resets, workers_did_theirs};

/// The files on the page's own origin, the API elsewhere.
const OWN: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; style-src 'self'; \
    connect-src 'self' @REGAIN@";

/// The same by nonces: only what the page itself names runs, and what that brings in.
const NONCES: &str = "default-src 'none'; script-src 'nonce-r4nd0m' 'strict-dynamic' 'wasm-unsafe-eval'; worker-src blob:; \
    style-src 'nonce-r4nd0m'; connect-src 'self' @REGAIN@";

/// Own files under the policy that was documented before workers were started from checked bytes.
const FORMER: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; \
    connect-src 'self' @REGAIN@";

/// The files and the API elsewhere.
const ELSEWHERE: &str = "default-src 'none'; script-src 'self' @REGAIN@ 'wasm-unsafe-eval'; worker-src blob:; \
    style-src @REGAIN@; connect-src @REGAIN@";

async fn goes_through(page: &str, policy: &str) -> Result<()> {
    ensure!(documented(policy)?, "docs/embedding.md does not have it: {policy}");
    on("strict_csp", &[("content-security-policy", policy)], async |session, host| {
        session.page.go(&format!("{}/{page}", host.origin())).await?;
        session.page.click("#cant-access").await?;
        resets(session).await?;
        session.page.reads("Your password has been reset").await?;
        goes_back(session).await?;
        nothing_was_forbidden(session).await?;
        workers_did_theirs(session).await
    })
    .await
}

#[tokio::test]
pub(crate) async fn a_strict_policy_by_origins_forbids_nothing_that_it_needs() -> Result<()> {
    goes_through("", OWN).await
}

#[tokio::test]
async fn a_strict_policy_by_nonces_forbids_nothing_that_it_needs() -> Result<()> {
    goes_through("", NONCES).await
}

#[tokio::test]
async fn a_strict_policy_for_files_from_elsewhere_forbids_nothing_that_it_needs() -> Result<()> {
    goes_through("elsewhere.html", ELSEWHERE).await
}

#[tokio::test]
async fn under_the_policy_of_a_former_version_the_page_itself_does_the_workers_work() -> Result<()> {
    on("strict_csp", &[("content-security-policy", FORMER)], async |session, _| {
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await?;
        // Workers were tried, and nothing else.
        let others = "return forbidden.filter((it) => !it.startsWith('worker-src'))";
        let others = session.page.script(others, vec![]).await?;
        ensure!(others == serde_json::json!([]), "{others}");
        Ok(())
    })
    .await
}
