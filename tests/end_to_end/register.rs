//! Screen 14: register what proves who one is, and then reset the password with it.

mod addresses;
mod app;
mod phones;
mod questions;
mod ways_in;

use anyhow::Result;
use harness::{BrowserSession, run};

use crate::person::{self, Person};

/// Somebody with nothing registered.
pub(crate) const ALAN: Person = Person { user_id: "alan@northwind.example", address: "alan.turing@mail.example" };
pub(crate) const ALANS_PASSWORD: &str = "imitation game rules";
const ALANS_PHONE: &str = "+14255550177";

/// Somebody with two addresses.
pub(crate) const GRACE: Person = Person { user_id: "grace@northwind.example", address: "grace.hopper@mail.example" };

/// Signs in on the page for security info.
pub(crate) async fn signed_in(session: &BrowserSession, user_id: &str, password: &str) -> Result<()> {
    session.page.go(&session.server.address("/register")).await?;
    session.page.reads("Enter your password to continue.").await?;
    session.page.type_into("[part~=root] [name=username]", user_id).await?;
    session.page.type_into("[name=current-password]", password).await?;
    session.page.press("Next").await
}

/// At the security info of somebody who has nothing to prove it by yet.
async fn at_alans(session: &BrowserSession) -> Result<()> {
    signed_in(session, ALAN.user_id, ALANS_PASSWORD).await?;
    session.page.reads("We use these to verify you").await
}

/// Signs in and proves it by a mail to their first address, where `mails` went before.
pub(crate) async fn proved(session: &BrowserSession, person: &Person, password: &str, mails: usize) -> Result<()> {
    signed_in(session, person.user_id, password).await?;
    session.page.choose("Email my alternate address").await?;
    session.page.press("Send the code").await?;
    person::typed_code(session, &session.server.mail(person.address, mails).await?.code()?).await?;
    session.page.reads("We use these to verify you").await
}

async fn finished(session: &BrowserSession) -> Result<()> {
    session.page.press("Finish").await?;
    session.page.reads("Your security info is up to date").await
}

/// Fills the field for an address or a number.
async fn fill(session: &BrowserSession, value: &str) -> Result<()> {
    session.page.retype("[name=destination]", value).await
}

/// The methods in the list, from the top.
async fn rows(session: &BrowserSession) -> Result<Vec<String>> {
    let script = "const root = document.querySelector('.regain-widget').shadowRoot; \
                  return [...root.querySelectorAll('[part=method] .words > span:first-child')].map((it) => it.innerText);";
    Ok(serde_json::from_value(session.page.script(script, vec![]).await?)?)
}

#[tokio::test]
pub(crate) async fn screen_14_an_address_is_registered_and_resets_the_password() -> Result<()> {
    run("register-mail", &[], async |session| {
        signed_in(session, ALAN.user_id, "imitation game rulez").await?;
        session.page.reads("Wrong user ID or password.").await?;
        session.page.focus_on("name", "current-password").await?;
        session.page.retype("[name=current-password]", ALANS_PASSWORD).await?;
        session.page.press("Next").await?;
        session.page.reads("0 set up, 1 required").await?;
        session.page.press("Finish").await?;
        session.page.reads("Add one more method to finish.").await?;

        session.page.press("Alternate email").await?;
        fill(session, "alan.turing").await?;
        session.page.press("Send the code").await?;
        session.page.reads("Enter a complete address").await?;
        fill(session, ALAN.address).await?;
        session.page.press("Send the code").await?;
        session.page.reads("to check it’s yours").await?;
        let code = session.server.mail(ALAN.address, 0).await?.code()?;
        person::typed_code(session, &person::other_than(&code)).await?;
        session.page.reads("That code isn’t right.").await?;
        session.page.retype("[name=code]", &code).await?;
        session.page.press("Verify").await?;
        session.page.reads("1 set up, 1 required").await?;
        session.page.reads("You’re all set.").await?;
        finished(session).await?;

        // The code, and word of the change.
        let mails = session.server.mails_to(ALAN.address).await?;
        person::identified(session, &ALAN).await?;
        session.page.press("Send the code").await?;
        person::typed_code(session, &session.server.mail(ALAN.address, mails).await?.code()?).await?;
        person::finished(session).await
    })
    .await
}
