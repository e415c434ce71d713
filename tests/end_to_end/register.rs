//! Screen 14: register what proves who one is, and then reset the password with it.

use anyhow::{Context, Result, ensure};
use harness::{BrowserSession, run};
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

#[tokio::test]
async fn a_phone_is_registered_by_text_and_resets_the_password() -> Result<()> {
    run("register-text", &[], async |session| {
        at_alans(session).await?;
        session.page.press("Mobile phone").await?;
        fill(session, "0425 555 0177").await?;
        session.page.press("Text me").await?;
        session.page.reads("Start with + and the country code").await?;
        fill(session, "+1 (425) 555-0177").await?;
        session.page.press("Text me").await?;
        let code = |text: String| Ok::<_, anyhow::Error>(text.rsplit_once('#').context("a code")?.1.to_owned());
        person::typed_code(session, &code(session.server.text_message(ALANS_PHONE, 0).await?)?).await?;
        session.page.reads("1 set up, 1 required").await?;
        finished(session).await?;
        // A person without a mail address hears of it by text.
        let notice = session.server.text_message(ALANS_PHONE, 1).await?;
        ensure!(!notice.contains('#'), "no code: {notice}");
        person::chose_way(session, ALAN.user_id, "Text my mobile phone", "Text me").await?;
        person::typed_code(session, &code(session.server.text_message(ALANS_PHONE, 2).await?)?).await?;
        person::finished(session).await
    })
    .await
}

#[tokio::test]
async fn a_phone_is_registered_by_call_and_resets_the_password() -> Result<()> {
    run("register-call", &[], async |session| {
        at_alans(session).await?;
        session.page.press("Mobile phone").await?;
        fill(session, ALANS_PHONE).await?;
        session.page.choose("By call").await?;
        session.page.press("Call me").await?;
        session.page.reads("We’re calling to check it’s yours.").await?;
        let call = session.server.call(ALANS_PHONE, 0).await?;
        call.does("answer").await?;
        call.key("#").await?;
        // Nobody pressed anything on the page: it has noticed by itself.
        session.page.reads("1 set up, 1 required").await?;
        finished(session).await?;
        person::chose_way(session, ALAN.user_id, "Call my mobile phone", "Call me").await?;
        let call = session.server.call(ALANS_PHONE, 1).await?;
        call.does("answer").await?;
        call.key("#").await?;
        person::finished(session).await
    })
    .await
}

/// The other role of an address, and of a phone: each is registered as what it was chosen as, and is a way of its own.
#[tokio::test]
async fn an_authentication_address_and_phone_are_registered_and_reset_the_password() -> Result<()> {
    const OWN: &str = "turing@bletchley.example";
    let own_domain = ("\"navy.example\"", "\"bletchley.example\"");
    run("register-authentication", &[own_domain], async |session| {
        at_alans(session).await?;
        session.page.press("Authentication email").await?;
        fill(session, OWN).await?;
        session.page.press("Send the code").await?;
        person::typed_code(session, &session.server.mail(OWN, 0).await?.code()?).await?;
        session.page.reads("1 set up, 1 required").await?;
        session.page.press("Authentication phone").await?;
        fill(session, ALANS_PHONE).await?;
        session.page.press("Text me").await?;
        let code = session.server.text_message(ALANS_PHONE, 0).await?;
        person::typed_code(session, code.rsplit_once('#').context("a code")?.1).await?;
        session.page.reads("2 set up, 1 required").await?;
        ensure!(rows(session).await? == ["Authentication email", "Authentication phone"]);
        finished(session).await?;
        person::chose_way(session, ALAN.user_id, "Text my authentication phone", "Text me").await?;
        let code = session.server.text_message(ALANS_PHONE, 1).await?;
        person::typed_code(session, code.rsplit_once('#').context("a code")?.1).await?;
        session.page.reads("Choose a new password").await?;
        let mails = session.server.mails_to(OWN).await?;
        // Another time, from the beginning.
        session.page.script("sessionStorage.clear()", vec![]).await?;
        person::chose_way(session, ALAN.user_id, "Email my authentication address", "Send the code").await?;
        person::typed_code(session, &session.server.mail(OWN, mails).await?.code()?).await?;
        person::finished(session).await
    })
    .await
}

/// The methods in the list, from the top.
async fn rows(session: &BrowserSession) -> Result<Vec<String>> {
    let script = "const root = document.querySelector('.regain-widget').shadowRoot; \
                  return [...root.querySelectorAll('[part=method] .words > span:first-child')].map((it) => it.innerText);";
    Ok(serde_json::from_value(session.page.script(script, vec![]).await?)?)
}

/// A method of the organisation is shown, and cannot be changed.
#[tokio::test]
async fn an_office_phone_is_shown_and_left_alone() -> Result<()> {
    run("register-office", &[], async |session| {
        proved(session, &MARY, "supersonic pressure tunnel", 0).await?;
        ensure!(rows(session).await?.contains(&"Office phone".to_owned()), "it is not shown");
        let script = "const root = document.querySelector('.regain-widget').shadowRoot; \
            return [...root.querySelectorAll('[part=method]')].map((it) => [ \
                it.querySelector('.words > span').innerText == 'Office phone', \
                it.innerText.includes('Managed by your company or school'), \
                it.querySelectorAll('button').length]);";
        let rows = session.page.script(script, vec![]).await?;
        for row in rows.as_array().context("rows")? {
            let office = row[0] == json!(true);
            ensure!(row[1] == json!(office), "{rows}");
            ensure!((row[2] == json!(0)) == office, "{rows}");
        }
        let words = session.page.words().await?;
        ensure!(words.matches("Office phone").count() == 1, "it is on offer to be added: {words}");
        Ok(())
    })
    .await
}

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

/// Chooses a question in a closed list, as its keys do it: a script that says so with the list's own events.
async fn choose_question(session: &BrowserSession, place: u8, words: &str) -> Result<()> {
    let select = session.page.find(&format!("[name=question-{place}]")).await?;
    let script = "const [select, words] = arguments; \
                  const option = [...select.options].find((option) => option.text == words); \
                  if (!option || option.disabled) return false; \
                  select.value = option.value; \
                  for (const type of ['input', 'change']) select.dispatchEvent(new Event(type, {bubbles: true})); \
                  return true;";
    let done = session.page.driver().execute(script, vec![select.to_json()?, json!(words)]).await?;
    ensure!(*done.json() == Value::Bool(true), "“{words}” can’t be chosen");
    Ok(())
}

#[tokio::test]
async fn questions_are_registered_and_reset_the_password() -> Result<()> {
    const OWN: &str = "Where did the two of us hide the silver?";
    run("register-questions", &[], async |session| {
        at_alans(session).await?;
        session.page.press("Security questions").await?;
        session.page.reads("Choose 5 questions").await?;
        session.page.press("Save questions").await?;
        session.page.reads("Choose a question.").await?;
        session.page.focus_on("name", "question-1").await?;
        let offered = session.page.find("[name=question-1]").await?;
        let script = "return [...arguments[0].options].slice(1, -1).map((option) => option.text)";
        let offered = session.page.driver().execute(script, vec![offered.to_json()?]).await?;
        let offered: Vec<String> = serde_json::from_value(offered.json().clone())?;
        ensure!(offered.len() == 35, "{} questions on offer", offered.len());

        let answers = ["Prof", "porgy the bear", "Sherborne", "toast", "under Bletchley's elms"];
        for (place, answer) in (1..).zip(answers) {
            if place == 5 {
                choose_question(session, place, "My own question").await?;
                session.page.type_into("[name=own-5]", OWN).await?;
            } else {
                choose_question(session, place, &offered[usize::from(place)]).await?;
            }
            session.page.type_into(&format!("[name=answer-{place}]"), answer).await?;
        }
        ensure!(choose_question(session, 2, &offered[1]).await.is_err(), "no question twice");
        // The same answer in other letters.
        session.page.retype("[name=answer-2]", " PROF ").await?;
        session.page.press("Save questions").await?;
        session.page.reads("Use a different answer for each question.").await?;
        session.page.retype("[name=answer-2]", answers[1]).await?;
        session.page.press("Save questions").await?;
        session.page.reads("1 set up, 1 required").await?;
        finished(session).await?;

        person::chose_way(session, ALAN.user_id, "Answer my security questions", "Answer the questions").await?;
        session.page.reads("Capitals and extra spaces don’t matter").await?;
        let words = session.page.words().await?;
        let questions = offered[1..=4].iter().map(String::as_str).chain([OWN]);
        for (question, answer) in questions.zip(answers).filter(|(question, _)| words.contains(question)) {
            let field = session.page.field(question).await?;
            session.page.type_into(&field, answer).await?;
        }
        session.page.press("Next").await?;
        person::finished(session).await
    })
    .await
}

/// The code that an app with this key shows now (RFC 6238), worked out by the browser.
async fn app_code(session: &BrowserSession, key: &str, ahead: u8) -> Result<String> {
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
    let code = session.page.script(script, vec![json!(key), json!(ahead)]).await?;
    Ok(code.as_str().context("a code")?.to_owned())
}

#[tokio::test]
async fn an_authenticator_app_is_registered_and_resets_the_password() -> Result<()> {
    run("register-app", &[], async |session| {
        at_alans(session).await?;
        session.page.press("Authenticator app").await?;
        session.page.reads("Set up your authenticator app").await?;
        let picture = session.page.find("svg[role=img]").await?;
        ensure!(picture.attr("aria-label").await?.is_some_and(|label| label.contains("QR code")), "it has no name");
        let key: String = session.page.find("[part=key]").await?.text().await?.split_whitespace().collect();
        let link = session.page.find("a[href^='otpauth://totp/']").await?.attr("href").await?.context("an address")?;
        ensure!(link.contains(&key), "the link has another key than the text");
        let code = app_code(session, &key, 0).await?;
        session.page.type_into("[name=code]", &person::other_than(&code)).await?;
        session.page.press("Verify").await?;
        session.page.reads("That code isn’t right.").await?;
        ensure!(session.page.find("[part=key]").await?.text().await?.replace(' ', "") == key, "the key stays");
        session.page.retype("[name=code]", &app_code(session, &key, 0).await?).await?;
        session.page.press("Verify").await?;
        session.page.reads("1 set up, 1 required").await?;
        finished(session).await?;

        person::chose_way(session, ALAN.user_id, "Use my authenticator app", "Next").await?;
        session.page.reads("Open your authenticator app").await?;
        // A code is good for once; that of an app whose clock is half a minute ahead is good too.
        let fresh = app_code(session, &key, 1).await?;
        person::typed_code(session, &fresh).await?;
        person::finished(session).await
    })
    .await
}

#[tokio::test]
async fn an_address_is_replaced_and_another_removed() -> Result<()> {
    const NEW: &str = "amazing.grace@mail.example";
    run("register-replace", &[], async |session| {
        proved(session, &GRACE, "nanoseconds of wire", 0).await?;
        session.page.press("Replace").await?;
        session.page.reads("This replaces").await?;
        fill(session, NEW).await?;
        session.page.press("Send the code").await?;
        // Thought better of it, and then of that.
        session.page.press("Cancel").await?;
        session.page.reads("We use these to verify you").await?;
        session.page.press("Replace").await?;
        fill(session, NEW).await?;
        session.page.press("Send the code").await?;
        person::typed_code(session, &session.server.mail(NEW, 1).await?.code()?).await?;
        session.page.reads("am").await?;

        // The other one goes with a question, the last one with a warning.
        session.page.reads("2 set up, 1 required").await?;
        session.page.click("[part=method]:nth-child(2) button:last-child").await?;
        session.page.reads("Remove this method?").await?;
        ensure!(!session.page.words().await?.contains("This is your last method"), "it is not");
        session.page.press("Keep it").await?;
        session.page.reads("2 set up, 1 required").await?;
        session.page.click("[part=method]:nth-child(2) button:last-child").await?;
        session.page.press("Remove it").await?;
        session.page.reads("1 set up, 1 required").await?;
        session.page.press("Remove").await?;
        session.page.reads("This is your last method.").await?;
        session.page.press("Remove it").await?;
        session.page.reads("0 set up, 1 required").await?;
        session.page.press("Finish").await?;
        session.page.reads("Add one more method to finish.").await?;

        // The former addresses hear of it.
        let mails = session.server.outbox().await?;
        ensure!(mails.iter().any(|mail| mail.to == "grace@navy.example"), "the removed address was not told");
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

#[tokio::test]
async fn an_address_is_registered_by_keyboard_alone() -> Result<()> {
    use crate::keyboard::{heading, tab_to};
    run("register-keyboard", &[], async |session| {
        session.page.go(&session.server.address("/register")).await?;
        heading(session, "Your security info").await?;
        tab_to(session, "name", "username").await?;
        session.page.keys(ALAN.user_id).await?;
        tab_to(session, "name", "current-password").await?;
        session.page.keys(ALANS_PASSWORD).await?;
        session.page.key(Key::Enter).await?;
        session.page.reads("We use these to verify you").await?;
        heading(session, "Your security info").await?;
        tab_to(session, "text", "Alternate email").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Add an email address").await?;
        tab_to(session, "name", "destination").await?;
        session.page.keys(ALAN.address).await?;
        session.page.key(Key::Enter).await?;
        session.page.focus_on("name", "code").await?;
        session.page.reads(ALAN.address).await?;
        let code = session.server.mail(ALAN.address, 0).await?.code()?;
        session.page.keys(&code).await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Your security info").await?;
        session.page.reads("Added to your security info.").await?;
        tab_to(session, "text", "Remove").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Remove this method?").await?;
        tab_to(session, "text", "Keep it").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Your security info").await?;
        tab_to(session, "text", "Finish").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Your security info is up to date").await
    })
    .await
}
