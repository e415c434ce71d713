//! Screen 2: which kind of account?

use anyhow::{Result, ensure};
use harness::{BrowserSession, run, until};
use serde_json::json;

use crate::person::{self, ADA};

/// Two kinds, one of which is recovered elsewhere.
pub(crate) const TWO: (&str, &str) = (
    "[methods]",
    "[[organisation.account_types]]\nid = \"work\"\nlabel = \"Work or school account\"\n\n\
     [[organisation.account_types]]\nid = \"personal\"\nlabel = \"Personal account\"\n\
     href = \"https://account.northwind.example/recover\"\n\n[methods]",
);

#[tokio::test]
async fn screen_02_an_account_type_goes_on_or_leads_elsewhere() -> Result<()> {
    run("account-types", &[TWO], async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Personal account").await?;
        let elsewhere = "[part~=root] a[href='https://account.northwind.example/recover']";
        ensure!(session.page.has(elsewhere).await?, "the other kind is no link");
        session.page.press("Work or school account").await?;
        session.page.reads("Let’s get you back in").await
    })
    .await
}

/// Notes each heading that is drawn, if only for a moment. Holds back what a name in `held` has, until `let_go` is called:
/// the answers that begin flows, or the widget itself.
const WATCHED: &str = "
    window.headings = [];
    window.answered = [];
    const {attachShadow} = Element.prototype;
    Element.prototype.attachShadow = function (options) {
        const tree = attachShadow.call(this, options);
        new MutationObserver(() => {
            const heading = tree.querySelector('h2')?.textContent;
            if (heading && heading !== headings.at(-1)) headings.push(heading);
        }).observe(tree, {subtree: true, childList: true, characterData: true});
        return tree;
    };
    const {fetch} = window;
    window.hold = (name) => {
        const held = new Promise((go) => { window.let_go = go; });
        window.fetch = async (resource, ...more) => {
            const answer = await fetch.call(window, resource, ...more);
            answered.push(String(resource.url || resource));
            if (answered.at(-1).includes(name)) await held;
            return answer;
        };
    };
";

const QUESTION: &str = "Which account do you need help with?";
const FIRST: &str = "Let’s get you back in";

async fn watched(session: &BrowserSession) -> Result<()> {
    person::at_sign_in(session).await?;
    person::loaded(session).await?;
    session.page.script(WATCHED, vec![]).await?;
    Ok(())
}

async fn hold(session: &BrowserSession, name: &str) -> Result<()> {
    session.page.script("hold(arguments[0])", vec![json!(name)]).await?;
    Ok(())
}

async fn let_go(session: &BrowserSession) -> Result<()> {
    session.page.script("let_go()", vec![]).await?;
    Ok(())
}

/// Fails unless the question was the first that was asked.
async fn asked_first(session: &BrowserSession) -> Result<()> {
    session.page.reads(QUESTION).await?;
    let headings = session.page.script("return headings", vec![]).await?;
    let drawn: Vec<_> = headings.as_array().into_iter().flatten().filter_map(|it| it.as_str()).collect();
    ensure!(!drawn.contains(&FIRST), "it took another screen's place: {drawn:?}");
    Ok(())
}

/// The first screen stood until the flow was there, then the question took its place.
#[tokio::test]
async fn screen_02_takes_no_other_screens_place() -> Result<()> {
    run("account-types-at-once", &[TWO], async |session| {
        watched(session).await?;
        // A first opening, where the files take longer than the flow.
        hold(session, "_bg.wasm").await?;
        session.page.click("#cant-access").await?;
        until("the flow's answer", async || {
            let answered = "return answered.some((it) => it.endsWith('/v1/flows'))";
            Ok((session.page.script(answered, vec![]).await? == json!(true)).then_some(()))
        })
        .await?;
        let_go(session).await?;
        asked_first(session).await?;
        session.page.click("[part~=close]").await?;
        // Another one, where they are there.
        hold(session, "/v1/flows").await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Getting things ready").await?;
        let_go(session).await?;
        asked_first(session).await?;
        session.page.press("Work or school account").await?;
        session.page.focus_on("name", "username").await
    })
    .await
}

/// On a first visit the first screen may be there before it is known that there is a question.
#[tokio::test]
async fn screen_02_interrupts_nobody_who_is_typing() -> Result<()> {
    run("account-types-late", &[TWO], async |session| {
        watched(session).await?;
        hold(session, "/v1/flows").await?;
        session.page.click("#cant-access").await?;
        session.page.focus_on("name", "username").await?;
        let (begin, end) = ADA.user_id.split_at(4);
        session.page.keys(begin).await?;
        let_go(session).await?;
        until("the flow", async || {
            let kept = "return Object.keys(sessionStorage).some((name) => name.endsWith(':reset'))";
            Ok((session.page.script(kept, vec![]).await? == json!(true)).then_some(()))
        })
        .await?;
        session.page.focus_on("name", "username").await?;
        session.page.keys(end).await?;
        ensure!(session.page.value("[part~=root] [name=username]").await? == ADA.user_id, "what was typed is kept");
        session.page.press("Next").await?;
        session.page.reads("Verify it’s you").await
    })
    .await
}

#[tokio::test]
async fn screen_02_is_skipped_where_there_is_one() -> Result<()> {
    run("account-type", &[], async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        ensure!(!session.page.words().await?.contains("Work or school account"));
        Ok(())
    })
    .await
}
