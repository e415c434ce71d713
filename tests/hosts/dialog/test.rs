//! The widget in a dialog of the browser's own: what is behind it can't be reached, and nothing is lost by Escape.

use anyhow::{Result, ensure};
use harness::BrowserSession;
use serde_json::json;
use thirtyfour::Key;

use super::{goes_back, on, resets, says_who};
use crate::person::loaded;

async fn is_open(session: &BrowserSession) -> Result<bool> {
    let open = "return !!document.querySelector('.regain-widget')?.shadowRoot.querySelector('dialog:modal')";
    Ok(session.page.script(open, vec![]).await? == json!(true))
}

#[tokio::test]
async fn a_dialog_takes_a_person_through_and_gives_the_focus_back() -> Result<()> {
    on("dialog", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        ensure!(is_open(session).await?, "it is no dialog");
        resets(session).await?;
        goes_back(session).await
    })
    .await
}

#[tokio::test]
async fn the_focus_stays_in_it_and_escape_loses_nothing() -> Result<()> {
    on("dialog", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        says_who(session).await?;
        session.page.press("Send the code").await?;
        session.page.focus_on("name", "code").await?;
        session.page.type_into("[name=code]", "123").await?;
        // All the way round, and a little more: never on what lies behind.
        for _ in 0..12 {
            session.page.key(Key::Tab).await?;
            let focus = session.page.focus().await?;
            ensure!(
                !["user-id", "password", "cant-access", "other"].contains(&focus["id"].as_str().unwrap_or_default()),
                "{focus}"
            );
        }
        session.page.key(Key::Escape).await?;
        session.page.focus_on("id", "cant-access").await?;
        ensure!(!is_open(session).await?, "it is still there");
        session.page.key(Key::Enter).await?;
        session.page.focus_on("text", "Enter the code").await?;
        ensure!(is_open(session).await? && session.page.value("[name=code]").await? == "123", "something was lost");
        session.page.click("[part~=close]").await?;
        session.page.focus_on("id", "cant-access").await
    })
    .await
}

#[tokio::test]
async fn without_a_link_escape_closes_it_and_the_next_opening_resumes() -> Result<()> {
    on("dialog", &[], async |session, _| {
        let open = "window.ended = null; Regain.open({mode: 'dialog'}).then((how) => window.ended = how)";
        session.page.focus_on("tag", "body").await?;
        loaded(session).await?;
        session.page.script(open, vec![]).await?;
        says_who(session).await?;
        session.page.key(Key::Escape).await?;
        harness::until("the outcome", async || {
            Ok((session.page.script("return ended", vec![]).await? == json!({"outcome": "closed"})).then_some(()))
        })
        .await?;
        ensure!(!session.page.has(".regain-widget").await?, "it is still there");
        session.page.script(open, vec![]).await?;
        session.page.reads("Verify it’s you").await
    })
    .await
}

/// F20: put away by Escape, it opened by itself when the page was loaded again.
#[tokio::test]
async fn f20_what_was_put_away_stays_so_when_the_page_is_loaded_again() -> Result<()> {
    on("dialog", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        says_who(session).await?;
        session.page.key(Key::Escape).await?;
        session.page.focus_on("id", "cant-access").await?;
        session.page.driver().refresh().await?;
        loaded(session).await?;
        // By the end of the next opening whatever opens by itself is open.
        session.page.script("return Regain.open({flow: 'unlock', mode: 'inline'}), null", vec![]).await?;
        session.page.find("[part~=root] [name=username]").await?;
        ensure!(!session.page.has("dialog").await?, "it opened by itself");
        session.page.click("#cant-access").await?;
        session.page.find("dialog[open] [part~=method]").await?;
        Ok(())
    })
    .await
}
