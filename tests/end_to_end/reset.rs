//! The main job.

use anyhow::{Result, ensure};
use harness::play;
use serde_json::json;

use crate::person::{self, ADA, JOAN, NEW_PASSWORD, Person};

#[tokio::test]
pub(crate) async fn screen_12_a_person_resets_the_password_by_the_mailed_code_and_signs_in() -> Result<()> {
    play("reset", &[], async |stage| {
        person::proved(stage, &ADA).await?;
        person::chose(stage, NEW_PASSWORD).await?;

        // Back at sign-in: the user ID stands there, the password field waits, the form is gone.
        stage.page.press("Back to sign in").await?;
        stage.page.focus_on("id", "password").await?;
        ensure!(stage.page.value("#user-id").await? == ADA.user_id, "the user ID is not carried back");
        ensure!(!stage.page.has("[part~=root] form").await?, "the password form is still there");

        ensure!(person::signs_in(stage, NEW_PASSWORD).await?, "the new password does not sign in");

        // A confirmation went to the account's address, with what to do if it wasn't them, and no code.
        let confirmation = stage.server.mail(ADA.address, 1).await?;
        ensure!(confirmation.subject.contains("password"), "{confirmation:?}");
        ensure!(confirmation.text.contains("Wasn't it you?") && confirmation.code().is_err(), "{confirmation:?}");

        // No secret went into the log.
        let log = stage.server.log();
        ensure!(!log.contains(NEW_PASSWORD) && !log.contains(ADA.address), "the log tells too much:\n{log}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_old_password_is_refused_after_a_reset() -> Result<()> {
    play("old-password", &[], async |stage| {
        person::at_sign_in(stage).await?;
        stage.page.type_into("#user-id", ADA.user_id).await?;
        ensure!(person::signs_in(stage, person::OLD_PASSWORD).await?, "the seeded password does not sign in");
        person::proved(stage, &ADA).await?;
        person::chose(stage, NEW_PASSWORD).await?;
        stage.page.press("Back to sign in").await?;
        ensure!(!person::signs_in(stage, person::OLD_PASSWORD).await?, "the old password still signs in");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_user_id_is_carried_over_from_the_sign_in_form() -> Result<()> {
    play("carried-over", &[], async |stage| {
        person::at_sign_in(stage).await?;
        stage.page.type_into("#user-id", ADA.user_id).await?;
        stage.page.click("#cant-access").await?;
        let carried = stage.page.value("[part~=root] [name=username]").await?;
        ensure!(carried == ADA.user_id, "carried over: {carried:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_person_with_two_addresses_chooses_one() -> Result<()> {
    const GRACE: Person = Person { user_id: "grace@northwind.example", address: "grace.hopper@mail.example" };
    play("two-addresses", &[], async |stage| {
        person::identified(stage, &GRACE).await?;
        stage.page.reads("Email my alternate address").await?;
        stage.page.reads("Email my authentication address").await?;
        stage.page.press("Send the code").await?;
        stage.page.reads("Choose one of these.").await?;
        ensure!(stage.server.outbox().await?.is_empty(), "a code was sent without a choice");
        stage.page.click("[part~=choice]:nth-of-type(2) input").await?;
        stage.page.press("Send the code").await?;
        let mails = harness::until("the mail", async || {
            let mails = stage.server.outbox().await?;
            Ok((!mails.is_empty()).then_some(mails))
        })
        .await?;
        ensure!(mails.len() == 1 && mails[0].to != GRACE.address, "{mails:?}");
        stage.page.type_into("[name=code]", &mails[0].code()?).await?;
        stage.page.press("Check the code").await?;
        stage.page.reads("Choose a new password").await
    })
    .await
}

#[tokio::test]
async fn someone_unknown_or_disabled_sees_what_everyone_sees() -> Result<()> {
    // Which ways are made up for whom depends on the server's key, which is another each time.
    let only_mail = [
        ("sms = true\ncall_mobile = true\ncall_office = true\nquestions = true", "authenticator = false"),
        ("[gates.groups]\nadmins = 2\n", ""),
    ];
    for user_id in ["nobody@northwind.example", "dis@northwind.example", "alan@northwind.example"] {
        play("unknown", &only_mail, async |stage| {
            person::identified(stage, &Person { user_id, address: "" }).await?;
            stage.page.click("[part~=choice] input").await?;
            stage.page.press("Send the code").await?;
            stage.page.reads("Enter the code").await?;
            stage.page.type_into("[name=code]", "123456").await?;
            stage.page.press("Check the code").await?;
            stage.page.reads("That isn’t the right code. You have 4 more tries.").await?;
            ensure!(stage.server.outbox().await?.is_empty(), "somebody got a mail");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_double_click_sends_one_request_and_one_message() -> Result<()> {
    play("double-click", &[], async |stage| {
        person::identified(stage, &ADA).await?;
        let button = stage.page.find("button[type=submit]").await?;
        stage.page.driver().action_chain().double_click_element(&button).perform().await?;
        stage.page.reads("Enter the code").await?;
        stage.server.mail(ADA.address, 0).await?;
        let posts = stage
            .page
            .script(
                "return performance.getEntriesByType('resource').filter((r) => r.name.endsWith('/v1/answers')).length",
                vec![],
            )
            .await?;
        // One for the user ID, one for the method.
        ensure!(posts == json!(2), "{posts} answers were sent");
        ensure!(stage.server.outbox().await?.len() == 1, "more than one mail");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_refused_password_stays_and_the_reason_stands_at_the_field() -> Result<()> {
    play("refused-password", &[], async |stage| {
        person::proved(stage, &ADA).await?;
        stage.page.type_into("[name=new-password]", "short").await?;
        stage.page.type_into("[name=confirm-password]", "short").await?;
        stage.page.press("Finish").await?;
        stage.page.reads("The list below says what the password still needs.").await?;
        stage.page.focus_on("name", "new-password").await?;
        ensure!(stage.page.value("[name=new-password]").await? == "short", "what was typed is lost");
        stage.page.retype("[name=new-password]", NEW_PASSWORD).await?;
        stage.page.press("Finish").await?;
        stage.page.reads("The two passwords are not the same.").await?;
        stage.page.retype("[name=confirm-password]", NEW_PASSWORD).await?;
        stage.page.press("Finish").await?;
        stage.page.reads("Your password has been reset").await
    })
    .await
}

/// A person without a password is told of choosing one, not of a new one.
#[tokio::test]
async fn screen_15_a_first_password_is_chosen_and_signs_in() -> Result<()> {
    play("first-password", &[], async |stage| {
        let code = person::asked_for_code(stage, &JOAN).await?;
        person::typed_code(stage, &code).await?;
        stage.page.find("[name=new-password]").await?;
        stage.page.focus_on("text", "Choose a password").await?;
        ensure!(!stage.page.words().await?.contains("Choose a new password"), "there was none before");
        ensure!(!stage.page.has("[part~=root] [name=current-password]").await?, "there is no current one");
        person::chose(stage, NEW_PASSWORD).await?;
        stage.page.press("Back to sign in").await?;
        ensure!(person::signs_in(stage, NEW_PASSWORD).await?, "the first password does not sign in");
        stage.page.reads("Welcome, Joan Clarke").await?;
        Ok(())
    })
    .await
}
