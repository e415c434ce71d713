//! Saved recovery codes: made, kept, used once.

use anyhow::{Context, Result, ensure};
use harness::{BrowserSession, run, until};
use serde_json::{Value, json};

use crate::{
    person::{self, MARY},
    register::{self, GRACE},
};

const GRACES_PASSWORD: &str = "nanoseconds of wire";

/// The demonstration with recovery codes switched on.
pub(crate) const ON: (&str, &str) = ("[methods]\n", "[methods]\nrecovery_codes = true\n");

/// The codes on the screen.
async fn shown(session: &BrowserSession) -> Result<Vec<String>> {
    session.page.reads("Save these codes now").await?;
    let script = "const root = document.querySelector('.regain-widget').shadowRoot; \
                  return [...root.querySelectorAll('.codes[translate=no] code')].map((it) => it.innerText);";
    Ok(serde_json::from_value(session.page.script(script, vec![]).await?)?)
}

/// Tells if a text is anywhere in the page, in what it stores, or in its address.
async fn is_anywhere(session: &BrowserSession, text: &str) -> Result<bool> {
    let script = "const [text] = arguments; \
                  const trees = [document, ...[...document.querySelectorAll('*')].map((it) => it.shadowRoot)]; \
                  const all = trees.filter(Boolean).map((it) => (it.body ?? it).innerHTML).join(); \
                  return [all, JSON.stringify([{...sessionStorage}, {...localStorage}, history.state]), location.href] \
                      .some((it) => it.includes(text));";
    Ok(session.page.script(script, vec![json!(text)]).await? == json!(true))
}

/// Has what goes to paper, to a file and to the clipboard noted in the page.
const NOTE: &str = "window.kept = {}; \
    URL.createObjectURL = (blob) => { blob.text().then((text) => window.kept.file = text); return 'blob:'; }; \
    HTMLAnchorElement.prototype.click = function () { window.kept.name = this.download; }; \
    Object.defineProperty(HTMLIFrameElement.prototype, 'contentWindow', {get() { \
        return {print: () => window.kept.paper = this.contentDocument.body.textContent}; \
    }}); \
    Object.defineProperty(navigator, 'clipboard', {value: { \
        writeText: async (text) => { window.kept.copy = text; }, \
    }});";

#[tokio::test]
async fn codes_are_made_kept_and_each_resets_the_password_once() -> Result<()> {
    run("recovery-codes", &[ON], async |session| {
        register::proved(session, &GRACE, GRACES_PASSWORD, 0).await?;
        session.page.press("Recovery codes").await?;
        let codes = shown(session).await?;
        ensure!(codes.len() == 10 && codes.iter().all(|code| code.len() == 17), "{codes:?}");

        // Until something else is done, a reload is no loss.
        session.page.driver().refresh().await?;
        ensure!(shown(session).await? == codes, "they are others after a reload");

        session.page.script(NOTE, vec![]).await?;
        for press in ["Copy", "Print", "Download"] {
            session.page.press(press).await?;
        }
        let kept = until("what was kept", async || {
            let kept = session.page.script("return window.kept", vec![]).await?;
            Ok(["copy", "paper", "file"].iter().all(|how| kept[how].is_string()).then_some(kept))
        })
        .await?;
        for how in ["copy", "paper", "file"] {
            let text = kept[how].as_str().context("a text")?;
            ensure!(codes.iter().all(|code| text.contains(code.as_str())), "{how}: {kept}");
        }
        ensure!(kept["name"] == json!("recovery-codes.txt"), "{kept}");
        session.page.script("delete window.kept", vec![]).await?;

        session.page.press("I’ve saved them").await?;
        session.page.reads("10 left").await?;
        ensure!(!is_anywhere(session, &codes[0][..5]).await?, "they are still in the page");
        session.page.press("Finish").await?;
        session.page.reads("Your security info is up to date").await?;

        person::chose_way(session, GRACE.user_id, "Use a recovery code", "Next").await?;
        session.page.reads("Enter one of your saved recovery codes.").await?;
        ensure!(!session.page.words().await?.contains("Send a new code"), "nothing was sent");
        person::typed_code(session, "7K3QX-9MBWD").await?;
        session.page.reads("A recovery code has 15 letters and digits.").await?;
        session.page.retype("[name=code]", "ZZZZZ-ZZZZZ-ZZZZZ").await?;
        session.page.press("Verify").await?;
        session.page.reads("That code isn’t right. You have 4 tries left.").await?;
        session.page.retype("[name=code]", &codes[3].to_lowercase().replace('-', " ")).await?;
        session.page.press("Verify").await?;
        person::finished(session).await?;

        let told = until("the mail about its use", async || {
            let mails = session.server.outbox().await?;
            Ok(mails.into_iter().find(|mail| mail.to == GRACE.address && mail.subject.contains("recovery code")))
        })
        .await?;
        ensure!(told.text.contains("Codes left: 9."), "{}", told.text);

        session.page.script("sessionStorage.clear()", vec![]).await?;
        person::chose_way(session, GRACE.user_id, "Use a recovery code", "Next").await?;
        person::typed_code(session, &codes[3]).await?;
        session.page.reads("That code isn’t right.").await
    })
    .await
}

#[tokio::test]
async fn making_new_codes_is_asked_about_and_voids_the_former_ones() -> Result<()> {
    run("recovery-codes-anew", &[ON], async |session| {
        register::proved(session, &MARY, "supersonic pressure tunnel", 0).await?;
        session.page.reads("3 left").await?;
        session.page.click("[aria-label^='Replace: Recovery codes']").await?;
        session.page.reads("Your current codes will stop working.").await?;
        session.page.press("Back").await?;
        session.page.reads("3 left").await?;
        session.page.click("[aria-label^='Replace: Recovery codes']").await?;
        session.page.press("Make new codes").await?;
        let codes = shown(session).await?;
        session.page.press("I’ve saved them").await?;
        session.page.reads("10 left").await?;
        session.page.press("Finish").await?;
        session.page.reads("Your security info is up to date").await?;
        for (code, is_good) in [("M9S34-6Q3D2-5VT4F", false), (codes[0].as_str(), true)] {
            session.page.script("sessionStorage.clear()", vec![]).await?;
            person::chose_way(session, MARY.user_id, "Use a recovery code", "Next").await?;
            person::typed_code(session, code).await?;
            let reads = if is_good { "Choose a new password" } else { "That code isn’t right." };
            session.page.reads(reads).await?;
        }
        Ok(())
    })
    .await
}

/// The field's hints to keyboards and to password managers.
#[tokio::test]
async fn a_saved_code_is_no_one_time_code_of_a_message() -> Result<()> {
    run("recovery-code-field", &[ON], async |session| {
        person::chose_way(session, MARY.user_id, "Use a recovery code", "Next").await?;
        session.page.reads("Enter the code").await?;
        let script = "const field = document.querySelector('.regain-widget').shadowRoot.querySelector('[name=code]'); \
                      return ['autocomplete', 'inputmode', 'type'].map((name) => field.getAttribute(name));";
        let asked: Value = session.page.script(script, vec![]).await?;
        ensure!(asked == json!(["off", "text", "text"]), "{asked}");
        Ok(())
    })
    .await
}
