//! Screen 3: who are you, and are you a person?

use anyhow::{Context, Result, ensure};
use harness::{Need, Stage, lacks, play};

use crate::person::{self, ADA};

const IMAGE: (&str, &str) = ("kind = \"proof_of_work\"", "kind = \"image\"");

async fn at_the_first_step(stage: &Stage) -> Result<()> {
    person::at_sign_in(stage).await?;
    stage.page.click("#cant-access").await?;
    stage.page.type_into("[part~=root] [name=username]", ADA.user_id).await
}

/// The digits of the picture that is shown.
pub(crate) async fn digits(stage: &Stage) -> Result<String> {
    stage.page.find("[part~=root] img").await.context("a picture")?;
    let address = "return document.querySelector('.regain-widget').shadowRoot.querySelector('audio').dataset.src";
    let address = stage.page.script(address, vec![]).await?;
    stage.server.captcha_digits(address.as_str().context("an address")?).await
}

/// The address of the picture that is shown.
pub(crate) async fn picture(stage: &Stage) -> Result<String> {
    stage.page.find("[part~=root] img").await?.attr("src").await?.context("a picture")
}

#[tokio::test]
async fn screen_03_the_browser_works_while_the_person_types() -> Result<()> {
    play("proof-of-work", &[], async |stage| {
        at_the_first_step(stage).await?;
        stage.page.reads("The security check is done.").await?;
        stage.page.press("Next").await?;
        stage.page.reads("Prove that it’s you").await
    })
    .await
}

#[tokio::test]
async fn screen_03_without_a_worker_the_page_itself_works() -> Result<()> {
    if lacks(Need::EarlyScript)? {
        return Ok(());
    }
    play("proof-without-worker", &[], async |stage| {
        let script = serde_json::json!({ "source": "delete window.Worker" });
        stage.page.devtools().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
        at_the_first_step(stage).await?;
        stage.page.press("Next").await?;
        stage.page.reads("Prove that it’s you").await
    })
    .await
}

#[tokio::test]
async fn screen_03_a_picture_is_typed_and_a_wrong_one_replaced() -> Result<()> {
    play("picture", &[IMAGE], async |stage| {
        at_the_first_step(stage).await?;
        let first = digits(stage).await?;
        stage.page.press("Another picture").await?;
        harness::until("another picture", async || Ok((digits(stage).await? != first).then_some(()))).await?;
        let second = digits(stage).await?;
        let field = stage.page.field("The six digits in the picture").await?;
        stage.page.type_into(&field, &person::other_than(&second)).await?;
        stage.page.press("Next").await?;
        stage.page.reads("Those weren’t the digits.").await?;
        ensure!(stage.page.value("[part~=root] [name=username]").await? == ADA.user_id, "what was typed is lost");
        let third = digits(stage).await?;
        ensure!(third != second, "a wrong solution leaves the picture");
        stage.page.retype(&field, &third).await?;
        stage.page.press("Next").await?;
        stage.page.reads("Prove that it’s you").await
    })
    .await
}

#[tokio::test]
async fn screen_03_the_digits_can_be_heard() -> Result<()> {
    play("picture-heard", &[IMAGE], async |stage| {
        at_the_first_step(stage).await?;
        let digits = digits(stage).await?;
        stage.page.press("Listen instead").await?;
        // The browser has fetched and decoded it: it knows how long it lasts.
        let lasts = "return document.querySelector('.regain-widget').shadowRoot.querySelector('audio').duration";
        harness::until("the sound", async || {
            let seconds = stage.page.script(lasts, vec![]).await?.as_f64().unwrap_or_default();
            Ok((seconds > 2.0).then_some(()))
        })
        .await?;
        let field = stage.page.field("The six digits in the picture").await?;
        stage.page.type_into(&field, &digits).await?;
        stage.page.press("Next").await?;
        stage.page.reads("Prove that it’s you").await
    })
    .await
}
