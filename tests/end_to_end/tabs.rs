//! Two tabs of one person, and pages that lead nowhere.

use anyhow::{Result, ensure};
use harness::{output, run, until};
use serde_json::json;

use crate::person::{self, ADA, NEW_PASSWORD};

/// F21: it said that the attempt had ended and that nothing had been changed.
#[tokio::test]
async fn f21_what_was_finished_in_another_tab_is_said_to_be() -> Result<()> {
    run("two-tabs", &[], async |session| {
        let driver = session.page.driver();
        person::proved(session, &ADA).await?;
        let first = driver.window().await?;
        // A tab of WebDriver's would be of another profile, and so are those of other tests.
        let before = driver.windows().await?;
        session.page.script("window.open('/', '_blank', 'noopener')", vec![]).await?;
        let second =
            until("another tab", async || Ok(driver.windows().await?.into_iter().find(|it| !before.contains(it))));
        let second = second.await?;
        driver.switch_to_window(second.clone()).await?;
        person::identified(session, &ADA).await?;
        session.page.press("Send the code").await?;
        // The server tells nothing to somebody who has proved nothing.
        person::typed_code(session, &session.server.mail(ADA.address, 1).await?.code()?).await?;
        session.page.reads("Choose a new password").await?;
        let hear = "window.heard = []; document.addEventListener('regain:error', () => heard.push(1))";
        session.page.script(hear, vec![]).await?;
        driver.switch_to_window(first).await?;
        person::chose(session, NEW_PASSWORD).await?;
        session.page.reads("Your password has been reset").await?;
        driver.switch_to_window(second).await?;
        session.page.reads("You finished this in another tab").await?;
        ensure!(session.page.script("return heard.length", vec![]).await? == json!(0), "it is an error to the page");
        session.page.picture(&output("screens")?.join("bf-other-tab-wide.png")).await?;
        session.page.press("Back to sign in").await?;
        session.page.focus_on("id", "password").await
    })
    .await
}

/// F3: the last button did nothing.
#[tokio::test]
async fn f3_a_page_without_a_sign_in_to_go_to_says_that_it_can_be_closed() -> Result<()> {
    run("no-way-back", &[("continue_url = \"/\"\n", "")], async |session| {
        session.page.go(&session.server.address("/reset")).await?;
        session.page.reads("Let’s get you back in").await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.press("Next").await?;
        session.page.press("Send the code").await?;
        person::typed_code(session, &session.server.mail(ADA.address, 0).await?.code()?).await?;
        person::chose(session, NEW_PASSWORD).await?;
        session.page.reads("You can close this page.").await?;
        ensure!(!session.page.words().await?.contains("Back to sign in"), "there is nothing to go back to");
        session.page.picture(&output("screens")?.join("be-no-way-back-wide.png")).await
    })
    .await
}
