//! Two tabs of one person, and pages that lead nowhere.

use anyhow::{Result, ensure};
use harness::{output, run, until};
use serde_json::json;

use crate::person::{self, ADA, MARY, NEW_PASSWORD};

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

/// The server tells nothing to a flow that proved nothing, which then waited for a code that leads nowhere.
#[tokio::test]
async fn f21_who_proved_nothing_in_another_tab_is_told_too() -> Result<()> {
    run("unproved-tabs", &[], async |session| {
        let driver = session.page.driver();
        person::proved(session, &ADA).await?;
        let first = driver.window().await?;
        let mut others = Vec::new();
        for person in [&ADA, &MARY] {
            let before = driver.windows().await?;
            session.page.script("window.open('/', '_blank', 'noopener')", vec![]).await?;
            let other =
                until("another tab", async || Ok(driver.windows().await?.into_iter().find(|it| !before.contains(it))));
            let other = other.await?;
            driver.switch_to_window(other.clone()).await?;
            person::identified(session, person).await?;
            let listen = "window.heard = []; new BroadcastChannel('regain').onmessage = ({data}) => heard.push(data)";
            session.page.script(listen, vec![]).await?;
            others.push(other);
        }
        driver.switch_to_window(first).await?;
        person::chose(session, NEW_PASSWORD).await?;
        driver.switch_to_window(others[0].clone()).await?;
        session.page.reads("You finished this in another tab").await?;
        let heard = session.page.script("return heard.join()", vec![]).await?;
        let heard = heard.as_str().unwrap_or_default();
        ensure!(!heard.is_empty() && !heard.contains("northwind"), "the user ID is told: {heard}");
        let kept = session.page.script("return Object.keys(sessionStorage).length", vec![]).await?;
        ensure!(kept == json!(0), "a reload would go on");
        driver.switch_to_window(others[1].clone()).await?;
        until("the message", async || {
            let heard = session.page.script("return heard.length", vec![]).await?;
            Ok((heard == json!(1)).then_some(()))
        })
        .await?;
        ensure!(session.page.words().await?.contains("Verify it’s you"), "another person is told wrong things");
        Ok(())
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
