//! A person's actions, step by step.

use anyhow::Result;
use harness::Stage;
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
pub(crate) async fn at_sign_in(stage: &Stage) -> Result<()> {
    stage.page.go(&stage.server.address("/")).await?;
    stage.page.find("#cant-access").await?;
    Ok(())
}

/// Opens the widget and says who they are.
pub(crate) async fn identified(stage: &Stage, person: &Person) -> Result<()> {
    at_sign_in(stage).await?;
    stage.page.click("#cant-access").await?;
    stage.page.type_into("[part~=root] [name=username]", person.user_id).await?;
    stage.page.press("Next").await?;
    stage.page.reads("Prove that it’s you").await
}

/// Opens the widget, says who they are and chooses a way to prove it.
pub(crate) async fn chose_way(stage: &Stage, user_id: &'static str, way: &str, submit: &str) -> Result<()> {
    identified(stage, &Person { user_id, address: "" }).await?;
    stage.page.choose(way).await?;
    stage.page.press(submit).await
}

/// Types the code that they got, and goes on.
pub(crate) async fn typed_code(stage: &Stage, code: &str) -> Result<()> {
    stage.page.reads("Enter the code").await?;
    stage.page.type_into("[name=code]", code).await?;
    stage.page.press("Check the code").await
}

/// Chooses a new password and signs in with it.
pub(crate) async fn finished(stage: &Stage) -> Result<()> {
    stage.page.reads("Choose a new password").await?;
    chose(stage, NEW_PASSWORD).await?;
    stage.page.press("Back to sign in").await?;
    anyhow::ensure!(signs_in(stage, NEW_PASSWORD).await?, "the new password does not sign in");
    Ok(())
}

/// Has a code sent to their only address; returns the code.
pub(crate) async fn asked_for_code(stage: &Stage, person: &Person) -> Result<String> {
    identified(stage, person).await?;
    stage.page.press("Send the code").await?;
    stage.page.reads("Enter the code").await?;
    stage.server.mail(person.address, 0).await?.code()
}

/// Proves who they are.
pub(crate) async fn proved(stage: &Stage, person: &Person) -> Result<()> {
    let code = asked_for_code(stage, person).await?;
    stage.page.type_into("[name=code]", &code).await?;
    stage.page.press("Check the code").await?;
    stage.page.reads("Choose a new password").await
}

/// Chooses a new password.
pub(crate) async fn chose(stage: &Stage, password: &str) -> Result<()> {
    stage.page.type_into("[name=new-password]", password).await?;
    stage.page.type_into("[name=confirm-password]", password).await?;
    stage.page.press("Finish").await?;
    stage.page.reads("Your password has been reset").await
}

/// Signs in on the sign-in page with what stands there as the user ID; says whether it worked.
pub(crate) async fn signs_in(stage: &Stage, password: &str) -> Result<bool> {
    stage.page.type_into("#password", password).await?;
    stage.page.click("form[action='/demo/sign-in'] button").await?;
    harness::until("an answer to the sign-in", async || {
        if stage.page.has("[data-testid=signed-in]").await? {
            return Ok(Some(true));
        }
        Ok(stage.page.has("[data-testid=sign-in-error]").await?.then_some(false))
    })
    .await
}

/// Signs in on the sign-in page, and stays on the page that follows.
pub(crate) async fn at_welcome(stage: &Stage, user_id: &str, password: &str) -> Result<()> {
    at_sign_in(stage).await?;
    stage.page.type_into("#user-id", user_id).await?;
    anyhow::ensure!(signs_in(stage, password).await?, "{user_id} can’t sign in");
    Ok(())
}

/// A code that is certainly not the right one.
pub(crate) fn other_than(code: &str) -> String {
    let last = code.as_bytes()[5];
    format!("{}{}", &code[..5], if last == b'9' { '0' } else { char::from(last + 1) })
}

/// Waits for the loader.
pub(crate) async fn loaded(stage: &Stage) -> Result<()> {
    harness::until("the loader", async || {
        Ok((stage.page.script("return !!window.Regain", vec![]).await? == json!(true)).then_some(()))
    })
    .await
}
