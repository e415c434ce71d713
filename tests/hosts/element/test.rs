//! `<regain-access>`: upgraded wherever it comes from, its attributes are the options.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{goes_back, on, resets, says_who, shows};

#[tokio::test]
async fn an_element_has_a_link_of_its_own_and_the_widget_in_it() -> Result<()> {
    on("element", &[], async |session, _| {
        let words = session
            .page
            .script("return access.innerText.trim() + ' ' + access.querySelector('a').href", vec![])
            .await?;
        ensure!(words == json!(format!("Can’t access your account? {}", session.server.address("/reset"))), "{words}");
        session.page.click("#access a").await?;
        resets(session).await?;
        let inside = "return access.querySelector('.regain-widget').dataset.theme";
        ensure!(session.page.script(inside, vec![]).await? == json!("light"), "what the tag says is not kept to");
        goes_back(session).await
    })
    .await
}

#[tokio::test]
async fn a_button_in_it_opens_the_flow_of_its_attributes() -> Result<()> {
    on("element", &[], async |session, _| {
        session.page.click("#unlock").await?;
        session.page.reads("Unlock").await?;
        let expanded = "return document.querySelector('#unlock').ariaExpanded";
        ensure!(session.page.value("[part~=root] [name=username]").await? == "hedy@northwind.example");
        ensure!(session.page.script(expanded, vec![]).await? == json!("true"));
        session.page.click("#unlock").await?;
        shows(session, 0).await?;
        ensure!(session.page.script(expanded, vec![]).await? == json!("false"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_script_shows_it_and_hears_how_it_ended() -> Result<()> {
    on("element", &[], async |session, _| {
        let begin = "window.ended = null; const made = document.createElement('regain-access'); made.id = 'made';
            document.body.append(made); made.options = {userId: 'ada@northwind.example'};
            made.show().then((how) => window.ended = how)";
        session.page.script(begin, vec![]).await?;
        session.page.reads("Let’s get you back in").await?;
        ensure!(session.page.value("[part~=root] [name=username]").await? == "ada@northwind.example");
        session.page.click("[part~=close]").await?;
        harness::until("the outcome", async || {
            Ok((session.page.script("return ended", vec![]).await? == json!({"outcome": "closed"})).then_some(()))
        })
        .await
    })
    .await
}

/// B7: a name that JSX and templates can write, and callbacks for what cannot listen at all.
#[tokio::test]
async fn b7_what_happens_is_heard_by_either_name_and_by_callbacks() -> Result<()> {
    on("element", &[], async |session, _| {
        let listen = "window.heard = [];
            for (const type of ['regain:step', 'regain-step', 'regain-close'])
                access.addEventListener(type, ({detail}) => heard.push([type, detail.step]));
            access.options = {
                onStep: ({step}) => { heard.push(['onStep', step]); throw Error('of the page'); },
                onClose: ({outcome}) => heard.push(['onClose', outcome]),
            }";
        session.page.script(listen, vec![]).await?;
        session.page.click("#access a").await?;
        session.page.find("[part~=root] [name=username]").await?;
        session.page.click("[part~=close]").await?;
        shows(session, 0).await?;
        let heard = session.page.script("return heard", vec![]).await?;
        let step = "identify";
        let expected = json!([
            ["regain:step", step],
            ["regain-step", step],
            ["onStep", step],
            ["regain-close", step],
            ["onClose", "closed"]
        ]);
        ensure!(heard == expected, "{heard}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn moved_it_goes_on_and_put_back_later_it_resumes() -> Result<()> {
    on("element", &[], async |session, _| {
        session.page.click("#access a").await?;
        says_who(session).await?;
        session.page.script("document.querySelector('h1').before(access)", vec![]).await?;
        session.page.press("Send the code").await?;
        session.page.reads("Enter the code").await?;
        session.page.script("window.kept = access; access.remove()", vec![]).await?;
        shows(session, 0).await?;
        harness::until("the widget's end", async || {
            Ok((session.page.script("return !kept.querySelector('.regain-widget')", vec![]).await? == json!(true))
                .then_some(()))
        })
        .await?;
        session.page.script("document.body.append(kept)", vec![]).await?;
        session.page.reads("Enter the code").await?;
        shows(session, 1).await
    })
    .await
}
