//! Phones, by text and by call, and that of the organisation.

use anyhow::{Context, Result, ensure};
use harness::run;
use serde_json::json;

use super::{ALAN, ALANS_PHONE, at_alans, fill, finished, proved, rows};
use crate::person::{self, MARY};

#[tokio::test]
async fn a_phone_is_registered_by_text_and_resets_the_password() -> Result<()> {
    run("register-text", &[], async |session| {
        at_alans(session).await?;
        session.page.press("Mobile phone").await?;
        fill(session, "0425 555 0177").await?;
        session.page.press("Text me").await?;
        session.page.reads("Start with + and the country code").await?;
        fill(session, "+1 (425) 555-0177").await?;
        session.page.press("Text me").await?;
        let code = |text: String| Ok::<_, anyhow::Error>(text.rsplit_once('#').context("a code")?.1.to_owned());
        person::typed_code(session, &code(session.server.text_message(ALANS_PHONE, 0).await?)?).await?;
        session.page.reads("1 set up, 1 required").await?;
        finished(session).await?;
        // A person without a mail address hears of it by text.
        let notice = session.server.text_message(ALANS_PHONE, 1).await?;
        ensure!(!notice.contains('#'), "no code: {notice}");
        person::chose_way(session, ALAN.user_id, "Text my mobile phone", "Text me").await?;
        person::typed_code(session, &code(session.server.text_message(ALANS_PHONE, 2).await?)?).await?;
        person::finished(session).await
    })
    .await
}

#[tokio::test]
async fn a_phone_is_registered_by_call_and_resets_the_password() -> Result<()> {
    run("register-call", &[], async |session| {
        at_alans(session).await?;
        session.page.press("Mobile phone").await?;
        fill(session, ALANS_PHONE).await?;
        session.page.choose("By call").await?;
        session.page.press("Call me").await?;
        session.page.reads("We’re calling to check it’s yours.").await?;
        let call = session.server.call(ALANS_PHONE, 0).await?;
        call.does("answer").await?;
        call.key("#").await?;
        // Nobody pressed anything on the page: it has noticed by itself.
        session.page.reads("1 set up, 1 required").await?;
        finished(session).await?;
        person::chose_way(session, ALAN.user_id, "Call my mobile phone", "Call me").await?;
        let call = session.server.call(ALANS_PHONE, 1).await?;
        call.does("answer").await?;
        call.key("#").await?;
        person::finished(session).await
    })
    .await
}

/// A method of the organisation is shown, and cannot be changed.
#[tokio::test]
async fn an_office_phone_is_shown_and_left_alone() -> Result<()> {
    run("register-office", &[], async |session| {
        proved(session, &MARY, "supersonic pressure tunnel", 0).await?;
        ensure!(rows(session).await?.contains(&"Office phone".to_owned()), "it is not shown");
        let script = "const root = document.querySelector('.regain-widget').shadowRoot; \
            return [...root.querySelectorAll('[part=method]')].map((it) => [ \
                it.querySelector('.words > span').innerText == 'Office phone', \
                it.innerText.includes('Managed by your company or school'), \
                it.querySelectorAll('button').length]);";
        let rows = session.page.script(script, vec![]).await?;
        for row in rows.as_array().context("rows")? {
            let office = row[0] == json!(true);
            ensure!(row[1] == json!(office), "{rows}");
            ensure!((row[2] == json!(0)) == office, "{rows}");
        }
        let words = session.page.words().await?;
        ensure!(words.matches("Office phone").count() == 1, "it is on offer to be added: {words}");
        Ok(())
    })
    .await
}
