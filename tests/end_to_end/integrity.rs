//! One changed byte in a file, and nothing of it runs: the link is still a link, and the page hears of it.

use std::{env, fs, path::Path};

use anyhow::{Context, Result, ensure};
use harness::{BrowserSession, run};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::person::{self, loaded};

// The shipped files, as `integrity.json` names it, by the test that tampers with it. The last test here finds a file
// that is in none of these.
const LOADERS: [&str; 1] = ["loader"];
const LEAN: [&str; 4] = ["open", "glue", "wasm", "css"];
const FULL: [&str; 2] = ["full", "full_wasm"];
const LIGHT: [&str; 1] = ["light_css"];
const CHALLENGE: [&str; 2] = ["work", "solver"];
const STRENGTH: [&str; 2] = ["strength", "strength_wasm"];
const SUGGESTIONS: [&str; 2] = ["generate", "generator"];
const LEAKS: [&str; 1] = ["breached"];
const OUTSIDE: [&str; 1] = ["outside"];

/// Start of the name of the file that lists the languages.
const LANGUAGES: &str = "regain-more-";

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

/// The manifest of shipped files.
fn manifest() -> Result<Value> {
    let dist = env::var("REGAIN_DIST").context("run the end-to-end tests with `cargo xtask test`")?;
    Ok(serde_json::from_slice(&fs::read(Path::new(&dist).join("integrity.json"))?)?)
}

/// The name of a part that is shipped.
pub(crate) fn part(of: &str) -> Result<String> {
    Ok(manifest()?["entry"][of].as_str().with_context(|| format!("no {of} is shipped"))?.to_owned())
}

async fn with_a_byte_more(
    name: &str,
    start: &str,
    test: impl AsyncFnOnce(&mut BrowserSession) -> Result<()>,
) -> Result<()> {
    let folder = tampered(start)?;
    run(name, &[("@DIST@", &folder.path().display().to_string())], async |session| {
        person::at_sign_in(session).await?;
        let listen =
            "document.addEventListener('regain:error', ({detail}) => sessionStorage.setItem('told', detail.error))";
        session.page.script(listen, vec![]).await?;
        test(session).await
    })
    .await
    .with_context(|| format!("with a byte more in {start}"))
}

#[tokio::test]
pub(crate) async fn what_the_widget_is_made_of_is_refused_and_the_link_works() -> Result<()> {
    for of in LEAN {
        with_a_byte_more(&format!("tampered-{of}"), &part(of)?, async |session| {
            session.page.click("#cant-access").await?;
            harness::until("the link's own page", async || {
                Ok(session.page.driver().current_url().await?.path().starts_with("/reset").then_some(()))
            })
            .await?;
            ensure!(session.page.script("return sessionStorage.getItem('told')", vec![]).await? == json!("load"));
            // That page has the same files: nothing of them runs there either.
            session.page.reads("it-help@northwind.example").await?;
            ensure!(!session.page.has("[part~=root]").await?, "the widget is there");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_solves_the_challenge_is_refused() -> Result<()> {
    for of in CHALLENGE {
        with_a_byte_more(&format!("tampered-{of}"), &part(of)?, async |session| {
            session.page.click("#cant-access").await?;
            session.page.type_into("[part~=root] [name=username]", person::ADA.user_id).await?;
            session.page.press("Next").await?;
            session.page.reads("The security check failed.").await
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_helps_with_a_password_is_refused_and_missed_by_nobody() -> Result<()> {
    for of in STRENGTH {
        with_a_byte_more(&format!("tampered-{of}"), &part(of)?, async |session| {
            person::proved(session, &person::ADA).await?;
            person::chose(session, person::NEW_PASSWORD).await?;
            ensure!(!session.page.words().await?.contains("s to guess"), "it was judged");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_suggests_and_looks_up_is_refused_and_missed_by_nobody() -> Result<()> {
    for of in SUGGESTIONS {
        with_a_byte_more(&format!("tampered-{of}"), &part(of)?, async |session| {
            person::proved(session, &person::ADA).await?;
            session.page.press("Suggest a password").await?;
            session.page.reads("We can’t suggest a password right now").await?;
            person::chose(session, person::NEW_PASSWORD).await
        })
        .await?;
    }
    with_a_byte_more("tampered-breached", &part(LEAKS[0])?, async |session| {
        person::proved(session, &person::ADA).await?;
        session.page.type_into("[name=new-password]", person::NEW_PASSWORD).await?;
        // It would be ticked off.
        session.page.reads("not be in a known data breach (checked when you finish)").await?;
        session.page.retype("[name=new-password]", "").await?;
        person::chose(session, person::NEW_PASSWORD).await
    })
    .await
}

#[tokio::test]
async fn the_box_of_an_outside_service_is_refused_and_that_is_said() -> Result<()> {
    let mut secret = tempfile::NamedTempFile::new()?;
    std::io::Write::write_all(&mut secret, b"hush")?;
    let path = secret.path().to_str().context("a path")?;
    let service = format!("kind = \"turnstile\"\nsite_key = \"public\"\nsecret_file = \"{path}\"");
    let folder = tampered(&part(OUTSIDE[0])?)?;
    let config = [("@DIST@", folder.path().to_str().context("a path")?), ("kind = \"proof_of_work\"", &service)];
    run("tampered-outside", &config, async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("The security check failed.").await
    })
    .await
}

#[tokio::test]
async fn words_are_refused_and_english_is_spoken() -> Result<()> {
    for start in [LANGUAGES.to_owned(), german(false)?] {
        with_a_byte_more("tampered-words", &start, async |session| {
            session.page.script("document.documentElement.lang = 'de'", vec![]).await?;
            session.page.click("#cant-access").await?;
            session.page.reads("Let’s get you back in").await
        })
        .await?;
    }
    Ok(())
}

/// A tag says what it loads; the demo's own pages leave that out, since they come from where the loader comes from.
#[tokio::test]
async fn a_loader_is_refused_by_its_tag() -> Result<()> {
    let version = manifest()?["version"].as_str().context("a version")?.to_owned();
    for name in [part(LOADERS[0])?, format!("regain-{version}.js")] {
        let integrity = manifest()?["files"][&name]["integrity"].clone();
        ensure!(integrity.is_string(), "{name} is not shipped");
        with_a_byte_more("tampered-loader", &name, async |session| {
            let load = "const [src, integrity] = arguments; \
                        return new Promise((done) => document.head.append(Object.assign(document.createElement('script'), \
                          {src, integrity, onload: () => done('loaded'), onerror: () => done('refused')})));";
            let src = json!(format!("/{name}"));
            let loaded = session.page.script(load, vec![src.clone(), integrity.clone()]).await?;
            ensure!(loaded == json!("refused"), "{name} is {loaded}");
            // It is there, and is refused for that alone.
            ensure!(session.page.script(load, vec![src, json!("")]).await? == json!("loaded"), "{name} is not there");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_the_full_widget_is_made_of_is_refused_and_the_link_works() -> Result<()> {
    for of in FULL {
        with_a_byte_more(&format!("tampered-{of}"), &part(of)?, async |session| {
            person::at_welcome(session, person::ADA.user_id, person::OLD_PASSWORD).await?;
            loaded(session).await?;
            session.page.click("#change-password").await?;
            harness::until("the link's own page", async || {
                Ok((session.page.driver().current_url().await?.path() == "/change").then_some(()))
            })
            .await?;
            session.page.reads("it-help@northwind.example").await?;
            ensure!(!session.page.has("[part~=root]").await?, "the widget is there");
            // A reset needs nothing of it.
            person::identified(session, &person::ADA).await
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_styles_for_a_page_s_own_tree_are_refused() -> Result<()> {
    with_a_byte_more("tampered-light", &part(LIGHT[0])?, async |session| {
        loaded(session).await?;
        let open = "return Regain.open({render: 'light'}).then(() => 'opened', () => 'refused')";
        let opened = session.page.script(open, vec![]).await?;
        ensure!(opened == json!("refused"), "{opened}");
        ensure!(!session.page.has(".regain-widget").await?, "the widget is there, unstyled");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn words_of_the_full_widget_are_refused_and_english_is_spoken() -> Result<()> {
    let open = "document.documentElement.lang = 'de'; void Regain.open({flow: 'register'})";
    with_a_byte_more("tampered-full-words", &german(true)?, async |session| {
        loaded(session).await?;
        session.page.script(open, vec![]).await?;
        session.page.reads("Enter your password to continue.").await
    })
    .await
}

/// Fails for a shipped file that no test above tampers with.
#[test]
fn every_file_that_is_shipped_is_tampered_with() -> Result<()> {
    let manifest = manifest()?;
    let version = manifest["version"].as_str().context("a version")?;
    let parts = [&LOADERS[..], &LEAN, &FULL, &LIGHT, &CHALLENGE, &STRENGTH, &SUGGESTIONS, &LEAKS, &OUTSIDE].concat();
    let mut covered = parts.iter().map(|of| part(of)).collect::<Result<Vec<_>>>()?;
    covered.push(format!("regain-{version}.js"));
    let files = manifest["files"].as_object().context("files")?;
    // One language stands for all.
    let is_covered = |name: &String| covered.contains(name) || name.starts_with(LANGUAGES) || has_end(name, "txt");
    let others: Vec<_> = files.keys().filter(|name| !is_covered(name)).collect();
    ensure!(others.is_empty(), "no test tampers with {others:?}");
    let entries: Vec<_> = manifest["entry"].as_object().context("entries")?.keys().collect();
    ensure!(
        entries.iter().all(|of| *of == "more" || parts.contains(&of.as_str())),
        "not all of {entries:?} are tampered with"
    );

    let dist = env::var("REGAIN_DIST").context("run the end-to-end tests with `cargo xtask test`")?;
    for file in fs::read_dir(dist)? {
        let name = file?.file_name().into_string().ok().context("a name")?;
        let packed = has_end(&name, "br") || has_end(&name, "gz");
        ensure!(packed || name == "integrity.json" || files.contains_key(&name), "{name} is in no list");
    }
    Ok(())
}

/// The name of the file with what every flow says in German, or with what the full widget says besides.
fn german(full: bool) -> Result<String> {
    let dist = env::var("REGAIN_DIST").context("run the end-to-end tests with `cargo xtask test`")?;
    let names = fs::read_dir(dist)?.filter_map(|file| file.ok()?.file_name().into_string().ok());
    let is_it = |name: &String| {
        name.starts_with("regain-de-") && name.starts_with("regain-de-full-") == full && has_end(name, "txt")
    };
    names.into_iter().find(is_it).context("there is no German")
}
