//! The widget in the page's own tree, for password managers that see into no other; here even in the page's form.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{goes_back, on, resets, shows};

#[tokio::test]
async fn the_same_widget_without_a_shadow_tree() -> Result<()> {
    on("light", &[], async |session, _| {
        let watch = "window.sent = 0; document.querySelector('#sign-in').addEventListener('submit', (event) => {
            event.preventDefault(); sent += 1; })";
        session.page.script(watch, vec![]).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        let looks = "
            const widget = document.querySelector('.regain-widget'), field = widget.querySelector('[name=username]');
            return [widget.shadowRoot, field.form.className, getComputedStyle(field).borderRadius != '0px',
                getComputedStyle(document.querySelector('#user-id')).borderRadius,
                getComputedStyle(widget.querySelector('.card')).borderRadius]";
        let looks = session.page.script(looks, vec![]).await?;
        ensure!(looks == json!([null, "form", true, "0px", "12px"]), "{looks}");
        resets(session).await?;
        goes_back(session).await?;
        ensure!(session.page.script("return sent", vec![]).await? == json!(0), "the page's own form was sent");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_second_one_has_a_tree_of_its_own() -> Result<()> {
    on("light", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        shows(session, 1).await?;
        session.page.click("#second").await?;
        shows(session, 2).await?;
        // Labels and fields find each other by names that a tree has once.
        let trees = "return [...document.querySelectorAll('.regain-widget')].map((it) => !!it.shadowRoot).sort()";
        ensure!(session.page.script(trees, vec![]).await? == json!([false, true]));
        Ok(())
    })
    .await
}
