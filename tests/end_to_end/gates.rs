//! Screen 9: two proofs, of different kinds.

use anyhow::{Result, ensure};
use harness::{BrowserSession, run};

use crate::person::{self, BARBARA, BARBARAS_PHONE};

const TWO: (&str, &str) = ("[gates.groups]\nadmins = 2", "[gates]\nrequired = 2");

/// Goes through the first of two, by mail.
async fn through_the_first(session: &BrowserSession) -> Result<()> {
    person::chose_way(session, BARBARA.user_id, "Email my alternate address", "Send the code").await?;
    session.page.reads("Verification 1 of 2").await?;
    let code = session.server.mail(BARBARA.address, 0).await?.code()?;
    person::typed_code(session, &code).await?;
    session.page.reads("Verification 2 of 2").await
}

#[tokio::test]
async fn screen_09_the_second_proof_is_of_another_kind() -> Result<()> {
    run("two-gates", &[TWO], async |session| {
        through_the_first(session).await?;
        let words = session.page.words().await?;
        ensure!(words.contains("First verification complete") && words.contains("using a different method"), "{words}");
        ensure!(!words.contains("Email my alternate address"), "the kind that was used is offered again:\n{words}");
        session.page.choose("Call my mobile phone").await?;
        session.page.press("Call me").await?;
        let call = session.server.call(BARBARAS_PHONE, 0).await?;
        call.does("answer").await?;
        call.key("#").await?;
        person::finished(session).await
    })
    .await
}

#[tokio::test]
async fn screen_04_a_second_proof_that_cannot_be_given_leads_to_the_administrators() -> Result<()> {
    run("second-gate", &[], async |session| {
        // Annie's group needs two; she looks like anybody until the first is given.
        let annie = "annie@northwind.example";
        person::identified(session, &person::Person { user_id: annie, address: "" }).await?;
        ensure!(
            !session.page.words().await?.contains("Verification 1 of"),
            "the group's gates are told before a proof"
        );
        session.page.press("Send the code").await?;
        let code = session.server.mail("annie.easley@mail.example", 0).await?.code()?;
        person::typed_code(session, &code).await?;
        session.page.reads("Your administrator can help").await?;
        session.page.reads("Your account needs a second one, and none is set up").await
    })
    .await
}

/// The page is loaded again between the two proofs.
#[tokio::test]
async fn the_first_proof_still_counts_after_a_reload() -> Result<()> {
    run("two-gates-reload", &[TWO], async |session| {
        through_the_first(session).await?;
        person::at_sign_in(session).await?;
        session.page.reads("Verification 2 of 2").await
    })
    .await
}
