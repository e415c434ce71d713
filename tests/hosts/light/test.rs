//! The widget in the page's own tree, for password managers that see into no other; here even in the page's form.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{goes_back, on, resets, shows};

#[tokio::test]
async fn the_same_widget_without_a_shadow_tree() -> Result<()> {
    on("light", &[], async |stage, _| {
        let watch = "window.sent = 0; document.querySelector('#sign-in').addEventListener('submit', (event) => {
            event.preventDefault(); sent += 1; })";
        stage.page.script(watch, vec![]).await?;
        stage.page.click("#cant-access").await?;
        stage.page.reads("Let’s get you back in").await?;
        let looks = "
            const widget = document.querySelector('.regain-widget'), field = widget.querySelector('[name=username]');
            return [widget.shadowRoot, field.form.className, getComputedStyle(field).borderRadius != '0px',
                getComputedStyle(document.querySelector('#user-id')).borderRadius,
                getComputedStyle(widget.querySelector('.card')).borderRadius]";
        let looks = stage.page.script(looks, vec![]).await?;
        ensure!(looks == json!([null, "form", true, "0px", "12px"]), "{looks}");
        resets(stage).await?;
        goes_back(stage).await?;
        ensure!(stage.page.script("return sent", vec![]).await? == json!(0), "the page's own form was sent");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_second_one_has_a_tree_of_its_own() -> Result<()> {
    on("light", &[], async |stage, _| {
        stage.page.click("#cant-access").await?;
        shows(stage, 1).await?;
        stage.page.click("#second").await?;
        shows(stage, 2).await?;
        // Labels and fields find each other by names that a tree has once.
        let trees = "return [...document.querySelectorAll('.regain-widget')].map((it) => !!it.shadowRoot).sort()";
        ensure!(stage.page.script(trees, vec![]).await? == json!([false, true]));
        Ok(())
    })
    .await
}
