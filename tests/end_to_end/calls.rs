//! Screen 7: answer the call.

use anyhow::{Result, ensure};
use harness::{Stage, play};

use crate::person;

const DOROTHY: &str = "dorothy@northwind.example";
const HER_OFFICE: &str = "+14255550120";

async fn called(stage: &Stage) -> Result<()> {
    person::chose_way(stage, DOROTHY, "Call my office phone", "Call me").await?;
    stage.page.reads("When it rings, answer it and press the # key.").await
}

#[tokio::test]
async fn screen_07_a_call_is_answered_with_the_hash_key() -> Result<()> {
    play("call-answered", &[], async |stage| {
        called(stage).await?;
        let call = stage.server.call(HER_OFFICE, 0).await?;
        stage.page.reads("Your phone is ringing.").await?;
        call.does("answer").await?;
        stage.page.reads("You answered. Now press the # key.").await?;
        call.key("#").await?;
        // Nobody pressed anything on the page: it has noticed by itself.
        person::finished(stage).await
    })
    .await
}

#[tokio::test]
async fn screen_07_a_missed_call_can_be_repeated_or_left() -> Result<()> {
    play("call-missed", &[], async |stage| {
        called(stage).await?;
        stage.server.call(HER_OFFICE, 0).await?.does("ignore").await?;
        stage.page.reads("Nobody answered.").await?;
        // The first call may be repeated after half a minute; the page says so if it is too early.
        stage.page.press("Choose another way").await?;
        stage.page.reads("Prove that it’s you").await
    })
    .await
}

#[tokio::test]
async fn screen_07_a_missed_call_is_placed_again() -> Result<()> {
    play("call-again", &[("resend_after_s = 30", "resend_after_s = 0")], async |stage| {
        called(stage).await?;
        stage.server.call(HER_OFFICE, 0).await?.does("ignore").await?;
        stage.page.reads("Nobody answered.").await?;
        stage.page.press("Call me again").await?;
        let call = stage.server.call(HER_OFFICE, 1).await?;
        call.does("answer").await?;
        call.key("#").await?;
        stage.page.reads("Choose a new password").await
    })
    .await
}

#[tokio::test]
async fn screen_07_another_key_is_said_and_the_same_call_goes_on() -> Result<()> {
    play("call-wrong-key", &[], async |stage| {
        called(stage).await?;
        let call = stage.server.call(HER_OFFICE, 0).await?;
        call.does("answer").await?;
        call.key("5").await?;
        stage.page.reads("That was another key. Press the # key.").await?;
        call.key("#").await?;
        stage.page.reads("Choose a new password").await?;
        ensure!(!stage.page.words().await?.contains("another key"));
        Ok(())
    })
    .await
}
