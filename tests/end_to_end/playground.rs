//! The playground, built by `cargo xtask playground --check`: a folder of static files, below a path of a file server.

use std::{env, path::PathBuf};

use anyhow::{Context as _, Result, ensure};
use harness::{Host, Page, run};
use serde_json::{Value, json};

use crate::person::{ADA, NEW_PASSWORD, OLD_PASSWORD};

/// The addresses of all that the page asked for, and the text of the newest mail.
const ASKED: &str = "return performance.getEntriesByType('resource').map(({name}) => name)";
const NEWEST_MAIL: &str = "return document.querySelector('#entries [data-testid=mail] pre')?.textContent ?? ''";

/// Sends the host's form, and tells who was welcomed.
const SIGN_IN: &str = "
    document.querySelector('#user-id').value = arguments[0];
    document.querySelector('#password').value = arguments[1];
    document.querySelector('#sign-in').requestSubmit();
    return document.querySelector('#welcome').textContent";

async fn signs_in(page: &Page, password: &str) -> Result<bool> {
    let welcome = page.script(SIGN_IN, vec![json!(ADA.user_id), json!(password)]).await?;
    Ok(welcome.as_str().is_some_and(|words| words.contains("Ada")))
}

async fn code(page: &Page) -> Result<String> {
    let text = page.script(NEWEST_MAIL, vec![]).await?;
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let code = text.as_str().unwrap_or_default().split_whitespace().find(is_code);
    code.map(str::to_owned).context("no code in the newest mail")
}

#[tokio::test]
async fn a_password_is_reset_and_nothing_leaves_the_page() -> Result<()> {
    let folder = env::var_os("REGAIN_PLAYGROUND").map(PathBuf::from);
    let folder = folder.context("build it and run this with `cargo xtask playground --check`")?;
    run("playground", &[], async |session| {
        let host = Host::start().await?;
        host.serves(folder.parent().context("a folder above")?, &[], &[])?;
        let page = &session.page;
        let home = format!("{}/{}/", host.origin(), folder.file_name().context("a name")?.display());
        page.go(&home).await?;
        page.find("html[data-ready]").await?;
        ensure!(signs_in(page, OLD_PASSWORD).await?, "the password at first");

        page.click("#opening a").await?;
        page.find("[part~=root] [name=username]").await?;
        page.press("Next").await?;
        page.reads("Verify it’s you").await?;
        page.choose("Email my alternate address").await?;
        page.press("Send the code").await?;
        page.reads("Enter the code").await?;
        page.find("#entries [data-testid=mail]").await?;
        page.type_into("[part~=root] [name=code]", &code(page).await?).await?;
        page.press("Verify").await?;
        page.reads("Choose a new password").await?;
        page.type_into("[part~=root] [name=new-password]", NEW_PASSWORD).await?;
        page.type_into("[part~=root] [name=confirm-password]", NEW_PASSWORD).await?;
        page.press("Finish").await?;
        page.reads("Your password has been reset").await?;
        ensure!(!signs_in(page, OLD_PASSWORD).await?, "the former password");
        ensure!(signs_in(page, NEW_PASSWORD).await?, "the new password");

        let asked = page.script(ASKED, vec![]).await?;
        let asked: Vec<&str> = asked.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        ensure!(asked.len() > 5, "{asked:?}");
        let is_a_file = |address: &&str| address.starts_with(&home) && !address.starts_with(&format!("{home}api"));
        ensure!(asked.iter().all(is_a_file), "{asked:?}");
        Ok(())
    })
    .await
}
