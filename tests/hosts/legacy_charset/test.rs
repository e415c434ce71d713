//! A page that is not in UTF-8, and files whose server names no charset.

use anyhow::{Result, ensure};
use serde_json::json;

use super::on;

#[tokio::test]
async fn b10_the_words_of_the_link_are_whole_in_any_charset() -> Result<()> {
    on("legacy_charset", &[], async |session, host| {
        session.page.go(&format!("{}/page.htm", host.origin())).await?;
        session.page.find("a").await?;
        let read =
            session.page.script("return [document.characterSet, document.querySelector('a').textContent]", vec![]);
        let read = read.await?;
        ensure!(read == json!(["windows-1252", "Can’t access your account?"]), "{read}");
        session.page.click("a").await?;
        session.page.find("[part~=root] [name=username]").await?;
        Ok(())
    })
    .await
}
