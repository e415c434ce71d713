//! The first page of the documentation, as it stands there: in German, in its own looks, under a strict policy.

use std::fs;

use anyhow::{Result, ensure};

use super::{on, workers_did_theirs};
use crate::person::{ADA, NEW_PASSWORD};

#[tokio::test]
async fn the_page_of_the_documentation_takes_a_person_the_whole_way() -> Result<()> {
    on("first_page", &[], async |session, _| {
        let page = &session.page;
        page.type_into("#user-id", ADA.user_id).await?;
        page.click("#cant-access").await?;
        page.reads("Zurück in Ihr Konto").await?;
        let accent = page.find("[part~=root] [part~=primary]").await?.css_value("background-color").await?;
        ensure!(accent.replace("rgba(138, 75, 16, 1)", "rgb(138, 75, 16)") == "rgb(138, 75, 16)", "{accent}");
        page.press("Weiter").await?;
        page.press("Code senden").await?;
        page.reads("Code eingeben").await?;
        let code = session.server.mail(ADA.address, 0).await?.code()?;
        page.type_into("[name=code]", &code).await?;
        page.press("Bestätigen").await?;
        page.reads("Neues Passwort wählen").await?;
        page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        page.press("Abschließen").await?;
        page.press("Zurück zur Anmeldung").await?;
        page.focus_on("id", "password").await?;
        ensure!(page.value("#user-id").await? == ADA.user_id, "the user ID is not brought back");
        workers_did_theirs(session).await
    })
    .await
}

#[test]
fn it_stands_in_the_documentation_word_by_word() -> Result<()> {
    let documented = fs::read_to_string(harness::root().join("docs/embedding.md"))?;
    for name in ["index.html", "sign-in.css"] {
        let file = fs::read_to_string(harness::root().join("tests/hosts/first_page").join(name))?;
        let file = file.replace("@REGAIN@", "http://127.0.0.1:8080");
        ensure!(documented.contains(&file), "docs/embedding.md does not have {name} as it is");
    }
    Ok(())
}
