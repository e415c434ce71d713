//! The page of the documentation: an ordinary form, the link, the tag.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{HEAR, goes_back, on, resets};

#[tokio::test]
async fn screen_01_the_tag_of_the_documentation_is_all_that_a_page_needs() -> Result<()> {
    on("plain", &[], async |session, _| {
        session.page.script(HEAR, vec![]).await?;
        session.page.click("#cant-access").await?;
        resets(session).await?;
        goes_back(session).await?;
        let heard = session.page.script("return heard", vec![]).await?;
        funnel(&heard)
    })
    .await
}

/// The events of a page are enough to draw a funnel from, and has nothing in it that is anybody's.
fn funnel(heard: &Value) -> Result<()> {
    let told: Vec<_> = heard
        .as_array()
        .into_iter()
        .flatten()
        .map(|told| {
            json!([told[0], told[1]["flow"], told[1]["from"], told[1]["step"], told[1]["outcome"], told[1]["error"]])
        })
        .collect();
    let expected = json!([
        ["open", "reset", null, null, null, null],
        ["step", "reset", null, "identify", null, null],
        ["step", "reset", "identify", "choose_method", null, null],
        ["step", "reset", "choose_method", "enter_code", null, null],
        ["step", "reset", "enter_code", "new_password", null, null],
        ["done", "reset", "enter_code", "new_password", "reset", null],
        ["close", "reset", "enter_code", "new_password", "reset", null],
    ]);
    ensure!(json!(told) == expected, "{heard}");
    for (_, detail) in told.iter().zip(heard.as_array().into_iter().flatten()) {
        let (step, total) = (&detail[1]["stepMs"], &detail[1]["totalMs"]);
        ensure!(step.as_u64() <= total.as_u64() && total.as_u64() < Some(120_000), "{detail}");
        let members: BTreeSet<_> = detail[1].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let schema = ["error", "flow", "from", "outcome", "step", "stepMs", "totalMs"];
        ensure!(members == BTreeSet::from(schema), "{detail}");
    }
    Ok(())
}
