//! The words of a screen reader, of a virtual one: npm's `@guidepup/virtual-screen-reader`, in the real page. Those of
//! a whole reset are kept in `spoken/reset.txt`, to be read as somebody would hear it; `REGAIN_SPOKEN=write` writes it
//! anew.

use std::{env, fs, path::PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use harness::{BrowserSession, root, run, until};
use serde_json::Value;
use thirtyfour::Key;

use crate::person::{self, ADA, NEW_PASSWORD};

const READER: &str = include_str!("spoken/reader.js");

const FIRST_WORDS: &str = "\
What a screen reader says in a reset by mail, by keyboard alone.
> what the person does
  what is said of where the focus comes to
  ! what is said by itself, wherever the focus is
  | the step, when it is read from its beginning to its end

";

/// Somebody who hears the page, and the log of it.
struct Listener<'a> {
    session: &'a BrowserSession,
    log: String,
    /// Words that are not in the log yet.
    heard: Vec<String>,
}

impl<'a> Listener<'a> {
    /// Listens to the page that is open.
    async fn to(session: &'a BrowserSession) -> Result<Self> {
        let file = env::var("REGAIN_READER").context("run the end-to-end tests with `cargo xtask test`")?;
        let module = fs::read_to_string(file)?;
        let (code, rest) = module.rsplit_once("export{").context("the reader is no module")?;
        let (class, _) = rest.split_once(" as Virtual").context("the reader is another one")?;
        session.page.script(&format!("{code}; const Virtual = {class};\n{READER}"), vec![]).await?;
        Ok(Self { session, log: FIRST_WORDS.to_owned(), heard: Vec::new() })
    }

    async fn listen(&mut self) -> Result<()> {
        let Value::Array(phrases) = self.session.page.script("return heard()", vec![]).await? else { bail!("no list") };
        self.heard.extend(phrases.iter().filter_map(Value::as_str).map(timeless));
        Ok(())
    }

    /// Waits until this is said.
    async fn hears(&mut self, words: &str) -> Result<()> {
        let said = until(words, async || {
            self.listen().await?;
            Ok(self.heard.iter().any(|phrase| phrase.contains(words)).then_some(()))
        })
        .await;
        said.with_context(|| format!("this was heard: {:#?}", self.heard))?;
        self.note();
        Ok(())
    }

    /// Puts what was heard into the log.
    fn note(&mut self) {
        let heard = std::mem::take(&mut self.heard);
        for (place, phrase) in heard.iter().enumerate() {
            // It judges a password as often as time allows while that is typed; it is as open whether it has to say
            // that it is still at work.
            let strength = |phrase: &String| phrase.contains(" – ") && phrase.contains(" to guess.");
            if phrase.ends_with("One moment, please.") || strength(phrase) && heard.get(place + 1).is_some_and(strength)
            {
                continue;
            }
            match phrase.split_once(": ") {
                Some(("polite" | "assertive", words)) => self.write("  ! ", words),
                _ => self.write("  ", phrase),
            }
        }
    }

    fn write(&mut self, mark: &str, words: &str) {
        self.log.extend([mark, words, "\n"]);
    }

    /// Presses a key.
    async fn key(&mut self, name: &str, key: Key) -> Result<()> {
        self.write("> ", name);
        self.session.page.key(key).await
    }

    /// Types.
    async fn types(&mut self, what: &str, text: &str) -> Result<()> {
        self.write("> types ", what);
        self.session.page.keys(text).await
    }

    /// Presses Tab until it says this.
    async fn tabs_to(&mut self, words: &str) -> Result<()> {
        for _ in 0..30 {
            self.key("Tab", Key::Tab).await?;
            let arrived = until("words for what has the focus", async || {
                self.listen().await?;
                let focused = |phrase: &&String| !phrase.starts_with("polite: ");
                Ok(self.heard.iter().find(focused).map(|phrase| phrase.contains(words)))
            })
            .await?;
            self.note();
            if arrived {
                return Ok(());
            }
        }
        bail!("Tab does not lead to “{words}”")
    }

    /// Hears that a step begins, and reads it.
    async fn step(&mut self, begin: &str) -> Result<()> {
        self.hears(begin).await?;
        let Value::Array(phrases) = self.session.page.script("return readOn()", vec![]).await? else {
            bail!("no list")
        };
        for phrase in phrases.iter().filter_map(Value::as_str) {
            self.write("  | ", &timeless(phrase));
        }
        Ok(())
    }
}

/// The hint of the first field until the organisation's own is there, which comes with the flow.
const GENERAL_HINT: &str = "The ID you sign in with – often your work or school email.";

/// The organisation's own hint.
const OWN_HINT: &str = "For example name@northwind.example";

/// The phrase without the times in it, and with the same hint whether the server or the reader was first.
fn timeless(phrase: &str) -> String {
    let words: Vec<&str> = phrase.split(' ').collect();
    let is_time = |place: usize| {
        let unit = words.get(place + 1).is_some_and(|unit| unit.starts_with("second") || unit.starts_with("minute"));
        unit && words[place].bytes().all(|byte| byte.is_ascii_digit())
    };
    let replaced = words.iter().enumerate().map(|(place, word)| if is_time(place) { "N" } else { word });
    replaced.collect::<Vec<_>>().join(" ").replace(GENERAL_HINT, OWN_HINT)
}

#[tokio::test]
async fn a_reset_is_understood_by_who_only_hears_it() -> Result<()> {
    run("spoken", &[], async |session| {
        person::at_sign_in(session).await?;
        let mut ear = Listener::to(session).await?;
        ear.tabs_to("Can't access your account?").await?;
        ear.key("Enter", Key::Enter).await?;
        session.page.reads("Security check complete").await?;
        ear.step("textbox, User ID, Let’s get you back in").await?;
        ear.key("Enter", Key::Enter).await?;
        ear.hears("Enter your user ID.").await?;
        ear.types("the user ID", ADA.user_id).await?;
        ear.key("Enter", Key::Enter).await?;
        ear.step("heading, Verify it’s you").await?;
        ear.tabs_to("Send the code").await?;
        ear.key("Enter", Key::Enter).await?;

        ear.step("textbox, Code, Enter the code").await?;
        let code = session.server.mail(ADA.address, 0).await?.code()?;
        ear.types("another code", &person::other_than(&code)).await?;
        ear.key("Enter", Key::Enter).await?;
        ear.hears("You have 4 tries left.").await?;
        all_of_it(session).await?;
        ear.types("the code", &code).await?;
        ear.key("Enter", Key::Enter).await?;

        ear.step("heading, Choose a new password").await?;
        ear.tabs_to("New password").await?;
        ear.types("“otters”", "otters").await?;
        ear.hears("password rules met").await?;
        ear.hears("Weak – ").await?;
        ear.tabs_to("Confirm new password").await?;
        ear.types("“otters”", "otters").await?;
        ear.hears("Passwords match.").await?;
        ear.key("Enter", Key::Enter).await?;
        ear.hears("Your password doesn’t meet").await?;
        all_of_it(session).await?;
        ear.types("a better one", NEW_PASSWORD).await?;
        ear.hears("Strong – ").await?;
        ear.key("Tab", Key::Tab).await?;
        ear.hears("Passwords don’t match.").await?;
        ear.tabs_to("Confirm new password").await?;
        all_of_it(session).await?;
        ear.types("the better one", NEW_PASSWORD).await?;
        ear.hears("Passwords match.").await?;
        ear.key("Enter", Key::Enter).await?;

        ear.step("heading, Your password has been reset").await?;
        ear.tabs_to("Back to sign in").await?;
        ear.key("Enter", Key::Enter).await?;
        ear.hears("Password").await?;
        kept("reset.txt", &ear.log)
    })
    .await
}

#[tokio::test]
async fn the_end_coming_near_is_said_in_time_and_there_is_a_way_to_go_on() -> Result<()> {
    let config = [("lifetime_s = 600", "lifetime_s = 60"), ("[mail]", "[flows]\nlifetime_s = 66\n\n[mail]")];
    run("ending", &config, async |session| {
        person::at_sign_in(session).await?;
        let mut ear = Listener::to(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("You’ll be timed out in 1:0").await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        // WCAG 2.2.1 asks for 20 seconds at least.
        session.page.reads("You’ll be timed out in 60 seconds.").await?;
        ear.hears("polite: You’ll be timed out in N seconds.").await?;
        session.page.reads("You’ll be timed out in 0:5").await?;
        session.page.press("I need more time").await?;
        ear.hears("heading, Let’s get you back in").await?;
        session.page.reads("You’ll be timed out in 1:0").await?;
        ensure!(session.page.value("[part~=root] [name=username]").await? == ADA.user_id, "something was lost");
        Ok(())
    })
    .await
}

/// Marks all that a field holds, to be typed over.
async fn all_of_it(session: &BrowserSession) -> Result<()> {
    let actions = session.page.driver().action_chain();
    Ok(actions.key_down(Key::Control).send_keys("a").key_up(Key::Control).perform().await?)
}

/// Compares what was said with what is kept.
fn kept(name: &str, said: &str) -> Result<()> {
    let file = root().join("tests/end_to_end/spoken").join(name);
    if env::var_os("REGAIN_SPOKEN").is_some_and(|what| what == "write") {
        return Ok(fs::write(file, said)?);
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let differs = said.lines().zip(kept.lines()).position(|(said, kept)| said != kept);
    let differs = differs.unwrap_or_else(|| said.lines().count().min(kept.lines().count()));
    let test = env::current_exe()?;
    let folder: PathBuf = test.ancestors().nth(3).context("the test lies in no build folder")?.join("end-to-end");
    if said != kept {
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), said)?;
    }
    ensure!(
        said == kept,
        "line {} of {} is now “{}”, and was “{}”; all of it is in {}",
        differs + 1,
        file.display(),
        said.lines().nth(differs).unwrap_or_default(),
        kept.lines().nth(differs).unwrap_or_default(),
        folder.display()
    );
    Ok(())
}
