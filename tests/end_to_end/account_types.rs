//! Screen 2: which kind of account?

use anyhow::{Result, ensure};
use harness::play;

use crate::person;

/// Two kinds, one of which is recovered elsewhere.
pub(crate) const TWO: (&str, &str) = (
    "[methods]",
    "[[organisation.account_types]]\nid = \"work\"\nlabel = \"Work or school account\"\n\n\
     [[organisation.account_types]]\nid = \"personal\"\nlabel = \"Personal account\"\n\
     href = \"https://account.northwind.example/recover\"\n\n[methods]",
);

#[tokio::test]
async fn screen_02_an_account_type_goes_on_or_leads_elsewhere() -> Result<()> {
    play("account-types", &[TWO], async |stage| {
        person::at_sign_in(stage).await?;
        stage.page.click("#cant-access").await?;
        stage.page.reads("Personal account").await?;
        let elsewhere = "[part~=root] a[href='https://account.northwind.example/recover']";
        ensure!(stage.page.has(elsewhere).await?, "the other kind is no link");
        stage.page.press("Work or school account").await?;
        stage.page.reads("Let’s get you back in").await
    })
    .await
}

#[tokio::test]
async fn screen_02_is_skipped_where_there_is_one() -> Result<()> {
    play("account-type", &[], async |stage| {
        person::at_sign_in(stage).await?;
        stage.page.click("#cant-access").await?;
        stage.page.reads("Let’s get you back in").await?;
        ensure!(!stage.page.words().await?.contains("Work or school account"));
        Ok(())
    })
    .await
}
