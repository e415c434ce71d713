//! The ways to the security info besides signing in there, and the way out.

use anyhow::{Result, ensure};
use harness::run;
use serde_json::json;

use super::{ALAN, ALANS_PASSWORD, finished, rows};
use crate::person::{self, ADA};

/// From the page where they signed in: nobody is asked for the password again, but for one proof.
#[tokio::test]
async fn who_is_signed_in_proves_it_once_and_sees_the_list() -> Result<()> {
    run("register-signed-in", &[], async |session| {
        person::at_welcome(session, ADA.user_id, person::OLD_PASSWORD).await?;
        session.page.press("My security info").await?;
        session.page.reads("Verify it’s you").await?;
        ensure!(!session.page.has("[part~=root] [name=current-password]").await?, "the password is asked again");
        session.page.press("Send the code").await?;
        person::typed_code(session, &session.server.mail(ADA.address, 0).await?.code()?).await?;
        session.page.reads("We use these to verify you").await?;
        ensure!(rows(session).await? == ["Alternate email"]);
        finished(session).await?;
        session.page.press("Done").await?;
        session.page.focus_on("id", "security-info").await?;
        ensure!(!session.page.has(".regain-widget").await?, "the widget is still there");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_forgot_the_password_resets_it_in_the_same_place() -> Result<()> {
    run("register-forgot", &[], async |session| {
        session.page.go(&session.server.address("/register")).await?;
        session.page.reads("Enter your password to continue.").await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.press("I forgot my password").await?;
        session.page.reads("Let’s get you back in").await?;
        ensure!(session.page.value("[part~=root] [name=username]").await? == ADA.user_id, "the user ID is lost");
        let widgets = session.page.script("return document.querySelectorAll('.regain-widget').length", vec![]).await?;
        ensure!(widgets == json!(1), "{widgets} widgets");
        Ok(())
    })
    .await
}

/// A flow for the full widget, met by the lean one: it hands over, and the page hears of one opening only.
#[tokio::test]
async fn the_lean_widget_hands_over_to_the_full_one() -> Result<()> {
    run("hand-over", &[], async |session| {
        person::at_sign_in(session).await?;
        let script = "window.heard = []; \
            for (const type of ['open', 'step', 'close', 'error']) \
              document.addEventListener('regain:' + type, ({detail}) => heard.push(type + ' ' + (detail.step ?? ''))); \
            return fetch('/v1/flows', {method: 'POST', headers: {'content-type': 'application/json', 'idempotency-key': crypto.randomUUID()}, \
                body: JSON.stringify({kind: 'register', locale: 'en'})}) \
              .then((response) => response.json()) \
              .then(({flow, token}) => { \
                sessionStorage.setItem(`regain:${location.origin}:reset`, `${flow.id} ${token}`); \
                Regain.open({flow: 'reset', target: document.querySelector('main')}); \
              });";
        session.page.script(script, vec![]).await?;
        session.page.reads("Enter your password to continue.").await?;
        session.page.focus_on("text", "Your security info").await?;
        let heard = session.page.script("return heard", vec![]).await?;
        ensure!(heard == json!(["open ", "step sign_in"]), "{heard}");
        session.page.type_into("[part~=root] [name=username]", ALAN.user_id).await?;
        session.page.type_into("[part~=root] [name=current-password]", ALANS_PASSWORD).await?;
        session.page.press("Next").await?;
        session.page.reads("We use these to verify you").await
    })
    .await
}
