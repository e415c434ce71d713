//! Screen 14: register what proves who one is, and then reset the password with it.

use anyhow::{Context, Result, ensure};
use harness::{Stage, play};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::person::{self, ADA, MARY, Person};

/// Somebody with nothing registered.
pub(crate) const ALAN: Person = Person { user_id: "alan@northwind.example", address: "alan.turing@mail.example" };
pub(crate) const ALANS_PASSWORD: &str = "imitation game rules";
const ALANS_PHONE: &str = "+14255550177";

/// Somebody with two addresses.
pub(crate) const GRACE: Person = Person { user_id: "grace@northwind.example", address: "grace.hopper@mail.example" };

/// Signs in on the page for security info.
pub(crate) async fn signed_in(stage: &Stage, user_id: &str, password: &str) -> Result<()> {
    stage.page.go(&stage.server.address("/register")).await?;
    stage.page.reads("First say who you are").await?;
    stage.page.type_into("[part~=root] [name=username]", user_id).await?;
    stage.page.type_into("[name=current-password]", password).await?;
    stage.page.press("Next").await
}

/// At the security info of somebody who has nothing to prove it by yet.
async fn at_alans(stage: &Stage) -> Result<()> {
    signed_in(stage, ALAN.user_id, ALANS_PASSWORD).await?;
    stage.page.reads("If you ever can’t sign in").await
}

/// Signs in and proves it by a mail to their first address, where `mails` went before.
pub(crate) async fn proved(stage: &Stage, person: &Person, password: &str, mails: usize) -> Result<()> {
    signed_in(stage, person.user_id, password).await?;
    stage.page.choose("Email my alternate address").await?;
    stage.page.press("Send the code").await?;
    person::typed_code(stage, &stage.server.mail(person.address, mails).await?.code()?).await?;
    stage.page.reads("If you ever can’t sign in").await
}

async fn finished(stage: &Stage) -> Result<()> {
    stage.page.press("Finish").await?;
    stage.page.reads("Your security info is in order").await
}

/// Fills the field for an address or a number.
async fn fill(stage: &Stage, value: &str) -> Result<()> {
    stage.page.retype("[name=destination]", value).await
}

#[tokio::test]
pub(crate) async fn screen_14_an_address_is_registered_and_resets_the_password() -> Result<()> {
    play("register-mail", &[], async |stage| {
        signed_in(stage, ALAN.user_id, "imitation game rulez").await?;
        stage.page.reads("User ID and password don’t go together.").await?;
        stage.page.focus_on("name", "current-password").await?;
        stage.page.retype("[name=current-password]", ALANS_PASSWORD).await?;
        stage.page.press("Next").await?;
        stage.page.reads("Your organisation asks for one way to get back in. You have 0.").await?;
        stage.page.press("Finish").await?;
        stage.page.reads("You can finish once one more is here.").await?;

        stage.page.press("Alternate e-mail address").await?;
        fill(stage, "alan.turing").await?;
        stage.page.press("Send the code").await?;
        stage.page.reads("That can’t be used.").await?;
        fill(stage, ALAN.address).await?;
        stage.page.press("Send the code").await?;
        stage.page.reads("to see that it’s yours").await?;
        let code = stage.server.mail(ALAN.address, 0).await?.code()?;
        person::typed_code(stage, &person::other_than(&code)).await?;
        stage.page.reads("That isn’t the right code.").await?;
        stage.page.retype("[name=code]", &code).await?;
        stage.page.press("Check the code").await?;
        stage.page.reads("You have 1.").await?;
        stage.page.reads("That is enough.").await?;
        finished(stage).await?;

        // The code, and word of the change.
        let mails = stage.server.mails_to(ALAN.address).await?;
        person::identified(stage, &ALAN).await?;
        stage.page.press("Send the code").await?;
        person::typed_code(stage, &stage.server.mail(ALAN.address, mails).await?.code()?).await?;
        person::finished(stage).await
    })
    .await
}

#[tokio::test]
async fn a_phone_is_registered_by_text_and_resets_the_password() -> Result<()> {
    play("register-text", &[], async |stage| {
        at_alans(stage).await?;
        stage.page.press("Mobile phone").await?;
        fill(stage, "0425 555 0177").await?;
        stage.page.press("Text me").await?;
        stage.page.reads("Begin with + and the country code").await?;
        fill(stage, "+1 (425) 555-0177").await?;
        stage.page.press("Text me").await?;
        let code = |text: String| Ok::<_, anyhow::Error>(text.rsplit_once('#').context("a code")?.1.to_owned());
        person::typed_code(stage, &code(stage.server.text_message(ALANS_PHONE, 0).await?)?).await?;
        stage.page.reads("You have 1.").await?;
        finished(stage).await?;
        person::chose_way(stage, ALAN.user_id, "Text my mobile phone", "Text me").await?;
        person::typed_code(stage, &code(stage.server.text_message(ALANS_PHONE, 1).await?)?).await?;
        person::finished(stage).await
    })
    .await
}

#[tokio::test]
async fn a_phone_is_registered_by_call_and_resets_the_password() -> Result<()> {
    play("register-call", &[], async |stage| {
        at_alans(stage).await?;
        stage.page.press("Mobile phone").await?;
        fill(stage, ALANS_PHONE).await?;
        stage.page.choose("With a call").await?;
        stage.page.press("Call me").await?;
        stage.page.reads("We call it to see that it’s yours.").await?;
        let call = stage.server.call(ALANS_PHONE, 0).await?;
        call.does("answer").await?;
        call.key("#").await?;
        // Nobody pressed anything on the page: it has noticed by itself.
        stage.page.reads("You have 1.").await?;
        finished(stage).await?;
        person::chose_way(stage, ALAN.user_id, "Call my mobile phone", "Call me").await?;
        let call = stage.server.call(ALANS_PHONE, 1).await?;
        call.does("answer").await?;
        call.key("#").await?;
        person::finished(stage).await
    })
    .await
}

/// The other role of an address, and of a phone: each is registered as what it was chosen as, and is a way of its own.
#[tokio::test]
async fn an_authentication_address_and_phone_are_registered_and_reset_the_password() -> Result<()> {
    const OWN: &str = "turing@bletchley.example";
    let own_domain = ("\"navy.example\"", "\"bletchley.example\"");
    play("register-authentication", &[own_domain], async |stage| {
        at_alans(stage).await?;
        stage.page.press("Authentication e-mail address").await?;
        fill(stage, OWN).await?;
        stage.page.press("Send the code").await?;
        person::typed_code(stage, &stage.server.mail(OWN, 0).await?.code()?).await?;
        stage.page.reads("You have 1.").await?;
        stage.page.press("Authentication phone").await?;
        fill(stage, ALANS_PHONE).await?;
        stage.page.press("Text me").await?;
        let code = stage.server.text_message(ALANS_PHONE, 0).await?;
        person::typed_code(stage, code.rsplit_once('#').context("a code")?.1).await?;
        stage.page.reads("You have 2.").await?;
        ensure!(rows(stage).await? == ["Authentication e-mail address", "Authentication phone"]);
        finished(stage).await?;
        person::chose_way(stage, ALAN.user_id, "Text my authentication phone", "Text me").await?;
        let code = stage.server.text_message(ALANS_PHONE, 1).await?;
        person::typed_code(stage, code.rsplit_once('#').context("a code")?.1).await?;
        stage.page.reads("Choose a new password").await?;
        let mails = stage.server.mails_to(OWN).await?;
        // Another time, from the beginning.
        stage.page.script("sessionStorage.clear()", vec![]).await?;
        person::chose_way(stage, ALAN.user_id, "Email my authentication address", "Send the code").await?;
        person::typed_code(stage, &stage.server.mail(OWN, mails).await?.code()?).await?;
        person::finished(stage).await
    })
    .await
}

/// The methods in the list, from the top.
async fn rows(stage: &Stage) -> Result<Vec<String>> {
    let script = "const root = document.querySelector('.regain-widget').shadowRoot; \
                  return [...root.querySelectorAll('[part=method] .words > span:first-child')].map((it) => it.innerText);";
    Ok(serde_json::from_value(stage.page.script(script, vec![]).await?)?)
}

/// A method of the organisation is shown, and cannot be changed.
#[tokio::test]
async fn an_office_phone_is_shown_and_left_alone() -> Result<()> {
    play("register-office", &[], async |stage| {
        proved(stage, &MARY, "supersonic pressure tunnel", 0).await?;
        ensure!(rows(stage).await?.contains(&"Office phone".to_owned()), "it is not shown");
        let script = "const root = document.querySelector('.regain-widget').shadowRoot; \
            return [...root.querySelectorAll('[part=method]')].map((it) => [ \
                it.querySelector('.words > span').innerText == 'Office phone', \
                it.innerText.includes('Kept by your organisation'), \
                it.querySelectorAll('button').length]);";
        let rows = stage.page.script(script, vec![]).await?;
        for row in rows.as_array().context("rows")? {
            let office = row[0] == json!(true);
            ensure!(row[1] == json!(office), "{rows}");
            ensure!((row[2] == json!(0)) == office, "{rows}");
        }
        let words = stage.page.words().await?;
        ensure!(words.matches("Office phone").count() == 1, "it is on offer to be added: {words}");
        Ok(())
    })
    .await
}

/// From the page where they signed in: nobody is asked for the password again, but for one proof.
#[tokio::test]
async fn who_is_signed_in_proves_it_once_and_sees_the_list() -> Result<()> {
    play("register-signed-in", &[], async |stage| {
        person::at_welcome(stage, ADA.user_id, person::OLD_PASSWORD).await?;
        stage.page.press("My security info").await?;
        stage.page.reads("Prove that it’s you").await?;
        ensure!(!stage.page.has("[part~=root] [name=current-password]").await?, "the password is asked again");
        stage.page.press("Send the code").await?;
        person::typed_code(stage, &stage.server.mail(ADA.address, 0).await?.code()?).await?;
        stage.page.reads("If you ever can’t sign in").await?;
        ensure!(rows(stage).await? == ["Alternate e-mail address"]);
        finished(stage).await?;
        stage.page.press("Done").await?;
        stage.page.focus_on("id", "security-info").await?;
        ensure!(!stage.page.has(".regain-widget").await?, "the widget is still there");
        Ok(())
    })
    .await
}

/// Chooses a question in a closed list, as its keys do it: a script that says so with the list's own events.
async fn choose_question(stage: &Stage, place: u8, words: &str) -> Result<()> {
    let select = stage.page.find(&format!("[name=question-{place}]")).await?;
    let script = "const [select, words] = arguments; \
                  const option = [...select.options].find((option) => option.text == words); \
                  if (!option || option.disabled) return false; \
                  select.value = option.value; \
                  for (const type of ['input', 'change']) select.dispatchEvent(new Event(type, {bubbles: true})); \
                  return true;";
    let done = stage.page.driver().execute(script, vec![select.to_json()?, json!(words)]).await?;
    ensure!(*done.json() == Value::Bool(true), "“{words}” can’t be chosen");
    Ok(())
}

#[tokio::test]
async fn questions_are_registered_and_reset_the_password() -> Result<()> {
    const OWN: &str = "Where did the two of us hide the silver?";
    play("register-questions", &[], async |stage| {
        at_alans(stage).await?;
        stage.page.press("Security questions").await?;
        stage.page.reads("Choose 5 questions").await?;
        stage.page.press("Save the questions").await?;
        stage.page.reads("Choose a question.").await?;
        stage.page.focus_on("name", "question-1").await?;
        let offered = stage.page.find("[name=question-1]").await?;
        let script = "return [...arguments[0].options].slice(1, -1).map((option) => option.text)";
        let offered = stage.page.driver().execute(script, vec![offered.to_json()?]).await?;
        let offered: Vec<String> = serde_json::from_value(offered.json().clone())?;
        ensure!(offered.len() == 35, "{} questions on offer", offered.len());

        let answers = ["Prof", "porgy the bear", "Sherborne", "toast", "under Bletchley's elms"];
        for (place, answer) in (1..).zip(answers) {
            if place == 5 {
                choose_question(stage, place, "My own question").await?;
                stage.page.type_into("[name=own-5]", OWN).await?;
            } else {
                choose_question(stage, place, &offered[usize::from(place)]).await?;
            }
            stage.page.type_into(&format!("[name=answer-{place}]"), answer).await?;
        }
        ensure!(choose_question(stage, 2, &offered[1]).await.is_err(), "no question twice");
        // The same answer in other letters.
        stage.page.retype("[name=answer-2]", " PROF ").await?;
        stage.page.press("Save the questions").await?;
        stage.page.reads("You have this answer already.").await?;
        stage.page.retype("[name=answer-2]", answers[1]).await?;
        stage.page.press("Save the questions").await?;
        stage.page.reads("You have 1.").await?;
        finished(stage).await?;

        person::chose_way(stage, ALAN.user_id, "Answer my security questions", "Answer the questions").await?;
        stage.page.reads("Answer as you did when you chose them").await?;
        let words = stage.page.words().await?;
        let questions = offered[1..=4].iter().map(String::as_str).chain([OWN]);
        for (question, answer) in questions.zip(answers).filter(|(question, _)| words.contains(question)) {
            let field = stage.page.field(question).await?;
            stage.page.type_into(&field, answer).await?;
        }
        stage.page.press("Next").await?;
        person::finished(stage).await
    })
    .await
}

/// The code that an app with this key shows now (RFC 6238), worked out by the browser.
async fn app_code(stage: &Stage, key: &str, ahead: u8) -> Result<String> {
    let script = "const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'; \
                  const bits = [...arguments[0]].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join(''); \
                  const bytes = Uint8Array.from(bits.match(/.{8}/g), (byte) => parseInt(byte, 2)); \
                  const counter = new DataView(new ArrayBuffer(8)); \
                  counter.setUint32(4, Math.floor(Date.now() / 30000) + arguments[1]); \
                  return crypto.subtle.importKey('raw', bytes, {name: 'HMAC', hash: 'SHA-1'}, false, ['sign']) \
                    .then((key) => crypto.subtle.sign('HMAC', key, counter)) \
                    .then((mac) => new DataView(mac)) \
                    .then((mac) => (mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff) % 1000000) \
                    .then((code) => String(code).padStart(6, '0'));";
    let code = stage.page.script(script, vec![json!(key), json!(ahead)]).await?;
    Ok(code.as_str().context("a code")?.to_owned())
}

#[tokio::test]
async fn an_authenticator_app_is_registered_and_resets_the_password() -> Result<()> {
    play("register-app", &[], async |stage| {
        at_alans(stage).await?;
        stage.page.press("Authenticator app").await?;
        stage.page.reads("Set up your authenticator app").await?;
        let picture = stage.page.find("svg[role=img]").await?;
        ensure!(picture.attr("aria-label").await?.is_some_and(|label| label.contains("QR code")), "it has no name");
        let key: String = stage.page.find("[part=key]").await?.text().await?.split_whitespace().collect();
        let link = stage.page.find("a[href^='otpauth://totp/']").await?.attr("href").await?.context("an address")?;
        ensure!(link.contains(&key), "the link has another key than the text");
        let code = app_code(stage, &key, 0).await?;
        stage.page.type_into("[name=code]", &person::other_than(&code)).await?;
        stage.page.press("Check the code").await?;
        stage.page.reads("That isn’t the right code.").await?;
        ensure!(stage.page.find("[part=key]").await?.text().await?.replace(' ', "") == key, "the key stays");
        stage.page.retype("[name=code]", &app_code(stage, &key, 0).await?).await?;
        stage.page.press("Check the code").await?;
        stage.page.reads("You have 1.").await?;
        finished(stage).await?;

        person::chose_way(stage, ALAN.user_id, "Use my authenticator app", "Next").await?;
        stage.page.reads("Open your authenticator app").await?;
        // A code is good for once; that of an app whose clock is half a minute ahead is good too.
        let fresh = app_code(stage, &key, 1).await?;
        person::typed_code(stage, &fresh).await?;
        person::finished(stage).await
    })
    .await
}

#[tokio::test]
async fn an_address_is_replaced_and_another_removed() -> Result<()> {
    const NEW: &str = "amazing.grace@mail.example";
    play("register-replace", &[], async |stage| {
        proved(stage, &GRACE, "nanoseconds of wire", 0).await?;
        stage.page.press("Replace").await?;
        stage.page.reads("It takes the place of").await?;
        fill(stage, NEW).await?;
        stage.page.press("Send the code").await?;
        // Thought better of it, and then of that.
        stage.page.press("Back without adding it").await?;
        stage.page.reads("If you ever can’t sign in").await?;
        stage.page.press("Replace").await?;
        fill(stage, NEW).await?;
        stage.page.press("Send the code").await?;
        person::typed_code(stage, &stage.server.mail(NEW, 1).await?.code()?).await?;
        stage.page.reads("am").await?;

        // The other one goes with a question, the last one with a warning.
        stage.page.reads("You have 2.").await?;
        stage.page.click("[part=method]:nth-child(2) button:last-child").await?;
        stage.page.reads("Remove this way?").await?;
        ensure!(!stage.page.words().await?.contains("It is the last one"), "it is not");
        stage.page.press("Keep it").await?;
        stage.page.reads("You have 2.").await?;
        stage.page.click("[part=method]:nth-child(2) button:last-child").await?;
        stage.page.press("Remove it").await?;
        stage.page.reads("You have 1.").await?;
        stage.page.press("Remove").await?;
        stage.page.reads("It is the last one.").await?;
        stage.page.press("Remove it").await?;
        stage.page.reads("You have 0.").await?;
        stage.page.press("Finish").await?;
        stage.page.reads("You can finish once one more is here.").await?;

        // Who was there before hears of it.
        let mails = stage.server.outbox().await?;
        ensure!(mails.iter().any(|mail| mail.to == "grace@navy.example"), "the removed address was not told");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_forgot_the_password_resets_it_in_the_same_place() -> Result<()> {
    play("register-forgot", &[], async |stage| {
        stage.page.go(&stage.server.address("/register")).await?;
        stage.page.reads("First say who you are").await?;
        stage.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        stage.page.press("I forgot my password").await?;
        stage.page.reads("Let’s get you back in").await?;
        ensure!(stage.page.value("[part~=root] [name=username]").await? == ADA.user_id, "the user ID is lost");
        let widgets = stage.page.script("return document.querySelectorAll('.regain-widget').length", vec![]).await?;
        ensure!(widgets == json!(1), "{widgets} widgets");
        Ok(())
    })
    .await
}

/// A flow for the full widget, met by the lean one: it hands over, and the page hears of one opening only.
#[tokio::test]
async fn the_lean_widget_hands_over_to_the_full_one() -> Result<()> {
    play("hand-over", &[], async |stage| {
        person::at_sign_in(stage).await?;
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
        stage.page.script(script, vec![]).await?;
        stage.page.reads("First say who you are").await?;
        stage.page.focus_on("text", "Your security info").await?;
        let heard = stage.page.script("return heard", vec![]).await?;
        ensure!(heard == json!(["open ", "step sign_in"]), "{heard}");
        stage.page.type_into("[part~=root] [name=username]", ALAN.user_id).await?;
        stage.page.type_into("[part~=root] [name=current-password]", ALANS_PASSWORD).await?;
        stage.page.press("Next").await?;
        stage.page.reads("If you ever can’t sign in").await
    })
    .await
}

#[tokio::test]
async fn an_address_is_registered_by_keyboard_alone() -> Result<()> {
    use crate::keyboard::{heading, tab_to};
    play("register-keyboard", &[], async |stage| {
        stage.page.go(&stage.server.address("/register")).await?;
        heading(stage, "Your security info").await?;
        tab_to(stage, "name", "username").await?;
        stage.page.keys(ALAN.user_id).await?;
        tab_to(stage, "name", "current-password").await?;
        stage.page.keys(ALANS_PASSWORD).await?;
        stage.page.key(Key::Enter).await?;
        stage.page.reads("If you ever can’t sign in").await?;
        heading(stage, "Your security info").await?;
        tab_to(stage, "text", "Alternate e-mail address").await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Add an e-mail address").await?;
        tab_to(stage, "name", "destination").await?;
        stage.page.keys(ALAN.address).await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Enter the code").await?;
        let code = stage.server.mail(ALAN.address, 0).await?.code()?;
        tab_to(stage, "name", "code").await?;
        stage.page.keys(&code).await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Your security info").await?;
        tab_to(stage, "text", "Remove").await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Remove this way?").await?;
        tab_to(stage, "text", "Keep it").await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Your security info").await?;
        tab_to(stage, "text", "Finish").await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Your security info is in order").await
    })
    .await
}
