//! Screen 7: answer the call.

use anyhow::{Result, ensure};
use harness::{BrowserSession, run};

use crate::person;

const DOROTHY: &str = "dorothy@northwind.example";
const HER_OFFICE: &str = "+14255550120";

async fn called(session: &BrowserSession) -> Result<()> {
    person::chose_way(session, DOROTHY, "Call my office phone", "Call me").await?;
    session.page.reads("When it rings, answer and press the # key.").await
}

#[tokio::test]
async fn screen_07_a_call_is_answered_with_the_hash_key() -> Result<()> {
    run("call-answered", &[], async |session| {
        called(session).await?;
        let call = session.server.call(HER_OFFICE, 0).await?;
        session.page.reads("Ringing…").await?;
        call.does("answer").await?;
        session.page.reads("Now press the # key.").await?;
        call.key("#").await?;
        // Nobody pressed anything on the page: it has noticed by itself.
        person::finished(session).await
    })
    .await
}

#[tokio::test]
async fn screen_07_a_missed_call_can_be_repeated_or_left() -> Result<()> {
    run("call-missed", &[], async |session| {
        called(session).await?;
        session.server.call(HER_OFFICE, 0).await?.does("ignore").await?;
        session.page.reads("No answer.").await?;
        // The first call may be repeated after half a minute; the page says so if it is too early.
        session.page.press("Try another method").await?;
        session.page.reads("Verify it’s you").await
    })
    .await
}

#[tokio::test]
async fn screen_07_a_missed_call_is_placed_again() -> Result<()> {
    run("call-again", &[("resend_after_s = 30", "resend_after_s = 0")], async |session| {
        called(session).await?;
        session.server.call(HER_OFFICE, 0).await?.does("ignore").await?;
        session.page.reads("No answer.").await?;
        session.page.press("Call me again").await?;
        let call = session.server.call(HER_OFFICE, 1).await?;
        call.does("answer").await?;
        call.key("#").await?;
        session.page.reads("Choose a new password").await
    })
    .await
}

#[tokio::test]
async fn screen_07_another_key_is_said_and_the_same_call_goes_on() -> Result<()> {
    run("call-wrong-key", &[], async |session| {
        called(session).await?;
        let call = session.server.call(HER_OFFICE, 0).await?;
        call.does("answer").await?;
        call.key("5").await?;
        session.page.reads("That wasn’t #. Press the # key.").await?;
        call.key("#").await?;
        session.page.reads("Choose a new password").await?;
        ensure!(!session.page.words().await?.contains("another key"));
        Ok(())
    })
    .await
}
