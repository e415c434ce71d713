//! Screen 2: which kind of account?

use anyhow::{Result, ensure};
use harness::run;

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
    run("account-types", &[TWO], async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Personal account").await?;
        let elsewhere = "[part~=root] a[href='https://account.northwind.example/recover']";
        ensure!(session.page.has(elsewhere).await?, "the other kind is no link");
        session.page.press("Work or school account").await?;
        session.page.reads("Let’s get you back in").await
    })
    .await
}

#[tokio::test]
async fn screen_02_is_skipped_where_there_is_one() -> Result<()> {
    run("account-type", &[], async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        ensure!(!session.page.words().await?.contains("Work or school account"));
        Ok(())
    })
    .await
}
