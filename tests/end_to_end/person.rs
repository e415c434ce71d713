//! A person's actions, step by step.

use anyhow::Result;
use harness::BrowserSession;
use serde_json::json;

/// Someone with one address.
pub(crate) const ADA: Person = Person { user_id: "ada@northwind.example", address: "ada.lovelace@mail.example" };

/// Someone with every way there is.
pub(crate) const MARY: Person = Person { user_id: "mary@northwind.example", address: "mary.jackson@mail.example" };

/// Someone with an address and a phone.
pub(crate) const BARBARA: Person =
    Person { user_id: "barbara@northwind.example", address: "barbara.liskov@mail.example" };

/// Barbara's phone.
pub(crate) const BARBARAS_PHONE: &str = "+14255550130";

/// Someone who is locked out.
pub(crate) const HEDY: Person = Person { user_id: "hedy@northwind.example", address: "hedy.lamarr@mail.example" };

/// Hedy's password, once she may sign in.
pub(crate) const HEDYS_PASSWORD: &str = "frequency hopping piano";

/// Someone who never had a password.
pub(crate) const JOAN: Person = Person { user_id: "joan@northwind.example", address: "joan.clarke@mail.example" };

/// Ada's password at the beginning.
pub(crate) const OLD_PASSWORD: &str = "analytical engine notes";

/// A password that the demo's rules allow.
pub(crate) const NEW_PASSWORD: &str = "seven quiet otters hum";

/// One of the demo's people.
pub(crate) struct Person {
    /// Their user ID.
    pub(crate) user_id: &'static str,
    /// The address that their codes go to.
    pub(crate) address: &'static str,
}

/// Goes to the sign-in page.
pub(crate) async fn at_sign_in(session: &BrowserSession) -> Result<()> {
    session.page.go(&session.server.address("/")).await?;
    session.page.find("#cant-access").await?;
    Ok(())
}

/// Opens the widget and says who they are.
pub(crate) async fn identified(session: &BrowserSession, person: &Person) -> Result<()> {
    at_sign_in(session).await?;
    session.page.click("#cant-access").await?;
    session.page.type_into("[part~=root] [name=username]", person.user_id).await?;
    session.page.press("Next").await?;
    session.page.reads("Verify it’s you").await
}

/// Opens the widget, says who they are and chooses a way to prove it, where there is a choice.
pub(crate) async fn chose_way(session: &BrowserSession, user_id: &'static str, way: &str, submit: &str) -> Result<()> {
    identified(session, &Person { user_id, address: "" }).await?;
    if session.page.has("[part~=root] [name=method]").await? {
        session.page.choose(way).await?;
    }
    session.page.press(submit).await
}

/// Types the code that they got, and goes on.
pub(crate) async fn typed_code(session: &BrowserSession, code: &str) -> Result<()> {
    session.page.reads("Enter the code").await?;
    session.page.type_into("[name=code]", code).await?;
    session.page.press("Verify").await
}

/// Chooses a new password and signs in with it.
pub(crate) async fn finished(session: &BrowserSession) -> Result<()> {
    session.page.reads("Choose a new password").await?;
    chose(session, NEW_PASSWORD).await?;
    session.page.press("Back to sign in").await?;
    anyhow::ensure!(signs_in(session, NEW_PASSWORD).await?, "the new password does not sign in");
    Ok(())
}

/// Has a code sent to their only address; returns the code.
pub(crate) async fn asked_for_code(session: &BrowserSession, person: &Person) -> Result<String> {
    identified(session, person).await?;
    session.page.press("Send the code").await?;
    session.page.reads("Enter the code").await?;
    session.server.mail(person.address, 0).await?.code()
}

/// Proves who they are.
pub(crate) async fn proved(session: &BrowserSession, person: &Person) -> Result<()> {
    let code = asked_for_code(session, person).await?;
    session.page.type_into("[name=code]", &code).await?;
    session.page.press("Verify").await?;
    session.page.reads("Choose a new password").await
}

/// Chooses a new password.
pub(crate) async fn chose(session: &BrowserSession, password: &str) -> Result<()> {
    session.page.type_into("[name=new-password]", password).await?;
    session.page.type_into("[name=confirm-password]", password).await?;
    session.page.press("Finish").await?;
    session.page.reads("Your password has been reset").await
}

/// Signs in on the sign-in page with what stands there as the user ID; says whether it worked.
pub(crate) async fn signs_in(session: &BrowserSession, password: &str) -> Result<bool> {
    session.page.type_into("#password", password).await?;
    session.page.click("form[action='/demo/sign-in'] button").await?;
    harness::until("an answer to the sign-in", async || {
        if session.page.has("[data-testid=signed-in]").await? {
            return Ok(Some(true));
        }
        Ok(session.page.has("[data-testid=sign-in-error]").await?.then_some(false))
    })
    .await
}

/// Signs in on the sign-in page, and stays on the page that follows.
pub(crate) async fn at_welcome(session: &BrowserSession, user_id: &str, password: &str) -> Result<()> {
    at_sign_in(session).await?;
    session.page.type_into("#user-id", user_id).await?;
    anyhow::ensure!(signs_in(session, password).await?, "{user_id} can’t sign in");
    Ok(())
}

/// A code that is certainly not the right one.
pub(crate) fn other_than(code: &str) -> String {
    let last = code.as_bytes()[5];
    format!("{}{}", &code[..5], if last == b'9' { '0' } else { char::from(last + 1) })
}

/// Waits for the loader.
pub(crate) async fn loaded(session: &BrowserSession) -> Result<()> {
    harness::until("the loader", async || {
        Ok((session.page.script("return !!window.Regain", vec![]).await? == json!(true)).then_some(()))
    })
    .await
}
