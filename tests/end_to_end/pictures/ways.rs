//! The ways of a reset besides mail.

use anyhow::Result;
use harness::run;

use super::look;
use crate::person::{self, ADA};

#[tokio::test]
async fn every_screen_of_the_other_ways_is_whole_too() -> Result<()> {
    let image = ("kind = \"proof_of_work\"", "kind = \"image\"");
    run("pictures-of-types", &[image, crate::account_types::TWO], async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Personal account").await?;
        look(session, "a-account-type").await?;
        session.page.press("Work or school account").await?;
        session.page.reads("Six digits").await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.press("Next").await?;
        session.page.reads("Enter the six digits in the picture.").await?;
        look(session, "b-picture").await?;
        Ok(())
    })
    .await?;
    run("pictures-of-ways", &[("[gates.groups]\nadmins = 2", "[gates]\nrequired = 2")], async |session| {
        person::chose_way(session, person::MARY.user_id, "Call my office phone", "Call me").await?;
        let call = session.server.call("+14255550103", 0).await?;
        call.does("answer").await?;
        session.page.reads("Now press the # key.").await?;
        look(session, "c-call").await?;
        call.key("5").await?;
        session.page.reads("That wasn’t #").await?;
        look(session, "d-wrong-key").await?;
        call.key("#").await?;
        session.page.reads("Verification 2 of 2").await?;
        look(session, "e-second-gate").await?;
        session.page.choose("Answer my security questions").await?;
        session.page.press("Answer the questions").await?;
        session.page.reads("Capitals and extra spaces").await?;
        session.page.press("Next").await?;
        session.page.reads("Enter your answer.").await?;
        look(session, "f-questions").await?;
        session.page.press("Try another method").await?;
        session.page.choose("Use my authenticator app").await?;
        session.page.press("Next").await?;
        session.page.reads("Open your authenticator app").await?;
        look(session, "g-authenticator").await?;
        session.page.press("I can’t do this – get help").await?;
        session.page.reads("Your administrator can help").await?;
        look(session, "h-administrator").await?;
        session.page.press("Send request").await?;
        session.page.reads("Your request has been sent").await?;
        look(session, "i-request-sent").await
    })
    .await?;
    run("pictures-of-unlocking", &[], async |session| {
        let hedy = &person::HEDY;
        person::chose_way(session, hedy.user_id, "Email my alternate address", "Send the code").await?;
        let code = session.server.mail(hedy.address, 0).await?.code()?;
        person::typed_code(session, &code).await?;
        session.page.reads("Do you know your password?").await?;
        look(session, "j-outcome").await?;
        session.page.choose("unlock my account").await?;
        session.page.press("Next").await?;
        session.page.reads("has been unlocked").await?;
        look(session, "k-unlocked").await
    })
    .await
}
