//! Security questions.

use anyhow::{Result, ensure};
use harness::{BrowserSession, run};
use serde_json::{Value, json};

use super::{ALAN, at_alans, finished};
use crate::person;

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
