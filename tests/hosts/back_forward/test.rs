//! A page that is left and come back to.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{goes_back, on, says_who, shows};
use crate::person::{ADA, NEW_PASSWORD};

#[tokio::test]
async fn who_comes_back_to_the_page_goes_on_where_they_were() -> Result<()> {
    on("back_forward", &[], async |stage, host| {
        stage.page.click("#cant-access").await?;
        says_who(stage).await?;
        stage.page.press("Send the code").await?;
        stage.page.reads("Enter the code").await?;
        stage.page.script("location.assign('/elsewhere.html')", vec![]).await?;
        stage.page.reads("Somewhere else").await?;
        stage.page.script("history.back()", vec![]).await?;
        // As the browser left it, or loaded anew and resumed: the same to the person.
        stage.page.reads("Enter the code").await?;
        shows(stage, 1).await?;
        let restored = stage.page.script("return [location.origin, typeof restored]", vec![]).await?;
        ensure!(restored == json!([host.origin(), "boolean"]), "{restored}");
        let code = stage.server.mail(ADA.address, 0).await?.code()?;
        stage.page.type_into("[name=code]", &code).await?;
        stage.page.press("Check the code").await?;
        stage.page.reads("Choose a new password").await?;
        stage.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        stage.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        stage.page.press("Finish").await?;
        stage.page.reads("Your password has been reset").await?;
        goes_back(stage).await
    })
    .await
}
