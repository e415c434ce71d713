//! Codes that are wrong, old, sent again; and the gate that they are.

use anyhow::{Result, ensure};
use harness::run;

use crate::person::{self, ADA};

#[tokio::test]
async fn screen_06_a_wrong_code_is_said_in_place_and_the_right_one_still_works() -> Result<()> {
    run("wrong-code", &[], async |session| {
        let code = person::asked_for_code(session, &ADA).await?;
        session.page.type_into("[name=code]", &person::other_than(&code)).await?;
        session.page.press("Verify").await?;
        session.page.reads("You have 4 tries left.").await?;
        session.page.focus_on("name", "code").await?;
        // As people paste it: with a space in the middle.
        session.page.retype("[name=code]", &format!("{} {}", &code[..3], &code[3..])).await?;
        session.page.press("Verify").await?;
        session.page.reads("Choose a new password").await
    })
    .await
}

#[tokio::test]
async fn screen_16_five_wrong_codes_end_the_flow_with_a_way_to_begin_again() -> Result<()> {
    run("five-wrong-codes", &[], async |session| {
        let wrong = person::other_than(&person::asked_for_code(session, &ADA).await?);
        for words in ["4 tries left", "3 tries left", "2 tries left", "1 try left", "Too many attempts"] {
            session.page.retype("[name=code]", &wrong).await?;
            session.page.press("Verify").await?;
            session.page.reads(words).await?;
        }
        session.page.press("Start again").await?;
        session.page.reads("Let’s get you back in").await
    })
    .await
}

#[tokio::test]
async fn an_expired_code_is_said_to_be_old_and_a_new_one_works() -> Result<()> {
    let config = [("lifetime_s = 600", "lifetime_s = 5"), ("resend_after_s = 30", "resend_after_s = 1")];
    run("expired-code", &config, async |session| {
        let code = person::asked_for_code(session, &ADA).await?;
        session.page.reads("This code has expired. Send a new one.").await?;
        session.page.type_into("[name=code]", &code).await?;
        session.page.press("Verify").await?;
        session.page.reads("This code has expired. Send a new one.").await?;
        session.page.press("Send a new code").await?;
        let fresh = session.server.mail(ADA.address, 1).await?.code()?;
        session.page.retype("[name=code]", &fresh).await?;
        session.page.press("Verify").await?;
        session.page.reads("Choose a new password").await
    })
    .await
}

#[tokio::test]
async fn a_resent_code_voids_the_former_and_is_announced() -> Result<()> {
    let config = [("resend_after_s = 30", "resend_after_s = 2")];
    run("resend", &config, async |session| {
        let former = person::asked_for_code(session, &ADA).await?;
        session.page.reads("You can send a new code in").await?;
        harness::until("the end of the countdown", async || {
            Ok((!session.page.words().await?.contains("You can send a new code in")).then_some(()))
        })
        .await?;
        session.page.press("Send a new code").await?;
        session.page.reads("Only the newest one works.").await?;
        let fresh = session.server.mail(ADA.address, 1).await?.code()?;
        if former != fresh {
            session.page.type_into("[name=code]", &former).await?;
            session.page.press("Verify").await?;
            session.page.reads("You have 4 tries left.").await?;
        }
        session.page.retype("[name=code]", &fresh).await?;
        session.page.press("Verify").await?;
        session.page.reads("Choose a new password").await
    })
    .await
}

#[tokio::test]
async fn screen_06_the_code_field_is_one_that_phones_and_managers_understand() -> Result<()> {
    run("code-field", &[], async |session| {
        person::asked_for_code(session, &ADA).await?;
        let field = session.page.find("[name=code]").await?;
        for (attribute, value) in [("autocomplete", "one-time-code"), ("inputmode", "numeric"), ("type", "text")] {
            ensure!(field.attr(attribute).await?.as_deref() == Some(value), "{attribute} is not {value}");
        }
        Ok(())
    })
    .await
}
