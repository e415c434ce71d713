//! Security info and recovery codes.

use anyhow::Result;
use harness::run;

use super::look;
use crate::{
    person,
    register::{self, ALAN, GRACE},
};

#[tokio::test]
async fn security_info_is_whole_on_every_screen() -> Result<()> {
    run("pictures-of-security-info", &[], async |session| {
        register::signed_in(session, ALAN.user_id, "not his").await?;
        session.page.reads("Wrong user ID or password.").await?;
        look(session, "p-signing-in").await?;
        session.page.retype("[name=current-password]", register::ALANS_PASSWORD).await?;
        session.page.press("Next").await?;
        session.page.reads("We use these to verify you").await?;
        session.page.press("Finish").await?;
        session.page.reads("Add one more method to finish.").await?;
        look(session, "q-nothing-yet").await?;
        session.page.press("Authenticator app").await?;
        session.page.reads("Set up your authenticator app").await?;
        look(session, "r-authenticator").await?;
        session.page.press("Cancel").await?;
        session.page.press("Alternate email").await?;
        session.page.press("Send the code").await?;
        session.page.reads("Enter an email address.").await?;
        look(session, "r-address").await?;
        session.page.press("Back").await?;
        session.page.press("Security questions").await?;
        session.page.reads("Choose 5 questions").await?;
        session.page.press("Save questions").await?;
        session.page.reads("Choose a question.").await?;
        look(session, "s-questions").await
    })
    .await?;
    run("pictures-of-replacing", &[], async |session| {
        register::proved(session, &GRACE, "nanoseconds of wire", 0).await?;
        look(session, "t-overview").await?;
        session.page.press("Replace").await?;
        session.page.reads("This replaces").await?;
        session.page.press("Send the code").await?;
        look(session, "u-replacing").await?;
        session.page.press("Back").await?;
        session.page.press("Remove").await?;
        session.page.reads("Remove this method?").await?;
        look(session, "v-removal").await?;
        session.page.press("Keep it").await?;
        session.page.press("Mobile phone").await?;
        session.page.press("Text me").await?;
        session.page.reads("Enter a phone number.").await?;
        look(session, "w-phone").await
    })
    .await
}

#[tokio::test]
async fn recovery_codes_are_whole_on_every_screen() -> Result<()> {
    run("pictures-of-recovery-codes", &[crate::recovery_codes::ON], async |session| {
        register::proved(session, &GRACE, "nanoseconds of wire", 0).await?;
        session.page.press("Recovery codes").await?;
        session.page.reads("Save these codes now").await?;
        look(session, "ba-codes").await?;
        session.page.press("I’ve saved them").await?;
        session.page.reads("10 left").await?;
        look(session, "bb-left").await?;
        session.page.click("[aria-label^='Replace: Recovery codes']").await?;
        session.page.reads("stop working").await?;
        look(session, "bc-anew").await?;
        person::chose_way(session, person::MARY.user_id, "Use a recovery code", "Next").await?;
        person::typed_code(session, "7K3QX-9MBWD-2HZ4").await?;
        session.page.reads("has 15 letters and digits").await?;
        look(session, "bd-saved-code").await
    })
    .await
}
