//! The link inside the page's form, and so the widget too.

use anyhow::{Result, ensure};
use serde_json::json;
use thirtyfour::Key;

use super::{goes_back, on, resets};

#[tokio::test]
async fn inside_a_form_it_sends_nothing_of_the_pages() -> Result<()> {
    on("in_form", &[], async |session, _| {
        let watch = "window.sent = 0; window.typed = 0; const form = document.querySelector('form');
            form.addEventListener('submit', (event) => { event.preventDefault(); sent += 1; })";
        session.page.script(watch, vec![]).await?;
        // The text in the page's field is taken along.
        session.page.type_into("#user-id", "somebody@northwind.example").await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        ensure!(session.page.value("[part~=root] [name=username]").await? == "somebody@northwind.example");
        session.page.retype("[part~=root] [name=username]", "").await?;
        session.page.key(Key::Enter).await?;
        resets(session).await?;
        goes_back(session).await?;
        ensure!(session.page.script("return sent", vec![]).await? == json!(0), "the page's own form was sent");
        // Nothing of the widget is in what the form sends.
        let names =
            session.page.script("return [...new FormData(document.querySelector('form')).keys()]", vec![]).await?;
        ensure!(names == json!(["username", "password"]), "{names}");
        Ok(())
    })
    .await
}
