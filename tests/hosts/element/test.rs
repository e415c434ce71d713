//! `<regain-access>`: upgraded wherever it comes from, its attributes are the options.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{goes_back, on, resets, says_who, shows};

#[tokio::test]
async fn an_element_has_a_link_of_its_own_and_the_widget_in_it() -> Result<()> {
    on("element", &[], async |stage, _| {
        let words =
            stage.page.script("return access.innerText.trim() + ' ' + access.querySelector('a').href", vec![]).await?;
        ensure!(words == json!(format!("Can’t access your account? {}", stage.server.address("/reset"))), "{words}");
        stage.page.click("#access a").await?;
        resets(stage).await?;
        let inside = "return access.querySelector('.regain-widget').dataset.theme";
        ensure!(stage.page.script(inside, vec![]).await? == json!("light"), "what the tag says is not kept to");
        goes_back(stage).await
    })
    .await
}

#[tokio::test]
async fn a_button_in_it_opens_the_flow_of_its_attributes() -> Result<()> {
    on("element", &[], async |stage, _| {
        stage.page.click("#unlock").await?;
        stage.page.reads("Unlock").await?;
        let expanded = "return document.querySelector('#unlock').ariaExpanded";
        ensure!(stage.page.value("[part~=root] [name=username]").await? == "hedy@northwind.example");
        ensure!(stage.page.script(expanded, vec![]).await? == json!("true"));
        stage.page.click("#unlock").await?;
        shows(stage, 0).await?;
        ensure!(stage.page.script(expanded, vec![]).await? == json!("false"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_script_shows_it_and_hears_how_it_ended() -> Result<()> {
    on("element", &[], async |stage, _| {
        let begin = "window.ended = null; const made = document.createElement('regain-access'); made.id = 'made';
            document.body.append(made); made.options = {userId: 'ada@northwind.example'};
            made.show().then((how) => window.ended = how)";
        stage.page.script(begin, vec![]).await?;
        stage.page.reads("Let’s get you back in").await?;
        ensure!(stage.page.value("[part~=root] [name=username]").await? == "ada@northwind.example");
        stage.page.click("[part~=close]").await?;
        harness::until("the outcome", async || {
            Ok((stage.page.script("return ended", vec![]).await? == json!({"outcome": "closed"})).then_some(()))
        })
        .await
    })
    .await
}

#[tokio::test]
async fn moved_it_goes_on_and_put_back_later_it_resumes() -> Result<()> {
    on("element", &[], async |stage, _| {
        stage.page.click("#access a").await?;
        says_who(stage).await?;
        stage.page.script("document.querySelector('h1').before(access)", vec![]).await?;
        stage.page.press("Send the code").await?;
        stage.page.reads("Enter the code").await?;
        stage.page.script("window.kept = access; access.remove()", vec![]).await?;
        shows(stage, 0).await?;
        harness::until("the widget's end", async || {
            Ok((stage.page.script("return !kept.querySelector('.regain-widget')", vec![]).await? == json!(true))
                .then_some(()))
        })
        .await?;
        stage.page.script("document.body.append(kept)", vec![]).await?;
        stage.page.reads("Enter the code").await?;
        shows(stage, 1).await
    })
    .await
}
