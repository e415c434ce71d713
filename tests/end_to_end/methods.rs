//! Each way to prove who one is, alone.

use anyhow::{Context, Result, ensure};
use harness::{Need, is_unsupported, output, run};
use serde_json::json;

use crate::person;

#[tokio::test]
async fn screen_05_choose_how_groups_the_ways_by_kind_and_masks_destinations() -> Result<()> {
    run("choose-how", &[], async |session| {
        person::identified(session, &person::MARY).await?;
        let few = session.page.words().await?;
        ensure!(
            few.contains("Text my mobile phone") && !few.contains("Call my office phone"),
            "too many at once: {few}"
        );
        session.page.press("More methods").await?;
        let focused =
            "return document.querySelector('.regain-widget').shadowRoot.activeElement?.closest('label').innerText";
        let focused = session.page.script(focused, vec![]).await?;
        ensure!(focused.as_str().is_some_and(|label| label.contains("Call my mobile phone")), "{focused}");
        let words = session.page.words().await?;
        for said in [
            "Email my alternate address",
            "Email my authentication address",
            "Text my mobile phone",
            "Text my authentication phone",
            "Call my mobile phone",
            "Call my authentication phone",
            "Call my office phone",
            "Answer my security questions",
            "Use my authenticator app",
            "m•••••@l•••••.example",
            "+1 •••••01",
        ] {
            ensure!(words.contains(said), "{said:?} is not to be read:\n{words}");
        }
        for secret in ["mary.jackson", "langley", "555"] {
            ensure!(!words.contains(secret), "{secret:?} is told before a proof");
        }
        let kinds = ["Email", "Text message", "Phone call", "Answer my security questions", "Use my authenticator app"];
        let places: Vec<_> = kinds.iter().map(|kind| words.find(kind)).collect();
        ensure!(places.iter().all(Option::is_some) && places.is_sorted(), "the kinds are out of order: {words}");
        Ok(())
    })
    .await
}

/// The last word of a masked address was broken, one letter on a line of its own.
#[tokio::test]
async fn a_masked_address_is_whole_on_a_phone() -> Result<()> {
    if is_unsupported(Need::Counts)? {
        return Ok(());
    }
    run("masked-on-a-phone", &[], async |session| {
        crate::opening::with_window(session, 390, 844).await?;
        person::identified(session, &person::MARY).await?;
        let lines = "const root = document.querySelector('.regain-widget').shadowRoot;
            return [...root.querySelectorAll('[part~=choice] bdi')].filter(value => value.checkVisibility())
                .map(value => Math.round(value.offsetHeight / parseFloat(getComputedStyle(value).lineHeight)))";
        let lines = session.page.script(lines, vec![]).await?;
        let lines = lines.as_array().context("a list")?;
        ensure!(!lines.is_empty() && lines.iter().all(|count| *count == json!(1)), "{lines:?}");
        session.page.picture(&output("screens")?.join("bi-masked-phone.png")).await?;
        Ok(())
    })
    .await
}

/// F14: the field stood below all nine methods.
#[tokio::test]
async fn f14_the_whole_number_is_asked_for_by_the_method_that_was_chosen() -> Result<()> {
    run("destination", &[("sms = true", "sms = true\nconfirm_destination = true")], async |session| {
        person::identified(session, &person::MARY).await?;
        for method in ["Email my alternate address", "Call my office phone"] {
            session.page.choose(method).await?;
            let below = "const root = document.querySelector('.regain-widget').shadowRoot;
                return root.querySelector('[part~=choice]:has(:checked)').nextElementSibling?.querySelector('[name]').name";
            let below = session.page.script(below, vec![]).await?;
            ensure!(below == json!("destination"), "{method}: {below}");
        }
        session.page.picture(&output("screens")?.join("bg-destination-wide.png")).await?;
        session.page.type_into("[name=destination]", "+1 425 555 0103 x12").await?;
        session.page.press("Call me").await?;
        session.page.reads("Answer your phone").await
    })
    .await
}

#[tokio::test]
async fn an_email_goes_to_the_address_that_was_chosen() -> Result<()> {
    run("email-chosen", &[], async |session| {
        person::chose_way(session, person::MARY.user_id, "Email my authentication address", "Send the code").await?;
        let code = session.server.mail("mary@langley.example", 0).await?.code()?;
        person::typed_code(session, &code).await?;
        person::finished(session).await?;
        for address in ["mary@langley.example", "mary.jackson@mail.example"] {
            let confirmation = session.server.mail(address, usize::from(address.starts_with("mary@"))).await?;
            ensure!(confirmation.subject.contains("password"), "{address}: {confirmation:?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_text_message_resets_the_password() -> Result<()> {
    run("sms", &[], async |session| {
        person::chose_way(session, "katherine@northwind.example", "Text my mobile phone", "Text me").await?;
        let text = session.server.text_message("+14255550110", 0).await?;
        let (before, code) = text.rsplit_once("\n@127.0.0.1 #").with_context(|| format!("no WebOTP line: {text}"))?;
        ensure!(before.contains(code), "the code is for people too: {text}");
        person::typed_code(session, code).await?;
        person::finished(session).await
    })
    .await
}

/// A browser that reads text messages fills the code in; the person sends it.
#[tokio::test]
async fn screen_06_a_browser_that_reads_text_messages_fills_the_code_in() -> Result<()> {
    if is_unsupported(Need::EarlyScript)? {
        return Ok(());
    }
    run("webotp", &[], async |session| {
        let stand_in = "navigator.credentials.get = ({otp, signal}) => { window.asked = otp.transport; \
                        signal.onabort = () => window.aborted = true; \
                        return new Promise((resolve) => window.arrives = (code) => resolve({code})) }; \
                        window.OTPCredential = function () {};";
        let script = json!({ "source": stand_in });
        session.page.devtools().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
        person::chose_way(session, "katherine@northwind.example", "Text my mobile phone", "Text me").await?;
        let text = session.server.text_message("+14255550110", 0).await?;
        let code = text.rsplit_once('#').context("a code")?.1.to_owned();
        session.page.reads("Enter the code").await?;
        let asked = session.page.script("return window.asked", vec![]).await?;
        ensure!(asked == json!(["sms"]), "the browser was asked for {asked}");
        session.page.script("window.arrives(arguments[0])", vec![code.clone().into()]).await?;
        harness::until("the code in its field", async || {
            Ok((session.page.value("[name=code]").await? == code).then_some(()))
        })
        .await?;
        ensure!(session.page.words().await?.contains("Enter the code"), "it was sent without the person");
        session.page.press("Verify").await?;
        session.page.reads("Choose a new password").await
    })
    .await
}

/// Rosalind's answers, as people type: case and spaces make no difference.
const ANSWERS: [(&str, &str); 5] = [
    ("What did your family call you when you were small?", "  ROS "),
    ("What was the name of the soft toy that you slept with?", "mister   bear"),
    ("Where did the school trip go that you remember best?", "Kew Gardens"),
    ("What was the first dish you learned to cook?", "onion soup"),
    ("Which thing that you lost would you most like to have back?", "a fountain pen"),
];

#[tokio::test]
async fn screen_08_security_questions_reset_the_password() -> Result<()> {
    run("questions", &[], async |session| {
        person::chose_way(
            session,
            "rosalind@northwind.example",
            "Answer my security questions",
            "Answer the questions",
        )
        .await?;
        session.page.reads("Capitals and extra spaces don’t matter").await?;
        let words = session.page.words().await?;
        let asked: Vec<_> = ANSWERS.iter().filter(|(question, _)| words.contains(question)).collect();
        ensure!(asked.len() == 3, "three of the five are asked:\n{words}");
        for right in [false, true] {
            for (question, answer) in &asked {
                let field = session.page.field(question).await?;
                session.page.retype(&field, if right { answer } else { "something else" }).await?;
            }
            session.page.press("Next").await?;
            if !right {
                session.page.reads("Not all of these answers match. You have 4 tries left.").await?;
            }
        }
        person::finished(session).await
    })
    .await
}

#[tokio::test]
async fn an_authenticator_app_resets_the_password() -> Result<()> {
    run("authenticator", &[], async |session| {
        let user_id = "margaret@northwind.example";
        person::chose_way(session, user_id, "Use my authenticator app", "Next").await?;
        session.page.reads("Open your authenticator app").await?;
        ensure!(!session.page.words().await?.contains("Send a new code"), "nothing was sent");
        let code = session.server.authenticator_code(user_id).await?;
        person::typed_code(session, &code).await?;
        person::finished(session).await
    })
    .await
}
