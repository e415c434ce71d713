//! A page that is shown from a copy of what it was, without a shadow tree: the widget is copied along.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{on, says_who, shows};
use crate::person::loaded;

const LINK: &str = "return document.querySelector('#cant-access').ariaExpanded";

#[tokio::test]
async fn b5_a_copy_of_a_widget_goes_and_the_link_opens_it_where_somebody_was() -> Result<()> {
    on("page_cache", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        says_who(session).await?;
        session.page.script("leave()", vec![]).await?;
        session.page.reads("Somewhere else").await?;
        // A change of the page's looks is of no widget any more.
        session.page.script("document.documentElement.className = 'changed'", vec![]).await?;
        session.page.script("comeBack()", vec![]).await?;
        session.page.find("#cant-access").await?;
        shows(session, 0).await?;
        ensure!(session.page.script(LINK, vec![]).await? == json!("false"), "the link says that it is open");
        session.page.click("#cant-access").await?;
        session.page.find(".regain-widget .choice").await?;
        shows(session, 1).await?;
        let broken = session.page.script("return broken", vec![]).await?;
        ensure!(broken == json!([]), "{broken}");
        Ok(())
    })
    .await
}

/// Sends each form of the widget as a page does that has its copy and none of its scripts, and says where that led.
const SEND_A_COPY: &str = "
    const copy = document.querySelector('.regain-widget form').cloneNode(true);
    document.body.append(copy);
    copy.requestSubmit();
    return [copy.isConnected, location.pathname + location.search]
";

#[tokio::test]
async fn b5_a_form_of_the_widget_is_never_sent() -> Result<()> {
    on("page_cache", &[], async |session, host| {
        loaded(session).await?;
        session.page.click("#cant-access").await?;
        session.page.find("[part~=root], .regain-widget [name=username]").await?;
        session.page.retype(".regain-widget [name=username]", "ada@northwind.example").await?;
        let before = host.requests_for("/");
        ensure!(session.page.script(SEND_A_COPY, vec![]).await? == json!([true, "/"]), "it went somewhere");
        // A later request is answered after what was sent.
        session.page.script("return fetch('/page.js').then((answer) => answer.status)", vec![]).await?;
        ensure!(host.requests_for("/") == before, "the form was sent to the page");
        session.page.find("#leave").await?;
        Ok(())
    })
    .await
}
