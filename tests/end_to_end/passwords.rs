//! Choosing a new password, with everything that helps with it.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use harness::{Need, Stage, lacks, play};
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
async fn suggestion(stage: &Stage, other_than: &str) -> Result<String> {
    let given = harness::until("a suggestion", async || {
        let value = stage.page.value(NEW).await?;
        Ok((!value.is_empty() && value != other_than).then_some(value))
    })
    .await?;
    ensure!(stage.page.value(CONFIRM).await? == given, "it is in one field only");
    stage.page.find(&format!("{NEW}[type=text]")).await?;
    stage.page.find(&format!("{CONFIRM}[type=text]")).await?;
    // The field may be too narrow for it; below, all of it can be read.
    stage.page.reads(&given).await?;
    Ok(given)
}

/// Waits until the rule with these words stands so.
async fn rule(stage: &Stage, words: &str, standing: &str) -> Result<()> {
    harness::until(&format!("“{words}” to be {standing}"), async || {
        let script = "return [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
            .flatMap((root) => [...root.querySelectorAll('[part~=rules] li')])
            .find((li) => li.innerText.includes(arguments[0]))?.dataset.is";
        Ok((stage.page.script(script, vec![json!(words)]).await? == json!(standing)).then_some(()))
    })
    .await
}

#[tokio::test]
async fn screen_11_a_suggestion_is_filled_in_copied_and_sent() -> Result<()> {
    if lacks(Need::Clipboard)? {
        return Ok(());
    }
    play("suggestion", &[], async |stage| {
        stage.grant(&["clipboardReadWrite", "clipboardSanitizedWrite"]).await?;
        person::proved(stage, &ADA).await?;
        stage.page.press("Suggest one").await?;
        let first = suggestion(stage, "").await?;
        ensure!(first.split('-').count() == 5, "five words: {first}");
        stage.page.press("Another one").await?;
        let words = suggestion(stage, &first).await?;
        ensure!(words.split('-').count() == 5, "five words: {words}");
        stage.page.press("As characters").await?;
        let characters = suggestion(stage, &words).await?;
        ensure!(characters.len() == 16 && !characters.contains('-'), "characters: {characters}");
        stage.page.press("Copy").await?;
        stage.page.reads("Copied").await?;
        let copied = stage.page.script("return navigator.clipboard.readText()", vec![]).await?;
        ensure!(copied == json!(characters), "on the clipboard: {copied}");
        stage.page.press("Finish").await?;
        stage.page.reads("Your password has been reset").await?;
        stage.page.press("Back to sign in").await?;
        ensure!(person::signs_in(stage, &characters).await?, "the suggestion does not sign in");
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
    play("strict-suggestion", &[strict], async |stage| {
        person::proved(stage, &ADA).await?;
        let mut given = String::new();
        for button in ["Suggest one", "Another one", "As characters", "Another one", "As words"] {
            stage.page.press(button).await?;
            given = suggestion(stage, &given).await?;
            rule(stage, "has at least 34 characters", "met").await?;
            rule(stage, "mixes at least 4", "met").await?;
        }
        stage.page.press("Finish").await?;
        stage.page.reads("Your password has been reset").await
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
    play("leaked", &[("@BREACHED@", &leaks.path().display().to_string())], async |stage| {
        person::proved(stage, &ADA).await?;
        rule(stage, "is in no list of stolen passwords", "open").await?;
        stage.page.type_into(NEW, password).await?;
        stage.page.type_into(CONFIRM, password).await?;
        rule(stage, "is in no list of stolen passwords", "broken").await?;
        stage.page.press("Finish").await?;
        stage.page.reads("This password is in a list of stolen passwords.").await?;
        stage.page.focus_on("name", "new-password").await?;
        ensure!(stage.page.value(NEW).await? == password, "what was typed is lost");
        stage.page.retype(NEW, NEW_PASSWORD).await?;
        // Its range is not in the list: nobody knows, and nobody is kept.
        rule(stage, "is in no list of stolen passwords", "later").await?;
        stage.page.retype(CONFIRM, NEW_PASSWORD).await?;
        stage.page.press("Finish").await?;
        stage.page.reads("Your password has been reset").await
    })
    .await
}

#[tokio::test]
async fn screen_11_what_a_password_manager_fills_in_counts() -> Result<()> {
    play("password-manager", &[], async |stage| {
        person::proved(stage, &ADA).await?;
        for (selector, wanted) in
            [(NEW, "new-password"), (CONFIRM, "new-password"), (".unseen[name=username]", "username")]
        {
            let found = stage
                .page
                .script(
                    "return [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
                        .map((root) => root.querySelector(arguments[0])?.autocomplete).find(Boolean)",
                    vec![json!(selector)],
                )
                .await?;
            ensure!(found == json!(wanted), "{selector} says {found}");
        }
        let rules = stage.page.find(NEW).await?.attr("passwordrules").await?;
        ensure!(rules.as_deref() == Some("minlength: 15; maxlength: 256; allowed: ascii-printable;"), "{rules:?}");
        let fill = "arguments[0].value = arguments[1];
            for (const event of arguments[2]) arguments[0].dispatchEvent(new Event(event, {bubbles: true}));";
        let (new, confirm) = (stage.page.find(NEW).await?.to_json()?, stage.page.find(CONFIRM).await?.to_json()?);
        for events in [json!(["input"]), json!(["change"])] {
            stage.page.driver().execute(fill, vec![new.clone(), json!("too short"), json!(["input"])]).await?;
            rule(stage, "has at least 15 characters", "open").await?;
            stage.page.driver().execute(fill, vec![new.clone(), json!(NEW_PASSWORD), events]).await?;
            rule(stage, "has at least 15 characters", "met").await?;
        }
        // And one that tells nobody.
        stage.page.driver().execute(fill, vec![confirm, json!(NEW_PASSWORD), json!([])]).await?;
        stage.page.press("Finish").await?;
        stage.page.reads("Your password has been reset").await
    })
    .await
}

#[tokio::test]
async fn screen_11_match_and_caps_lock_are_said_while_typing() -> Result<()> {
    play("match", &[], async |stage| {
        person::proved(stage, &ADA).await?;
        stage.page.type_into(NEW, NEW_PASSWORD).await?;
        stage.page.type_into(CONFIRM, "seven").await?;
        let different = "The two passwords are not the same.";
        ensure!(!stage.page.words().await?.contains(different), "it is still being typed");
        stage.page.key(Key::Tab).await?;
        stage.page.reads(different).await?;
        stage.page.retype(CONFIRM, NEW_PASSWORD).await?;
        stage.page.reads("The two passwords are the same.").await?;
        let press =
            "arguments[0].dispatchEvent(new KeyboardEvent('keyup', {bubbles: true, modifierCapsLock: arguments[1]}))";
        let field = stage.page.find(NEW).await?.to_json()?;
        stage.page.driver().execute(press, vec![field.clone(), json!(true)]).await?;
        stage.page.reads("Caps Lock is on.").await?;
        stage.page.driver().execute(press, vec![field.clone(), json!(false)]).await?;
        harness::until("the warning to go", async || {
            let said = stage.page.script(HINT, vec![]).await?;
            Ok((said == json!("")).then_some(()))
        })
        .await?;
        // What fills forms sends keys that know of no Caps Lock.
        let event = "arguments[0].dispatchEvent(new Event('keyup', {bubbles: true}))";
        stage.page.driver().execute(event, vec![field]).await?;
        stage.page.press("Finish").await?;
        stage.page.reads("Your password has been reset").await
    })
    .await
}

/// Text of the new password's hint.
const HINT: &str = "return [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
    .map((root) => root.querySelector('#regain-new-password-hint')).find(Boolean)?.innerText";

#[tokio::test]
pub(crate) async fn screen_11_strength_is_told_in_words_and_in_time() -> Result<()> {
    play("meter", &[], async |stage| {
        person::proved(stage, &ADA).await?;
        ensure!(!stage.page.words().await?.contains("Strength:"), "there is nothing to judge yet");
        stage.page.type_into(NEW, "passwordpassword").await?;
        stage.page.find("[part=meter][data-score='0']").await?;
        stage.page.reads("Strength: very weak. Guessing it would take").await?;
        stage.page.retype(NEW, NEW_PASSWORD).await?;
        stage.page.find("[part=meter][data-score='4']").await?;
        stage.page.reads("Strength: strong. Guessing it would take centuries.").await?;
        // What is about the person is worth nothing.
        stage.page.retype(NEW, "ada@northwind.example").await?;
        stage.page.find("[part=meter][data-score='0']").await?;
        // It is said too, once typing rests.
        harness::until("the strength to be said", async || {
            let said = stage
                .page
                .script(
                    "return [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
                        .map((root) => root.querySelector('[role=status]')?.textContent).join('')",
                    vec![],
                )
                .await?;
            Ok(said.as_str().context("text")?.contains("Strength: very weak.").then_some(()))
        })
        .await
    })
    .await
}

#[tokio::test]
async fn screen_11_by_keyboard_alone() -> Result<()> {
    play("passwords-keyboard", &[], async |stage| {
        person::proved(stage, &ADA).await?;
        heading(stage, "Choose a new password").await?;
        tab_to(stage, "text", "Show passwords").await?;
        stage.page.key(Key::Enter).await?;
        stage.page.focus_on("text", "Hide passwords").await?;
        tab_to(stage, "text", "Suggest one").await?;
        stage.page.key(Key::Enter).await?;
        let first = suggestion(stage, "").await?;
        // The focus stays where it was.
        stage.page.focus_on("text", "Another one").await?;
        stage.page.key(Key::Enter).await?;
        suggestion(stage, &first).await?;
        tab_to(stage, "text", "Finish").await?;
        stage.page.key(Key::Enter).await?;
        heading(stage, "Your password has been reset").await
    })
    .await
}
