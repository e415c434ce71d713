//! A line on which every file takes its time.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::{on, resets, says_who, shown};
use crate::person::{ADA, loaded};

#[tokio::test]
async fn impatient_clicks_open_one_widget() -> Result<()> {
    on("slow", &[], async |session, host| {
        loaded(session).await?;
        host.is_slow(Duration::from_millis(700));
        let clicks = "for (let count = 0; count < 3; count += 1) document.querySelector('#cant-access').click()";
        session.page.script(clicks, vec![]).await?;
        resets(session).await?;
        ensure!(shown(session).await? == 1, "there is more than one");
        Ok(())
    })
    .await
}

/// The widget arrives while somebody is typing into the page's own field: every character arrives there.
#[tokio::test]
async fn whoever_types_elsewhere_keeps_the_focus() -> Result<()> {
    on("slow", &[], async |session, host| {
        loaded(session).await?;
        host.is_slow(Duration::from_millis(300));
        session.page.click("#cant-access").await?;
        session.page.click("#user-id").await?;
        let mut typed = String::new();
        harness::until("the widget, while typing", async || {
            session.page.keys("a").await?;
            typed.push('a');
            Ok(session.page.words().await?.contains("Let’s get you back in").then_some(()))
        })
        .await?;
        // The first step has its turn to take the focus.
        session.page.find("[part~=root] [name=username]").await?;
        for _ in 0..10 {
            session.page.keys("b").await?;
            typed.push('b');
        }
        session.page.focus_on("id", "user-id").await?;
        let value = session.page.script("return document.querySelector('#user-id').value", vec![]).await?;
        ensure!(value == serde_json::json!(typed), "{value} arrived of {typed}");
        // The heading is announced instead, and the widget is as usable as ever.
        let said = "return [...document.querySelectorAll('.regain-widget')]
            .map((host) => host.shadowRoot.querySelector('[role=status]').textContent).join('')";
        let said = session.page.script(said, vec![]).await?;
        ensure!(said == serde_json::json!("Let’s get you back in"), "it said {said}");
        says_who(session).await?;
        session.page.focus_on("text", "Verify it’s you").await?;
        ensure!(session.page.value("#user-id").await? != ADA.user_id, "the page's own field is the page's");
        Ok(())
    })
    .await
}
