//! What a person does, step by step.

use anyhow::Result;
use harness::Stage;

/// Someone with one address.
pub(crate) const ADA: Person = Person { user_id: "ada@northwind.example", address: "ada.lovelace@mail.example" };

/// What Ada signs in with before.
pub(crate) const OLD_PASSWORD: &str = "analytical engine notes";

/// A password that the demo's rules allow.
pub(crate) const NEW_PASSWORD: &str = "seven quiet otters hum";

/// One of the demo's people.
pub(crate) struct Person {
    /// What they sign in with.
    pub(crate) user_id: &'static str,
    /// Where their codes go.
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

/// A code that is certainly not the right one.
pub(crate) fn other_than(code: &str) -> String {
    let last = code.as_bytes()[5];
    format!("{}{}", &code[..5], if last == b'9' { '0' } else { char::from(last + 1) })
}
