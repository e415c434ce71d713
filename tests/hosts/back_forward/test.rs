//! A page that is left and come back to.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{goes_back, on, says_who, shows};
use crate::person::{ADA, NEW_PASSWORD};

#[tokio::test]
async fn who_comes_back_to_the_page_goes_on_where_they_were() -> Result<()> {
    on("back_forward", &[], async |session, host| {
        session.page.click("#cant-access").await?;
        says_who(session).await?;
        session.page.press("Send the code").await?;
        session.page.reads("Enter the code").await?;
        session.page.script("location.assign('/elsewhere.html')", vec![]).await?;
        session.page.reads("Somewhere else").await?;
        session.page.script("history.back()", vec![]).await?;
        // As the browser left it, or loaded anew and resumed: the same to the person.
        session.page.reads("Enter the code").await?;
        shows(session, 1).await?;
        let restored = session.page.script("return [location.origin, typeof restored]", vec![]).await?;
        ensure!(restored == json!([host.origin(), "boolean"]), "{restored}");
        let code = session.server.mail(ADA.address, 0).await?.code()?;
        session.page.type_into("[name=code]", &code).await?;
        session.page.press("Verify").await?;
        session.page.reads("Choose a new password").await?;
        session.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        session.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        session.page.press("Finish").await?;
        session.page.reads("Your password has been reset").await?;
        goes_back(session).await
    })
    .await
}
