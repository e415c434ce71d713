//! One changed byte in a file, and nothing of it runs: the link is still a link, and the page hears of it.

use std::{env, fs, path::Path};

use anyhow::{Context, Result, ensure};
use harness::{Stage, play};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::person;

/// The built widget with a byte more in the file whose name begins so.
fn tampered(start: &str) -> Result<TempDir> {
    let dist = env::var("REGAIN_DIST").context("run the end-to-end tests with `cargo xtask test`")?;
    let folder = tempfile::tempdir()?;
    let mut found = 0;
    for file in fs::read_dir(&dist)? {
        let path = file?.path();
        let name = path.file_name().and_then(|name| name.to_str()).context("a name")?.to_owned();
        let is_it = name.starts_with(start);
        if is_it && (has_end(&name, "br") || has_end(&name, "gz")) {
            continue;
        }
        let mut bytes = fs::read(&path)?;
        if is_it {
            found += 1;
            // A custom section with an empty name, which every engine skips, or a line break.
            bytes.extend_from_slice(if has_end(&name, "wasm") { &[0, 1, 0] } else { b"\n" });
        }
        fs::write(folder.path().join(name), bytes)?;
    }
    ensure!(found == 1, "{found} files begin with {start}");
    Ok(folder)
}

fn has_end(name: &str, end: &str) -> bool {
    Path::new(name).extension().is_some_and(|it| it == end)
}

/// The name of a part that is shipped.
fn part(of: &str) -> Result<String> {
    let dist = env::var("REGAIN_DIST").context("run the end-to-end tests with `cargo xtask test`")?;
    let manifest: Value = serde_json::from_slice(&fs::read(Path::new(&dist).join("integrity.json"))?)?;
    Ok(manifest["entry"][of].as_str().with_context(|| format!("no {of} is shipped"))?.to_owned())
}

async fn with_a_byte_more(name: &str, start: &str, test: impl AsyncFnOnce(&mut Stage) -> Result<()>) -> Result<()> {
    let folder = tampered(start)?;
    play(name, &[("@DIST@", &folder.path().display().to_string())], async |stage| {
        person::at_sign_in(stage).await?;
        let listen =
            "document.addEventListener('regain:error', ({detail}) => sessionStorage.setItem('told', detail.error))";
        stage.page.script(listen, vec![]).await?;
        test(stage).await
    })
    .await
    .with_context(|| format!("with a byte more in {start}"))
}

#[tokio::test]
pub(crate) async fn what_the_widget_is_made_of_is_refused_and_the_link_works() -> Result<()> {
    for of in ["open", "glue", "wasm", "css"] {
        with_a_byte_more(&format!("tampered-{of}"), &part(of)?, async |stage| {
            stage.page.click("#cant-access").await?;
            harness::until("the link's own page", async || {
                Ok(stage.page.driver().current_url().await?.path().starts_with("/reset").then_some(()))
            })
            .await?;
            ensure!(stage.page.script("return sessionStorage.getItem('told')", vec![]).await? == json!("load"));
            // That page has the same files: nothing of them runs there either.
            stage.page.reads("it-help@northwind.example").await?;
            ensure!(!stage.page.has("[part~=root]").await?, "the widget is there");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_solves_the_challenge_is_refused() -> Result<()> {
    for of in ["work", "solver"] {
        with_a_byte_more(&format!("tampered-{of}"), &part(of)?, async |stage| {
            stage.page.click("#cant-access").await?;
            stage.page.type_into("[part~=root] [name=username]", person::ADA.user_id).await?;
            stage.page.press("Next").await?;
            stage.page.reads("The security check didn’t work.").await
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_helps_with_a_password_is_refused_and_missed_by_nobody() -> Result<()> {
    for of in ["strength", "strength_wasm"] {
        with_a_byte_more(&format!("tampered-{of}"), &part(of)?, async |stage| {
            person::proved(stage, &person::ADA).await?;
            person::chose(stage, person::NEW_PASSWORD).await?;
            ensure!(!stage.page.words().await?.contains("Strength:"), "it was judged");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_suggests_and_looks_up_is_refused_and_missed_by_nobody() -> Result<()> {
    for start in [part("generate")?, part("generator")?] {
        with_a_byte_more("tampered-generate", &start, async |stage| {
            person::proved(stage, &person::ADA).await?;
            stage.page.press("Suggest one").await?;
            stage.page.reads("We can’t suggest one just now").await?;
            person::chose(stage, person::NEW_PASSWORD).await
        })
        .await?;
    }
    with_a_byte_more("tampered-breached", &part("breached")?, async |stage| {
        person::proved(stage, &person::ADA).await?;
        stage.page.type_into("[name=new-password]", person::NEW_PASSWORD).await?;
        // It would be ticked off.
        stage.page.reads("is in no list of stolen passwords; we check that when you finish").await?;
        stage.page.retype("[name=new-password]", "").await?;
        person::chose(stage, person::NEW_PASSWORD).await
    })
    .await
}

#[tokio::test]
async fn the_box_of_an_outside_service_is_refused_and_that_is_said() -> Result<()> {
    let mut secret = tempfile::NamedTempFile::new()?;
    std::io::Write::write_all(&mut secret, b"hush")?;
    let path = secret.path().to_str().context("a path")?;
    let service = format!("kind = \"turnstile\"\nsite_key = \"public\"\nsecret_file = \"{path}\"");
    let folder = tampered(&part("outside")?)?;
    let config = [("@DIST@", folder.path().to_str().context("a path")?), ("kind = \"proof_of_work\"", &service)];
    play("tampered-outside", &config, async |stage| {
        person::at_sign_in(stage).await?;
        stage.page.click("#cant-access").await?;
        stage.page.reads("The security check didn’t work.").await
    })
    .await
}

#[tokio::test]
async fn words_are_refused_and_english_is_spoken() -> Result<()> {
    for start in ["regain-languages-".to_owned(), german()?] {
        with_a_byte_more("tampered-words", &start, async |stage| {
            stage.page.script("document.documentElement.lang = 'de'", vec![]).await?;
            stage.page.click("#cant-access").await?;
            stage.page.reads("Let’s get you back in").await
        })
        .await?;
    }
    Ok(())
}

/// The name of the file with what every flow says in German.
fn german() -> Result<String> {
    let dist = env::var("REGAIN_DIST").context("run the end-to-end tests with `cargo xtask test`")?;
    let names = fs::read_dir(dist)?.filter_map(|file| file.ok()?.file_name().into_string().ok());
    let is_it = |name: &String| name.starts_with("regain-de-") && !name.contains("full") && has_end(name, "txt");
    names.into_iter().find(is_it).context("there is no German")
}
