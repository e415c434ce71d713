//! A page that its browser translates: the texts of the widget are not where it put them.

use anyhow::{Result, ensure};
use harness::{BrowserSession, until};
use serde_json::{Value, json};

use super::{on, says_who};

/// The fault of the code's field, and whether it is translated.
const FAULT: &str = "
    const fault = document.querySelector('.regain-widget').shadowRoot.querySelector('#regain-code-error');
    return [fault.textContent, !!fault.querySelector('font')]
";

async fn fault(session: &BrowserSession, before: &Value) -> Result<Value> {
    until("a translated fault", async || {
        let fault = session.page.script(FAULT, vec![]).await?;
        Ok((fault[0] != json!("") && fault[0] != *before && fault[1] == json!(true)).then(|| fault[0].clone()))
    })
    .await
}

/// B6: what changes went on changing in a text that nobody could see any more.
#[tokio::test]
async fn b6_what_changes_is_seen_to_change() -> Result<()> {
    on("translated", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        says_who(session).await?;
        session.page.click("[part~=primary]").await?;
        session.page.find("[name=code]").await?;
        session.page.click("[part~=primary]").await?;
        let missing = fault(session, &json!("")).await?;
        session.page.type_into("[name=code]", "12").await?;
        session.page.click("[part~=primary]").await?;
        fault(session, &missing).await?;
        // An address is no word of any language.
        let values = "return [...document.querySelector('.regain-widget').shadowRoot.querySelectorAll('[part~=value]')]
            .every((value) => value.translate === false && !value.querySelector('font'))";
        ensure!(session.page.script(values, vec![]).await? == json!(true), "a value was translated");
        Ok(())
    })
    .await
}
