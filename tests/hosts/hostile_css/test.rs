//! A page whose styles reset everything, and hide and distort every `div`.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{goes_back, on, resets};

#[tokio::test]
async fn styles_of_the_page_neither_hide_nor_distort_it() -> Result<()> {
    on("hostile_css", &[], async |session, _| {
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        let looks = "
            const root = document.querySelector('.regain-widget').shadowRoot;
            const style = (selector) => getComputedStyle(root.querySelector(selector));
            const {opacity, visibility} = getComputedStyle(root.host);
            const input = root.querySelector('[name=username]').getBoundingClientRect();
            return {
                opacity, visibility, letters: style('.lead').letterSpacing, case: style('.lead').textTransform,
                indent: style('.lead').textIndent, direction: style('.root').direction, text: style('.heading').color,
                card: style('.card').backgroundColor, button: style('.primary').backgroundColor, cursor: style('.root').cursor,
                font: parseFloat(style('.lead').fontSize) >= 16, tall: input.height >= 24, wide: input.width > 200,
            }";
        let looks = session.page.script(looks, vec![]).await?;
        let expected = json!({
            "opacity": "1", "visibility": "visible", "letters": "normal", "case": "none", "indent": "0px",
            "direction": "ltr", "text": "rgb(27, 31, 39)", "card": "rgb(255, 255, 255)", "button": "rgb(36, 87, 197)",
            "cursor": "auto", "font": true, "tall": true, "wide": true,
        });
        ensure!(looks == expected, "{looks}");
        resets(session).await?;
        goes_back(session).await
    })
    .await
}
