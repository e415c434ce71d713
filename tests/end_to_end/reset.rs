//! The main job.

use anyhow::{Result, ensure};
use harness::run;
use serde_json::json;

use crate::person::{self, ADA, JOAN, NEW_PASSWORD, Person};

#[tokio::test]
pub(crate) async fn screen_12_a_person_resets_the_password_by_the_mailed_code_and_signs_in() -> Result<()> {
    run("reset", &[], async |session| {
        person::proved(session, &ADA).await?;
        person::chose(session, NEW_PASSWORD).await?;

        // Back at sign-in: the user ID stands there, the password field waits, the form is gone.
        session.page.press("Back to sign in").await?;
        session.page.focus_on("id", "password").await?;
        ensure!(session.page.value("#user-id").await? == ADA.user_id, "the user ID is not carried back");
        ensure!(!session.page.has("[part~=root] form").await?, "the password form is still there");

        ensure!(person::signs_in(session, NEW_PASSWORD).await?, "the new password does not sign in");

        // A confirmation went to the account's address, with what to do if it wasn't them, and no code.
        let confirmation = session.server.mail(ADA.address, 1).await?;
        ensure!(confirmation.subject.contains("password"), "{confirmation:?}");
        ensure!(confirmation.text.contains("Wasn’t this you?") && confirmation.code().is_err(), "{confirmation:?}");

        // No secret went into the log.
        let log = session.server.log();
        ensure!(!log.contains(NEW_PASSWORD) && !log.contains(ADA.address), "the log tells too much:\n{log}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_old_password_is_refused_after_a_reset() -> Result<()> {
    run("old-password", &[], async |session| {
        person::at_sign_in(session).await?;
        session.page.type_into("#user-id", ADA.user_id).await?;
        ensure!(person::signs_in(session, person::OLD_PASSWORD).await?, "the seeded password does not sign in");
        person::proved(session, &ADA).await?;
        person::chose(session, NEW_PASSWORD).await?;
        session.page.press("Back to sign in").await?;
        ensure!(!person::signs_in(session, person::OLD_PASSWORD).await?, "the old password still signs in");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_user_id_is_carried_over_from_the_sign_in_form() -> Result<()> {
    run("carried-over", &[], async |session| {
        person::at_sign_in(session).await?;
        session.page.type_into("#user-id", ADA.user_id).await?;
        session.page.click("#cant-access").await?;
        let carried = session.page.value("[part~=root] [name=username]").await?;
        ensure!(carried == ADA.user_id, "carried over: {carried:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_person_with_two_addresses_chooses_one() -> Result<()> {
    const GRACE: Person = Person { user_id: "grace@northwind.example", address: "grace.hopper@mail.example" };
    run("two-addresses", &[], async |session| {
        person::identified(session, &GRACE).await?;
        session.page.reads("Email my alternate address").await?;
        session.page.reads("Email my authentication address").await?;
        session.page.press("Send the code").await?;
        session.page.reads("Choose one to continue.").await?;
        ensure!(session.server.outbox().await?.is_empty(), "a code was sent without a choice");
        session.page.click("[part~=choice]:nth-of-type(2) input").await?;
        session.page.press("Send the code").await?;
        let mails = harness::until("the mail", async || {
            let mails = session.server.outbox().await?;
            Ok((!mails.is_empty()).then_some(mails))
        })
        .await?;
        ensure!(mails.len() == 1 && mails[0].to != GRACE.address, "{mails:?}");
        session.page.type_into("[name=code]", &mails[0].code()?).await?;
        session.page.press("Verify").await?;
        session.page.reads("Choose a new password").await
    })
    .await
}

/// Codes by mail alone: the methods that are made up for somebody depend on the server's key, which is another each time.
const ONLY_MAIL: [(&str, &str); 2] = [
    ("sms = true\ncall_mobile = true\ncall_office = true\nquestions = true", "authenticator = false"),
    ("[gates.groups]\nadmins = 2\n", ""),
];

/// Asks for a code, by the first method where there is a choice.
async fn sent_somewhere(session: &harness::BrowserSession) -> Result<()> {
    if session.page.has("[part~=choice]").await? {
        session.page.click("[part~=choice] input").await?;
    }
    session.page.press("Send the code").await
}

#[tokio::test]
async fn someone_unknown_or_disabled_sees_what_everyone_sees() -> Result<()> {
    for user_id in ["nobody@northwind.example", "dis@northwind.example", "alan@northwind.example"] {
        run("unknown", &ONLY_MAIL, async |session| {
            person::identified(session, &Person { user_id, address: "" }).await?;
            sent_somewhere(session).await?;
            session.page.reads("Enter the code").await?;
            session.page.type_into("[name=code]", "123456").await?;
            session.page.press("Verify").await?;
            session.page.reads("That code isn’t right. You have 4 tries left.").await?;
            ensure!(session.server.outbox().await?.is_empty(), "somebody got a mail");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_double_click_sends_one_request_and_one_message() -> Result<()> {
    run("double-click", &[], async |session| {
        person::identified(session, &ADA).await?;
        let button = session.page.find("button[type=submit]").await?;
        session.page.driver().action_chain().double_click_element(&button).perform().await?;
        session.page.reads("Enter the code").await?;
        session.server.mail(ADA.address, 0).await?;
        let posts = session
            .page
            .script(
                "return performance.getEntriesByType('resource').filter((r) => r.name.endsWith('/v1/answers')).length",
                vec![],
            )
            .await?;
        // One for the user ID, one for the method.
        ensure!(posts == json!(2), "{posts} answers were sent");
        ensure!(session.server.outbox().await?.len() == 1, "more than one mail");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_refused_password_stays_and_the_reason_stands_at_the_field() -> Result<()> {
    run("refused-password", &[], async |session| {
        person::proved(session, &ADA).await?;
        session.page.type_into("[name=new-password]", "short").await?;
        session.page.type_into("[name=confirm-password]", "short").await?;
        session.page.press("Finish").await?;
        session.page.reads("Your password doesn’t meet the rules below yet.").await?;
        session.page.focus_on("name", "new-password").await?;
        ensure!(session.page.value("[name=new-password]").await? == "short", "what was typed is lost");
        session.page.retype("[name=new-password]", NEW_PASSWORD).await?;
        session.page.press("Finish").await?;
        session.page.reads("Passwords don’t match.").await?;
        session.page.retype("[name=confirm-password]", NEW_PASSWORD).await?;
        session.page.press("Finish").await?;
        session.page.reads("Your password has been reset").await
    })
    .await
}

/// A mistyped user ID is in sight where nothing comes, and is corrected, not typed anew.
#[tokio::test]
async fn a_mistyped_user_id_can_be_seen_and_corrected() -> Result<()> {
    run("mistyped", &ONLY_MAIL, async |session| {
        let mistyped = Person { user_id: "ada@northwind.exmaple", address: "" };
        person::identified(session, &mistyped).await?;
        sent_somewhere(session).await?;
        session.page.reads("If this account exists").await?;
        session.page.reads(mistyped.user_id).await?;
        session.page.press("Not you?").await?;
        session.page.reads("Let’s get you back in").await?;
        let field = "[part~=root] [name=username]";
        ensure!(session.page.value(field).await? == mistyped.user_id, "it has to be typed anew");
        session.page.retype(field, ADA.user_id).await?;
        session.page.press("Next").await?;
        session.page.reads("Verify it’s you").await?;
        session.page.reads(ADA.user_id).await
    })
    .await
}

/// A person without a password is told of choosing one, not of a new one.
#[tokio::test]
async fn screen_15_a_first_password_is_chosen_and_signs_in() -> Result<()> {
    run("first-password", &[], async |session| {
        let code = person::asked_for_code(session, &JOAN).await?;
        person::typed_code(session, &code).await?;
        session.page.find("[name=new-password]").await?;
        session.page.focus_on("text", "Choose a password").await?;
        ensure!(!session.page.words().await?.contains("Choose a new password"), "there was none before");
        ensure!(!session.page.has("[part~=root] [name=current-password]").await?, "there is no current one");
        session.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        session.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        session.page.press("Finish").await?;
        session.page.reads("Your password has been set").await?;
        session.page.press("Back to sign in").await?;
        ensure!(person::signs_in(session, NEW_PASSWORD).await?, "the first password does not sign in");
        session.page.reads("Welcome, Joan Clarke").await?;
        Ok(())
    })
    .await
}
