//! Choosing a new password, with everything that helps with it.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use harness::{BrowserSession, Need, is_unsupported, run};
use serde_json::json;
use thirtyfour::Key;

use crate::{
    keyboard::{heading, tab_to},
    person::{self, ADA, NEW_PASSWORD},
};

/// A password that a great many people were told to use, and its SHA-1: the range, and the rest.
const LEAKED: (&str, &str, &str) = ("correct horse battery staple", "ABF7A", "AD6438836DBE526AA231ABDE2D0EEF74D42");

/// The new password's field.
const NEW: &str = "[name=new-password]";

/// The field for it again.
const CONFIRM: &str = "[name=confirm-password]";

/// Has a suggestion in both fields, to be seen; returns it.
async fn suggestion(session: &BrowserSession, other_than: &str) -> Result<String> {
    let given = harness::until("a suggestion", async || {
        let value = session.page.value(NEW).await?;
        Ok((!value.is_empty() && value != other_than).then_some(value))
    })
    .await?;
    ensure!(session.page.value(CONFIRM).await? == given, "it is in one field only");
    session.page.find(&format!("{NEW}[type=text]")).await?;
    session.page.find(&format!("{CONFIRM}[type=text]")).await?;
    // The field may be too narrow for it; below, all of it can be read.
    session.page.reads(&given).await?;
    Ok(given)
}

/// Waits until the rule with these words stands so.
async fn rule(session: &BrowserSession, words: &str, standing: &str) -> Result<()> {
    harness::until(&format!("“{words}” to be {standing}"), async || {
        let script = "return [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
            .flatMap((root) => [...root.querySelectorAll('[part~=rules] li')])
            .find((li) => li.innerText.includes(arguments[0]))?.dataset.is";
        Ok((session.page.script(script, vec![json!(words)]).await? == json!(standing)).then_some(()))
    })
    .await
}

#[tokio::test]
async fn screen_11_a_suggestion_is_filled_in_copied_and_sent() -> Result<()> {
    if is_unsupported(Need::Clipboard)? {
        return Ok(());
    }
    run("suggestion", &[], async |session| {
        session.grant(&["clipboardReadWrite", "clipboardSanitizedWrite"]).await?;
        person::proved(session, &ADA).await?;
        session.page.press("Suggest a password").await?;
        let first = suggestion(session, "").await?;
        ensure!(first.split('-').count() == 5, "five words: {first}");
        session.page.press("Suggest another").await?;
        let words = suggestion(session, &first).await?;
        ensure!(words.split('-').count() == 5, "five words: {words}");
        session.page.press("Use random characters").await?;
        let characters = suggestion(session, &words).await?;
        ensure!(characters.len() == 16 && !characters.contains('-'), "characters: {characters}");
        session.page.press("Copy").await?;
        session.page.reads("Copied").await?;
        let copied = session.page.script("return navigator.clipboard.readText()", vec![]).await?;
        ensure!(copied == json!(characters), "on the clipboard: {copied}");
        session.page.press("Finish").await?;
        session.page.reads("Your password has been reset").await?;
        session.page.press("Back to sign in").await?;
        ensure!(person::signs_in(session, &characters).await?, "the suggestion does not sign in");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn screen_11_a_suggestion_keeps_rules_of_every_kind() -> Result<()> {
    let strict = (
        "[mail]",
        "[password]\nmin_length = 34\nmax_length = 64\nmin_classes = 4\nforbidden_words = [\"lemon\"]\n[mail]",
    );
    run("strict-suggestion", &[strict], async |session| {
        person::proved(session, &ADA).await?;
        let mut given = String::new();
        for button in
            ["Suggest a password", "Suggest another", "Use random characters", "Suggest another", "Use random words"]
        {
            session.page.press(button).await?;
            given = suggestion(session, &given).await?;
            rule(session, "have at least 34 characters", "met").await?;
            rule(session, "include 4 of", "met").await?;
        }
        session.page.press("Finish").await?;
        session.page.reads("Your password has been reset").await
    })
    .await
}

#[tokio::test]
async fn screen_11_a_leaked_password_is_known_before_it_is_sent_and_corrected() -> Result<()> {
    let (password, range, rest) = LEAKED;
    let leaks = tempfile::tempdir()?;
    // By its first range the folder is known for what it is; the others can't be looked up.
    fs::write(leaks.path().join("00000.txt"), "")?;
    fs::write(leaks.path().join(format!("{range}.txt")), format!("{rest}:42\r\n"))?;
    run("leaked", &[("@BREACHED@", &leaks.path().display().to_string())], async |session| {
        person::proved(session, &ADA).await?;
        rule(session, "not be in a known data breach", "open").await?;
        session.page.type_into(NEW, password).await?;
        session.page.type_into(CONFIRM, password).await?;
        rule(session, "not be in a known data breach", "broken").await?;
        session.page.press("Finish").await?;
        session.page.reads("This password was in a data breach.").await?;
        session.page.focus_on("name", "new-password").await?;
        ensure!(session.page.value(NEW).await? == password, "what was typed is lost");
        session.page.retype(NEW, NEW_PASSWORD).await?;
        // Its range is not in the list: nobody knows, and nobody is kept.
        rule(session, "not be in a known data breach", "later").await?;
        session.page.retype(CONFIRM, NEW_PASSWORD).await?;
        session.page.press("Finish").await?;
        session.page.reads("Your password has been reset").await
    })
    .await
}

#[tokio::test]
async fn screen_11_what_a_password_manager_fills_in_counts() -> Result<()> {
    run("password-manager", &[], async |session| {
        person::proved(session, &ADA).await?;
        for (selector, wanted) in
            [(NEW, "new-password"), (CONFIRM, "new-password"), (".unseen[name=username]", "username")]
        {
            let found = session
                .page
                .script(
                    "return [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
                        .map((root) => root.querySelector(arguments[0])?.autocomplete).find(Boolean)",
                    vec![json!(selector)],
                )
                .await?;
            ensure!(found == json!(wanted), "{selector} says {found}");
        }
        let rules = session.page.find(NEW).await?.attr("passwordrules").await?;
        ensure!(rules.as_deref() == Some("minlength: 15; maxlength: 256; allowed: ascii-printable;"), "{rules:?}");
        let fill = "arguments[0].value = arguments[1];
            for (const event of arguments[2]) arguments[0].dispatchEvent(new Event(event, {bubbles: true}));";
        let (new, confirm) = (session.page.find(NEW).await?.to_json()?, session.page.find(CONFIRM).await?.to_json()?);
        for events in [json!(["input"]), json!(["change"])] {
            session.page.driver().execute(fill, vec![new.clone(), json!("too short"), json!(["input"])]).await?;
            rule(session, "have at least 15 characters", "open").await?;
            session.page.driver().execute(fill, vec![new.clone(), json!(NEW_PASSWORD), events]).await?;
            rule(session, "have at least 15 characters", "met").await?;
        }
        // And one that tells nobody.
        session.page.driver().execute(fill, vec![confirm, json!(NEW_PASSWORD), json!([])]).await?;
        session.page.press("Finish").await?;
        session.page.reads("Your password has been reset").await
    })
    .await
}

#[tokio::test]
async fn screen_11_match_and_caps_lock_are_said_while_typing() -> Result<()> {
    run("match", &[], async |session| {
        person::proved(session, &ADA).await?;
        session.page.type_into(NEW, NEW_PASSWORD).await?;
        session.page.type_into(CONFIRM, "seven").await?;
        let different = "Passwords don’t match.";
        ensure!(!session.page.words().await?.contains(different), "it is still being typed");
        session.page.key(Key::Tab).await?;
        session.page.reads(different).await?;
        session.page.retype(CONFIRM, NEW_PASSWORD).await?;
        session.page.reads("Passwords match.").await?;
        let press =
            "arguments[0].dispatchEvent(new KeyboardEvent('keyup', {bubbles: true, modifierCapsLock: arguments[1]}))";
        let field = session.page.find(NEW).await?.to_json()?;
        session.page.driver().execute(press, vec![field.clone(), json!(true)]).await?;
        session.page.reads("Caps Lock is on.").await?;
        session.page.driver().execute(press, vec![field.clone(), json!(false)]).await?;
        harness::until("the warning to go", async || {
            let said = session.page.script(HINT, vec![]).await?;
            Ok((said == json!("")).then_some(()))
        })
        .await?;
        // Programs that fill forms send keys that know of no Caps Lock.
        let event = "arguments[0].dispatchEvent(new Event('keyup', {bubbles: true}))";
        session.page.driver().execute(event, vec![field]).await?;
        session.page.press("Finish").await?;
        session.page.reads("Your password has been reset").await
    })
    .await
}

/// Text of the new password's hint.
const HINT: &str = "return [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
    .map((root) => root.querySelector('#regain-new-password-hint')).find(Boolean)?.innerText";

#[tokio::test]
pub(crate) async fn screen_11_strength_is_told_in_words_and_in_time() -> Result<()> {
    run("meter", &[], async |session| {
        person::proved(session, &ADA).await?;
        ensure!(!session.page.has("[part=meter][data-score]").await?, "there is nothing to judge yet");
        session.page.type_into(NEW, "passwordpassword").await?;
        session.page.find("[part=meter][data-score='0']").await?;
        session.page.reads("Very weak –").await?;
        session.page.retype(NEW, NEW_PASSWORD).await?;
        session.page.find("[part=meter][data-score='4']").await?;
        session.page.reads("Strong – centuries to guess.").await?;
        // Words about the person are worth nothing.
        session.page.retype(NEW, "ada@northwind.example").await?;
        session.page.find("[part=meter][data-score='0']").await?;
        // It is said too, once typing rests.
        harness::until("the strength to be said", async || {
            let said = session
                .page
                .script(
                    "return [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
                        .map((root) => root.querySelector('[role=status]')?.textContent).join('')",
                    vec![],
                )
                .await?;
            Ok(said.as_str().context("text")?.contains("Very weak –").then_some(()))
        })
        .await
    })
    .await
}

#[tokio::test]
async fn screen_11_by_keyboard_alone() -> Result<()> {
    run("passwords-keyboard", &[], async |session| {
        person::proved(session, &ADA).await?;
        heading(session, "Choose a new password").await?;
        tab_to(session, "text", "Show passwords").await?;
        session.page.key(Key::Enter).await?;
        session.page.focus_on("text", "Hide passwords").await?;
        tab_to(session, "text", "Suggest a password").await?;
        session.page.key(Key::Enter).await?;
        let first = suggestion(session, "").await?;
        // The focus stays where it was.
        session.page.focus_on("text", "Suggest another").await?;
        session.page.key(Key::Enter).await?;
        suggestion(session, &first).await?;
        tab_to(session, "text", "Finish").await?;
        session.page.key(Key::Enter).await?;
        heading(session, "Your password has been reset").await
    })
    .await
}
