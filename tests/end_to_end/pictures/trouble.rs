//! Limits, the end of a flow, and a step that the widget does not know.

use anyhow::{Result, ensure};
use harness::run;
use serde_json::json;

use super::look;
use crate::{
    person::{self, ADA},
    register::{self, ALAN},
};

/// A server of a later version, which has a step that this widget does not know.
const LATER_SERVER: &str = "
    const asked = fetch;
    window.fetch = async (...request) => {
        const answer = await asked(...request);
        if (!answer.url.includes('/v1/')) return answer;
        const text = await answer.text();
        const {status, headers} = answer;
        return new Response(text.replace('\"name\":\"choose_method\"', '\"name\":\"read_minds\"'), {status, headers});
    };
";

#[tokio::test]
async fn what_gets_in_the_way_is_whole_on_every_screen() -> Result<()> {
    let limits =
        ("identifications_per_account = 500", "identifications_per_account = 1\nwrong_passwords_per_account = 1");
    run("pictures-of-limits", &[limits], async |session| {
        for words in ["Verify it’s you", "You can try again in"] {
            person::at_sign_in(session).await?;
            session.page.click("#cant-access").await?;
            session.page.reads("Let’s get you back in").await?;
            session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
            session.page.press("Next").await?;
            session.page.reads(words).await?;
            if words == "Verify it’s you" {
                session.page.press("Cancel").await?;
            }
        }
        look(session, "aa-limited").await?;
        register::signed_in(session, ALAN.user_id, "not his").await?;
        session.page.reads("Wrong user ID or password.").await?;
        session.page.retype("[name=current-password]", "nor this").await?;
        session.page.press("Next").await?;
        session.page.reads("You can try again in").await?;
        look(session, "ab-limited-signing-in").await
    })
    .await?;
    let short = [("lifetime_s = 600", "lifetime_s = 60"), ("[mail]", "[flows]\nlifetime_s = 119\n\n[mail]")];
    run("pictures-of-the-end", &short, async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("You’ll be timed out in").await?;
        look(session, "ac-ending").await
    })
    .await?;
    run("pictures-of-the-unknown", &[], async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.script(LATER_SERVER, vec![]).await?;
        session.page.press("Next").await?;
        session.page.reads("Let’s finish this another way").await?;
        let on = format!("[part~=root] a[href='{}']", session.server.address("/reset"));
        ensure!(session.page.has(&on).await?, "there is no way on");
        let number = "const root = document.querySelector('.regain-widget').shadowRoot.querySelector('[part~=root]');
            root.dir = 'rtl';
            return getComputedStyle(root.querySelector('[part~=help] a[href^=tel]')).direction";
        ensure!(session.page.script(number, vec![]).await? == json!("ltr"), "a phone number is turned round");
        look(session, "ad-unknown").await
    })
    .await
}
