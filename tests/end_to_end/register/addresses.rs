//! Addresses: in another role, in the place of another, and by keyboard alone.

use anyhow::{Context, Result, ensure};
use harness::run;
use thirtyfour::Key;

use super::{ALAN, ALANS_PASSWORD, ALANS_PHONE, GRACE, at_alans, fill, finished, proved, rows};
use crate::person;

/// The other role of an address, and of a phone: each is registered as what it was chosen as, and is a way of its own.
#[tokio::test]
async fn an_authentication_address_and_phone_are_registered_and_reset_the_password() -> Result<()> {
    const OWN: &str = "turing@bletchley.example";
    let own_domain = ("\"navy.example\"", "\"bletchley.example\"");
    run("register-authentication", &[own_domain], async |session| {
        at_alans(session).await?;
        session.page.press("Authentication email").await?;
        fill(session, OWN).await?;
        session.page.press("Send the code").await?;
        person::typed_code(session, &session.server.mail(OWN, 0).await?.code()?).await?;
        session.page.reads("1 set up, 1 required").await?;
        session.page.press("Authentication phone").await?;
        fill(session, ALANS_PHONE).await?;
        session.page.press("Text me").await?;
        let code = session.server.text_message(ALANS_PHONE, 0).await?;
        person::typed_code(session, code.rsplit_once('#').context("a code")?.1).await?;
        session.page.reads("2 set up, 1 required").await?;
        ensure!(rows(session).await? == ["Authentication email", "Authentication phone"]);
        finished(session).await?;
        person::chose_way(session, ALAN.user_id, "Text my authentication phone", "Text me").await?;
        let code = session.server.text_message(ALANS_PHONE, 1).await?;
        person::typed_code(session, code.rsplit_once('#').context("a code")?.1).await?;
        session.page.reads("Choose a new password").await?;
        let mails = session.server.mails_to(OWN).await?;
        // Another time, from the beginning.
        session.page.script("sessionStorage.clear()", vec![]).await?;
        person::chose_way(session, ALAN.user_id, "Email my authentication address", "Send the code").await?;
        person::typed_code(session, &session.server.mail(OWN, mails).await?.code()?).await?;
        person::finished(session).await
    })
    .await
}

#[tokio::test]
async fn an_address_is_replaced_and_another_removed() -> Result<()> {
    const NEW: &str = "amazing.grace@mail.example";
    run("register-replace", &[], async |session| {
        proved(session, &GRACE, "nanoseconds of wire", 0).await?;
        session.page.press("Replace").await?;
        session.page.reads("This replaces").await?;
        fill(session, NEW).await?;
        session.page.press("Send the code").await?;
        // Thought better of it, and then of that.
        session.page.press("Cancel").await?;
        session.page.reads("We use these to verify you").await?;
        session.page.press("Replace").await?;
        fill(session, NEW).await?;
        session.page.press("Send the code").await?;
        person::typed_code(session, &session.server.mail(NEW, 1).await?.code()?).await?;
        session.page.reads("am").await?;

        // The other one goes with a question, the last one with a warning.
        session.page.reads("2 set up, 1 required").await?;
        session.page.click("[part=method]:nth-child(2) button:last-child").await?;
        session.page.reads("Remove this method?").await?;
        ensure!(!session.page.words().await?.contains("This is your last method"), "it is not");
        session.page.press("Keep it").await?;
        session.page.reads("2 set up, 1 required").await?;
        session.page.click("[part=method]:nth-child(2) button:last-child").await?;
        session.page.press("Remove it").await?;
        session.page.reads("1 set up, 1 required").await?;
        session.page.press("Remove").await?;
        session.page.reads("This is your last method.").await?;
        session.page.press("Remove it").await?;
        session.page.reads("0 set up, 1 required").await?;
        session.page.press("Finish").await?;
        session.page.reads("Add one more method to finish.").await?;

        // The former addresses hear of it.
        let mails = session.server.outbox().await?;
        ensure!(mails.iter().any(|mail| mail.to == "grace@navy.example"), "the removed address was not told");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_address_is_registered_by_keyboard_alone() -> Result<()> {
    use crate::keyboard::{heading, tab_to};
    run("register-keyboard", &[], async |session| {
        session.page.go(&session.server.address("/register")).await?;
        heading(session, "Your security info").await?;
        tab_to(session, "name", "username").await?;
        session.page.keys(ALAN.user_id).await?;
        tab_to(session, "name", "current-password").await?;
        session.page.keys(ALANS_PASSWORD).await?;
        session.page.key(Key::Enter).await?;
        session.page.reads("We use these to verify you").await?;
        heading(session, "Your security info").await?;
        tab_to(session, "text", "Alternate email").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Add an email address").await?;
        tab_to(session, "name", "destination").await?;
        session.page.keys(ALAN.address).await?;
        session.page.key(Key::Enter).await?;
        session.page.focus_on("name", "code").await?;
        session.page.reads(ALAN.address).await?;
        let code = session.server.mail(ALAN.address, 0).await?.code()?;
        session.page.keys(&code).await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Your security info").await?;
        session.page.reads("Added to your security info.").await?;
        tab_to(session, "text", "Remove").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Remove this method?").await?;
        tab_to(session, "text", "Keep it").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Your security info").await?;
        tab_to(session, "text", "Finish").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Your security info is up to date").await
    })
    .await
}
