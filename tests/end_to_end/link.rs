//! Cost to the host page, and the link when things are missing or break.

use anyhow::{Result, ensure};
use harness::{Need, is_unsupported, run};
use serde_json::json;

use crate::person::{self, ADA, NEW_PASSWORD};

/// Every request that the page made for us: its name and its size on the wire.
const OURS: &str = r"return performance.getEntriesByType('resource').filter((r) => /\/regain(?!-page)[^\/]*\.(js|wasm|css|json|txt)$/.test(r.name))
    .map((r) => ({ name: r.name, size: r.encodedBodySize }))
    .filter((r, place, all) => all.findIndex((one) => one.name === r.name) === place)";

/// A host page that makes the WebAssembly panic at the next screen that it draws.
const SABOTAGE: &str = "
    const real = Document.prototype.createElement;
    Document.prototype.createElement = function (...names) {
        if (new Error().stack.includes('wasm-function')) throw new Error('sabotage');
        return real.apply(this, names);
    };
";

#[tokio::test]
async fn screen_01_the_sign_in_page_pays_one_small_request_before_the_click() -> Result<()> {
    run("one-request", &[], async |session| {
        person::at_sign_in(session).await?;
        harness::until("the loader", async || {
            Ok((session.page.script("return document.readyState", vec![]).await? == json!("complete")).then_some(()))
        })
        .await?;
        let ours = session.page.script(OURS, vec![]).await?;
        let ours = ours.as_array().cloned().unwrap_or_default();
        ensure!(ours.len() == 1, "{ours:?}");
        ensure!(ours[0]["size"].as_u64().is_some_and(|size| (1..=2_000).contains(&size)), "{ours:?}");
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        let after = session.page.script(OURS, vec![]).await?;
        let total: u64 = after.as_array().into_iter().flatten().filter_map(|file| file["size"].as_u64()).sum();
        ensure!(total <= 90_000, "the reset flow costs {total} bytes on the wire: {after}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_panic_ends_in_a_readable_message_with_the_link() -> Result<()> {
    run("panic", &[], async |session| {
        person::identified(session, &ADA).await?;
        session.page.script(SABOTAGE, vec![]).await?;
        session.page.press("Send the code").await?;
        harness::until("a message that has the link's address", async || {
            let link = session.page.script(
                "const root = [...document.querySelectorAll('*')].map((e) => e.shadowRoot).find(Boolean) ?? document;
                 return [...root.querySelectorAll('a[href]')].some((a) => new URL(a.href).pathname === '/reset')
                     && !root.querySelector('form')",
                vec![],
            );
            Ok((link.await? == json!(true)).then_some(()))
        })
        .await
    })
    .await
}

#[tokio::test]
async fn the_reset_page_does_it_too_under_a_strict_policy() -> Result<()> {
    run("hosted", &[], async |session| {
        let response = reqwest::get(session.server.address("/reset")).await?;
        let policy = response.headers().get("content-security-policy").cloned();
        let policy = policy.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
        ensure!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");

        session.page.go(&session.server.address("/reset")).await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.press("Next").await?;
        session.page.press("Send the code").await?;
        let code = session.server.mail(ADA.address, 0).await?.code()?;
        session.page.type_into("[name=code]", &code).await?;
        session.page.press("Verify").await?;
        session.page.reads("Choose a new password").await?;
        person::chose(session, NEW_PASSWORD).await?;
        if is_unsupported(Need::Console)? {
            return Ok(());
        }
        let complaints = session.page.driver().browser_log().await?;
        ensure!(!complaints.iter().any(|entry| entry.message.contains("Content Security Policy")), "{complaints:?}");
        Ok(())
    })
    .await
}
