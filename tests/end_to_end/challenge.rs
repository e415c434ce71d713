//! Screen 3: who are you, and are you a person?

use anyhow::{Context, Result, ensure};
use harness::{BrowserSession, Need, is_unsupported, run};

use crate::person::{self, ADA};

const IMAGE: (&str, &str) = ("kind = \"proof_of_work\"", "kind = \"image\"");

async fn at_the_first_step(session: &BrowserSession) -> Result<()> {
    person::at_sign_in(session).await?;
    session.page.click("#cant-access").await?;
    session.page.type_into("[part~=root] [name=username]", ADA.user_id).await
}

/// The digits of the picture that is shown.
pub(crate) async fn digits(session: &BrowserSession) -> Result<String> {
    session.page.find("[part~=root] img").await.context("a picture")?;
    let address = "return document.querySelector('.regain-widget').shadowRoot.querySelector('audio').dataset.src";
    let address = session.page.script(address, vec![]).await?;
    session.server.captcha_digits(address.as_str().context("an address")?).await
}

/// The address of the picture that is shown.
pub(crate) async fn picture(session: &BrowserSession) -> Result<String> {
    session.page.find("[part~=root] img").await?.attr("src").await?.context("a picture")
}

#[tokio::test]
async fn screen_03_the_browser_works_while_the_person_types() -> Result<()> {
    run("proof-of-work", &[], async |session| {
        at_the_first_step(session).await?;
        session.page.reads("Security check complete").await?;
        session.page.press("Next").await?;
        session.page.reads("Verify it’s you").await
    })
    .await
}

#[tokio::test]
async fn screen_03_without_a_worker_the_page_itself_works() -> Result<()> {
    if is_unsupported(Need::EarlyScript)? {
        return Ok(());
    }
    run("proof-without-worker", &[], async |session| {
        let script = serde_json::json!({ "source": "delete window.Worker" });
        session.page.devtools().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
        at_the_first_step(session).await?;
        session.page.press("Next").await?;
        session.page.reads("Verify it’s you").await
    })
    .await
}

#[tokio::test]
async fn screen_03_a_picture_is_typed_and_a_wrong_one_replaced() -> Result<()> {
    run("picture", &[IMAGE], async |session| {
        at_the_first_step(session).await?;
        let first = digits(session).await?;
        session.page.press("Another picture").await?;
        harness::until("another picture", async || Ok((digits(session).await? != first).then_some(()))).await?;
        let second = digits(session).await?;
        let field = session.page.field("Six digits in the picture").await?;
        session.page.type_into(&field, &person::other_than(&second)).await?;
        session.page.press("Next").await?;
        session.page.reads("Those digits didn’t match.").await?;
        ensure!(session.page.value("[part~=root] [name=username]").await? == ADA.user_id, "what was typed is lost");
        let third = digits(session).await?;
        ensure!(third != second, "a wrong solution leaves the picture");
        session.page.retype(&field, &third).await?;
        session.page.press("Next").await?;
        session.page.reads("Verify it’s you").await
    })
    .await
}

#[tokio::test]
async fn screen_03_the_digits_can_be_heard() -> Result<()> {
    run("picture-heard", &[IMAGE], async |session| {
        at_the_first_step(session).await?;
        let digits = digits(session).await?;
        session.page.press("Listen instead").await?;
        // The browser has fetched and decoded it: it knows how long it lasts.
        let lasts = "return document.querySelector('.regain-widget').shadowRoot.querySelector('audio').duration";
        harness::until("the sound", async || {
            let seconds = session.page.script(lasts, vec![]).await?.as_f64().unwrap_or_default();
            Ok((seconds > 2.0).then_some(()))
        })
        .await?;
        let field = session.page.field("Six digits in the picture").await?;
        session.page.type_into(&field, &digits).await?;
        session.page.press("Next").await?;
        session.page.reads("Verify it’s you").await
    })
    .await
}
